"""Sequences whose predictability is known: data on which the right answer to "does it learn?" is not in doubt."""

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int64Array, Sequences


def synthetic_sequences(n_users: int, n_items: int, length: int, order: float, seed: int) -> Sequences:
    """Returns sequences in which each item has one fixed successor, followed with probability `order`.

    The successors form one cycle through all items. A sequence starts anywhere; its next item is the successor of the
    last one with probability `order`, unless the user has had that already, and otherwise any item that the user has
    not had, with equal chances. Thus order 1 is fully predictable from the last item, and order 0 is pure noise, in
    which every scorer hits with a known chance. No item repeats within a user; times are positions.

    Raises:
        InputError: `length` distinct items can't be drawn from `n_items`, or `order` is no probability.
    """
    if not 1 <= length <= n_items:
        raise InputError(f"Sequences of {length} distinct items can't be drawn from {n_items}: choose 1 to {n_items}.")
    if not 0 <= order <= 1:
        raise InputError(f"order is {order}: give a probability, from 0 to 1.")
    rng = np.random.default_rng(seed)
    successors = _cycle(n_items, rng)
    users = np.arange(n_users)
    seen = np.zeros((n_users, n_items), dtype=bool)
    items = np.empty((n_users, length), dtype=np.int64)
    for position in range(length):
        chosen = _draw_unseen(seen, rng)
        if position > 0:
            following = successors[items[:, position - 1]]
            orderly = (rng.random(n_users) < order) & ~seen[users, following]
            chosen = np.where(orderly, following, chosen)
        items[:, position] = chosen
        seen[users, chosen] = True
    return Sequences(
        items=(items.ravel() + 1).astype(np.int32),
        times=np.tile(np.arange(length), n_users),
        offsets=np.arange(n_users + 1) * length,
        n_items=n_items,
    )


def _cycle(n: int, rng: np.random.Generator) -> Int64Array:
    """The successor of each of 0..n - 1 on a random cycle through all of them."""
    order = rng.permutation(n)
    successors = np.empty_like(order)
    successors[order] = np.roll(order, -1)
    return successors


def _draw_unseen(seen: npt.NDArray[np.bool_], rng: np.random.Generator) -> Int64Array:
    """For each row, the index of one of its False entries, each with the same chance."""
    drawn: Int64Array = np.where(seen, -1.0, rng.random(seen.shape)).argmax(axis=1)
    return drawn
