"""Training samples cut from sequences by index arithmetic on the flat arrays: no loop over users, no copies of data.

Inputs are filled with padding on the right here, unlike the histories that `Recommender.score` is given: a causal
net then needs no mask, since what stands after an item can't change its output.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array, Sequences


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs and, at each place, the item that came next."""

    users: Int64Array
    """(B,)"""
    inputs: Int64Array
    """(B, L) item ids, oldest first, filled with padding on the right."""
    targets: Int64Array
    """(B, L) the item after each input to be predicted, or padding where there is nothing to predict."""


def transitions(train: Sequences) -> Int64Array:
    """Where the items stand that come after another one of the same user: all but each user's first.

    Raises:
        InputError: There are none.
    """
    found = np.flatnonzero(np.arange(train.n_interactions) > train.offsets[train.users])
    if len(found) == 0:
        raise InputError(
            "No user has two training interactions, so there is nothing to learn an order from: "
            "give data with users of four or more interactions."
        )
    return found


def sliding_windows(train: Sequences, length: int, batch_size: int, rng: np.random.Generator) -> Iterator[Samples]:
    """Every item but a user's first is the target of one sample, with the up to `length` items before it as input.

    Yields:
        Batches of `batch_size` targets in random order (the last one may be smaller).
    """
    users = train.users
    positions = rng.permutation(transitions(train))
    for first in range(0, len(positions), batch_size):
        ends = positions[first : first + batch_size]
        starts = np.maximum(ends - length, train.offsets[users[ends]])
        inputs, following = _pieces(train, starts, ends, length)
        targets = np.full_like(inputs, PADDING)
        last = np.arange(len(ends)), ends - starts - 1
        targets[last] = following[last]
        yield Samples(users[ends], inputs, targets)


def cut_windows(train: Sequences, length: int, batch_size: int, rng: np.random.Generator) -> Iterator[Samples]:
    """Each user's sequence is cut into pieces of `length` inputs, and every place of a piece predicts the next item.

    Every item but a user's first is a target once; where the pieces begin is drawn anew for every user.

    Yields:
        Batches, in random order, of as many pieces as have about `batch_size` targets.
    """
    inputs_at = transitions(train) - 1
    shift = rng.integers(0, length, train.n_users)
    yield from _cut(train, inputs_at, shift, length, batch_size, rng)


def end_windows(train: Sequences, length: int, batch_size: int, rng: np.random.Generator) -> Iterator[Samples]:
    """As `cut_windows`, but cut from the end: the latest `length` inputs of a user are one piece, then those before."""
    inputs_at = transitions(train) - 1
    yield from _cut(train, inputs_at, 1 - train.lengths, length, batch_size, rng)


