"""The intervals against literal loops, against SciPy, and by how often they cover the truth."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.analysis.statistics.estimates import Difference, estimate_over_seeds, paired_difference
from seqrec_bench.analysis.statistics.runs import Runs


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
    found = estimate_over_seeds(Runs(values))
    assert found.mean == pytest.approx(values.mean())
    assert found.half_width == pytest.approx(literal_half_width(values.tolist()))
    assert (found.low, found.high) == (found.mean - found.half_width, found.mean + found.half_width)
    assert (found.n_seeds, found.no_interval) == (n_seeds, None)


def test_equals_the_t_interval_of_the_seeds_means_where_seeds_differ() -> None:
    rng = np.random.default_rng(0)
    values = rng.random((5, 200)) + rng.normal(0, 1, (5, 1))
    means = values.mean(axis=1)
    found = estimate_over_seeds(Runs(values))
    expected = stats.t.interval(0.95, 4, loc=means.mean(), scale=stats.sem(means))
    assert (found.low, found.high) == pytest.approx(expected)


def test_seeds_that_agree_by_luck_do_not_shrink_the_interval() -> None:
    values = np.array([[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]])
    assert values.mean(axis=1).tolist() == [0.5, 0.5]
    # MSS = 0 and MSE = 8 (1/2)^2 / 3 = 2/3.
    expected = stats.t.ppf(0.975, 1) * math.sqrt(2 / 3 / 8)
    assert estimate_over_seeds(Runs(values)).half_width == pytest.approx(expected)


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
        found = estimate_over_seeds(Runs(users + runs))
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
    before, after = (estimate_over_seeds(Runs(each)) for each in (values, shifted))
    assert before.half_width == pytest.approx(after.half_width)


def test_one_seed_has_no_interval() -> None:
    found = estimate_over_seeds(Runs(np.array([[0.0, 1.0, 0.5]])))
    assert (found.mean, found.half_width, found.low, found.high) == (0.5, None, None, None)
    assert found.no_interval == "1 seed"


@pytest.mark.parametrize("n_seeds", [1, 3])
def test_a_deterministic_model_is_exact(n_seeds: int) -> None:
    found = estimate_over_seeds(Runs(np.tile([0.0, 1.0], (n_seeds, 1)), deterministic=True))
    assert (found.mean, found.half_width, found.n_seeds, found.no_interval) == (0.5, None, n_seeds, "exact")


@pytest.mark.parametrize("shape", [(2, 1), (5, 1), (2, 7), (5, 7)])
def test_equal_runs_have_an_interval_of_no_width(shape: tuple[int, int]) -> None:
    found = estimate_over_seeds(Runs(np.full(shape, 0.25)))
    assert (found.mean, found.half_width) == (0.25, 0.0)


def test_one_user_leaves_the_seeds_alone_to_decide() -> None:
    values = np.array([[0.1], [0.4], [0.3]])
    expected = stats.t.ppf(0.975, 2) * stats.sem(values[:, 0])
    assert estimate_over_seeds(Runs(values)).half_width == pytest.approx(expected)


def test_the_order_of_users_and_seeds_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    values = rng.random((4, 30))
    moved = values[rng.permutation(4)][:, rng.permutation(30)]
    before, after = (estimate_over_seeds(Runs(each)) for each in (values, moved))
    assert (before.mean, before.half_width) == pytest.approx((after.mean, after.half_width))


# Differences.


def simulated(
    rng: np.random.Generator, n_seeds: int, n_users: int, *, users: float, seeds: float, interaction: float
) -> np.ndarray:
    """(S, U) differences of two models that are equally good, from the standard deviations of the three effects."""
    per_user, per_seed = rng.normal(0, users, n_users), rng.normal(0, seeds, (n_seeds, 1))
    return per_user + per_seed + rng.normal(0, interaction, (n_seeds, n_users))


def difference_of(differences: np.ndarray) -> Difference:
    return paired_difference(Runs(differences), Runs(np.zeros_like(differences)))


def users_only_half_width(differences: np.ndarray) -> float:
    """That of the paired t test over users, each with the mean over seeds."""
    n_users = differences.shape[1]
    return float(stats.t.ppf(0.975, n_users - 1) * stats.sem(differences.mean(axis=0)))


def literal_difference(values: list[list[float]], others: list[list[float]]) -> tuple[float, float]:
    """The mean and half the width, sum by sum, from the raw sums of squares."""
    n_seeds, n_users = len(values), len(values[0])
    d = [[values[s][u] - others[s][u] for u in range(n_users)] for s in range(n_seeds)]
    correction = sum(map(sum, d)) ** 2 / (n_seeds * n_users)
    total = sum(x * x for row in d for x in row) - correction
    between_seeds = sum(sum(row) ** 2 for row in d) / n_users - correction
    between_users = sum(sum(row[u] for row in d) ** 2 for u in range(n_users)) / n_seeds - correction
    mss, msu = between_seeds / (n_seeds - 1), between_users / (n_users - 1)
    mse = (total - between_seeds - between_users) / ((n_seeds - 1) * (n_users - 1))
    variance = (msu - mse if msu > mse else 0.0) + (mss if mss > mse else mse)
    parts = [(max(msu, mse), n_users - 1)]
    if mss > mse:
        parts += [(mss, n_seeds - 1), (mse, (n_seeds - 1) * (n_users - 1))]
    degrees = min(variance**2 / sum(square**2 / df for square, df in parts), n_users - 1)
    half_width = float(stats.t.ppf(0.975, degrees)) * math.sqrt(variance / (n_seeds * n_users))
    return sum(map(sum, d)) / (n_seeds * n_users), half_width


@given(
    st.integers(2, 5), st.integers(2, 6), st.integers(0, 2**32 - 1), st.sampled_from([0, 1]), st.sampled_from([0, 1])
)
def test_a_difference_equals_the_literal_loops(n_seeds: int, n_users: int, seed: int, users: int, seeds: int) -> None:
    rng = np.random.default_rng(seed)
    values = simulated(rng, n_seeds, n_users, users=users, seeds=seeds, interaction=0.5)
    others = rng.random((n_seeds, n_users))
    found = paired_difference(Runs(values), Runs(others))
    assert (found.mean, found.half_width) == pytest.approx(literal_difference(values.tolist(), others.tolist()))
    assert found.n_seeds == n_seeds


@pytest.mark.parametrize(
    ("values", "variance", "degrees"),
    [
        # MSU = 1/2 and MSS = MSE = 1/6: the users alone, since seeds bring no more than the noise.
        ([[1, 0, 0], [1, 1, 0]], 1 / 2, 2),
        # MSU = 0, MSS = 0, MSE = 1: both floors hold.
        ([[1, 0], [0, 1]], 1, 1),
        # MSU = 0 and MSE = 0: the seeds alone decide, with S - 1.
        ([[1, 1, 1], [0, 0, 0], [2, 2, 2]], 3, 2),
        # MSS = 0 and MSE = 0: the users alone decide, with U - 1.
        ([[1, 0, 2], [1, 0, 2]], 2, 2),
    ],
)
def test_a_worked_difference(values: list[list[int]], variance: float, degrees: float) -> None:
    found = difference_of(np.array(values, dtype=float))
    expected = stats.t.ppf(0.975, degrees) * math.sqrt(variance / np.size(values))
    assert (found.mean, found.half_width) == pytest.approx((np.mean(values), expected))


def test_where_seeds_add_nothing_a_difference_is_the_paired_t_test_of_the_users_means() -> None:
    rng = np.random.default_rng(4)
    others = rng.random((5, 150))
    noise = rng.normal(0, 0.1, (5, 150))
    values = others + 0.05 + rng.normal(0, 0.3, 150) + noise - noise.mean(axis=1, keepdims=True)
    expected = stats.ttest_rel(values.mean(axis=0), others.mean(axis=0)).confidence_interval(0.95)
    found = paired_difference(Runs(values), Runs(others))
    assert (found.mean - found.half_width, found.mean + found.half_width) == pytest.approx(expected, rel=1e-3)


def test_where_only_seeds_differ_a_difference_is_the_paired_t_test_of_the_seeds_means() -> None:
    rng = np.random.default_rng(5)
    others = rng.random((5, 150))
    values = others + 0.05 + rng.normal(0, 0.3, (5, 1))
    expected = stats.ttest_rel(values.mean(axis=1), others.mean(axis=1)).confidence_interval(0.95)
    found = paired_difference(Runs(values), Runs(others))
    assert (found.mean - found.half_width, found.mean + found.half_width) == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(2, 2), (5, 40)])
def test_two_identical_models_differ_by_nothing_for_sure(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(6).random(shape)
    assert paired_difference(Runs(values), Runs(values.copy())) == Difference(0.0, 0.0, shape[0], 0)


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (1, 1)])
def test_with_one_seed_or_one_user_a_difference_has_no_interval(shape: tuple[int, int]) -> None:
    found = paired_difference(Runs(np.full(shape, 0.75)), Runs(np.full(shape, 0.5)))
    assert found == Difference(0.25, None, shape[0], shape[1])


def test_what_users_and_seeds_do_to_both_models_alike_cancels() -> None:
    rng = np.random.default_rng(7)
    values, others = rng.random((2, 4, 30))
    both = rng.normal(0, 10, 30) + rng.normal(0, 10, (4, 1))
    before, after = (
        paired_difference(Runs(values), Runs(others)),
        paired_difference(Runs(values + both), Runs(others + both)),
    )
    assert (before.mean, before.half_width) == pytest.approx((after.mean, after.half_width))


def test_the_other_way_round_a_difference_has_the_other_sign() -> None:
    values, others = np.random.default_rng(8).random((2, 4, 30))
    there, back = paired_difference(Runs(values), Runs(others)), paired_difference(Runs(others), Runs(values))
    assert there.mean == pytest.approx(values.mean() - others.mean())
    assert (there.mean, there.half_width) == pytest.approx((-back.mean, back.half_width))


def test_the_order_of_users_and_seeds_does_not_matter_to_a_difference() -> None:
    rng = np.random.default_rng(9)
    both = rng.random((2, 4, 30))
    moved = both[:, rng.permutation(4)][:, :, rng.permutation(30)]
    before, after = (paired_difference(*map(Runs, each)) for each in (both, moved))
    assert (before.mean, before.half_width) == pytest.approx((after.mean, after.half_width))


def test_pairs_are_made_by_seed() -> None:
    values = np.random.default_rng(10).random((3, 30))
    assert paired_difference(Runs(values), Runs(values[[1, 2, 0]])).half_width > 0


@given(
    st.integers(2, 6),
    st.integers(10, 40),
    st.integers(0, 2**32 - 1),
    *[st.sampled_from([0.0, 0.01, 0.1, 1.0])] * 3,
)
def test_a_difference_is_never_surer_than_the_users_alone_make_it(
    n_seeds: int, n_users: int, seed: int, users: float, seeds: float, interaction: float
) -> None:
    """Since max(MSU - MSE, 0) + max(MSS, MSE) is MSU or more."""
    rng = np.random.default_rng(seed)
    differences = simulated(rng, n_seeds, n_users, users=users, seeds=seeds, interaction=interaction)
    found = difference_of(differences).half_width
    assert found >= users_only_half_width(differences) * (1 - 1e-9)


def share_covered(n_users: int, users: float, seeds: float, interaction: float) -> float:
    """The share of 2,000 simulated pairs of equal models, of 5 seeds each, whose interval holds 0."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(2000):
        effects = simulated(rng, 5, n_users, users=users, seeds=seeds, interaction=interaction)
        found = difference_of(effects)
        covered += abs(found.mean) <= found.half_width
    return covered / 2000


