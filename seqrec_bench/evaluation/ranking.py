"""Full ranking: every target against the whole catalogue, in two integers per user.

A candidate is every item but the padding and the user's history; the target always is one. Nothing is sorted: ranks
come from counting the candidates above the target and level with it.
"""

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import ScoreError
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array, Recommender, Sequences
from seqrec_bench.records import Ranks

PROTOCOL = "loo-full-v1"
"""Leave one out, full ranking, history excluded, ties in time by row: see docs/design.md."""

BLOCK_SIZE = 256
"""Users scored at once. It is part of the protocol: see `rank_targets`."""


def rank_targets(recommender: Recommender, holdout: Holdout, users: Int64Array | None = None) -> Ranks:
    """Ranks each target among its user's candidates.

    Block k always scores the users k * 256 .. k * 256 + 255, whichever of them are asked for, and the last block is
    filled up. Every user thus stands in the same row beside the same others in every call, and float rounding, which
    may depend on a product's shape, can't depend on who is asked for.

    Args:
        users: Those of `holdout.users` to rank, in any order; None for all.

    Returns:
        One entry for each of `users`, in their order.

    Raises:
        ScoreError: The scores have a wrong shape, or one of them is NaN or infinite.
    """
    wanted = holdout.users if users is None else users
    targets = np.zeros(holdout.history.n_users, dtype=np.int64)
    targets[holdout.users] = holdout.targets
    better, tied = np.zeros_like(targets), np.zeros_like(targets)
    for block in np.unique(wanted // BLOCK_SIZE):
        members = np.arange(block * BLOCK_SIZE, min((block + 1) * BLOCK_SIZE, len(targets)))
        scores = _score_block(recommender, holdout.history, members)
        evaluated = np.flatnonzero(targets[members])
        rows = members[evaluated]
        better[rows], tied[rows] = _count(scores[evaluated], holdout.history, rows, targets[rows])
    return Ranks(better=better[wanted], tied=tied[wanted])


def latest_items(history: Sequences, users: Int64Array, length: int | None) -> Int64Array:
    """The latest `length` items of each user, oldest first, filled with padding on the left.

    Returns:
        (B, L) item ids; L is the longest of these users' histories, at most `length`, at least 1.
    """
    ends, available = history.offsets[users + 1], history.lengths[users]
    width = max(1, int(available.max(initial=0)))
    width = width if length is None else min(width, length)
    steps_back = np.arange(width, 0, -1)
    positions = ends[:, None] - steps_back  # (B, L)
    inside = steps_back <= available[:, None]
    return np.where(inside, history.items[np.where(inside, positions, 0)], PADDING).astype(np.int64)


def _score_block(recommender: Recommender, history: Sequences, members: Int64Array) -> Float32Array:
    """The members' scores, (len(members), n_items + 1), computed in a block of the fixed size and checked."""
    users = np.resize(members, BLOCK_SIZE)
    histories = latest_items(history, users, recommender.history_length)
    scores = recommender.score(users, given := histories.copy())
    if not np.array_equal(given, histories):
        raise ScoreError(f"{recommender.name} changed the histories that score() was given: it must leave them alone.")
    expected = (BLOCK_SIZE, history.n_items + 1)
    if not isinstance(scores, np.ndarray) or scores.shape != expected or scores.dtype != np.float32:
        got = f"{scores.dtype} {scores.shape}" if isinstance(scores, np.ndarray) else type(scores).__name__
        raise ScoreError(f"{recommender.name} answered with {got} where float32 {expected} scores were due.")
    scores = scores[: len(members)]
    wrong = (~np.isfinite(scores[:, 1:])).any(axis=1)
    if wrong.any():
        raise ScoreError(
            f"{recommender.name} gave NaN or infinite scores to {wrong.sum()} of {len(members)} users "
            f"(the first is user {members[wrong][0]}): its training diverged, or its score() is wrong."
        )
    return scores


def _count(
    scores: Float32Array, history: Sequences, users: Int64Array, targets: Int64Array
) -> tuple[Int64Array, Int64Array]:
    """Candidates above each row's target and level with it, for scores of shape (len(users), n_items + 1)."""
    rows = np.arange(len(users))
    target_scores = scores[rows, targets][:, None]
    candidate = np.ones(scores.shape, dtype=bool)
    candidate[:, PADDING] = False
    candidate[np.repeat(rows, history.lengths[users]), _concatenated(history, users)] = False
    candidate[rows, targets] = True
    better = ((scores > target_scores) & candidate).sum(axis=1)
    tied = ((scores == target_scores) & candidate).sum(axis=1)
    return better, tied


def _concatenated(history: Sequences, users: Int64Array) -> npt.NDArray[np.int32]:
    """All items of these users, user after user."""
    lengths = history.lengths[users]
    shifts = np.repeat(history.offsets[users] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    items: npt.NDArray[np.int32] = history.items[np.arange(lengths.sum()) + shifts]
    return items
