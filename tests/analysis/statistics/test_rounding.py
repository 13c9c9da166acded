"""What counts as equal, and sums that are the same on every processor."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.questions import benchmark, population
from seqrec_bench.analysis.statistics.rounding import (
    ROUNDING,
    is_greater,
    mean,
    settled,
    settled_array,
    settled_variance,
    total,
    variance,
)
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.records import Ranks

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def by_halves(values: list[float]) -> float:
    while len(values) > 1:
        half = (len(values) + 1) // 2
        values = [a + b for a, b in zip(values, values[half:], strict=False)] + values[len(values) - half : half]
    return values[0]


@given(SHARES)
def test_a_sum_is_that_of_literal_halves_to_the_last_bit(values: list[float]) -> None:
    assert float(total(np.array(values))) == by_halves(values)


@given(SHARES)
def test_a_sum_is_off_by_a_rounding_for_each_doubling_of_its_terms(values: list[float]) -> None:
    exact = math.fsum(values)
    steps = math.ceil(math.log2(len(values))) + 1
    assert abs(float(total(np.array(values))) - exact) <= steps * 2**-53 * exact


def test_a_sum_over_seeds_or_over_users_is_that_of_each_row_or_column() -> None:
    values = np.random.default_rng(0).random((5, 943))
    assert total(values).tolist() == [by_halves(column) for column in values.T.tolist()]
    assert total(values.T).tolist() == [by_halves(row) for row in values.tolist()]
    assert mean(values.T).tolist() == [by_halves(row) / 943 for row in values.tolist()]
    assert values.tolist() == np.random.default_rng(0).random((5, 943)).tolist()  # nothing was written into


def test_the_bound_holds_for_metrics_at_a_cut_off_of_200() -> None:
    """Any two ways to the mean of tied gains are as near; the exact one is by rational sums of the same gains."""
    better, tied = (part.ravel() for part in np.meshgrid(np.arange(0, 200, 7), np.arange(1, 260, 11)))
    ranks = Ranks(better=better, tied=tied)
    for name, gains in (
        ("NDCG@200", [1 / math.log2(rank + 1) for rank in range(1, 201)]),
        ("MRR@200", [1 / rank for rank in range(1, 201)]),
        ("HR@200", [1.0] * 200),
    ):
        exact = [math.fsum(gains[b : b + t]) / t for b, t in zip(better.tolist(), tied.tolist(), strict=True)]
        assert np.abs(metric(ranks, name) - exact).max() < ROUNDING / 10


@pytest.mark.parametrize("base", [0.0, 0.5, -0.3, 1e6])
def test_numbers_that_differ_by_rounding_are_equal_and_others_are_not(base: float) -> None:
    size = max(1.0, abs(base))
    assert not is_greater(base + 0.9 * ROUNDING * size, base)
    assert is_greater(base + 1.1 * ROUNDING * size, base)
    assert not is_greater(base, base + 1.1 * ROUNDING * size)


def test_infinite_numbers_are_greater_than_others_and_not_than_themselves() -> None:
    assert is_greater(math.inf, 3) and not is_greater(3, math.inf) and not is_greater(math.inf, math.inf)


def test_what_is_below_rounding_is_zero_by_the_magnitude_of_its_terms() -> None:
    for magnitude, bound in ((0.1, ROUNDING), (1.0, ROUNDING), (3.0, 3 * ROUNDING)):
        assert settled(-0.9 * bound, magnitude) == 0
        assert settled(-1.1 * bound, magnitude) == -1.1 * bound
        assert settled_array(np.array([0.9, -1.1]) * bound, magnitude).tolist() == [0, -1.1 * bound]
        assert settled_variance((0.9 * bound) ** 2, magnitude) == 0
        assert settled_variance((1.1 * bound) ** 2, magnitude) == (1.1 * bound) ** 2


def test_a_single_users_rank_is_more_than_rounding_in_the_mean_of_a_million() -> None:
    values = np.full(1_000_000, 0.5)
    values[17] += 1 / 49 - 1 / 50
    runs = [Runs(values[None], True), Runs(np.full((1, 1_000_000), 0.5), True)]
    found = population(runs, [1, -1])
    assert (found.mean, found.variance) == pytest.approx(
        ((1 / 49 - 1 / 50) / 1e6, (1 / 49 - 1 / 50) ** 2 / 1e12), rel=1e-3
    )


def test_values_that_differ_by_rounding_have_no_variance() -> None:
    assert variance(0.1 + np.arange(9) * 2.0**-52) == 0
    assert variance(np.array([0.1, 0.1, 0.2])) == pytest.approx(0.01 / 3)


@given(st.integers(2, 40), st.integers(2, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1 / 3, 1 / 49, 0.9]))
def test_what_is_equal_but_for_rounding_is_known_without_error(
    n_users: int, n_seeds: int, seed: int, level: float
) -> None:
    rng = np.random.default_rng(seed)
    curve = [Runs(level + rng.integers(-4, 5, (n_seeds, n_users)) * 2.0**-53) for _ in range(3)]
    for run in curve:
        assert (run.between_seeds, run.interaction, run.seed_effect) == (0, 0, 0)
    for weights in ([1, -1, 0], [-0.7, 0.2, 0.5], [0, 0, 0]):
        for found in (population(curve, weights), benchmark(curve, weights)):
            assert (found.mean, found.variance, found.degrees_of_freedom) == (0, 0, math.inf)
            assert (found.p_above(), found.p_below(), found.p_other()) == (1, 1, 1)
    assert not curve[0].minus(curve[1]).values.any()


def test_seeds_that_bring_no_more_than_single_runs_noise_but_for_rounding_bring_nothing() -> None:
    """MSS is MSE here; a rounding above it would take all degrees of freedom but one."""
    runs = Runs(np.array([[0.1, 0.3], [0.3, 0.3]]))
    assert runs.between_seeds == pytest.approx(runs.interaction, rel=1e-12)
    assert runs.seed_effect == 0


def test_without_variance_a_limit_is_exceeded_by_more_than_rounding() -> None:
    exact = Inference(0.48 - 0.5, 0.0, math.inf)
    assert exact.mean < -0.02
    assert (exact.p_below(-0.02), exact.p_above(-0.02)) == (1, 1)
    assert exact.p_below(-0.0199) == 0


@pytest.mark.parametrize("n_differing", [0, 1, 4, 5, 6, 30])
def test_no_p_value_is_below_that_of_the_sign_test_of_all_who_differ(n_differing: int) -> None:
    values = np.zeros((1, 943))
    values[0, :n_differing] = 0.5
    found = population([Runs(values, True)], [1])
    assert found.least_p() == 0.5**n_differing
    assert found.p_above() >= 0.5**n_differing
    assert found.p_other() == pytest.approx(min(1, 2 * found.p_above()))
    assert found.p_below(0.1) < 1e-9  # all of them differ from this
    assert Inference(found.mean, found.variance, found.degrees_of_freedom).least_p() == 0
