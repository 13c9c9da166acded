"""Drawing items that a user has not interacted with."""

import numpy as np

from seqrec_bench.recommender import Int64Array, Sequences


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

    def _contains(self, users: Int64Array, items: Int64Array) -> np.ndarray:
        codes = users * (self._n_items + 1) + items  # as in `Sequences.pairs`
        places = np.minimum(np.searchsorted(self._seen, codes), len(self._seen) - 1)
        return self._seen[places] == codes
