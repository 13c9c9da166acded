"""What the ranks have to be, counted user by user: slowly, and in another way than the evaluator has it."""

from collections.abc import Iterator

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.evaluation.attacks.attack import Deviation
from seqrec_bench.recommender import PADDING, Int64Array, Recommender
from seqrec_bench.records import Ranks


def parts(split: Split) -> Iterator[tuple[str, Holdout]]:
    """Both holdouts with their names."""
    yield "validation", split.validation
    yield "test", split.test


def history_of(holdout: Holdout, user: int) -> Int64Array:
    """(n,) the items that the user had before the target, oldest first."""
    begin, end = holdout.history.offsets[user : user + 2]
    return holdout.history.items[begin:end].astype(np.int64)


def candidates(holdout: Holdout) -> Iterator[tuple[int, int, Int64Array]]:
    """Each evaluated user with the target and all items but those of the history; the target is always among them."""
    for user, target in zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True):
        counts = np.ones(holdout.history.n_items + 1, dtype=bool)
        counts[[PADDING, *history_of(holdout, user)]] = False
        counts[target] = True
        yield user, target, np.flatnonzero(counts)


def count_candidates(holdout: Holdout) -> Int64Array:
    """(n_evaluated,) the number of each evaluated user's candidates, the target among them."""
    return np.array([len(items) for _, _, items in candidates(holdout)])


def count_ranks(recommender: Recommender, holdout: Holdout) -> Ranks:
    """The ranks by a scorer that needs no history, each user scored alone and counted literally."""
    better, tied = [], []
    for user, target, items in candidates(holdout):
        scores = recommender.score(np.array([user]), np.zeros((1, 1), dtype=np.int64))[0]
        better.append(np.count_nonzero(scores[items] > scores[target]))
        tied.append(np.count_nonzero(scores[items] == scores[target]))
    return Ranks(better=np.array(better), tied=np.array(tied))


def require_ranks(found: Ranks, expected: Ranks, users: Int64Array, part: str) -> None:
    """Raises `Deviation` with the first user whose ranks are not as expected.

    Args:
        users: (n,) whose ranks they are.
        part: Where they were ranked, in words.
    """
    if found.better.shape != expected.better.shape:
        raise Deviation(f"{len(found.better):,} ranks for {len(users):,} targets at {part}")
    wrong = np.flatnonzero((found.better != expected.better) | (found.tied != expected.tied))
    if len(wrong):
        first = wrong[0]
        raise Deviation(
            f"better {found.better[first]:,} and tied {found.tied[first]:,} where {expected.better[first]:,} and "
            f"{expected.tied[first]:,} were due, for user {users[first]} at {part}; "
            f"{len(wrong):,} of {len(users):,} targets are wrong"
        )


def count_targets(split: Split) -> str:
    """How many targets there are in both holdouts, in words."""
    return f"{len(split.validation.users) + len(split.test.users):,} targets"
