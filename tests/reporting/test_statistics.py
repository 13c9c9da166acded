"""The interval over seeds against literal loops, against SciPy, and by how often it covers the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.reporting.statistics import estimate_over_seeds


def literal_half_width(values: list[list[float]]) -> float:
    """max(MSS, MSE) / (U S) and its t quantile, sum by sum."""
    n_seeds, n_users = len(values), len(values[0])
    mean = sum(sum(row) for row in values) / (n_seeds * n_users)
    by_seed = [sum(row) / n_users for row in values]
    by_user = [sum(row[u] for row in values) / n_seeds for u in range(n_users)]
    mss = n_users * sum((by_seed[s] - mean) ** 2 for s in range(n_seeds)) / (n_seeds - 1)
    residuals = [values[s][u] - by_seed[s] - by_user[u] + mean for s in range(n_seeds) for u in range(n_users)]
    mse = sum(residual**2 for residual in residuals) / ((n_seeds - 1) * (n_users - 1))
    return float(stats.t.ppf(0.975, n_seeds - 1)) * math.sqrt(max(mss, mse) / (n_users * n_seeds))


@given(st.integers(2, 5), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_equals_the_literal_loops(n_seeds: int, n_users: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((n_seeds, n_users))
    found = estimate_over_seeds(values, deterministic=False)
    assert found.mean == pytest.approx(values.mean())
    assert found.half_width == pytest.approx(literal_half_width(values.tolist()))
    assert (found.low, found.high) == (found.mean - found.half_width, found.mean + found.half_width)
    assert (found.n_seeds, found.no_interval) == (n_seeds, None)


def test_equals_the_t_interval_of_the_seeds_means_where_seeds_differ() -> None:
    rng = np.random.default_rng(0)
    values = rng.random((5, 200)) + rng.normal(0, 1, (5, 1))
    means = values.mean(axis=1)
    found = estimate_over_seeds(values, deterministic=False)
    expected = stats.t.interval(0.95, 4, loc=means.mean(), scale=stats.sem(means))
    assert (found.low, found.high) == pytest.approx(expected)


def test_seeds_that_agree_by_luck_do_not_shrink_the_interval() -> None:
    values = np.array([[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]])
    assert values.mean(axis=1).tolist() == [0.5, 0.5]
    # MSS = 0 and MSE = 8 (1/2)^2 / 3 = 2/3.
    expected = stats.t.ppf(0.975, 1) * math.sqrt(2 / 3 / 8)
    assert estimate_over_seeds(values, deterministic=False).half_width == pytest.approx(expected)


def coverage(variance_ratio: float) -> float:
    """The share of 2,000 simulated models whose interval holds the mean that endless runs on these users would give.

    Args:
        variance_ratio: E[MSS] / E[MSE]; 1 where runs differ in nothing but their users' noise.
    """
    rng = np.random.default_rng(1)
    n_draws, n_seeds, n_users, noise = 2000, 5, 80, 0.2
    seed_effect = noise * math.sqrt((variance_ratio - 1) / n_users)
    covered = 0
    for _ in range(n_draws):
        users = rng.normal(0.5, 0.4, n_users)
        runs = rng.normal(0, seed_effect, (n_seeds, 1)) + rng.normal(0, noise, (n_seeds, n_users))
        found = estimate_over_seeds(users + runs, deterministic=False)
        assert found.half_width is not None
        covered += abs(found.mean - users.mean()) <= found.half_width
    return covered / n_draws


@pytest.mark.parametrize("variance_ratio", [2.5, 5, 20])
def test_covers_the_truth_as_often_as_it_says(variance_ratio: float) -> None:
    assert 0.93 < coverage(variance_ratio) < 0.98


def test_covers_the_truth_more_often_than_it_says_where_seeds_matter_little() -> None:
    assert 0.98 < coverage(1) < 1


def test_who_the_users_are_is_no_part_of_the_interval() -> None:
    rng = np.random.default_rng(2)
    values = rng.random((3, 50))
    shifted = values + rng.normal(0, 100, 50)
    before, after = (estimate_over_seeds(each, deterministic=False) for each in (values, shifted))
    assert before.half_width == pytest.approx(after.half_width)


def test_one_seed_has_no_interval() -> None:
    found = estimate_over_seeds(np.array([[0.0, 1.0, 0.5]]), deterministic=False)
    assert (found.mean, found.half_width, found.low, found.high) == (0.5, None, None, None)
    assert found.no_interval == "1 seed"


@pytest.mark.parametrize("n_seeds", [1, 3])
def test_a_deterministic_model_is_exact(n_seeds: int) -> None:
    found = estimate_over_seeds(np.tile([0.0, 1.0], (n_seeds, 1)), deterministic=True)
    assert (found.mean, found.half_width, found.n_seeds, found.no_interval) == (0.5, None, n_seeds, "exact")


@pytest.mark.parametrize("shape", [(2, 1), (5, 1), (2, 7), (5, 7)])
def test_equal_runs_have_an_interval_of_no_width(shape: tuple[int, int]) -> None:
    found = estimate_over_seeds(np.full(shape, 0.25), deterministic=False)
    assert (found.mean, found.half_width) == (0.25, 0.0)


def test_one_user_leaves_the_seeds_alone_to_decide() -> None:
    values = np.array([[0.1], [0.4], [0.3]])
    expected = stats.t.ppf(0.975, 2) * stats.sem(values[:, 0])
    assert estimate_over_seeds(values, deterministic=False).half_width == pytest.approx(expected)


def test_the_order_of_users_and_seeds_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    values = rng.random((4, 30))
    moved = values[rng.permutation(4)][:, rng.permutation(30)]
    before, after = (estimate_over_seeds(each, deterministic=False) for each in (values, moved))
    assert (before.mean, before.half_width) == pytest.approx((after.mean, after.half_width))
