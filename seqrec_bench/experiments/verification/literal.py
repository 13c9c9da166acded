"""The metrics once more, rank by rank in plain Python, to be held against `seqrec_bench.evaluation.metrics`.

The target of a user with b better and t tied candidates has rank b + 1, ..., b + t with probability 1 / t each. A
metric's expectation is the sum of its gains at those of these ranks that are not beyond the cut-off, divided by t.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from seqrec_bench.errors import InputError
from seqrec_bench.records import Ranks


def literal_values(ranks: Ranks, name: str) -> list[float]:
    """The metric that is written ``NDCG@50`` or ``MRR``, one value per user: the mean over the user's targets.

    Raises:
        InputError: There is no such metric, or not here.
    """
    kind, _, cut_off = name.partition("@")
    if kind not in _SAME_AS:
        raise InputError(f"There is no literal twin of {name}: write one.")
    pairs = zip(ranks.better.tolist(), ranks.tied.tolist(), strict=True)
    of_targets = [_expectation(_SAME_AS[kind], int(cut_off) if cut_off else None, *pair) for pair in pairs]
    if ranks.users is None:
        return of_targets
    of_users: dict[int, list[float]] = {}
    for user, value in zip(ranks.users.tolist(), of_targets, strict=True):
        of_users.setdefault(user, []).append(value)
    return [mean(values) for values in of_users.values()]


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


_SAME_AS = {"HR": "HR", "Recall": "HR", "MRR": "MRR", "MAP": "MRR", "NDCG": "NDCG", "MeanRank": "MeanRank"}
"""Recall is the hit rate of single targets and, with one target a user, the average precision the reciprocal rank."""


@cache
def _expectation(kind: str, cut_off: int | None, better: int, tied: int) -> float:
    last = better + tied if cut_off is None else min(better + tied, cut_off)
    ranks = range(better + 1, last + 1)
    if kind == "HR":
        return float(Fraction(len(ranks), tied))
    if kind == "MeanRank":
        return float(Fraction(sum(ranks), tied))
    if kind == "MRR":
        return math.fsum(1 / rank for rank in ranks) / tied
    return math.fsum(1 / math.log2(rank + 1) for rank in ranks) / tied
