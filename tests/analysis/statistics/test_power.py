"""What a comparison can see."""

import math
from collections.abc import Sequence
from statistics import fmean, variance

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.power import (
    MAX_SEEDS,
    seeds_needed,
    seeds_needed_for_sum,
    seeds_needed_on_these_users,
    smallest_detectable,
    values_needed,
)
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs


def simulated(
    n_users: int, users: float, seeds: float, noise: float, difference: float = 0, seed: int = 0
) -> tuple[Runs, Runs]:
    rng = np.random.default_rng(seed)
    one, other = (
        Runs(rng.normal(0, users, n_users) + rng.normal(0, seeds, (5, 1)) + rng.normal(0, noise, (5, n_users)))
        for _ in range(2)
    )
    return Runs(one.values + difference), other


def test_a_difference_of_the_smallest_detectable_size_is_found_in_80_percent_of_cases() -> None:
    runs = simulated(400, 0.2, 0.005, 0.2)
    size = smallest_detectable(population(runs, [1, -1]))
    found = [
        population(simulated(400, 0.2, 0.005, 0.2, size, seed), [1, -1]).p_other() < 0.05 for seed in range(1, 601)
    ]
    assert 0.74 < np.mean(found) < 0.86


def test_it_is_the_sum_of_both_quantiles_times_the_standard_error() -> None:
    expected = (stats.t.ppf(0.975, 10) + stats.t.ppf(0.8, 10)) * 0.3
    assert smallest_detectable(Inference(0.0, 0.09, 10)) == pytest.approx(expected)
    assert smallest_detectable(Inference(0.0, 0.0, math.inf)) == 0


def test_no_number_of_seeds_makes_up_for_too_few_users() -> None:
    one, other = simulated(100, 0.4, 0.01, 0.1)
    floor = (1.96 + 0.84) * 0.4 * math.sqrt(2 / 100)
    assert seeds_needed(one, other, 0.7 * floor) is None
    assert seeds_needed(one, other, 1.5 * floor) is not None
    assert seeds_needed(one, other, 0.0) is None


def test_with_that_many_seeds_the_difference_is_found_in_80_percent_of_cases() -> None:
    one, other = simulated(500, 0.05, 0.03, 0.1)
    n_seeds = seeds_needed(one, other, 0.03)
    assert n_seeds is not None and 5 < n_seeds < 60
    rng = np.random.default_rng(1)
    of_seeds = [math.sqrt(max(run.between_seeds - run.interaction, 0) / 500) for run in (one, other)]

    def run(spread: float, shift: float) -> Runs:
        users, noise = rng.normal(0, 0.05, 500), rng.normal(0, 0.1, (n_seeds or 0, 500))
        return Runs(shift + users + rng.normal(0, spread, (n_seeds or 0, 1)) + noise)

    found = [population([run(of_seeds[0], 0.03), run(of_seeds[1], 0)], [1, -1]).p_other() < 0.05 for _ in range(400)]
    assert 0.72 < np.mean(found) < 0.88


def test_more_seeds_than_anybody_trains_are_none() -> None:
    one, other = simulated(500, 0.0, 3.0, 0.1)
    assert seeds_needed(one, other, 0.05) is None
    assert MAX_SEEDS == 1000


def test_deterministic_models_need_no_seeds_or_other_users() -> None:
    values = np.random.default_rng(2).random((2, 1, 50))
    one, other = (Runs(each, deterministic=True) for each in values)
    assert seeds_needed(one, other, 1.0) == 3
    assert seeds_needed(one, other, 0.001) is None


def test_the_seeds_of_a_difference_are_those_of_the_sum_with_weights_1_and_minus_1() -> None:
    one, other = simulated(500, 0.05, 0.03, 0.1)
    assert seeds_needed_for_sum([one, other], [1, -1], 0.03) == seeds_needed(one, other, 0.03)
    assert seeds_needed_for_sum([one, other], [2, -2], 0.06) == seeds_needed(one, other, 0.03)


def test_a_paired_difference_takes_the_seeds_of_one_table() -> None:
    one, other = simulated(500, 0.05, 0.03, 0.1)
    n_seeds = seeds_needed_for_sum([Runs(one.values - other.values)], [1], 0.03)
    assert n_seeds is not None and n_seeds > 3
    variance = population([Runs(one.values - other.values)], [1]).variance
    assert (1.96 + 0.84) ** 2 * variance * 5 / n_seeds < 1.3 * 0.03**2


NUMBERS = np.arange(3, MAX_SEEDS + 2)
"""Of seeds: all that are tried, and one more."""


def reach(freedom: np.ndarray) -> np.ndarray:
    return stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)