@pytest.mark.parametrize(
    ("n_users", "users", "seeds", "interaction"),
    [(80, 0.2, 0.03, 0.2), (200, 0.2, 0.02, 0.2), (80, 0.2, 0.03, 0), (80, 0, 0.05, 0.2)],
)
def test_a_difference_covers_the_truth_as_often_as_it_says(
    n_users: int, users: float, seeds: float, interaction: float
) -> None:
    assert 0.935 < share_covered(n_users, users, seeds, interaction) < 0.975


@pytest.mark.parametrize(("users", "at_least", "at_most"), [(0.2, 0.94, 0.975), (0, 0.965, 0.995)])
def test_where_seeds_add_nothing_a_difference_covers_more_than_it_says_but_not_all(
    users: float, at_least: float, at_most: float
) -> None:
    """Seeds that scatter by chance widen the interval, and none that agree by chance narrow it.

    Without a user effect either, that is all there is to the variance.
    """
    assert at_least < share_covered(80, users, 0, 0.2) < at_most


def test_equal_models_with_a_seed_effect_are_told_apart_no_more_often_than_5_percent() -> None:
    """The t test over users, each with the mean over seeds, takes what a few seeds happened to give for the model."""
    assert 1 - share_covered(100, users=0.2, seeds=0.1, interaction=0.2) < 0.065
    rng = np.random.default_rng(2)
    pairs = (simulated(rng, 5, 100, users=0.2, seeds=0.1, interaction=0.2) for _ in range(2000))
    p_values = stats.ttest_1samp([differences.mean(axis=0) for differences in pairs], 0, axis=1).pvalue
    assert np.mean(p_values < 0.05) > 0.3


def test_where_a_seed_in_ten_collapses_five_hold_the_mean_as_often_as_the_page_says() -> None:
    """HR@50 with the spreads of docs/statistics.md: the noise of single runs, .0073 of a mean, and no more."""
    n_users, level, loss, share = 60, 0.5, 0.2, 0.1
    rng = np.random.default_rng(0)
    noise = 0.0073 * math.sqrt(n_users)
    held, spared = 0, 0
    for _ in range(1500):
        collapsed = rng.random((5, 1)) < share
        found = estimate_over_seeds(Runs(level - loss * collapsed + rng.normal(0, noise, (5, n_users))))
        assert found.low is not None and found.high is not None
        held += found.low <= level - share * loss <= found.high
        spared += not collapsed.any()
    page = " ".join((Path(__file__).parents[3] / "docs" / "statistics.md").read_text().split())
    said = re.search(r"holds the mean over seeds in (\d+) % of cases, .* In (\d+) % none of the five", page)
    assert said is not None
    of_five, none = said.groups()
    assert held / 1500 == pytest.approx(int(of_five) / 100, abs=0.04)
    assert spared / 1500 == pytest.approx(int(none) / 100, abs=0.04)
