"""A model's whole answer about its targets, in integers: everything else is computed from it."""

from dataclasses import dataclass, replace

import numpy as np

from seqrec_bench.recommender import Int64Array


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where each evaluated user's target stands among the candidates; exact, whatever the cut-off.

    The target's rank is uniform over ``better + 1 .. better + tied``.
    """

    better: Int64Array
    """(n_evaluated,) candidates scored strictly above the target."""
    tied: Int64Array
    """(n_evaluated,) candidates scored equal to the target, the target included: at least 1."""

    def __post_init__(self) -> None:
        if self.better.shape != self.tied.shape or self.better.ndim != 1:
            raise ValueError(f"better has shape {self.better.shape}, tied {self.tied.shape}: they must be equal, 1-d")
        if len(self.better) == 0 or self.better.min() < 0 or self.tied.min() < 1:
            raise ValueError("better must be 0 or more and tied 1 or more for at least one user")

    def at(self, places: Int64Array) -> "Ranks":
        """The ranks of these targets alone, (n,) where each stands here."""
        return replace(self, better=self.better[places], tied=self.tied[places])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ranks):
            return NotImplemented
        return np.array_equal(self.better, other.better) and np.array_equal(self.tied, other.tied)

    __hash__ = None  # type: ignore[assignment]
