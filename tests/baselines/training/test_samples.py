"""Samples against loops over users and places. Every item is a different one here, so that an item names its place."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_baselines.training.samples import (
    OverlappingWindows,
    Samples,
    cut_windows,
    end_windows,
    instances,
    shift_left,
    sliding_windows,
)
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Sequences

LiteralInstances = Callable[[Sequences, int], list[tuple[int, list[int]]]]
Windows = Callable[[Sequences, int, int, np.random.Generator], Iterator[Samples]]

user_lengths = st.lists(st.integers(0, 12), min_size=1, max_size=8).filter(lambda lengths: max(lengths) > 1)
window_lengths = st.integers(1, 7)
batch_sizes = st.integers(1, 20)
seeds = st.integers(0, 2**32 - 1)


def sequences(lengths: list[int]) -> Sequences:
    """Users of these lengths; the interaction at place p of the flat array is with item p + 1."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    items = np.arange(1, offsets[-1] + 1, dtype=np.int32)
    return Sequences(items=items, times=np.arange(offsets[-1]), offsets=offsets, n_items=len(items))


def rows_of(train: Sequences) -> list[list[int]]:
    return [train.items[start:end].tolist() for start, end in pairwise(train.offsets)]


def literal_sliding(train: Sequences, length: int) -> list[tuple[int, list[int], int]]:
    """(user, items seen, target) of every item but a user's first."""
    return [
        (user, row[max(0, place - length) : place], row[place])
        for user, row in enumerate(rows_of(train))
        for place in range(1, len(row))
    ]


def split_row(inputs: list[int], targets: list[int]) -> tuple[list[int], list[int]]:
    """A row without the padding, which may only stand on the right."""
    n_items = sum(item != PADDING for item in inputs)
    assert inputs[n_items:] == [PADDING] * (len(inputs) - n_items)
    assert targets[n_items:] == [PADDING] * (len(inputs) - n_items)
    return inputs[:n_items], targets[:n_items]


def unpadded(batches: Iterator[Samples]) -> list[tuple[int, list[int], list[int]]]:
    """(user, inputs, targets) of every row of all batches."""
    return [
        (user, *split_row(inputs, targets))
        for batch in batches
        for user, inputs, targets in zip(
            batch.users.tolist(), batch.inputs.tolist(), batch.targets.tolist(), strict=True
        )
    ]


@given(user_lengths, window_lengths, batch_sizes, seeds)
def test_sliding_windows_equal_a_literal_loop(lengths: list[int], length: int, batch_size: int, seed: int) -> None:
    train = sequences(lengths)
    rows = unpadded(sliding_windows(train, length, batch_size, np.random.default_rng(seed)))
    assert all(targets[:-1] == [PADDING] * (len(inputs) - 1) for _, inputs, targets in rows)
    found = [(user, inputs, targets[-1]) for user, inputs, targets in rows]
    assert sorted(found) == literal_sliding(train, length)


@given(user_lengths, window_lengths, batch_sizes, seeds)
def test_cut_windows_are_a_partition_of_each_user(lengths: list[int], length: int, batch_size: int, seed: int) -> None:
    train = sequences(lengths)
    pieces = unpadded(cut_windows(train, length, batch_size, np.random.default_rng(seed)))
    for user, row in enumerate(rows_of(train)):
        own = sorted((inputs, targets) for owner, inputs, targets in pieces if owner == user)
        assert [item for inputs, _ in own for item in inputs] == row[:-1]
        assert [item for _, targets in own for item in targets] == row[1:]
        assert all(len(inputs) == length for inputs, _ in own[1:-1])
        assert all(1 <= len(inputs) <= length for inputs, _ in own)


@given(user_lengths, window_lengths, batch_sizes, seeds)
def test_end_windows_are_whole_from_the_end(lengths: list[int], length: int, batch_size: int, seed: int) -> None:
    train = sequences(lengths)
    expected = []
    for user, row in enumerate(rows_of(train)):
        end = len(row) - 1
        while end > 0:
            start = max(0, end - length)
            expected.append((user, row[start:end], row[start + 1 : end + 1]))
            end = start
    found = unpadded(end_windows(train, length, batch_size, np.random.default_rng(seed)))
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("windows", [sliding_windows, cut_windows, end_windows])
@given(user_lengths, window_lengths, batch_sizes, seeds)
def test_every_item_but_a_first_is_a_target_once_after_its_input(
    windows: Windows, lengths: list[int], length: int, batch_size: int, seed: int
) -> None:
    train = sequences(lengths)
    rows = unpadded(windows(train, length, batch_size, np.random.default_rng(seed)))
    predicted = [
        (given_item, target)
        for _, inputs, targets in rows
        for given_item, target in zip(inputs, targets, strict=True)
        if target != PADDING
    ]
    assert sorted(predicted) == [pair for row in rows_of(train) for pair in pairwise(row)]


