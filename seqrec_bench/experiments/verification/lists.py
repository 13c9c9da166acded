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
    if len(lists.items) != len(ranks.better) or len(ranks.better) != len(split.test.users):
        return f"it has the lists of {len(lists.items)} users, and {len(split.test.users)} are evaluated"
    for says, wrong in _wrong(lists.items, ranks, split.test):
        if wrong.any():
            return f"{wrong.sum()} of its lists {says} (the first is that of user {split.test.users[wrong][0]})"
    return None


def _wrong(items: Int32Array, ranks: Ranks, test: Holdout) -> Iterator[tuple[str, BoolArray]]:
    """What may be wrong with lists, in words, and with which of them it is: (n_evaluated,) each."""
    is_item: BoolArray = items != PADDING
    due: BoolArray = np.arange(items.shape[1]) < _n_listed(test)[:, None]
    yield "have another length than they can have", _in_any(is_item ^ due)
    ordered = np.sort(items, axis=1)
    yield "have an item twice", _in_any((np.diff(ordered, axis=1) == 0) & (ordered[:, 1:] != PADDING))
    yield "have an item that is no candidate", _in_any(~_are_candidates(items, test))
    is_target = items == test.targets[:, None]
    place, is_there = is_target.argmax(axis=1), is_target.any(axis=1)
    counted_twice = n_candidates(test) - _n_listed(test)  # in ranks, and once in lists
    fits = (ranks.better - counted_twice <= place) & (place < ranks.better + ranks.tied)
    may_lack = ranks.better + ranks.tied > items.shape[1]
    yield "have the target where its rank is another", np.where(is_there, ~fits, ~may_lack)


def _n_listed(test: Holdout) -> Int64Array:
    """(n_evaluated,) how many different candidates each target has, itself included."""
    return n_candidates(test) if test.negatives is None else 1 + n_different(test.negatives)


def _are_candidates(items: Int32Array, test: Holdout) -> BoolArray:
    """(n_evaluated, K) which of the lists' items are candidates of their users, or padding."""
    fine: BoolArray = (items == PADDING) | (items == test.targets[:, None])
    if test.negatives is not None:
        fine |= (items[:, :, None] == test.negatives[:, None, :]).any(axis=2)
        return fine
    if test.ranks_seen:
        return np.ones_like(fine)
    pairs = test.users[:, None] * (test.history.n_items + 1) + items
    fine |= ~np.isin(pairs, test.history.pairs)
    return fine


def _in_any(mask: BoolArray) -> BoolArray:
    """(n,) whether any of a row's entries is true."""
    found: BoolArray = np.logical_or.reduce(mask, axis=1)
    return found
