"""What a comparison can see."""

import math

import numpy as np
import pytest
from scipy import stats

from seqrec_bench.reporting.statistics.inference import Inference
from seqrec_bench.reporting.statistics.power import (
    MAX_SEEDS,
    seeds_needed,
    seeds_needed_for_sum,
    seeds_needed_on_these_users,
    smallest_detectable,
    values_needed,
)
from seqrec_bench.reporting.statistics.questions import population
from seqrec_bench.reporting.statistics.runs import Runs


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
