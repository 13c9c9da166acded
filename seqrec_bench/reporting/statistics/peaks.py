"""Where a curve over the dimension may have its peak: multiple comparisons with the best (Hsu 1996).

How often each dimension comes out highest in a bootstrap would answer another question: on a flat curve some dimension
is rarely the highest by mere luck, and would be "refuted" far too often.
"""

from collections.abc import Sequence

import numpy as np

from seqrec_bench.evaluation.metrics import Float64Array
from seqrec_bench.reporting.statistics.families import LEVEL
from seqrec_bench.reporting.statistics.runs import Runs

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
    of freedom as there are seeds to estimate from.

    Args:
        curve: The runs at each place, of the same users.
        sign: -1 asks for the minimum.
    """
    covariance, freedom = _covariance(curve)
    means = sign * np.array([run.mean for run in curve])
    errors = _errors(covariance)
    found = _most_above(means, errors)
    drawn = _draws(covariance, freedom)
    p_values: list[float] = (_most_above(drawn, errors) >= found).mean(axis=0).tolist()
    return p_values


def _covariance(curve: Sequence[Runs]) -> tuple[Float64Array, float]:
    """(K, K) of the means, and the seeds' degrees of freedom: users are shared by all places, seeds are not.

    What seeds bring is taken to be the same at all places of one model's curve: a handful of seeds at each says too
    little about its own (with separate variances, a flat curve's peak is ruled out in 9 % of cases, not 5 %).
    """
    n_users = curve[0].n_users
    users = np.cov(np.stack([run.of_users for run in curve])) / n_users
    seeds = max(float(np.mean([run.between_seeds - run.interaction for run in curve])), 0.0) / n_users
    freedom = sum(run.n_seeds - 1 for run in curve) or n_users - 1
    return users + np.diag([seeds / run.n_seeds for run in curve]), freedom


def _errors(covariance: Float64Array) -> Float64Array:
    """(K, K) the standard errors of m_l - m_k, at [k, l]."""
    variances = np.diag(covariance)
    return np.sqrt(np.maximum(variances[:, None] + variances - 2 * covariance, 0))


def _most_above(means: Float64Array, errors: Float64Array) -> Float64Array:
    """(..., K) T_k; 0 for whoever nobody is above."""
    differences = means[..., None, :] - means[..., :, None]  # [..., k, l] is m_l - m_k
    with np.errstate(divide="ignore", invalid="ignore"):  # differences without any error: none, or certain
        ratios = np.where(differences == 0, 0.0, differences / errors)
    highest: Float64Array = ratios.max(axis=-1)
    return highest


def _draws(covariance: Float64Array, freedom: float) -> Float64Array:
    """(N_DRAWS, K) curves that are flat but for their error, whose variance is as uncertain as the estimated one."""
    rng = np.random.default_rng(RNG_SEED)
    # By eigenvalues, since places with equal values for every user make the matrix singular.
    noise = rng.multivariate_normal(np.zeros(len(covariance)), covariance, N_DRAWS, method="eigh")
    scaled: Float64Array = noise / np.sqrt(rng.chisquare(freedom, (N_DRAWS, 1)) / freedom)
    return scaled
