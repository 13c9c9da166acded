"""Metrics at a cut-off, one value per user, as the exact expectation over a random order of the tied candidates.

With G(r) a metric's gain at rank r, a user with b better and t tied candidates (the target among the latter) has

    E = (G(b + 1) + ... + G(b + t)) / t.

So a constant scorer gets chance level, neither a perfect score nor none.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from seqrec_bench.records import Ranks

Float64Array = npt.NDArray[np.float64]


def hit_rate(ranks: Ranks, k: int) -> Float64Array:
    """HR@k: G(r) = 1 for r <= k. Shape (n_evaluated,)."""
    return _expected_gain(ranks, np.ones(k))


def reciprocal_rank(ranks: Ranks, k: int) -> Float64Array:
    """MRR@k, before the mean over users: G(r) = 1 / r for r <= k. Shape (n_evaluated,)."""
    return _expected_gain(ranks, 1 / np.arange(1, k + 1))


def ndcg(ranks: Ranks, k: int) -> Float64Array:
    """NDCG@k with one relevant item, so an ideal DCG of 1: G(r) = 1 / log2(r + 1) for r <= k. Shape (n_evaluated,)."""
    return _expected_gain(ranks, 1 / np.log2(np.arange(2, k + 2)))


METRICS: Mapping[str, Callable[[Ranks, int], Float64Array]] = {"HR": hit_rate, "MRR": reciprocal_rank, "NDCG": ndcg}
"""The metrics by the names under which they are reported."""


def metric(ranks: Ranks, name: str) -> Float64Array:
    """The metric that is written ``NDCG@50``, one value per user. Shape (n_evaluated,)."""
    kind, _, k = name.partition("@")
    return METRICS[kind](ranks, int(k))


VALIDATION_METRICS = ("HR@50", "MRR@50", "NDCG@50")
"""What a model is told of its validation targets, `SELECTION_METRIC` among it."""


def validation_figures(ranks: Ranks) -> dict[str, float]:
    """The means over users of `VALIDATION_METRICS`, by name."""
    return {name: float(metric(ranks, name).mean()) for name in VALIDATION_METRICS}


TOO_GOOD = "a model that ranks every target first has almost surely seen them"
"""What is said beside figures that are `too_good`."""


def too_good(figures: Iterable[float]) -> bool:
    """Whether all of a model's figures are 1.0000 as they are shown, with four digits."""
    return all(round(figure, 4) >= 1 for figure in figures)


def _expected_gain(ranks: Ranks, gains: Float64Array) -> Float64Array:
    """Mean gain over the ranks better + 1 .. better + tied; gains[r - 1] is G(r), and G is 0 beyond."""
    k = len(gains)
    total = np.concatenate([[0.0], np.cumsum(gains)])
    first, last = np.minimum(ranks.better, k), np.minimum(ranks.better + ranks.tied, k)
    gained: Float64Array = (total[last] - total[first]) / ranks.tied
    return gained
