"""A model's whole answer about its targets, in integers: everything else is computed from it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import Int64Array

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where each target stands among its candidates; exact, whatever the cut-off.

    The target's rank is uniform over ``better + 1 .. better + tied``.
    """

    better: Int64Array
    """(n_targets,) candidates scored strictly above the target."""
    tied: Int64Array
    """(n_targets,) candidates scored equal to the target, the target included: at least 1."""
    users: Int64Array | None = None
    """(n_targets,) whose target each is, the targets of one user side by side; None where each evaluated user has one,
    in the order of the users."""

    def __post_init__(self) -> None:
        if self.better.shape != self.tied.shape or self.better.ndim != 1:
            raise ValueError(f"better has shape {self.better.shape}, tied {self.tied.shape}: they must be equal, 1-d")
        if len(self.better) == 0 or self.better.min() < 0 or self.tied.min() < 1:
            raise ValueError("better must be 0 or more and tied 1 or more for at least one user")
        if self.users is None:
            return
        if self.users.shape != self.better.shape:
            raise ValueError(f"users have shape {self.users.shape}, better {self.better.shape}: they must be equal")
        if self.users.min() < 0 or len(np.unique(self.users)) != self.n_users:
            raise ValueError("users must be 0 or more, and the targets of one user stand side by side")

    @property
    def n_targets(self) -> int:
        return len(self.better)

    @property
    def n_users(self) -> int:
        """How many users have a target."""
        return self.n_targets if self.users is None else int(self._numbers[-1]) + 1

    def of_users(self, values: Float64Array) -> Float64Array:
        """Each user's mean over its targets, in the order in which the users stand here: (n_targets,) -> (n_users,)."""
        if self.users is None:
            return values
        summed = np.bincount(self._numbers, weights=values)  # one by one, so the same on every processor
        return summed / np.bincount(self._numbers)

    def at(self, places: Int64Array) -> "Ranks":
        """The ranks of the targets at these places, those of one user side by side."""
        users = None if self.users is None else self.users[places]
        return Ranks(better=self.better[places], tied=self.tied[places], users=users)

    def has_same_targets(self, other: "Ranks") -> bool:
        """Whether `other` is of as many targets of the same users."""
        if self.users is None or other.users is None:
            return self.users is other.users and self.n_targets == other.n_targets
        return np.array_equal(self.users, other.users)

    @property
    def _numbers(self) -> Int64Array:
        """(n_targets,) the users numbered as they come."""
        assert self.users is not None
        return np.cumsum(np.append(False, np.diff(self.users) != 0))

    def users_at(self, places: Int64Array) -> Int64Array:
        """Which of the users, as they come, have a target at these places, each once."""
        return places if self.users is None else np.unique(self._numbers[places])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ranks):
            return NotImplemented
        is_equal = np.array_equal(self.better, other.better) and np.array_equal(self.tied, other.tied)
        return is_equal and self.has_same_targets(other)

    __hash__ = None  # type: ignore[assignment]
