"""Test targets are ranked by who holds them, the run, while the model stays in its cell's process: scores cross between
the two, and no target ever does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np

from seqrec_bench.data.split import Holdout
from seqrec_bench.evaluation.ranking import ask_scores, rank_targets
from seqrec_bench.experiments.channel import Channel
from seqrec_bench.recommender import Float32Array, Int64Array, Recommender
from seqrec_bench.records import Ranks


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


def examine(examinee: Examinee, test: Holdout, channel: Channel, receive: Callable[[], object]) -> Ranks:
    """In the run: ranks the test targets by the scores of the other process.

    Args:
        receive: Gives the next message that is an `Answer`, and raises if another comes in its place.

    Raises:
        ScoreError: The model's scores are not finite.
    """
    ranks = rank_targets(cast(Recommender, _Remote(examinee, test.history.n_items, channel, receive)), test)
    channel.send(None)
    return ranks


class _Remote:
    """Of `Recommender`, what ranking needs."""

    def __init__(self, examinee: Examinee, n_items: int, channel: Channel, receive: Callable[[], object]) -> None:
        self.name, self.history_length = examinee.name, examinee.history_length
        self._width, self._channel, self._receive = n_items + 1, channel, receive

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self._channel.send(Question(users, histories))
        self._receive()
        return np.frombuffer(self._channel.receive_bytes(), dtype=np.float32).reshape(len(users), self._width)
