"""One model's runs."""

import numpy as np
import pytest

from seqrec_bench.analysis.statistics.runs import Runs, joined, lacking_seeds


@pytest.mark.parametrize(
    ("seeds", "lacking"),
    [([], [0, 1, 2]), ([0], [1, 2]), ([1, 5], [0]), ([0, 2], [1]), ([7, 8, 9], []), (range(5), [])],
)
def test_the_smallest_free_seeds_make_up_for_those_that_are_lacking(seeds: list[int], lacking: list[int]) -> None:
    assert lacking_seeds(seeds) == lacking


@pytest.mark.parametrize(("n_seeds", "deterministic", "enough"), [(2, False, False), (3, False, True), (1, True, True)])
def test_a_verdict_takes_three_runs_unless_the_seed_changes_nothing(
    n_seeds: int, deterministic: bool, enough: bool
) -> None:
    assert Runs(np.zeros((n_seeds, 4)), deterministic).are_enough is enough


def test_mean_squares_are_those_of_the_literal_table_of_seeds_by_users() -> None:
    values = np.random.default_rng(0).normal(0, 1, (4, 6))
    values[1] += 2
    between = interaction = 0.0
    for s in range(4):
        between += 6 * (values[s].mean() - values.mean()) ** 2 / 3
        for u in range(6):
            residual = values[s, u] - values[s].mean() - values[:, u].mean() + values.mean()
            interaction += residual**2 / (3 * 5)
    runs = Runs(values)
    assert (runs.between_seeds, runs.interaction) == pytest.approx((between, interaction))
    assert runs.seeds_alone == runs.between_seeds


def test_where_seeds_agree_by_luck_the_noise_of_single_runs_is_the_floor() -> None:
    values = np.random.default_rng(0).normal(0, 1, (4, 6))
    runs = Runs(values - values.mean(axis=1, keepdims=True))
    assert runs.between_seeds == pytest.approx(0)
    assert runs.seeds_alone == runs.interaction > 0.1


def test_one_user_leaves_no_noise_to_estimate() -> None:
    runs = Runs(np.array([[0.0], [1.0]]))
    assert (runs.between_seeds, runs.interaction) == (0.5, 0.0)


def test_a_joined_sum_is_each_users_weighted_sum_of_means() -> None:
    one, other = Runs(np.array([[1.0, 2.0], [3.0, 4.0]])), Runs(np.array([[10.0, 20.0]]), deterministic=True)
    assert joined([one, other], [2, -1]).tolist() == [2 * 2 - 10, 2 * 3 - 20]
