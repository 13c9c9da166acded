"""The metrics once more, rank by rank in plain Python, to be held against `seqrec_bench.evaluation.metrics`.

The target of a user with b better and t tied candidates has rank b + 1, ..., b + t with probability 1 / t each. A
metric's expectation is the sum of its gains at those of these ranks that are not beyond the cut-off, divided by t.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from seqrec_bench.records import Ranks


def literal_values(ranks: Ranks, name: str) -> list[float]:
    """The metric that is written ``NDCG@50``, one value per user."""
    kind, cut_off = name.split("@")
    pairs = zip(ranks.better.tolist(), ranks.tied.tolist(), strict=True)
    return [_expectation(kind, int(cut_off), better, tied) for better, tied in pairs]


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


@cache
def _expectation(kind: str, cut_off: int, better: int, tied: int) -> float:
    ranks = range(better + 1, min(better + tied, cut_off) + 1)
    if kind == "HR":
        return float(Fraction(len(ranks), tied))
    if kind == "MRR":
        return float(sum((Fraction(1, rank) for rank in ranks), Fraction()) / tied)
    return math.fsum(1 / math.log2(rank + 1) for rank in ranks) / tied
