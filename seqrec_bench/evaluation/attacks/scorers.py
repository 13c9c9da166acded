"""Recommenders that learn nothing and score by rule, so that the ranks of their targets are known beforehand.

Their scores are integers times a power of two, the same on every machine, and computed element by element, so that no
rounding depends on who is scored together.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int64Array, Recommender, Sequences

UInt32Array = npt.NDArray[np.uint32]

STEP = np.float32(2.0**-23)
"""Between 1 and 2, float32 numbers lie so far apart: scores this near to each other are still different."""


@dataclass(frozen=True, eq=False)
class Ruled:
    """What all of them have in common."""

    n_items: int

    name: ClassVar[str] = "attack"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False

    @property
    def history_length(self) -> int | None:
        return 1

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        """There is nothing to learn."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        """The same for every item, the padding among them."""
        return np.ones((len(users), self.n_items + 1), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Oracle(Ruled):
    """Knows the targets and scores them `step` above all other items, or below where it is negative."""

    users: Int64Array
    """(n_targets,) whose target each is, ascending."""
    targets: Int64Array
    """(n_targets,)"""
    step: float

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = super().score(users, histories)
        for row, user in enumerate(users.tolist()):
            first, last = np.searchsorted(self.users, [user, user + 1])
            scores[row, self.targets[first:last]] += np.float32(self.step)
        return scores


@dataclass(frozen=True, eq=False)
class Hashed(Ruled):
    """Gives each pair of a user and an item one of `n_levels` scores, which are neighbours in float32, by a hash."""

    n_levels: int
    """At most 2^23."""
    user_labels: Int64Array | None = None
    """(n_users,) what is hashed of each user; None for its number."""
    item_labels: Int64Array | None = None
    """(n_items + 1,) what is hashed of each item; None for its number."""
    padding: float = 0.0
    """The score of the padding."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        user_labels = users if self.user_labels is None else self.user_labels[users]
        item_labels = np.arange(self.n_items + 1) if self.item_labels is None else self.item_labels
        scores = _levels(user_labels, item_labels, self.n_levels)
        scores[:, PADDING] = self.padding
        return scores


@dataclass(frozen=True, eq=False)
class Unsteady(Ruled):
    """Adds to hashed scores what depends on a user's row and on the batch, as the rounding of a product may."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        items = np.arange(self.n_items + 1)
        batch = len(users) + 1000 * int(users.sum() % 1_000_003)
        rounding = _levels(np.arange(len(users)) + batch, items, 4)
        return _levels(users, items, 2) + rounding


@dataclass(frozen=True, eq=False)
class Spoilt(Ruled):
    """Gives one item of one user `value` for a score."""

    user: int
    item: int
    value: float

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = super().score(users, histories)
        scores[users == self.user, self.item] = self.value
        return scores


@dataclass(frozen=True, eq=False)
class Echo(Ruled):
    """Scores what it finds in the histories above everything else: a target that is among it comes first."""

    @property
    def history_length(self) -> int | None:
        return None

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = super().score(users, histories)
        np.put_along_axis(scores, histories, np.float32(2), axis=1)
        return scores


@dataclass(frozen=True, eq=False)
class Spy(Ruled):
    """Keeps what it is given."""

    length: int | None
    """The history length that it asks for."""
    calls: list[tuple[Int64Array, Int64Array]] = field(default_factory=list)
    """The users (B,) and histories (B, L) of each call."""

    @property
    def history_length(self) -> int | None:
        return self.length

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self.calls.append((users.copy(), histories.copy()))
        return super().score(users, histories)


@dataclass(frozen=True, eq=False)
class WithPadding:
    """Another recommender with `value` for the score of the padding."""

    recommender: Recommender
    value: float

    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = True
    name: ClassVar[str] = "attack"

    @property
    def history_length(self) -> int | None:
        return self.recommender.history_length

    @property
    def n_parameters(self) -> int:
        return self.recommender.n_parameters

    def fit(self, train: Sequences, context: FitContext) -> None:
        """It is fitted already."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = self.recommender.score(users, histories).copy()
        scores[:, PADDING] = self.value
        return scores


def _levels(rows: Int64Array, columns: Int64Array, n_levels: int) -> Float32Array:
    """(n_rows, n_columns) scores 1 + k STEP, with k below `n_levels` a hash of both labels."""
    hashed = _hash(_hash(rows.astype(np.uint32))[:, None] ^ columns.astype(np.uint32) * np.uint32(0x9E3779B1))
    return np.float32(1) + (hashed % np.uint32(n_levels)).astype(np.float32) * STEP


def _hash(numbers: UInt32Array) -> UInt32Array:
    """Mixes the bits of each number: C. Wellons (2018), "Prospecting for Hash Functions", the function lowbias32."""
    mixed = numbers ^ (numbers >> np.uint32(16))
    mixed *= np.uint32(0x7FEB352D)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x846CA68B)
    mixed ^= mixed >> np.uint32(16)
    return mixed
