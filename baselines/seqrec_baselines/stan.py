"""STAN of Garg et al., "Sequence and time aware neighborhood for session-based recommendations" (SIGIR 2019)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqrec_baselines.session_neighbours import (
    Float64Array,
    PastSessions,
    array_of,
    end_times,
    latest_places,
    nearest,
)
from seqrec_baselines.training.ranges import require_at_least
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences, State


@dataclass
class STAN:
    """Neighbouring sessions by sequence and time (Garg et al. 2019).

    Scores an item by the nearest past sessions that have it, the more the closer it stands to the latest common item.

    A user's whole history is one session, and the training sequences are the past ones; a user's own is no neighbour.
    A past session is as similar as the cosine of its items and the history's, where the latter's weights fall with the
    items' age.
    """

    n_neighbours: int = 500
    """How many nearest sessions are asked."""
    history_decay: float = 3.54
    """Lambda 1: after so many places back, the weight of a history's item has fallen to 1 / e."""
    recency_decay: float | None = None
    """Lambda 2, as a share of the past sessions: after so many that ended later, a session's weight has fallen to
    1 / e. None for weights of 1, which data without times need."""
    distance_decay: float = 3.54
    """Lambda 3: so many places from the latest common item, what a neighbour gives has fallen to 1 / e."""
    history_length: int | None = None
    """How many latest items make the current session; None for the whole history."""

    name: ClassVar[str] = "stan"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_at_least(self, 1, "n_neighbours")
        if self.history_length is not None:
            require_at_least(self, 1, "history_length")
        for field in ("history_decay", "recency_decay", "distance_decay"):
            value = getattr(self, field)
            if value is not None and value <= 0:
                raise InputError(f"stan.{field} is {value}: give a number above 0.")

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self._past = PastSessions(train)
        self._factors = self._recency(train) / np.sqrt(np.maximum(self._past.lengths, 1))

    def state(self) -> State:
        return {"factors": self._factors.copy()}

    def restore(self, train: Sequences, state: State) -> None:
        factors = array_of(state, "factors", train.n_users)
        self._past, self._factors = PastSessions(train), factors

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = np.empty((len(users), self._past.n_items + 1), dtype=np.float32)
        for row, (user, history) in enumerate(zip(users, histories, strict=True)):
            scores[row] = self._score(user, history)
        return scores

    def _score(self, user: int, history: Int64Array) -> Float64Array:
        items, places, length = latest_places(history)
        met = self._past.meetings(items)
        weights = np.exp((places - length) / self.history_decay) / np.sqrt(max(len(items), 1))
        similarities = met.similarities(weights, self._factors)
        similarities[user] = 0
        neighbours, strengths = nearest(similarities, self.n_neighbours)
        return self._past.spread(neighbours, strengths, met.place_of_latest()[neighbours], self.distance_decay)

    def _recency(self, train: Sequences) -> Float64Array:
        """(n_sessions,) the paper's w2, with the share of sessions that ended later in the place of time."""
        if self.recency_decay is None:
            return np.ones(train.n_users)
        ends = end_times(train)
        later = len(ends) - np.searchsorted(np.sort(ends), ends, side="right")
        return np.exp(-(later / len(ends)) / self.recency_decay)
