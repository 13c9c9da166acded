"""How many users are scored at once, and that ranking them stays below 1 GiB in a catalogue of two million items."""

import tracemalloc
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.split import Holdout
from seqrec_bench.evaluation.ranking import (
    MAX_BLOCK_BYTES,
    MAX_BLOCK_SIZE,
    Top,
    block_size,
    rank_and_list,
    rank_targets,
)
from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences

N_ITEMS = 2_000_000
GIB = 2**30


class Ascending:
    """Scores item i with i, and allocates nothing but the scores."""

    name: ClassVar[str] = "ascending"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False

    def __init__(self, history_length: int | None) -> None:
        self.history_length = history_length
        self.n_parameters = 0
        self.block_sizes: list[int] = []

    def fit(self, train: Sequences, context: FitContext) -> None: ...

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self.block_sizes.append(len(users))
        scores = np.empty((len(users), N_ITEMS + 1), dtype=np.float32)
        scores[:] = np.arange(N_ITEMS + 1, dtype=np.float32)
        return scores


class Constant(Ascending):
    """Scores all items alike."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        return np.zeros((len(users), N_ITEMS + 1), dtype=np.float32)


def holdout_of(lengths: list[int]) -> Holdout:
    """Users who had the items 1, 2, ... and whose target is the one before the last of the catalogue."""
    items = np.concatenate([np.arange(1, length + 1, dtype=np.int32) for length in lengths])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    history = Sequences(items=items, times=np.zeros(len(items), dtype=np.int64), offsets=offsets, n_items=N_ITEMS)
    users = np.arange(len(lengths))
    return Holdout(history=history, users=users, targets=np.full(len(users), N_ITEMS - 1))


def peak_of(run: Callable[[], object]) -> int:
    """Bytes that were allocated at most while it ran: NumPy tells tracemalloc of its arrays."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_one_block_of_scores_is_alive_at_a_time() -> None:
    holdout, scorer = holdout_of([3] * 40), Ascending(history_length=1)
    peak = peak_of(lambda: rank_targets(scorer, holdout))
    assert scorer.block_sizes == [16, 16, 16]
    assert MAX_BLOCK_BYTES * 0.9 < peak < MAX_BLOCK_BYTES * 1.4  # the scores, a mask, and its bits


def test_whole_histories_of_the_whole_catalogue_stay_below_the_bound() -> None:
    holdout = holdout_of([N_ITEMS, 5, N_ITEMS])
    peak = peak_of(lambda: rank_targets(Ascending(history_length=None), holdout))
    assert 4 * MAX_BLOCK_BYTES < peak < GIB


@pytest.mark.parametrize("scorer", [Ascending, Constant])
def test_lists_stay_below_the_bound_too(scorer: type[Ascending]) -> None:
    holdout = holdout_of([5, N_ITEMS, 5])
    peak = peak_of(lambda: rank_and_list(scorer(history_length=1), holdout, Top(10, 0)))
    assert MAX_BLOCK_BYTES < peak < GIB


def test_ranks_in_a_large_catalogue_are_the_known_ones() -> None:
    ranks = rank_targets(Ascending(history_length=1), holdout_of([3, N_ITEMS - 2, N_ITEMS, *[2] * 20]))
    assert ranks.better.tolist() == [1, 1, 0, *[1] * 20]
    assert ranks.tied.tolist() == [1] * 23


@given(st.integers(1, 2**31))
def test_a_block_is_the_greatest_power_of_two_within_its_bounds(n_items: int) -> None:
    size = block_size(n_items)
    fitting = [2**k for k in range(9) if 2**k * 4 * (n_items + 1) <= MAX_BLOCK_BYTES]
    assert size == max(fitting, default=1)


@pytest.mark.parametrize(
    ("n_items", "size"), [(1_682, 256), (84_432, 256), (131_071, 256), (131_072, 128), (2_000_000, 16), (10**9, 1)]
)
def test_blocks_of_known_catalogues(n_items: int, size: int) -> None:
    assert block_size(n_items) == size <= MAX_BLOCK_SIZE
