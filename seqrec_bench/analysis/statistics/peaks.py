"""Where a curve over the dimension may have its peak: multiple comparisons with the best (Hsu 1996).

How often each dimension comes out highest in a bootstrap would answer another question: on a flat curve some dimension
is rarely the highest by mere luck, and would be "refuted" far too often.
"""

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from seqrec_bench.analysis.statistics.exact import count_differing, least_sign_p
from seqrec_bench.analysis.statistics.families import LEVEL
from seqrec_bench.analysis.statistics.rounding import ROUNDING, settled_array, total, variance
from seqrec_bench.analysis.statistics.runs import Runs, joined
from seqrec_bench.evaluation.metrics import Float64Array

N_DRAWS = 20_000
RNG_SEED = 20_200_101
"""A constant, so that the same records give the same answer."""


def possible_peaks(p_values: Sequence[float]) -> list[int]:
    """The places of the curve where the true maximum may be, for users like these: a 95 % set.

    Args:
        p_values: Of all its places, as `peak_p_values` has them.

    Returns:
        Indices of the places whose p-value is greater than 5 %; never none.
    """
    return [place for place, p_value in enumerate(p_values) if p_value > LEVEL]


def peak_p_values(curve: Sequence[Runs], sign: int = 1) -> list[float]:
    """For each place, the p-value of "the true maximum is here".

    That of place k is how often T_k = max over l of (m_l - m_k) / se_lk would be as great as it is if all means were
    equal: in draws of the same maximum with the estimated covariances, divided by a chi variable with as many degrees
    of freedom as there are seeds to estimate from. A place is not taken to be above k if so few users tell the two
    apart that no sign test could reject at 5 %, even if they all agreed.

    Args:
        curve: The runs at each place, of the same users.
        sign: -1 asks for the minimum.
    """
    means = sign * np.array([run.mean for run in curve])
    differences = settled_array(_differences(means))
    with np.errstate(divide="ignore", invalid="ignore"):  # differences without any error: none, or certain
        precision = 1 / _errors(curve)
        found = np.where(differences == 0, 0.0, differences * precision).max(axis=-1)
    without_error = np.isinf(precision)
    drawn = (_differences(_draws(curve)) * np.where(without_error, 0.0, precision)).max(axis=-1)
    p_values: list[float] = (drawn >= found).mean(axis=0).tolist()
    return p_values


def _differences(means: Float64Array) -> Float64Array:
    """(..., K) to (..., K, K): at [..., k, l] is m_l - m_k."""
    differences: Float64Array = means[..., None, :] - means[..., :, None]
    return differences


def _errors(curve: Sequence[Runs]) -> Float64Array:
    """(K, K) the standard errors of m_l - m_k, at [k, l]; infinite for pairs that too few users tell apart."""
    of_seeds = _of_seeds(curve)
    errors = np.full((len(curve), len(curve)), np.inf)
    for one, other in combinations(range(len(curve)), 2):
        differences = joined([curve[other], curve[one]], [1, -1])
        if least_sign_p(count_differing(differences)) <= LEVEL:
            of_users = variance(differences, 2) / len(differences)
            errors[one, other] = errors[other, one] = math.sqrt(of_users + of_seeds[one] + of_seeds[other])
    return errors


def _of_seeds(curve: Sequence[Runs]) -> list[float]:
    """(K,) what seeds add to the variance of each mean: users are shared by all places, seeds are not.

    One seed's share is taken to be the same at all places of one model's curve: a handful of seeds at each says too
    little about its own (with separate variances, a flat curve's peak is ruled out in 9 % of cases, not 5 %).
    """
    of_one = max(math.fsum(run.between_seeds - run.interaction for run in curve) / len(curve), 0.0)
    return [of_one / (run.n_users * run.n_seeds) for run in curve]


def _draws(curve: Sequence[Runs]) -> Float64Array:
    """(N_DRAWS, K) curves that are flat but for their error, whose variance is as uncertain as the estimated one."""
    rng = np.random.default_rng(RNG_SEED)
    freedom = sum(run.n_seeds - 1 for run in curve) or curve[0].n_users - 1
    drawn = rng.standard_normal((len(curve), N_DRAWS))
    # Row by row: a product of matrices would add in an order that hangs on the processor.
    noise = np.stack([total(row[:, None] * drawn) for row in _root(_covariance(curve))], axis=-1)
    scaled: Float64Array = noise / np.sqrt(rng.chisquare(freedom, (N_DRAWS, 1)) / freedom)
    return scaled


def _covariance(curve: Sequence[Runs]) -> Float64Array:
    """(K, K) of the means."""
    n_users = curve[0].n_users
    deviations = np.stack([run.of_users - run.mean for run in curve], axis=1)  # (U, K)
    users = [total(deviations[:, [place]] * deviations) for place in range(len(curve))]
    covariance: Float64Array = np.stack(users) / ((n_users - 1) * n_users) + np.diag(_of_seeds(curve))
    return covariance


def _root(covariance: Float64Array) -> Float64Array:
    """(K, K) lower triangular L with L L' the covariance (Cholesky); a place that follows from others brings nothing.

    LAPACK's own root hangs on the processor, and the draws would with it.
    """
    root = np.zeros_like(covariance)
    for place in range(len(covariance)):
        rest = covariance[place:, place] - total((root[place:, :] * root[place, :]).T)
        if rest[0] > ROUNDING * covariance[place, place]:
            root[place:, place] = rest / math.sqrt(rest[0])
    return root
