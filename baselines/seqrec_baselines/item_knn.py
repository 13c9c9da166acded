"""Item-based nearest neighbours after Sarwar et al., "Item-based collaborative filtering" (WWW 2001)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Explanation, FitContext, Float32Array, Int64Array, Sequences

BLOCK = 1024
"""How many items' similarities are computed at a time, so that the full matrix never stands in memory."""


@dataclass
class ItemKNN:
    """Neighbours of items (after Sarwar et al. 2001).

    Scores an item by the sum of its similarities to those of its neighbours that are in the user's history.

    Items i and j, with users U_i and U_j, have similarity |U_i n U_j| / (sqrt(|U_i| |U_j|) + shrink). An item's
    neighbours are the items most similar to it; of equally similar ones, those with the lower ids.

    A history is scored as a set, hence `uses_order` is False. With `history_length` set, order still decides
    which items are in it, but not what they count.
    """

    n_neighbours: int = 50
    """How many neighbours an item has."""
    shrink: float = 10.0
    """Draws the similarities of items with few users towards 0."""
    history_length: int | None = None
    """How many latest items are scored; None for the whole history."""

    name: ClassVar[str] = "item-knn"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise InputError(f"item-knn.n_neighbours is {self.n_neighbours}: give a whole number from 1 up.")
        if self.shrink < 0:
            raise InputError(f"item-knn.shrink is {self.shrink}: give a number from 0 up.")
        if self.history_length is not None and self.history_length < 1:
            raise InputError(f"item-knn.history_length is {self.history_length}: give a number from 1 up, or none.")

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        blocks = _similarity_blocks(_user_sets(train), self.shrink)
        neighbours = vstack([_greatest(block, self.n_neighbours) for block in blocks])
        self._similarities = neighbours.T.tocsr()

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        rows, places = np.nonzero(histories != PADDING)
        shape = (len(histories), self._similarities.shape[0])
        known = _binary(rows, histories[rows, places], shape)
        scores: Float32Array = (known @ self._similarities).toarray().astype(np.float32)
        return scores

    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        """The similarity to each item of the history; one that stands there twice counts where it stands first."""
        similar = self._similarities[histories.ravel()].toarray().reshape(*histories.shape, -1)  # (B, L, n_items + 1)
        again = np.tril(histories[:, :, None] == histories[:, None, :], -1).any(axis=2)
        return Explanation(contributions=np.where(again[:, :, None], 0, similar).astype(np.float32))


def _user_sets(train: Sequences) -> csr_array:
    """(n_items + 1, n_users), 1 where the item has the user: each item's set of users."""
    return _binary(train.items, train.users, (train.n_items + 1, train.n_users))


def _binary(rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer], shape: tuple[int, int]) -> csr_array:
    """1 at the given places, however often each is given, and 0 elsewhere."""
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    matrix.data[:] = 1
    return matrix


def _similarity_blocks(user_sets: csr_array, shrink: float) -> Iterator[csr_array]:
    """The similarity matrix without its diagonal, a block of rows at a time."""
    sizes = user_sets.sum(axis=1)
    transposed = user_sets.T.tocsr()
    for start in range(0, len(sizes), BLOCK):
        overlaps = (user_sets[start : start + BLOCK] @ transposed).tocoo()
        rows, columns = overlaps.coords
        similarities = overlaps.data / (np.sqrt(sizes[rows + start] * sizes[columns]) + shrink)
        other = rows + start != columns
        yield csr_array((similarities[other], (rows[other], columns[other])), shape=overlaps.shape)


def _greatest(matrix: csr_array, k: int) -> csr_array:
    """The matrix with only the `k` greatest entries of each row left."""
    rows, columns = matrix.tocoo().coords
    order = np.lexsort((columns, -matrix.data, rows))
    kept = order[np.arange(len(order)) - matrix.indptr[rows[order]] < k]
    return csr_array((matrix.data[kept], (rows[kept], columns[kept])), shape=matrix.shape)
