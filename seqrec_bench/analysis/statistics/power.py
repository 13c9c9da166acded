"""What a comparison can see: the smallest difference, and the seeds that a difference would take."""

import math
import statistics
from collections.abc import Sequence

from seqrec_bench.analysis.statistics.inference import CONFIDENCE, Inference, t_quantile
from seqrec_bench.analysis.statistics.rounding import settled, variance
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS, Runs, joined, magnitude

POWER = 0.8
"""The chance that a true difference of that size is found significant."""
MAX_SEEDS = 1000
"""Nobody trains a model more often; a difference that takes more seeds is as good as out of reach."""


def smallest_detectable(difference: Inference) -> float:
    """The true difference that a two-sided test at 5 % with this variance would find with a chance of 80 %."""
    return _factor(difference.degrees_of_freedom) * math.sqrt(difference.variance)


def seeds_needed(one: Runs, other: Runs, difference: float) -> int | None:
    """The runs of each model with which a true difference of this size would be found; see `seeds_needed_for_sum`."""
    return seeds_needed_for_sum([one, other], [1, -1], difference)


def seeds_needed_for_sum(runs: Sequence[Runs], weights: Sequence[float], value: float) -> int | None:
    """The runs of each model with which a weighted sum of means of this size, for users like these, would be found.

    The variance with S seeds a model is a + b / S: what the users alone contribute, and what seeds and the noise of
    single runs do. More seeds shrink only the latter.

    Returns:
        The fewest seeds from 3 on, or None if no number of seeds will do: it takes more users.
    """
    n_users = runs[0].n_users
    parts = list(zip(runs, weights, strict=True))
    noise = sum(weight**2 * run.interaction / run.n_seeds for run, weight in parts)
    of_users = max(variance(joined(runs, weights), magnitude(weights)) - noise, 0.0) / n_users
    of_seeds = sum(weight**2 * run.seeds_alone for run, weight in parts) / n_users
    if _factor(n_users - 1) ** 2 * of_users >= value**2:
        return None
    for n_seeds in range(MIN_SEEDS, MAX_SEEDS + 1):
        total = of_users + of_seeds / n_seeds
        spread = of_users**2 / (n_users - 1) + (of_seeds / n_seeds) ** 2 / (len(runs) * (n_seeds - 1))
        freedom = min(total**2 / spread, n_users - 1) if spread else math.inf
        if _factor(freedom) ** 2 * total <= value**2:
            return n_seeds
    return None


def seeds_needed_on_these_users(estimate: Inference, n_seeds: int, distance: float) -> int | None:
    """The runs of each model with which an estimate at this distance from a limit would be told from it.

    Args:
        estimate: Its variance comes from seeds alone, so that it shrinks with their number.
        n_seeds: How many of each model the estimate is made of.

    Returns:
        The fewest seeds from 3 on, or None if no number up to `MAX_SEEDS` will do, as where seeds change nothing.
    """
    if estimate.variance == 0:
        return None
    for number in range(MIN_SEEDS, MAX_SEEDS + 1):
        freedom = estimate.degrees_of_freedom * (number - 1) / (n_seeds - 1)
        if _factor(freedom) ** 2 * estimate.variance * n_seeds / number <= distance**2:
            return number
    return None


def values_needed(values: Sequence[float], others: Sequence[float]) -> int | None:
    """How many values of each of two kinds would tell a difference as great as that of these, by a t test.

    Returns:
        The fewest from 3 on, or None if it would take more than `MAX_SEEDS`, as where there is no difference.
    """
    difference = settled(statistics.fmean(values) - statistics.fmean(others), max(map(abs, (*values, *others))))
    if not difference:
        return None
    spread = statistics.variance(values) + statistics.variance(others)
    for number in range(MIN_SEEDS, MAX_SEEDS + 1):
        if _factor(2 * number - 2) ** 2 * spread / number <= difference**2:
            return number
    return None


def _factor(degrees_of_freedom: float) -> float:
    return t_quantile((1 + CONFIDENCE) / 2, degrees_of_freedom) + t_quantile(POWER, degrees_of_freedom)
