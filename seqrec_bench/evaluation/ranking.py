"""Full ranking: every target against the whole catalogue, in two integers per target.

A candidate is every item but the padding, the user's history and the user's other targets; the target always is one. A
holdout may ask for other candidates: the history too, with its own scores or with 0, or a sample for each target.
Nothing is sorted: ranks come from counting the candidates above the target and level with it. Users are scored in
blocks, each of them once, so that memory depends neither on their number nor on the catalogue's size.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import ScoreError
from seqrec_bench.recommender import PADDING, Float32Array, Int32Array, Int64Array, Recommender, Sequences
from seqrec_bench.records import Ranks

MAX_BLOCK_SIZE = 256
"""Users scored at once in a catalogue of up to 131,071 items; see `block_size`."""
MAX_BLOCK_BYTES = 2**27
"""What a block's scores may take: 128 MiB. Ranking allocates up to six times as much beside them where `score` wants
whole histories and a user has the whole catalogue, so that all of it stays below 1 GiB."""


def block_size(n_items: int) -> int:
    """Users scored at once: the greatest power of two up to 256 whose float32 scores take at most 128 MiB, or 1.

    It is part of the protocol, see `rank_targets`, and depends on the size of the catalogue alone.
    """
    fitting = max(1, MAX_BLOCK_BYTES // (4 * (n_items + 1)))
    return min(MAX_BLOCK_SIZE, 1 << (fitting.bit_length() - 1))


@dataclass(frozen=True)
class Top:
    """What is to be kept of the candidates that stand first."""

    k: int
    """How many of each user's."""
    seed: int
    """Of the order of those that have the same score."""


def rank_targets(recommender: Recommender, holdout: Holdout, users: Int64Array | None = None) -> Ranks:
    """Ranks each target among its user's candidates.

    With B = `block_size`, block k always scores the users k B .. k B + B - 1, whichever of them are asked for, and the
    last block is filled up. Every user thus stands in the same row beside the same others in every call, and float
    rounding, which may depend on a product's shape, can't depend on who is asked for.

    Beside what `score` takes for itself, ranking allocates less than 1 GiB, and a few numbers for each user; only
    histories longer than the catalogue, or a catalogue of more than 33 million items, need more.

    Args:
        users: (n,) different ones that have a target, in any order: theirs are ranked; None for all.

    Returns:
        One entry for each target of `users`, in their order.

    Raises:
        ScoreError: The scores have a wrong shape, or one of them is NaN or infinite.
    """
    return _rank(recommender, holdout, holdout.evaluated if users is None else users, None)[0]


def rank_and_list(recommender: Recommender, holdout: Holdout, top: Top) -> tuple[Ranks, Int32Array]:
    """The same ranks, and each user's first candidates, from the same scores.

    In a list, all of the user's targets are candidates at once: it is what the user would be shown. Candidates of one
    score stand in a random order, which the seed, the user and the items decide: a constant scorer
    recommends as chance does, and neither the popular nor the novel by accident of their numbers. The first of a longer
    list are the shorter one.

    Returns:
        The ranks; and (n_evaluated, K) item ids, the best first, filled with `PADDING` where a user has fewer
        candidates.

    Raises:
        ScoreError: As `rank_targets` has it.
    """
    return _rank(recommender, holdout, holdout.evaluated, top)


