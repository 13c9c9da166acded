"""Drawing items that a user has not interacted with."""

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import PADDING, Int64Array, Sequences

BoolArray = npt.NDArray[np.bool_]


class UnseenItems:
    """Draws uniformly from the items that are not in a user's training sequence, by rejection.

    Whether a user has an item is looked up in one sorted array of (user, item) codes, so the memory needed is that of
    the interactions, whatever the size of the catalogue.
    """

    def __init__(self, train: Sequences) -> None:
        self._n_items = train.n_items
        self._seen = train.pairs
        self._n_seen = np.bincount(self._seen // (train.n_items + 1), minlength=train.n_users)

    def draw(self, users: Int64Array, n_draws: int, rng: np.random.Generator) -> Int64Array:
        """(B, n_draws) items, with replacement; for a user who has the whole catalogue, any items."""
        drawn = rng.integers(1, self._n_items + 1, (len(users), n_draws))
        rejectable = np.repeat(self._n_seen[users] < self._n_items, n_draws)
        pending = np.flatnonzero(rejectable)
        flat_users, flat = np.repeat(users, n_draws), drawn.ravel()
        while len(pending := pending[self._contains(flat_users[pending], flat[pending])]):
            flat[pending] = rng.integers(1, self._n_items + 1, len(pending))
        return drawn

    def draw_different(self, users: Int64Array, n_draws: int, rng: np.random.Generator) -> Int64Array:
        """(B, n_draws) different items, each set of them as likely as any other, in no order that means anything.

        A user for whom there are no more than that many gets all of them, and padding.
        """
        barred = self._rows(users)
        barred[:, PADDING] = True
        n_free = (~barred).sum(axis=1)
        wanted = np.minimum(n_draws, n_free)
        leaves_out = 2 * wanted > n_free  # the smaller set is drawn, so that few draws are in vain
        taken = _marked(barred, np.where(leaves_out, n_free - wanted, wanted), rng)
        chosen = np.where(leaves_out[:, None], ~taken & ~barred, taken & ~barred)
        rows, items = chosen.nonzero()
        drawn = np.full((len(users), n_draws), PADDING, dtype=np.int64)
        drawn[rows, np.arange(len(rows)) - (np.cumsum(wanted) - wanted)[rows]] = items
        return drawn

    def _rows(self, users: Int64Array) -> BoolArray:
        """(B, N + 1) which items the users have."""
        first, last = (np.searchsorted(self._seen, (users + end) * (self._n_items + 1)) for end in (0, 1))
        counts = last - first
        rows = np.repeat(np.arange(len(users)), counts)
        places = np.arange(len(rows)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        marked = np.zeros((len(users), self._n_items + 1), dtype=bool)
        marked[rows, self._seen[places] % (self._n_items + 1)] = True
        return marked

    def _contains(self, users: Int64Array, items: Int64Array) -> np.ndarray:
        codes = users * (self._n_items + 1) + items  # as in `Sequences.pairs`
        places = np.minimum(np.searchsorted(self._seen, codes), len(self._seen) - 1)
        return self._seen[places] == codes


def _marked(barred: BoolArray, wanted: Int64Array, rng: np.random.Generator) -> BoolArray:
    """`barred` (B, N + 1) with `wanted` (B,) more marks in each row, at places drawn uniformly from those without one.

    All marks that are missing are drawn at once; those that hit what is marked already are drawn again.
    """
    marked = barred.copy()
    goal = marked.sum(axis=1) + wanted
    while (missing := goal - marked.sum(axis=1)).any():
        rows = np.repeat(np.arange(len(marked)), missing)
        marked[rows, rng.integers(1, marked.shape[1], len(rows))] = True
    return marked
