from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from seqrec_baselines.training.negatives import UnseenItems
from seqrec_bench.recommender import PADDING, Sequences

N_ITEMS = 6
histories = st.lists(st.lists(st.integers(1, N_ITEMS), max_size=10), min_size=1, max_size=6).filter(any)


def sequences(rows: list[list[int]]) -> Sequences:
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    return Sequences(items=items, times=np.arange(len(items)), offsets=offsets, n_items=N_ITEMS)


@given(histories, st.integers(0, 7), st.integers(0, 2**32 - 1))
def test_never_seen_by_the_user_unless_all_are(rows: list[list[int]], n_draws: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    users = rng.integers(0, len(rows), 15)
    drawn = UnseenItems(sequences(rows)).draw(users, n_draws, rng)
    assert drawn.shape == (15, n_draws)
    everything = set(range(1, N_ITEMS + 1))
    for user, items in zip(users, drawn, strict=True):
        assert set(items.tolist()) <= (everything - set(rows[user]) or everything)


def test_uniform_over_what_is_unseen() -> None:
    unseen = UnseenItems(sequences([[2, 5, 2], [], [1, 2, 3, 4, 5]]))
    drawn = unseen.draw(np.array([0, 1, 2]), 20_000, np.random.default_rng(0))
    for row, expected in zip(drawn, [[1, 3, 4, 6], [1, 2, 3, 4, 5, 6], [6]], strict=True):
        items, counts = np.unique(row, return_counts=True)
        assert items.tolist() == expected
        assert len(expected) == 1 or chisquare(counts).pvalue > 0.001


def test_who_has_the_whole_catalogue_gets_any_item() -> None:
    unseen = UnseenItems(sequences([[1, 2, 3], [6, 5, 4, 3, 2, 1, 1]]))
    drawn = unseen.draw(np.array([1, 0, 1]), 2_000, np.random.default_rng(0))
    assert [set(row) for row in drawn.tolist()] == [{1, 2, 3, 4, 5, 6}, {4, 5, 6}, {1, 2, 3, 4, 5, 6}]


@given(histories, st.integers(0, 7), st.integers(0, 2**32 - 1))
def test_different_ones_are_unseen_and_as_many_as_there_are(rows: list[list[int]], n_draws: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    users = rng.integers(0, len(rows), 15)
    drawn = UnseenItems(sequences(rows)).draw_different(users, n_draws, rng)
    assert drawn.shape == (15, n_draws)
    for user, row in zip(users, drawn.tolist(), strict=True):
        free = set(range(1, N_ITEMS + 1)) - set(rows[user])
        items = [item for item in row if item != PADDING]
        assert len(items) == len(set(items)) == min(n_draws, len(free))
        assert set(items) <= free


@pytest.mark.parametrize("n_draws", [2, 3])  # the items are drawn, or those that are left out
def test_each_set_of_different_ones_is_as_likely(n_draws: int) -> None:
    unseen = UnseenItems(sequences([[2], [1, 2, 3]]))
    drawn = unseen.draw_different(np.zeros(5_000, dtype=np.int64), n_draws, np.random.default_rng(0))
    sets, counts = np.unique(np.sort(drawn, axis=1), axis=0, return_counts=True)
    assert sets.tolist() == [list(some) for some in combinations([1, 3, 4, 5, 6], n_draws)]
    assert chisquare(counts).pvalue > 0.001