@pytest.mark.parametrize(("windows", "rows_per_batch"), [(sliding_windows, 12), (cut_windows, 2), (end_windows, 2)])
def test_batches_are_full_but_for_the_last(windows: Windows, rows_per_batch: int) -> None:
    sizes = [len(batch.users) for batch in windows(sequences([40, 3, 25]), 5, 12, np.random.default_rng(0))]
    assert set(sizes[:-1]) == {rows_per_batch}
    assert 1 <= sizes[-1] <= rows_per_batch


def test_a_batch_holds_at_least_one_piece() -> None:
    sizes = [len(batch.users) for batch in cut_windows(sequences([9]), 5, 2, np.random.default_rng(0))]
    assert set(sizes) == {1}


@pytest.mark.parametrize("windows", [sliding_windows, cut_windows, end_windows])
def test_order_is_drawn_from_the_generator(windows: Windows) -> None:
    train = sequences([30, 30, 30])
    first, again, other = (unpadded(windows(train, 5, 8, np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first != sorted(first)


def test_the_cut_is_drawn_anew_for_every_user_and_epoch() -> None:
    train, rng = sequences([12, 12]), np.random.default_rng(0)
    first_pieces = set()
    for _ in range(400):
        pieces = unpadded(cut_windows(train, 3, 8, rng))
        first_pieces.add(tuple(next(len(piece[1]) for piece in pieces if piece[1][0] == start) for start in (1, 13)))
    assert first_pieces == {(a, b) for a in (1, 2, 3) for b in (1, 2, 3)}


@given(st.lists(st.lists(st.integers(1, 99), max_size=6), min_size=1, max_size=5), st.integers(1, 4))
def test_shift_left_moves_the_padding_to_the_right(rows: list[list[int]], extra: int) -> None:
    length = max(map(len, rows)) + extra
    histories = np.array([[PADDING] * (length - len(row)) + row for row in rows])
    before = histories.copy()
    items, counts = shift_left(histories)
    assert items.tolist() == [row + [PADDING] * (length - len(row)) for row in rows]
    assert counts.tolist() == [len(row) for row in rows]
    np.testing.assert_array_equal(histories, before)


def test_full_histories_stay_as_they_are() -> None:
    items, counts = shift_left(np.array([[4, 1, 3], [2, 2, 5]]))
    assert (items.tolist(), counts.tolist()) == ([[4, 1, 3], [2, 2, 5]], [3, 3])


@pytest.mark.parametrize("windows", [sliding_windows, cut_windows, end_windows])
def test_without_any_order_to_learn_there_is_an_error(windows: Windows) -> None:
    with pytest.raises(InputError, match="nothing to learn an order from"):
        list(windows(sequences([1, 0, 1]), 5, 10, np.random.default_rng(0)))


@pytest.mark.parametrize(("length", "n_targets"), [(5, 3), (1, 1), (4, 1), (15, 10)])
def test_instances_equal_literal_windows(
    uneven: Sequences, literal_instances: LiteralInstances, length: int, n_targets: int
) -> None:
    users, windows = instances(uneven, length, n_targets)
    assert windows.shape[1] == length + n_targets
    found = list(zip(users.tolist(), windows.tolist(), strict=True))
    assert found == literal_instances(uneven, length + n_targets)


def test_users_without_interactions_have_no_instance() -> None:
    train = Sequences(np.array([4, 2], dtype=np.int32), np.array([0, 1]), np.array([0, 0, 2, 2]), n_items=4)
    users, windows = instances(train, 2, 1)
    assert (users.tolist(), windows.tolist()) == ([1], [[0, 4, 2]])


@given(user_lengths, window_lengths, st.integers(0, 9), seeds)
def test_overlapping_windows_equal_a_literal_loop(lengths: list[int], length: int, step: int, seed: int) -> None:
    train = sequences(lengths)
    expected = []
    for row in rows_of(train):
        begins = [max(len(row) - length, 0)] if row else []
        while step and begins and begins[-1] > 0:
            begins.append(max(begins[-1] - step, 0))
        expected += [row[begin : begin + length] for begin in begins]
    windows = OverlappingWindows(train, length, step)
    assert len(windows) == len(expected)
    chosen = np.random.default_rng(seed).permutation(len(expected))
    items, counts = windows.rows(chosen)
    assert items.shape == (len(chosen), counts.max())
    found = [row[:n] for row, n in zip(items.tolist(), counts, strict=True)]
    assert found == [expected[number] for number in chosen]
    assert not items[np.arange(items.shape[1]) >= counts[:, None]].any()


def test_windows_of_users_with_an_item_each_are_refused() -> None:
    with pytest.raises(InputError, match="nothing to learn an order from"):
        OverlappingWindows(sequences([1, 0, 1]), 5, 2)
