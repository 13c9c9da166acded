"""The two questions, asked of a weighted sum of models' means: of one mean, a difference, a slope.

Users are the same for all models; seeds are not paired between models, since seed 3 of one has nothing in common with
seed 3 of another. Where two models do share what a seed decides, ask about the runs of their differences.
"""

import math
from collections.abc import Sequence

from seqrec_bench.analysis.statistics.exact import count_differing, least_sign_p
from seqrec_bench.analysis.statistics.families import LEVEL
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.rounding import mean, settled, variance
from seqrec_bench.analysis.statistics.runs import Runs, joined, magnitude


def population(runs: Sequence[Runs], weights: Sequence[float]) -> Inference:
    """The weighted sum of means, for other users like these and other seeds.

    With q_u the weighted sum of user u's means over seeds, the variance is var(q) / U, which holds the users and the
    noise of single runs (and is no less than the latter, the sum of c_k^2 MSE_k / (U S_k)), and
    c_k^2 (MSS_k - MSE_k) / (U S_k) for each model k whose seeds bring more than that noise. Satterthwaite's degrees of
    freedom, at most U - 1.

    Args:
        runs: Of each model, for the same users in the same order.
        weights: One for each.

    Raises:
        ValueError: There are fewer than two users, or one run of a model whose seed matters.
    """
    values, size = joined(runs, weights), magnitude(weights)
    n_users = len(values)
    if n_users < 2:
        raise ValueError("one user says nothing about other users")
    noise = math.fsum(weight**2 * run.interaction / run.n_seeds for run, weight in zip(runs, weights, strict=True))
    users = max(variance(values, size), noise) / n_users
    summed, spread = users, users**2 / (n_users - 1)
    for run, weight in zip(runs, weights, strict=True):
        share = weight**2 / (n_users * run.n_seeds)
        if run.seed_effect:
            summed += share * run.seed_effect
            spread += (share * run.between_seeds) ** 2 / (run.n_seeds - 1)
            spread += (share * run.interaction) ** 2 / ((n_users - 1) * (run.n_seeds - 1))
    freedom = min(summed**2 / spread, n_users - 1) if spread else math.inf
    return Inference(settled(float(mean(values)), size), summed, freedom, values)


def too_few_differ(runs: Sequence[Runs], weights: Sequence[float]) -> bool:
    """Whether so few users have a weighted sum other than 0 that no test for users like these can reject at 5 %."""
    return least_sign_p(count_differing(joined(runs, weights))) > LEVEL


def benchmark(runs: Sequence[Runs], weights: Sequence[float]) -> Inference:
    """The weighted sum of means, for exactly these users and other seeds.

    The variance is the sum of c_k^2 max(MSS_k, MSE_k) / (U S_k), with Welch's degrees of freedom: S - 1 for one model.

    Args:
        runs: Of each model; the users may differ.
        weights: One for each.

    Raises:
        ValueError: There is one run of a model whose seed matters.
    """
    parts = [
        (weight**2 * run.seeds_alone / (run.n_users * run.n_seeds), run.n_seeds - 1)
        for run, weight in zip(runs, weights, strict=True)
    ]
    weighted = math.fsum(weight * run.mean for run, weight in zip(runs, weights, strict=True))
    return welch(settled(weighted, magnitude(weights)), parts)


def welch(mean: float, parts: Sequence[tuple[float, float]]) -> Inference:
    """A mean whose variance is a sum of independent estimates, each given with its degrees of freedom (Welch 1947)."""
    variance = math.fsum(part for part, _ in parts)
    spread = math.fsum(part**2 / freedom for part, freedom in parts if part)
    return Inference(mean, variance, variance**2 / spread if spread else math.inf)
