"""Tests without a model of the error, for few values or for counts alone."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from seqrec_bench.analysis.statistics.families import LEVEL
from seqrec_bench.analysis.statistics.rounding import is_greater, settled_array
from seqrec_bench.evaluation.metrics import Float64Array


def permutation_p_smaller(values: Sequence[float], others: Sequence[float]) -> float:
    """The one-sided p-value of "`values` are no smaller than `others`", by all ways to deal them out anew.

    The statistic is the sum of midranks, so that a censored value only has to be known as greater than all others. With
    five values each, the smallest p-value is 1 / 252.
    """
    rank = _doubled_midranks([*values, *others])
    ways = _ways_to_sum([rank[value] for value in (*values, *others)], len(values))
    observed = sum(rank[value] for value in values)
    return sum(count for total, count in ways.items() if total <= observed) / ways.total()


def _doubled_midranks(values: Sequence[float]) -> dict[float, int]:
    """Twice the midrank of each value, a whole number; values that differ by rounding alone are level."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and not is_greater(value, groups[-1][-1]):
            groups[-1].append(value)
        else:
            groups.append([value])
    ranks, before = {}, 0
    for group in groups:
        ranks.update(dict.fromkeys(group, 2 * before + len(group) - 1))
        before += len(group)
    return ranks


def shift_interval(values: Sequence[float], others: Sequence[float]) -> tuple[float, float] | None:
    """How much greater `values` are than `others`, if they differ by a shift: the two-sided 90 % interval.

    It holds all shifts that neither one-sided test of the sums of ranks rejects at 5 % (Hodges and Lehmann 1963); its
    ends are thus one-sided 95 % bounds.

    Returns:
        None where the values are too few for any test to reject at 5 %.
    """
    differences = sorted(value - other for value in values for other in others)
    ways = _ways_to_sum(range(len(values) + len(others)), len(values))
    least = min(ways)
    cut = 0  # how many of the differences may lie beyond each end
    while sum(ways[least + above] for above in range(cut + 1)) / ways.total() <= LEVEL:
        cut += 1
    return (differences[cut - 1], differences[-cut]) if cut else None


def _ways_to_sum(ranks: Iterable[int], size: int) -> Counter[int]:
    """In how many ways so many of the ranks can be chosen, by the sum of those chosen."""
    ways: list[Counter[int]] = [Counter({0: 1}), *(Counter[int]() for _ in range(size))]
    for rank in ranks:
        for chosen in range(size, 0, -1):
            for total, count in ways[chosen - 1].items():
                ways[chosen][total + rank] += count
    return ways[size]


def count_differing(differences: Float64Array) -> int:
    """For how many users the difference is more than rounding. Shape (U,)."""
    return int(np.count_nonzero(settled_array(differences)))


def least_sign_p(n_differing: int) -> float:
    """The one-sided p-value of the exact sign test if so many users differ, all of them in one direction: 2^-n.

    Whatever the differences are, exchanging their signs gives no smaller one.
    """
    return 0.5**n_differing


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