def _cut(
    train: Sequences, inputs_at: Int64Array, shift: Int64Array, length: int, batch_size: int, rng: np.random.Generator
) -> Iterator[Samples]:
    """A piece begins with a user's first input, and wherever the place in the sequence and the user's shift say so."""
    users = train.users[inputs_at]
    within = inputs_at - train.offsets[users]  # place in the user's sequence
    begins = (within == 0) | ((within + shift[users]) % length == 0)
    starts = inputs_at[begins]
    start_of_piece = np.cumsum(begins) - 1
    ends = starts + np.bincount(start_of_piece, minlength=len(starts))
    users = users[begins]
    order = rng.permutation(len(starts))
    pieces = max(1, batch_size // length)
    for first in range(0, len(order), pieces):
        chosen = order[first : first + pieces]
        inputs, targets = _pieces(train, starts[chosen], ends[chosen], length)
        yield Samples(users[chosen], inputs, targets)


def instances(train: Sequences, length: int, n_targets: int) -> tuple[Int64Array, Int64Array]:
    """Every window of `length` + `n_targets` consecutive items of a user; one, filled up, for a shorter sequence.

    Returns:
        (M,) users and (M, length + n_targets) item ids, filled with padding on the left.
    """
    size = length + n_targets
    within = np.arange(train.n_interactions) - train.offsets[train.users]  # place in the user's sequence
    is_last = within == train.lengths[train.users] - 1
    ends = np.flatnonzero((within >= size - 1) | is_last)
    steps_back = np.arange(size - 1, -1, -1)
    inside = steps_back <= within[ends][:, None]
    windows = np.where(inside, train.items[np.where(inside, ends[:, None] - steps_back, 0)], PADDING)
    return train.users[ends], windows.astype(np.int64)


class OverlappingWindows:
    """Windows of up to `length` items of every user: the latest, and as far as there are more, each `step` before.

    The earliest one begins with the user's first item, whatever it overlaps. A shorter sequence is one window.
    """

    def __init__(self, train: Sequences, length: int, step: int) -> None:
        """
        Args:
            step: Places from a window to the next; 0 for the latest windows alone.

        Raises:
            InputError: No user has two items.
        """
        transitions(train)
        users = np.flatnonzero(train.lengths)
        beyond = np.maximum(train.lengths[users] - length, 0)  # places before the latest window
        numbers = -(-beyond // step) if step else np.zeros_like(beyond)
        owners = np.repeat(np.arange(len(users)), numbers + 1)
        back = np.arange(len(owners)) - np.repeat(np.cumsum(numbers + 1) - numbers - 1, numbers + 1)
        begins = np.maximum(beyond[owners] - step * back, 0)
        self._train = train
        self._length = length
        self._starts = train.offsets[users][owners] + begins
        self._counts = np.minimum(train.lengths[users], length)[owners]

    def __len__(self) -> int:
        return len(self._starts)

    def rows(self, chosen: Int64Array) -> tuple[Int64Array, Int64Array]:
        """The items of these windows, filled with padding on the right, and their numbers.

        Args:
            chosen: (B,) numbers of windows.

        Returns:
            (B, L) item ids, L the most items of any, and (B,) counts.
        """
        starts, counts = self._starts[chosen], self._counts[chosen]
        items, _ = _pieces(self._train, starts, starts + counts, int(counts.max()))
        return items, counts


def _pieces(train: Sequences, starts: Int64Array, ends: Int64Array, length: int) -> tuple[Int64Array, Int64Array]:
    """The items at starts .. ends - 1, filled up to `length` on the right, and the items that follow each of them."""
    positions = starts[:, None] + np.arange(length)  # (B, L)
    inside = positions < ends[:, None]
    positions = np.where(inside, positions, 0)
    inputs = np.where(inside, train.items[positions], PADDING)
    following = np.where(inside, train.items[np.minimum(positions + 1, train.n_interactions - 1)], PADDING)
    return inputs.astype(np.int64), following.astype(np.int64)


def filled_left(histories: Int64Array, length: int) -> Int64Array:
    """Histories of at most `length` items, filled with padding on the left up to it: (B, L) -> (B, length)."""
    return np.pad(histories, ((0, 0), (length - histories.shape[1], 0)), constant_values=PADDING)


def shift_left(histories: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Histories filled with padding on the left, filled on the right instead, and the number of items of each.

    Args:
        histories: (B, L)

    Returns:
        (B, L) item ids and (B,) counts.
    """
    length = histories.shape[1]
    counts = (histories != PADDING).sum(axis=1)
    positions = (np.arange(length) + (length - counts)[:, None]) % length
    return np.take_along_axis(histories, positions, axis=1), counts


def shift_right(weights: Float32Array, counts: Int64Array) -> Float32Array:
    """(B, L, L) weights between the places that `shift_left` gives, for those of the histories that it was given.

    Rows and columns of padding hold 0.
    """
    length = weights.shape[1]
    places = np.arange(length) - (length - counts)[:, None]  # (B, L), below 0 at padding
    moved = np.take_along_axis(weights, places[:, :, None] % length, axis=1)
    moved = np.take_along_axis(moved, places[:, None, :] % length, axis=2)
    return np.where((places >= 0)[:, :, None] & (places >= 0)[:, None, :], moved, 0)
