"""Test targets are ranked by who holds them, the run, while the model stays in its cell's process: scores cross between
the two, and no target ever does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np

from seqrec_bench.data.split import Holdout
from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.evaluation.ranking import Top, ask_scores, rank_and_list, rank_targets
from seqrec_bench.experiments.channel import Channel
from seqrec_bench.recommender import Float32Array, Int32Array, Int64Array, Recommender, Sequences
from seqrec_bench.records import Ranks, TopLists


@dataclass(frozen=True, eq=False)
class Keep:
    """That the lists of test users are kept, and what is kept with them."""

    k: int
    """How many of each user's first candidates."""
    popularity: Int32Array
    """As `TopLists` has it."""
    n_users: int
    """Users of the training data."""


@dataclass(frozen=True, eq=False)
class Examination:
    """What all cells of a run are tested by; no process with a model in it has any of it."""

    test: Holdout
    facts: TargetFacts
    """What is to be known of the targets, beside every cell's ranks of them."""
    keep: Keep | None = None
    """What is kept of the test users' lists."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What a recommender's examination has brought."""

    test: Ranks
    facts: TargetFacts
    """As `Examination` has them."""
    top: TopLists | None = None
    """What is recommended to the test users, where that is kept."""


@dataclass(frozen=True)
class Examinee:
    """A recommender that has learnt, in another process: what ranking asks of it beside scores."""

    name: str
    history_length: int | None


@dataclass(frozen=True)
class Question:
    """What is to be scored; the arguments of `Recommender.score`."""

    users: Int64Array
    histories: Int64Array


@dataclass(frozen=True)
class Answer:
    """Followed by the bytes of the scores."""


def stand_examination(recommender: Recommender, n_items: int, channel: Channel) -> None:
    """In the cell's process: scores what is asked for, until all targets are ranked.

    Raises:
        ScoreError: The model's scores are not scores.
    """
    channel.send(Examinee(recommender.name, recommender.history_length))
    while (question := channel.receive()) is not None:
        scores = ask_scores(recommender, question.users, question.histories, n_items)
        channel.send(Answer())
        channel.send_bytes(np.ascontiguousarray(scores).data.cast("B"))


def keep_of(train: Sequences, k: int) -> Keep:
    """What is kept of test users' lists of k items, of models that are trained on these sequences."""
    popularity = np.bincount(train.pairs % (train.n_items + 1), minlength=train.n_items + 1)
    return Keep(k, popularity.astype(np.int32), train.n_users)


def examine_here(recommender: Recommender, examination: Examination, seed: int) -> Marks:
    """Ranks the test targets, and keeps the users' lists if they are wanted, from the same scores.

    Args:
        seed: The cell's, which decides the order of equal scores in lists.

    Raises:
        ScoreError: The model's scores are not finite.
    """
    test, facts, keep = examination.test, examination.facts, examination.keep
    if keep is None:
        return Marks(rank_targets(recommender, test), facts)
    ranks, lists = rank_and_list(recommender, test, Top(keep.k, seed))
    return Marks(ranks, facts, TopLists(lists, keep.popularity, keep.n_users))


def examine(
    examinee: Examinee, examination: Examination, seed: int, channel: Channel, receive: Callable[[], object]
) -> Marks:
    """In the run: the same by the scores of the other process.

    Args:
        receive: Gives the next message that is an `Answer`, and raises if another comes in its place.

    Raises:
        ScoreError: The model's scores are not finite.
    """
    remote = cast(Recommender, _Remote(examinee, examination.test.history.n_items, channel, receive))
    found = examine_here(remote, examination, seed)
    channel.send(None)
    return found


class _Remote:
    """Of `Recommender`, what ranking needs."""

    def __init__(self, examinee: Examinee, n_items: int, channel: Channel, receive: Callable[[], object]) -> None:
        self.name, self.history_length = examinee.name, examinee.history_length
        self._width, self._channel, self._receive = n_items + 1, channel, receive

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self._channel.send(Question(users, histories))
        self._receive()
        return np.frombuffer(self._channel.receive_bytes(), dtype=np.float32).reshape(len(users), self._width)
