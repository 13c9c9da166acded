"""Tests without a model of the error, for few values or for counts alone."""

import math
from collections.abc import Sequence
from itertools import combinations


def permutation_p_smaller(values: Sequence[float], others: Sequence[float]) -> float:
    """The one-sided p-value of "`values` are no smaller than `others`", by all ways to deal them out anew.

    The statistic is the sum of midranks, so that a censored value only has to be known as greater than all others. With
    five values each, the smallest p-value is 1 / 252.
    """
    pooled = sorted([*values, *others])
    rank = {value: pooled.index(value) + (pooled.count(value) - 1) / 2 for value in pooled}
    ranks = [rank[value] for value in (*values, *others)]
    observed = math.fsum(ranks[: len(values)])
    sums = [math.fsum(chosen) for chosen in combinations(ranks, len(values))]
    return sum(total <= observed for total in sums) / len(sums)


def mcnemar_p(difference: int, n_discordant: float) -> float:
    """McNemar's two-sided p-value, asymptotic and without correction, of a difference between two counts of hits.

    Args:
        difference: Hits of one model less those of the other, on the same users.
        n_discordant: How many users one of the two hits and the other misses; at least the difference.

    Raises:
        ValueError: Fewer users are discordant than the difference takes.
    """
    if n_discordant < abs(difference):
        raise ValueError(f"a difference of {difference} hits takes as many discordant users, not {n_discordant}")
    return math.erfc(abs(difference) / math.sqrt(2 * n_discordant)) if n_discordant else 1.0
