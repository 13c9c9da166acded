"""What models by neighbouring sessions share: training sequences are past sessions, a history is the current one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Float32Array, Int32Array, Int64Array, Sequences, State

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Meetings:
    """Where a history's items stand in past sessions, item by item in the order that they were asked for."""

    sessions: Int32Array
    """(n_meetings,) the past session."""
    places: Int64Array
    """(n_meetings,) the item's place in it, from 1."""
    counts: Int64Array
    """(n_asked,) how many of the meetings are of each item."""
    n_sessions: int

    def similarities(self, weights: Float64Array, factors: Float64Array | float = 1.0) -> Float32Array:
        """(n_sessions,) the sum of the weights (n_asked,) of a session's items, times its factor.

        They are rounded to 32 bits, so that sums which differ only by the order of their terms are level.
        """
        sums = np.bincount(self.sessions, np.repeat(weights, self.counts), minlength=self.n_sessions)
        return (sums * factors).astype(np.float32)

    def latest(self, values: Float64Array) -> Float64Array:
        """(n_sessions,) the value (n_asked,) of the last-named of a session's items; 0 where it has none."""
        return self._last(np.repeat(values, self.counts))

    def place_of_latest(self) -> Float64Array:
        """(n_sessions,) the place in a session of the last-named of its items; 0 where it has none."""
        return self._last(self.places)

    def _last(self, values: npt.NDArray[np.number]) -> Float64Array:
        found = np.zeros(self.n_sessions)
        found[self.sessions] = values  # of several for one place, NumPy leaves the last
        return found


class PastSessions:
    """The training sequences as sets of items, each at its latest place, by session and by item."""

    def __init__(self, train: Sequences) -> None:
        self.n_items = train.n_items
        keys = train.users * (train.n_items + 1) + train.items
        _, from_the_end = np.unique(keys[::-1], return_index=True)
        kept = len(keys) - 1 - from_the_end
        users = train.users[kept]
        places = kept - train.offsets[users] + 1
        shape = (train.n_users, train.n_items + 1)
        self._by_session = csr_array((places, (users, train.items[kept])), shape=shape)
        self._by_item = self._by_session.T.tocsr()

    @property
    def lengths(self) -> Int64Array:
        """(n_sessions,) how many different items a session has."""
        return np.diff(self._by_session.indptr).astype(np.int64)

    @property
    def supports(self) -> Int64Array:
        """(n_items + 1,) how many sessions have an item."""
        return np.diff(self._by_item.indptr).astype(np.int64)

    def meetings(self, items: npt.NDArray[np.integer]) -> Meetings:
        """The past sessions that have any of these different items."""
        found, counts = _stored(self._by_item, items)
        return Meetings(self._by_item.indices[found], self._by_item.data[found], counts, self._by_session.shape[0])

    def spread(
        self, sessions: Int64Array, strengths: Float64Array, centres: Float64Array | None = None, decay: float = 1.0
    ) -> Float64Array:
        """(n_items + 1,) each item's sum of the strengths (n_asked,) of those of the sessions that have it.

        With `centres` (n_asked,), a strength is multiplied by exp(-distance / decay), where distance is how many places
        the item stands from the session's centre.
        """
        found, counts = _stored(self._by_session, sessions)
        terms = np.repeat(strengths, counts)
        if centres is not None:
            terms = terms * np.exp(-np.abs(self._by_session.data[found] - np.repeat(centres, counts)) / decay)
        sums = np.bincount(self._by_session.indices[found], terms, minlength=self.n_items + 1)
        return sums.astype(np.float64, copy=False)


def latest_places(history: Int64Array) -> tuple[Int64Array, Int64Array, int]:
    """The different items of a padded history, the latest last; their latest places, from 1; and its length."""
    known = history[history != PADDING]
    _, from_the_end = np.unique(known[::-1], return_index=True)
    places = np.sort(len(known) - from_the_end)
    return known[places - 1], places, len(known)


def nearest(similarities: Float32Array, k: int) -> tuple[Int64Array, Float64Array]:
    """The `k` sessions of the greatest similarities above 0, and the weight of each: its similarity.

    Where sessions level with each other compete for the last places, all of them are taken, and share these places
    equally: what a random order of them gives on average. So nothing depends on the order of the users.
    """
    candidates = np.flatnonzero(similarities > 0)
    found = similarities[candidates].astype(np.float64)
    if len(candidates) <= k:
        return candidates, found
    least = np.partition(found, -k)[-k]
    above, level = found > least, found == least
    shares = np.where(level, (k - above.sum()) / level.sum(), 1.0)
    kept = above | level
    return candidates[kept], (found * shares)[kept]


def end_times(train: Sequences) -> Float64Array:
    """(n_users,) the time of each session's last interaction; minus infinity for a user without any."""
    ends = np.full(train.n_users, -np.inf)
    has_any = train.lengths > 0
    ends[has_any] = train.times[train.offsets[1:][has_any] - 1]
    return ends


def array_of(state: State, name: str, size: int) -> Float64Array:
    """A copy of the state's only array.

    Raises:
        InputError: It is not there, or has not this size.
    """
    found = {key: array.shape for key, array in state.items()}
    if found != {name: (size,)}:
        raise InputError(
            f"These arrays ({found}) are not those of this model on these data, {name!r} of the shape {(size,)}: "
            "restore what was fitted to the same data, or fit again."
        )
    return np.array(state[name], dtype=np.float64)


def _stored(matrix: csr_array, rows: npt.NDArray[np.integer]) -> tuple[Int64Array, Int64Array]:
    """Where the entries of these rows stand in `indices` and `data`, row by row, and how many each has."""
    starts = matrix.indptr[rows].astype(np.int64)
    counts = matrix.indptr[rows + 1] - starts
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(counts.sum()), counts
