from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import Sequences

shapes = st.integers(1, 15).flatmap(lambda n_items: st.tuples(st.just(n_items), st.integers(1, n_items)))


def rows(sequences: Sequences) -> np.ndarray:
    return sequences.items.reshape(sequences.n_users, -1)


def n_successors(sequences: Sequences) -> np.ndarray:
    """How many different items follow each item that is followed at all."""
    pairs = {(a, b) for row in rows(sequences).tolist() for a, b in pairwise(row)}
    return np.bincount([a for a, _ in pairs])[1:]


@given(shape=shapes, n_users=st.integers(1, 20), order=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_sequences_are_what_the_contract_says(shape: tuple[int, int], n_users: int, order: float, seed: int) -> None:
    n_items, length = shape
    sequences = synthetic_sequences(n_users, n_items, length, order, seed)
    assert (sequences.n_users, sequences.n_items) == (n_users, n_items)
    assert sequences.items.dtype == np.int32
    assert sequences.items.min() >= 1 and sequences.items.max() <= n_items
    assert all(len(set(row)) == length for row in rows(sequences).tolist())
    np.testing.assert_array_equal(sequences.lengths, length)
    np.testing.assert_array_equal(sequences.times, np.tile(np.arange(length), n_users))


@given(n_items=st.integers(2, 30), seed=st.integers(0, 2**32 - 1))
def test_full_order_is_one_cycle_through_all_items(n_items: int, seed: int) -> None:
    sequences = synthetic_sequences(n_users=30, n_items=n_items, length=n_items, order=1, seed=seed)
    assert n_successors(sequences).max() == 1
    starts = rows(sequences)[:, 0]
    for row in rows(sequences):  # every sequence is the same cycle, begun elsewhere
        np.testing.assert_array_equal(np.roll(row, -np.flatnonzero(row == starts[0])[0]), rows(sequences)[0])


def test_order_is_the_share_of_steps_that_follow_the_cycle() -> None:
    successors = {}
    for row in rows(synthetic_sequences(200, 50, 10, order=1, seed=3)).tolist():
        successors.update(pairwise(row))
    for order in (0.3, 0.8):
        steps = rows(synthetic_sequences(2000, 50, 10, order=order, seed=3)).tolist()
        followed = np.mean([successors[a] == b for row in steps for a, b in pairwise(row)])
        assert followed == pytest.approx(order, abs=0.03)


def test_without_order_the_next_item_is_uniform_over_the_unseen() -> None:
    items = rows(synthetic_sequences(n_users=30_000, n_items=6, length=4, order=0, seed=4))
    for position in range(4):
        counts = np.bincount(items[:, position], minlength=7)[1:]
        np.testing.assert_allclose(counts / 5000, 1, atol=0.06)
    following = [np.bincount(items[items[:, 2] == item, 3], minlength=7)[1:] for item in range(1, 7)]
    shares = np.array(following) / np.sum(following, axis=1, keepdims=True)
    np.testing.assert_allclose(shares, (1 - np.eye(6)) / 5, atol=0.03)


def test_the_seed_decides() -> None:
    first, again, other = (synthetic_sequences(20, 30, 8, order=0.5, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.items, again.items)
    assert not np.array_equal(first.items, other.items)


@pytest.mark.parametrize("length", [0, 6])
def test_a_length_that_distinct_items_cannot_have_is_refused(length: int) -> None:
    with pytest.raises(InputError, match=f"Sequences of {length} distinct items"):
        synthetic_sequences(n_users=3, n_items=5, length=length, order=0.5, seed=0)


@pytest.mark.parametrize("order", [-0.1, 1.1, float("nan")])
def test_an_order_that_is_no_probability_is_refused(order: float) -> None:
    with pytest.raises(InputError, match="give a probability"):
        synthetic_sequences(n_users=3, n_items=5, length=2, order=order, seed=0)
