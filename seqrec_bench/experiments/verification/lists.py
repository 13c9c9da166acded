"""The check of the lists that are kept beside records: could they be, and do the ranks say the same of the targets?"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.data.targets import n_candidates
from seqrec_bench.errors import InvalidRecordError, MissingCellsError
from seqrec_bench.experiments.examining import keep_of
from seqrec_bench.experiments.verification.data import Arrangements, n_different
from seqrec_bench.recommender import PADDING, Int32Array, Int64Array
from seqrec_bench.records import Ranks, Record, TopFile
from seqrec_bench.records.check import Check

BoolArray = npt.NDArray[np.bool_]


def check_lists(records: Sequence[Record], arrangements: Arrangements) -> Check:
    """Lists have candidates alone, each once, and the target where its rank has it; popularity is that of the data."""
    faults, n_passed = [], 0
    for record in records:
        found = arrangements.of(record)
        if record.top is None or found is None or found.dataset.fingerprint != record.recipe.dataset.fingerprint:
            continue
        fault = _fault(record.top, record.test, found.split)
        faults += [f"{record.key.path()}: {fault}: run its cell again with --keep-top."] if fault else []
        n_passed += fault is None
    return Check("lists are possible, and have targets where their ranks are", n_passed, faults)


def _fault(top: TopFile, ranks: Ranks, split: Split) -> str | None:
    try:
        lists = top.read()
    except (InvalidRecordError, MissingCellsError) as error:
        return str(error).rstrip(".")
    due = keep_of(split.train, top.k)
    if not np.array_equal(lists.popularity, due.popularity) or lists.n_users != due.n_users:
        return "the popularity beside its lists is not that of the training data"
    users = split.test.evaluated
    if len(lists.items) != ranks.n_users or ranks.n_users != len(users) or ranks.n_targets != len(split.test.users):
        return f"it has the lists of {len(lists.items)} users, and {len(users)} are evaluated"
    for says, wrong in _wrong(lists.items, ranks, split.test):
        if wrong.any():
            return f"{wrong.sum()} of its lists {says} (the first is that of user {users[wrong][0]})"
    return None


def _wrong(items: Int32Array, ranks: Ranks, test: Holdout) -> Iterator[tuple[str, BoolArray]]:
    """What may be wrong with lists, in words, and with which of them it is: (n_evaluated,) each."""
    is_item: BoolArray = items != PADDING
    due: BoolArray = np.arange(items.shape[1]) < _n_listed(test)[:, None]
    yield "have another length than they can have", _in_any(is_item ^ due)
    ordered = np.sort(items, axis=1)
    yield "have an item twice", _in_any((np.diff(ordered, axis=1) == 0) & (ordered[:, 1:] != PADDING))
    yield "have an item that is no candidate", _in_any(~_are_candidates(items, test))
    yield "have the target where its rank is another", _misplaced(items, ranks, test)


def _misplaced(items: Int32Array, ranks: Ranks, test: Holdout) -> BoolArray:
    """(n_evaluated,) whose lists have a target elsewhere than its rank says, which is one without the other targets."""
    row = np.searchsorted(test.evaluated, test.users)
    is_target = np.isin(_pairs(items, test), test.users * (test.history.n_items + 1) + test.targets)
    n_targets = np.cumsum(is_target, axis=1)[row]  # (n_targets, K) so many of the user's at this place or before
    is_it = items[row] == test.targets[:, None]
    place, is_there = is_it.argmax(axis=1), is_it.any(axis=1)
    among_rivals = place + 1 - n_targets[np.arange(len(row)), place]
    counted_twice = n_candidates(test) - _n_different(test)  # in ranks, and once in lists
    fits = (ranks.better - counted_twice <= among_rivals) & (among_rivals < ranks.better + ranks.tied)
    may_lack = ranks.better + ranks.tied > items.shape[1] - n_targets[:, -1]
    wrong = np.where(is_there, ~fits, ~may_lack)
    return np.bincount(row, weights=wrong) > 0


def _n_listed(test: Holdout) -> Int64Array:
    """(n_evaluated,) the candidates of each user's list, in which all targets stand at once."""
    width = test.history.n_items + 1
    targets = test.users * width + test.targets
    if test.negatives is not None:
        drawn = test.users[:, None] * width + test.negatives
        listed = np.union1d(drawn[test.negatives != PADDING], targets)
        return np.bincount(listed // width, minlength=test.history.n_users)[test.evaluated]
    taken_out = np.empty(0, np.int64) if test.ranks_seen else np.setdiff1d(test.history.pairs, targets)
    counts: Int64Array = width - 1 - np.bincount(taken_out // width, minlength=test.history.n_users)
    return counts[test.evaluated]


def _n_different(test: Holdout) -> Int64Array:
    """(n_targets,) how many different candidates each target has, itself included."""
    return n_candidates(test) if test.negatives is None else 1 + n_different(test.negatives)


def _are_candidates(items: Int32Array, test: Holdout) -> BoolArray:
    """(n_evaluated, K) which of the lists' items are candidates of their users, or padding."""
    width, pairs = test.history.n_items + 1, _pairs(items, test)
    fine: BoolArray = (items == PADDING) | np.isin(pairs, test.users * width + test.targets)
    if test.negatives is not None:
        fine |= np.isin(pairs, test.users[:, None] * width + test.negatives)
        return fine
    if test.ranks_seen:
        return np.ones_like(fine)
    fine |= ~np.isin(pairs, test.history.pairs)
    return fine


def _pairs(items: Int32Array, test: Holdout) -> Int64Array:
    """(n_evaluated, K) a number for each list's user with each of its items."""
    return test.evaluated[:, None] * (test.history.n_items + 1) + items


def _in_any(mask: BoolArray) -> BoolArray:
    """(n,) whether any of a row's entries is true."""
    found: BoolArray = np.logical_or.reduce(mask, axis=1)
    return found
