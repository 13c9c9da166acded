"""The two questions against SciPy, against literal sums, and by how often their intervals cover the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.analysis.statistics.questions import benchmark, population
from seqrec_bench.analysis.statistics.runs import Runs


@pytest.fixture
def models() -> tuple[Runs, Runs]:
    rng = np.random.default_rng(0)
    return Runs(rng.random((4, 30))), Runs(rng.random((3, 30)))


def test_two_deterministic_models_are_compared_by_the_paired_t_test() -> None:
    one, other = np.random.default_rng(1).random((2, 1, 50))
    found = population([Runs(one, True), Runs(other, True)], [1, -1])
    expected = stats.ttest_rel(one[0], other[0])
    assert found.p_other() == pytest.approx(expected.pvalue)
    assert found.interval() == pytest.approx(expected.confidence_interval(0.95))


def test_where_only_seeds_differ_benchmark_is_welchs_test_of_the_seeds_means() -> None:
    rng = np.random.default_rng(2)
    users = rng.random(40)
    one, other = users + rng.normal(0, 1, (5, 1)), users + rng.normal(0.3, 2, (4, 1))
    found = benchmark([Runs(one), Runs(other)], [1, -1])
    expected = stats.ttest_ind(one.mean(axis=1), other.mean(axis=1), equal_var=False)
    assert found.p_other() == pytest.approx(expected.pvalue)
    assert found.interval() == pytest.approx(expected.confidence_interval(0.95))


@given(st.integers(2, 5), st.integers(2, 5), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_population_equals_the_literal_formula(n_seeds: int, n_others: int, n_users: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    runs = [Runs(rng.random((n, n_users)) + rng.normal(0, 0.3, (n, 1))) for n in (n_seeds, n_others)]
    weights = [1.0, -2.0]
    found = population(runs, weights)
    q = [sum(w * run.values[:, u].mean() for run, w in zip(runs, weights, strict=True)) for u in range(n_users)]
    mean = sum(q) / n_users
    noise = sum(w**2 * run.interaction / run.n_seeds for run, w in zip(runs, weights, strict=True))
    of_users = max(sum((one - mean) ** 2 for one in q) / (n_users - 1), noise) / n_users
    variance, spread = of_users, of_users**2 / (n_users - 1)
    for run, w in zip(runs, weights, strict=True):
        if run.between_seeds > run.interaction:
            variance += w**2 * (run.between_seeds - run.interaction) / (n_users * run.n_seeds)
            spread += (w**2 * run.between_seeds / (n_users * run.n_seeds)) ** 2 / (run.n_seeds - 1)
            spread += (w**2 * run.interaction / (n_users * run.n_seeds)) ** 2 / ((n_users - 1) * (run.n_seeds - 1))
    assert found.mean == pytest.approx(mean)
    assert found.variance == pytest.approx(variance)
    assert found.degrees_of_freedom == pytest.approx(min(variance**2 / spread, n_users - 1))


@pytest.mark.parametrize("question", [population, benchmark])
def test_the_order_of_models_users_and_seeds_does_not_matter(question: object, models: tuple[Runs, Runs]) -> None:
    assert callable(question)
    rng = np.random.default_rng(3)
    users = rng.permutation(30)
    moved = [Runs(run.values[rng.permutation(run.n_seeds)][:, users]) for run in models[::-1]]
    before, after = question(models, [1, -1]), question(moved, [-1, 1])
    for name in ("mean", "variance", "degrees_of_freedom"):
        assert getattr(before, name) == pytest.approx(getattr(after, name))


def test_who_the_users_are_matters_to_population_alone(models: tuple[Runs, Runs]) -> None:
    shift = np.random.default_rng(4).normal(0, 5, 30)
    moved = [Runs(models[0].values + shift), models[1]]
    assert benchmark(models, [1, -1]).variance == pytest.approx(benchmark(moved, [1, -1]).variance)
    assert population(models, [1, -1]).variance < population(moved, [1, -1]).variance / 10


def test_what_users_do_to_all_models_alike_cancels(models: tuple[Runs, Runs]) -> None:
    shift = np.random.default_rng(4).normal(0, 5, 30)
    moved = [Runs(run.values + shift) for run in models]
    assert population(models, [1, -1]).variance == pytest.approx(population(moved, [1, -1]).variance)


@pytest.mark.parametrize("question", [population, benchmark])
@pytest.mark.parametrize("n_seeds", [2, 5])
def test_equal_runs_give_a_difference_of_nothing_for_sure(question: object, n_seeds: int) -> None:
    assert callable(question)
    constant = Runs(np.full((n_seeds, 10), 0.25))
    found = question([constant, constant], [1, -1])
    assert (found.mean, found.variance, found.degrees_of_freedom) == (0, 0, math.inf)
    assert found.p_other() == 1


@pytest.mark.parametrize("question", [population, benchmark])
def test_one_run_of_a_model_whose_seed_matters_answers_nothing(question: object, models: tuple[Runs, Runs]) -> None:
    assert callable(question)
    with pytest.raises(ValueError, match="another seed"):
        question([models[0], Runs(models[1].values[:1])], [1, -1])


def test_one_user_says_nothing_about_others() -> None:
    with pytest.raises(ValueError, match="other users"):
        population([Runs(np.array([[0.1], [0.4]]))], [1])


# How often the intervals hold the truth: U = 943 users and S = 5 seeds, with the spreads measured on real records.

USERS, NOISE = 0.34, 0.24
"""Standard deviations of HR@50's differences between users, and of a single run's noise for one user."""


def simulated(rng: np.random.Generator, users: np.ndarray, seeds: float) -> Runs:
    return Runs(users + rng.normal(0, seeds, (5, 1)) + rng.normal(0, NOISE, (5, len(users))))


def covered(question: object, seeds: float) -> tuple[float, float]:
    """In which shares of 2,000 simulations the intervals of a mean and of a difference hold the truth, which is 0."""
    assert callable(question)
    rng = np.random.default_rng(5)
    mean = difference = 0
    for _ in range(2000):
        users, others = rng.normal(0, USERS, (2, 943))
        if question is benchmark:  # these users are all there is
            users, others = users - users.mean(), others - others.mean()
        one, other = simulated(rng, users, seeds), simulated(rng, others, seeds)
        low, high = question([one], [1]).interval()
        mean += low <= 0 <= high
        low, high = question([one, other], [1, -1]).interval()
        difference += low <= 0 <= high
    return mean / 2000, difference / 2000


@pytest.mark.parametrize("seeds", [0.0, 0.012])
def test_population_covers_the_truth_as_often_as_it_says(seeds: float) -> None:
    for share in covered(population, seeds):
        assert 0.935 < share < 0.975


def test_benchmark_covers_the_truth_as_often_as_it_says_where_seeds_matter() -> None:
    for share in covered(benchmark, 0.012):
        assert 0.935 < share < 0.985


def test_equal_models_with_a_seed_effect_are_told_apart_in_5_percent_of_cases_and_by_users_alone_in_far_more() -> None:
    rng = np.random.default_rng(6)
    ours, of_users = 0, []
    for _ in range(2000):
        users = rng.normal(0, USERS, 943)
        one, other = simulated(rng, users, 0.012), simulated(rng, users, 0.012)
        ours += population([one, other], [1, -1]).p_other() < 0.05
        of_users.append(one.of_users - other.of_users)
    assert ours / 2000 <= 0.065
    assert np.mean(stats.ttest_1samp(of_users, 0, axis=1).pvalue < 0.05) > 0.15
