"""How sure a mean over a model's runs is, and a difference between two models.

There are two questions, with two variances. ``benchmark``: on exactly these users, what does training again give? The
seeds are a sample, the users are not, so who the users are is no part of the uncertainty. It is the right question
beside a reported figure, which was computed on the same users. ``population``: what would come out for other users like
these, trained again? Users and seeds are samples. It is the question behind "which model is better".
"""

import math
from dataclasses import dataclass

from seqrec_bench.evaluation.metrics import Float64Array

CONFIDENCE = 0.95
"""Two-sided."""


@dataclass(frozen=True)
class Estimate:
    """A metric's mean over users and seeds, with its interval over seeds where there is one."""

    mean: float
    half_width: float | None
    """Half the interval's width; None for a deterministic model, whose mean is exact, and for a single seed."""
    n_seeds: int
    deterministic: bool

    @property
    def no_interval(self) -> str | None:
        """Why there is no interval, in a word or two; None where there is one."""
        if self.half_width is not None:
            return None
        return "exact" if self.deterministic else "1 seed"

    @property
    def low(self) -> float | None:
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        return None if self.half_width is None else self.mean + self.half_width


@dataclass(frozen=True)
class Difference:
    """One model's mean minus another's, for users like these, with its interval over users and seeds."""

    mean: float
    half_width: float | None
    """Half the interval's width; None where there are fewer than two seeds or users."""
    n_seeds: int


def paired_difference(values: Float64Array, others: Float64Array) -> Difference:
    """The difference of two models whose runs are paired by seed, as a model's and its ablation's are.

    Answers ``population``. With the mean squares of the differences, the variance of their mean is
    [max(MSU - MSE, 0) + max(MSS, MSE)] / (U S), with Satterthwaite's degrees of freedom.

    Args:
        values: (S, U) the metric of each seed's run for each user.
        others: (S, U) that of the other model, with the same seeds and users.
    """
    differences = values - others
    n_seeds, n_users = differences.shape
    mean = float(differences.mean())
    if n_seeds == 1 or n_users == 1:
        return Difference(mean, None, n_seeds)
    seeds, interaction = _mean_squares(differences)
    users = n_seeds * float(((differences.mean(axis=0) - mean) ** 2).sum()) / (n_users - 1)
    total = max(users - interaction, 0) + max(seeds, interaction)
    if total == 0:
        return Difference(mean, 0.0, n_seeds)
    spread = users**2 / (n_users - 1) + seeds**2 / (n_seeds - 1) + interaction**2 / ((n_seeds - 1) * (n_users - 1))
    half_width = _t_quantile(total**2 / spread) * math.sqrt(total / (n_users * n_seeds))
    return Difference(mean, half_width, n_seeds)


def estimate_over_seeds(values: Float64Array, deterministic: bool) -> Estimate:
    """The mean of a model's runs and the interval in which training again on these users puts it.

    With the mean squares of seeds and of what seeds and users do together, the variance of the mean is
    max(MSS, MSE) / (U S), and its t quantile has S - 1 degrees of freedom. MSS is expected to be MSE or more;
    the floor keeps a few seeds that happen to agree from claiming more than the users' noise allows. Its price is an
    interval that covers the truth more often than it says (up to .99) where seeds bring nothing but that noise.

    Args:
        values: (S, U) the metric of each seed's run for each user.
        deterministic: Whether the seed changes nothing.
    """
    n_seeds, n_users = values.shape
    mean = float(values.mean())
    if deterministic or n_seeds == 1:
        return Estimate(mean, None, n_seeds, deterministic)
    variance = max(_mean_squares(values)) / (n_users * n_seeds)
    return Estimate(mean, _t_quantile(n_seeds - 1) * math.sqrt(variance), n_seeds, deterministic)


def _mean_squares(values: Float64Array) -> tuple[float, float]:
    """MSS, between seeds, and MSE, of the interaction, in a table of (S, U) without replication."""
    n_seeds, n_users = values.shape
    mean = values.mean()
    by_seed, by_user = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    between_seeds = n_users * ((by_seed - mean) ** 2).sum() / (n_seeds - 1)
    residuals = values - by_seed - by_user + mean
    # With one user the residuals are all 0 and so are their degrees of freedom: there is no floor then.
    interaction = (residuals**2).sum() / max((n_seeds - 1) * (n_users - 1), 1)
    return float(between_seeds), float(interaction)


def _t_quantile(degrees_of_freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + CONFIDENCE) / 2, degrees_of_freedom))
