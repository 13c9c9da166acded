"""What an explanation of one user's recommendations consists of: plain values, so that it can be kept as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from seqrec_bench.records import CellKey


@dataclass(frozen=True)
class Item:
    """An item as people know it. Texts are as the data have them and may hold anything."""

    id: str
    title: str
    """Empty where unknown."""
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.title or self.id

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.tags)})" if self.tags else self.name


@dataclass(frozen=True)
class PastItem:
    """An item of the user's history that the model was given."""

    item: Item
    time: int | float
    for_first: float
    """How much it speaks for the first recommendation: by how much that one's lead over the mean candidate is smaller
    without this item in what the model is given. Below 0 where it speaks against it."""
    for_held_out: float | None
    """The same for the held-out item."""


@dataclass(frozen=True)
class Neighbour:
    """A user in the model's memory."""

    user: str
    weight: float
    has_last: bool
    """Whether this user took the explained user's last item too, and something after it, in training."""
    items: tuple[Item, ...]
    """What this user took right after the latest occurrence of that item or, if there is none, took last; oldest
    first, training data only."""


@dataclass(frozen=True)
class Memory:
    """What the model recalls of other users."""

    n_users: int
    effective_users: float
    """exp(entropy of the weights): n_users where all weigh alike, 1 where one has all the weight."""
    nearest: tuple[Neighbour, ...]
    """Those of the greatest weight, in that order."""


@dataclass(frozen=True)
class ScoredItem:
    """A candidate and what its score is the sum of."""

    item: Item
    score: float
    parts: Mapping[str, float]
    """By name; empty where the model names none."""
    because_of: int | None
    """The place in `UserExplanation.history` that contributes most to the score; None where the model does not say."""


@dataclass(frozen=True)
class HeldOut:
    """The item that the user took next, which the model did not know of."""

    scored: ScoredItem
    better: int
    """Candidates scored above it."""
    tied: int
    """Candidates scored equal to it, itself included."""


@dataclass(frozen=True)
class Spread:
    """How the candidates' scores, or one part of them, are spread."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class UserExplanation:
    """Why a model recommends to a user what it does, as far as it can say."""

    key: CellKey
    fingerprint: str
    """Of the data."""
    weights: str | None
    """sha256 of the file that the model was restored from; None where it was fitted again."""
    user: str
    """The raw id."""
    n_history: int
    """How many items the user has before the held-out one."""
    n_given: int
    """How many of these, the latest, the model was given."""
    history: tuple[PastItem, ...]
    """The latest of those given, oldest first; at most `LATEST`."""
    attention: tuple[tuple[float, ...], ...] | None
    """How much each item of `history`, by its row, attends to each of them. Rows sum to 1, or to less where the model
    was given more items than are shown."""
    memory: Memory | None
    n_candidates: int
    candidates: Mapping[str, Spread]
    """By part, and that of the whole score under ``"score"``."""
    recommendations: tuple[ScoredItem, ...]
    """The candidates of the greatest score, best first; the user's other held-out items are among them too."""
    held_out: HeldOut | None
    """None for a user with too few interactions to be evaluated."""


LATEST = 10
"""How many items of a history are shown at most."""
