"""V-SKNN of Ludewig and Jannach, "Evaluation of session-based recommendation algorithms" (UMUAI 2018)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

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
from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences, State

Decay = Literal["none", "linear", "quadratic", "reciprocal"]


@dataclass
class VSKNN:
    """Neighbouring sessions, recent items first (Ludewig & Jannach 2018).

    Scores an item by the similarities of those of the nearest past sessions that have it.

    A user's whole history is one session, and the training sequences are the past ones; a user's own is no neighbour.
    A past session is as similar as the sum of the weights of the history's items that it has, and these fall with the
    items' age: with x the place of an item in a history of l, linear is x / l, quadratic (x / l)^2 and reciprocal
    1 / (l - x + 1).
    """

    n_neighbours: int = 500
    """How many nearest sessions are asked."""
    sample_size: int | None = None
    """Neighbours are sought among so many of the sessions with a common item, those that ended last; None for all."""
    decay: Decay = "linear"
    """How the weights of a history's items fall with age; the paper's is linear."""
    match_decay: Decay = "none"
    """A neighbour counts by how late in the history the latest common item stands; not in the paper's V-SKNN."""
    idf_weight: float = 0.0
    """Scores are multiplied by 1 + this times ln(sessions / sessions with the item); not in the paper."""
    history_length: int | None = None
    """How many latest items make the current session; None for the whole history."""

    name: ClassVar[str] = "v-sknn"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_at_least(self, 1, "n_neighbours")
        require_at_least(self, 0, "idf_weight")
        for field in ("sample_size", "history_length"):
            if getattr(self, field) is not None:
                require_at_least(self, 1, field)

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self._past, self._ends = PastSessions(train), end_times(train)
        self._idf = np.log(train.n_users / np.maximum(self._past.supports, 1))

    def state(self) -> State:
        return {"idf": self._idf.copy()}

    def restore(self, train: Sequences, state: State) -> None:
        idf = array_of(state, "idf", train.n_items + 1)
        self._past, self._ends, self._idf = PastSessions(train), end_times(train), idf

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = np.empty((len(users), self._past.n_items + 1), dtype=np.float32)
        for row, (user, history) in enumerate(zip(users, histories, strict=True)):
            scores[row] = self._score(user, history)
        return scores

    def _score(self, user: int, history: Int64Array) -> Float64Array:
        items, places, length = latest_places(history)
        met = self._past.meetings(items)
        similarities = met.similarities(_weights(self.decay, places, length))
        similarities[user] = 0
        if self.sample_size is not None:
            self._keep_recent(similarities, self.sample_size)
        neighbours, strengths = nearest(similarities, self.n_neighbours)
        if self.match_decay != "none":
            strengths = strengths * met.latest(_weights(self.match_decay, places, length))[neighbours]
        return self._past.spread(neighbours, strengths) * (1 + self.idf_weight * self._idf)

    def _keep_recent(self, similarities: Float32Array, size: int) -> None:
        """Leaves only the sample's similarities; sessions that ended together are in it together."""
        candidates = np.flatnonzero(similarities)
        if len(candidates) > size:
            ends = self._ends[candidates]
            similarities[candidates[ends < np.partition(ends, -size)[-size]]] = 0


def _weights(decay: Decay, places: Int64Array, length: int) -> Float64Array:
    """The weight of each of these places, from 1, in a history of this length; that of the last place is 1."""
    if decay == "reciprocal":
        return 1 / (length - places + 1)
    exponent = {"none": 0, "linear": 1, "quadratic": 2}[decay]
    weights: Float64Array = (places / max(length, 1)) ** exponent
    return weights
