"""What the ranks have to be, counted user by user: slowly, and in another way than the evaluator has it."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.evaluation.attacks.attack import Deviation
from seqrec_bench.recommender import PADDING, Int64Array, Recommender
from seqrec_bench.records import Ranks


def parts(split: Split) -> Iterator[tuple[str, Holdout]]:
    """Both holdouts with their names."""
    yield "validation", split.validation
    yield "test", split.test


def targets_by_user(holdout: Holdout) -> dict[int, list[int]]:
    """Each evaluated user's targets."""
    found: dict[int, list[int]] = {}
    for user, target in zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True):
        found.setdefault(user, []).append(target)
    return found


def history_of(holdout: Holdout, user: int) -> Int64Array:
    """(n,) the items that the user had before the targets, oldest first."""
    begin, end = holdout.history.offsets[user : user + 2]
    return holdout.history.items[begin:end].astype(np.int64)


def candidates(holdout: Holdout) -> Iterator[tuple[int, int, Int64Array]]:
    """Each target with its user and all items but those of the history and the user's other targets."""
    for user, targets in targets_by_user(holdout).items():
        for target in targets:
            counts = np.ones(holdout.history.n_items + 1, dtype=bool)
            counts[[PADDING, *history_of(holdout, user), *targets]] = False
            counts[target] = True
            yield user, target, np.flatnonzero(counts)


def count_candidates(holdout: Holdout) -> Int64Array:
    """(n_targets,) the number of each target's candidates, itself among them."""
    return np.array([len(items) for _, _, items in candidates(holdout)])


def count_ranks(recommender: Recommender, holdout: Holdout) -> Ranks:
    """The ranks by a scorer that needs no history, each user scored alone and counted literally."""
    better, tied, users = [], [], []
    for user, target, items in candidates(holdout):
        scores = recommender.score(np.array([user]), np.zeros((1, 1), dtype=np.int64))[0]
        better.append(np.count_nonzero(scores[items] > scores[target]))
        tied.append(np.count_nonzero(scores[items] == scores[target]))
        users.append(user)
    return ranks_in(holdout, np.array(better), np.array(tied), np.array(users))


def ranks_in(holdout: Holdout, better: Int64Array, tied: Int64Array, users: Int64Array | None = None) -> Ranks:
    """Ranks that say whose they are where those of the holdout do.

    Args:
        users: (n_targets,) those of the holdout's targets where they are not given.
    """
    of = holdout.users if users is None else users
    return Ranks(better=better, tied=tied, users=of if holdout.names_users else None)


def means_of_users(holdout: Holdout, values: Sequence[float]) -> list[float]:
    """Each evaluated user's mean over the values of its targets, (n_targets,)."""
    of_users: dict[int, list[float]] = {}
    for user, value in zip(holdout.users.tolist(), values, strict=True):
        of_users.setdefault(user, []).append(value)
    return [math.fsum(found) / len(found) for found in of_users.values()]


def require_ranks(found: Ranks, expected: Ranks, users: Int64Array, part: str) -> None:
    """Raises `Deviation` with the first user whose ranks are not as expected.

    Args:
        users: (n_targets,) whose ranks they are.
        part: Where they were ranked, in words.
    """
    if found.better.shape != expected.better.shape:
        raise Deviation(f"{len(found.better):,} ranks for {len(users):,} targets at {part}")
    if not found.has_same_targets(expected):
        raise Deviation(f"the ranks at {part} are not said to be of the users whose targets they are of")
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