def _rank(recommender: Recommender, holdout: Holdout, wanted: Int64Array, top: Top | None) -> tuple[Ranks, Int32Array]:
    """The ranks, and the lists, which have no columns where none are to be kept."""
    n_users = holdout.history.n_users
    if len(without := np.setdiff1d(wanted, holdout.users)):
        raise ValueError(f"user {without[0]} has no target")
    better, tied = np.zeros_like(holdout.targets), np.zeros_like(holdout.targets)
    lists = np.full((n_users, top.k if top else 0), PADDING, dtype=np.int32)
    size = block_size(holdout.history.n_items)
    for block in np.unique(wanted // size):
        members = slice(block * size, min((block + 1) * size, n_users))
        theirs = slice(*np.searchsorted(holdout.users, [members.start, members.stop]))
        better[theirs], tied[theirs], lists[members] = _rank_block(recommender, holdout, members, theirs, top)
    chosen = holdout.places_of(wanted)
    users = holdout.users[chosen] if holdout.names_users else None
    return Ranks(better=better[chosen], tied=tied[chosen], users=users), lists[wanted]


def score_as_ranked(recommender: Recommender, history: Sequences, user: int) -> Float32Array:
    """(n_items + 1,) this user's scores to the last bit as `rank_targets` has them.

    Raises:
        ScoreError: As `rank_targets` has it.
    """
    size = block_size(history.n_items)
    first = user // size * size
    scores = _score_block(recommender, history, np.arange(first, min(first + size, history.n_users)))
    row: Float32Array = scores[user - first]
    return row


def ask_scores(recommender: Recommender, users: Int64Array, histories: Int64Array, n_items: int) -> Float32Array:
    """What `score` answers, in the form that is due; whether the scores are finite is not asked here.

    Raises:
        ScoreError: It has another form, or the histories were changed.
    """
    scores = recommender.score(users, given := histories.copy())
    if not np.array_equal(given, histories):
        raise ScoreError(f"{recommender.name} changed the histories that score() was given: it must leave them alone.")
    expected = (len(users), n_items + 1)
    if type(scores) is not np.ndarray or scores.shape != expected or scores.dtype != np.float32:
        got = f"{scores.dtype} {scores.shape}" if type(scores) is np.ndarray else type(scores).__name__
        raise ScoreError(f"{recommender.name} answered with {got} where float32 {expected} scores were due.")
    return scores


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


def _rank_block(
    recommender: Recommender, holdout: Holdout, members: slice, theirs: slice, top: Top | None
) -> tuple[Int64Array, Int64Array, Int32Array]:
    """`better` and `tied` of consecutive users' targets, those at `theirs` in the holdout, and the users' lists."""
    scores = _score_block(recommender, holdout.history, np.arange(members.start, members.stop))
    if holdout.zeroes_seen:
        scores = scores.copy()  # they may be the model's own, or not to be written to
        scores[_histories(holdout.history, members)] = 0
    rows, targets = holdout.users[theirs] - members.start, holdout.targets[theirs]
    if holdout.negatives is not None:
        better, tied = _count_sample(scores, targets, rows, holdout.negatives[theirs])
    else:
        better, tied = _count_all(scores, targets, rows, *_seen(holdout, members))
    lists = _list_block(scores, holdout, members, theirs, top) if top else np.empty((len(scores), 0), np.int32)
    return better, tied, lists


def _seen(holdout: Holdout, members: slice) -> tuple[Int64Array, Int32Array]:
    """What of consecutive users' histories is no candidate: (n_seen,) the row of each item, and the items."""
    rows, seen = _histories(holdout.history, members)
    return (rows[:0], seen[:0]) if holdout.ranks_seen else (rows, seen)


def _histories(history: Sequences, members: slice) -> tuple[Int64Array, Int32Array]:
    """Consecutive users' histories: (n_seen,) the row of each item, and the items."""
    bounds = history.offsets[members.start : members.stop + 1]
    rows = np.repeat(np.arange(members.stop - members.start), np.diff(bounds))
    return rows, history.items[bounds[0] : bounds[-1]]


def _list_block(scores: Float32Array, holdout: Holdout, members: slice, theirs: slice, top: Top) -> Int32Array:
    """The first candidates of consecutive users, (B, K); nothing but padding for those without a target."""
    rows, targets = holdout.users[theirs] - members.start, holdout.targets[theirs]
    if holdout.negatives is not None:
        is_candidate = np.zeros(scores.shape, dtype=bool)
        is_candidate[rows[:, None], holdout.negatives[theirs]] = True
    else:
        is_candidate = np.ones(scores.shape, dtype=bool)
        is_candidate[_seen(holdout, members)] = False
    is_candidate[rows, targets] = True
    is_candidate[:, PADDING] = False
    lists = np.full((len(scores), top.k), PADDING, dtype=np.int32)
    for row in np.unique(rows).tolist():  # one by one, or a block in which all is tied would take gigabytes
        items = np.flatnonzero(is_candidate[row])
        first = _first(scores[row, items], items, members.start + row, top)
        lists[row, : len(first)] = first
    return lists


def _first(scores: Float32Array, items: Int64Array, user: int, top: Top) -> Int64Array:
    """The items of the greatest scores, at most K, the best first: (n,), (n,) -> (min(n, K),)."""
    if len(items) > top.k:
        enough = scores >= np.partition(scores, -top.k)[-top.k]
        scores, items = scores[enough], items[enough]
    return items[np.lexsort((_shuffled(user, items, top.seed), -scores))[: top.k]]


def _shuffled(user: int, items: Int64Array, seed: int) -> npt.NDArray[np.uint64]:
    """A number for each item, as if drawn for this user: the order of these numbers is a random one.

    Made by the finaliser of SplitMix64 (Steele et al. 2014), each time with one more of the three put in. It does not
    depend on which items are asked for, as a draw would.
    """
    mixed = _mix(np.array([seed], dtype=np.uint64))
    return _mix(_mix(mixed ^ np.uint64(user)) ^ items.astype(np.uint64))


def _mix(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _score_block(recommender: Recommender, history: Sequences, members: Int64Array) -> Float32Array:
    """The members' scores, (len(members), n_items + 1), computed in a block of the fixed size and checked."""
    size = block_size(history.n_items)
    users = np.resize(members, size)
    histories = latest_items(history, users, _history_length(recommender))
    scores = ask_scores(recommender, users, histories, history.n_items)
    scores = scores[: len(members)]
    extremes = scores[:, 1:].min(axis=1), scores[:, 1:].max(axis=1)  # NaN if any is
    wrong = ~np.isfinite(extremes).all(axis=0)
    if wrong.any():
        raise ScoreError(
            f"{recommender.name} gave NaN or infinite scores to {wrong.sum()} of {len(members)} users "
            f"(the first is user {members[wrong][0]}): its training diverged, which a smaller learning rate may "
            "mend, or its score() is wrong."
        )
    return scores


def _history_length(recommender: Recommender) -> int | None:
    length = recommender.history_length
    if length is not None and (not isinstance(length, int | np.integer) or length < 1):
        raise ScoreError(f"{recommender.name} has {length!r} for history_length: give None or a whole number from 1.")
    return length


def _count_all(
    scores: Float32Array, targets: Int64Array, rows: Int64Array, seen_rows: Int64Array, seen: Int32Array
) -> tuple[Int64Array, Int64Array]:
    """`better` and `tied` of each target among all items but the seen ones and the other targets of its row.

    Args:
        scores: (B, n_items + 1)
        targets: (n,)
        rows: (n,) the row of each target, ascending.
        seen_rows, seen: (n_seen,) what is no candidate, and in which row.
    """
    rival_rows, no_rivals = np.concatenate([seen_rows, rows]), np.concatenate([seen, targets])
    better, tied = np.zeros_like(targets), np.zeros_like(targets)
    nth = np.arange(len(rows)) - np.searchsorted(rows, rows)
    for number in range(nth.max(initial=-1) + 1):  # each row's first target, then the second of those that have one
        these = np.flatnonzero(nth == number)
        counted = np.arange(len(scores)) if number == 0 else rows[these]  # not copied where most rows have a target
        place = np.full(len(scores), -1)
        place[counted] = np.arange(len(counted))
        of_counted = np.zeros(len(counted), dtype=np.int64)
        of_counted[place[rows[these]]] = targets[these]
        kept = place[rival_rows] >= 0
        rivals = place[rival_rows[kept]], no_rivals[kept]
        above, level = _count(scores if number == 0 else scores[counted], of_counted, *rivals)
        better[these], tied[these] = above[place[rows[these]]], level[place[rows[these]]]
    return better, tied


def _count(
    scores: Float32Array, targets: Int64Array, rows: Int64Array, no_rivals: Int64Array
) -> tuple[Int64Array, Int64Array]:
    """Candidates above each row's target and level with it; what is counted of a row without one means nothing.

    Args:
        scores: (n, n_items + 1)
        targets: (n,) one a row; the padding where there is none.
        rows, no_rivals: (n_seen,) the items that are no candidates beside the target, and in which row.
    """
    everyone = np.arange(len(targets))
    target_scores = scores[everyone, targets][:, None]
    above = scores > target_scores
    above[:, PADDING] = False
    above[rows, no_rivals] = False
    better = _count_true(above)
    del above
    level = scores == target_scores
    level[:, PADDING] = False
    level[rows, no_rivals] = False
    level[everyone, targets] = True
    return better, _count_true(level)


def _count_sample(
    scores: Float32Array, targets: Int64Array, rows: Int64Array, negatives: Int32Array
) -> tuple[Int64Array, Int64Array]:
    """As `_count_all`, where each target has candidates of its own.

    Args:
        negatives: (n, N) what each target is ranked against, filled up with padding.
    """
    target_scores = scores[rows, targets][:, None]
    their_scores = scores[rows[:, None], negatives]
    is_item = negatives != PADDING
    better: Int64Array = ((their_scores > target_scores) & is_item).sum(axis=1)
    tied: Int64Array = 1 + ((their_scores == target_scores) & is_item).sum(axis=1)
    return better, tied


def _count_true(mask: npt.NDArray[np.bool_]) -> Int64Array:
    """(B,) how many of each row are true: over packed bits, which is three times as fast as a sum over the row."""
    ones: Int64Array = np.bitwise_count(np.packbits(mask, axis=1)).sum(axis=1, dtype=np.int64)
    return ones