def literal_detectable(runs: Sequence[Runs], weights: Sequence[float]) -> np.ndarray:
    """The smallest sum of means that would be found, for each of `NUMBERS`: the docstring's formulas, in loops."""
    n_users = runs[0].values.shape[1]
    sums = [0.0] * n_users
    noise = of_seeds = 0.0
    for run, weight in zip(runs, weights, strict=True):
        rows = run.values.tolist()
        users, seeds = [fmean(column) for column in zip(*rows, strict=True)], [fmean(row) for row in rows]
        sums = [total + weight * user for total, user in zip(sums, users, strict=True)]
        residuals = [rows[s][u] - seeds[s] - users[u] + fmean(seeds) for s in range(len(rows)) for u in range(n_users)]
        interaction = sum(residual**2 for residual in residuals) / ((len(rows) - 1) * (n_users - 1))
        noise += weight**2 * interaction / len(rows)
        of_seeds += weight**2 * max(n_users * variance(seeds), interaction) / n_users
    a, b = max(variance(sums) - noise, 0) / n_users, of_seeds / NUMBERS
    freedom = (a + b) ** 2 / (a**2 / (n_users - 1) + b**2 / (len(runs) * (NUMBERS - 1)))
    return reach(np.minimum(freedom, n_users - 1)) * np.sqrt(a + b)


JUST = 1e-5


def just_found(detectable: np.ndarray, number: int) -> tuple[float, float]:
    """The least and the greatest that so many seeds find and one less does not."""
    return (1 + JUST) * float(detectable[number - 3]), (1 - JUST) * float(detectable[number - 4])


@given(
    st.sampled_from([3, 4, 9, 40]),
    st.integers(0, 2**32 - 1),
    st.floats(0, 0.5),
    st.sampled_from([4, 5, 7, 30, 999, 1000, 1001]),
)
@settings(max_examples=60)
def test_the_seeds_needed_are_the_fewest_by_the_literal_formula(
    n_users: int, seed: int, users: float, number: int
) -> None:
    rng = np.random.default_rng(seed)
    runs = [
        Runs(rng.normal(0, users, n_users) + rng.normal(0, 0.3, (n, 1)) + rng.normal(0, 0.4, (n, n_users)))
        for n in (5, 4)
    ]
    detectable = literal_detectable(runs, [1.0, -3.0])
    for value in just_found(detectable, number):
        fewest = next((int(n) for n, size in zip(NUMBERS, detectable, strict=True) if size <= value), MAX_SEEDS + 1)
        expected = fewest if fewest <= MAX_SEEDS else None
        assert seeds_needed_for_sum(runs, [1.0, -3.0], value) == expected


def test_the_users_alone_may_rule_a_difference_out_by_a_little() -> None:
    rng = np.random.default_rng(8)
    runs = [Runs(each, deterministic=True) for each in rng.normal(0, 1, (2, 1, 6))]
    least = float(reach(np.array(5))) * math.sqrt((runs[0].values - runs[1].values).var(ddof=1) / 6)
    assert seeds_needed(*runs, 0.99 * least) is None
    assert seeds_needed(*runs, 1.01 * least) == 3


def test_equal_values_need_no_more_than_the_fewest_seeds_but_find_no_difference_of_nothing() -> None:
    equal = Runs(np.full((3, 10), 0.5))
    assert seeds_needed(equal, equal, 0.1) == 3
    assert seeds_needed(equal, equal, 0.0) is None


@pytest.mark.parametrize("number", [4, 5, 6, 40, 1000, 1001])
def test_seeds_on_these_users_and_values_are_the_fewest_by_the_literal_formula(number: int) -> None:
    expected = number if number <= MAX_SEEDS else None
    for distance in just_found(reach(6.5 * (NUMBERS - 1) / 4) * np.sqrt(0.04 * 5 / NUMBERS), number):
        assert seeds_needed_on_these_users(Inference(0.0, 0.04, 6.5), 5, distance) == expected
    for shift in just_found(reach(2.0 * NUMBERS - 2) * np.sqrt((2 + 0.5) / NUMBERS), number):
        assert values_needed([shift, 2 + shift], [0.5, 1.5]) == expected


def test_seeds_shrink_an_estimate_on_these_users_as_far_as_asked() -> None:
    estimate = Inference(0.0, 0.04, 8)
    n_seeds = seeds_needed_on_these_users(estimate, 5, 0.3)
    assert n_seeds is not None
    for number, enough in ((n_seeds, True), (n_seeds - 1, False)):
        freedom = 2 * (number - 1)
        reach = (stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)) * math.sqrt(0.04 * 5 / number)
        assert bool(reach <= 0.3) is enough
    assert seeds_needed_on_these_users(estimate, 5, 0.001) is None
    assert seeds_needed_on_these_users(Inference(0.0, 0.0, math.inf), 1, 0.1) is None


def test_values_that_many_are_told_apart_in_80_percent_of_cases() -> None:
    number = values_needed([0.0, 1.0, 2.0], [1.0, 2.0, 3.0])
    assert number is not None
    rng = np.random.default_rng(5)
    found = stats.ttest_ind(rng.normal(0, 1, (1000, number)), rng.normal(1, 1, (1000, number)), axis=1).pvalue < 0.05
    assert 0.76 < np.mean(found) < 0.87
    assert values_needed([1.0, 2.0], [1.0, 2.0]) is None
    assert values_needed([1.0, 1.0], [3.0, 3.0]) == 3


def test_no_number_of_values_tells_equal_ones_apart() -> None:
    assert values_needed([1.5, 1.5, 1.5], [1.5, 1.5, 1.5]) is None
    assert values_needed([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3]) is None
    assert values_needed([1.5, 1.5, 1.5], [2.5, 2.5, 2.5]) == 3
