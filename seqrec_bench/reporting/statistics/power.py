"""What a comparison can see: the smallest difference, and the seeds that a difference would take."""

import math

from seqrec_bench.reporting.statistics.inference import CONFIDENCE, Inference, t_quantile
from seqrec_bench.reporting.statistics.runs import MIN_SEEDS, Runs, joined

POWER = 0.8
"""The chance that a true difference of that size is found significant."""
MAX_SEEDS = 1000
"""Nobody trains a model more often; a difference that takes more seeds is as good as out of reach."""


def smallest_detectable(difference: Inference) -> float:
    """The true difference that a two-sided test at 5 % with this variance would find with a chance of 80 %."""
    return _factor(difference.degrees_of_freedom) * math.sqrt(difference.variance)


def seeds_needed(one: Runs, other: Runs, difference: float) -> int | None:
    """The runs of each model with which a true difference of this size, for users like these, would be found.

    The variance with S seeds a model is a + b / S: what the users alone contribute, and what seeds and the noise of
    single runs do. More seeds shrink only the latter.

    Returns:
        The fewest seeds from 3 on, or None if no number of seeds will do: it takes more users.
    """
    n_users = one.n_users
    noise = sum(run.interaction / run.n_seeds for run in (one, other))
    of_users = max(float(joined([one, other], [1, -1]).var(ddof=1)) - noise, 0.0) / n_users
    of_seeds = sum(run.seeds_alone for run in (one, other)) / n_users
    if _factor(n_users - 1) ** 2 * of_users >= difference**2:
        return None
    for n_seeds in range(MIN_SEEDS, MAX_SEEDS + 1):
        variance = of_users + of_seeds / n_seeds
        spread = of_users**2 / (n_users - 1) + (of_seeds / n_seeds) ** 2 / (2 * (n_seeds - 1))
        freedom = min(variance**2 / spread, n_users - 1) if spread else math.inf
        if _factor(freedom) ** 2 * variance <= difference**2:
            return n_seeds
    return None


def _factor(degrees_of_freedom: float) -> float:
    return t_quantile((1 + CONFIDENCE) / 2, degrees_of_freedom) + t_quantile(POWER, degrees_of_freedom)
