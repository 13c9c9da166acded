"""One metric of one model's runs, a table of seeds by users, and its mean squares."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice

import numpy as np

from seqrec_bench.analysis.statistics.rounding import (
    ROUNDING,
    mean,
    settled,
    settled_array,
    settled_variance,
    total,
    variance,
)
from seqrec_bench.evaluation.metrics import Float64Array

MIN_SEEDS = 3
"""A verdict takes as many runs of every model that is not deterministic."""


def lacking_seeds(seeds: Collection[int]) -> list[int]:
    """The smallest seeds to be run beside these before there can be a verdict."""
    free = (seed for seed in count() if seed not in seeds)
    return list(islice(free, max(MIN_SEEDS - len(seeds), 0)))


@dataclass(frozen=True, eq=False)
class Runs:
    """What one model's runs give each user."""

    values: Float64Array
    """(S, U) the metric of each seed's run for each user."""
    deterministic: bool = False
    """Whether the seed changes nothing: one run is then all there is to know."""

    @property
    def n_seeds(self) -> int:
        return len(self.values)

    @property
    def n_users(self) -> int:
        return len(self.of_users)

    @property
    def are_enough(self) -> bool:
        """Whether there are runs enough for a verdict."""
        return self.deterministic or self.n_seeds >= MIN_SEEDS

    @cached_property
    def of_users(self) -> Float64Array:
        """(U,) the mean over seeds."""
        return mean(self.values)

    @cached_property
    def of_seeds(self) -> Float64Array:
        """(S,) the mean over users."""
        return mean(self.values.T)

    @cached_property
    def mean(self) -> float:
        return settled(float(mean(self.of_users)))

    @property
    def between_seeds(self) -> float:
        """MSS, the mean square between seeds in a table of S x U without replication; 0 if deterministic.

        Raises:
            ValueError: There is one run only, of a model whose seed matters.
        """
        return self._mean_squares[0]

    @property
    def interaction(self) -> float:
        """MSE, the mean square of what a seed and a user do together: the noise of single runs. 0 if deterministic.

        Raises:
            ValueError: There is one run only, of a model whose seed matters.
        """
        return self._mean_squares[1]

    @property
    def seeds_alone(self) -> float:
        """MSS where it is greater than MSE, which it is expected to be; else MSE.

        The floor keeps a few seeds that happen to agree from claiming more than the noise of single runs allows.
        """
        return max(self.between_seeds, self.interaction)

    @property
    def seed_effect(self) -> float:
        """MSS - MSE, what seeds bring beside the noise of single runs; 0 where it is negative or rounding alone."""
        more = math.sqrt(self.between_seeds) - math.sqrt(self.interaction)
        return self.between_seeds - self.interaction if more > ROUNDING * math.sqrt(self.n_users) else 0.0

    def minus(self, others: "Runs") -> "Runs":
        """The runs of the differences from another model, of the same seeds and users in the same order."""
        return Runs(settled_array(self.values - others.values), self.deterministic and others.deterministic)

    @cached_property
    def _mean_squares(self) -> tuple[float, float]:
        """MSS and MSE."""
        if self.deterministic:
            return 0.0, 0.0
        if self.n_seeds < 2:
            raise ValueError("one run says nothing about what another seed would give")
        residuals = self.values - self.of_seeds[:, None] - self.of_users + self.mean
        # With one user the residuals are all 0 and so are their degrees of freedom.
        freedom = max((self.n_seeds - 1) * (self.n_users - 1), 1)
        interaction = settled_variance(float(total(total(residuals**2))) / freedom)
        return self.n_users * variance(self.of_seeds), interaction


def joined(runs: Sequence[Runs], weights: Sequence[float]) -> Float64Array:
    """(U,) each user's weighted sum of the models' means over seeds; 0 where it is rounding alone."""
    weighted = np.stack([weight * run.of_users for run, weight in zip(runs, weights, strict=True)])
    return settled_array(total(weighted), magnitude(weights))


def magnitude(weights: Sequence[float]) -> float:
    """How great a weighted sum of values of up to 1 may be."""
    return math.fsum(map(abs, weights))
