"""Intervals, bounds and p-values of one estimated quantity."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.analysis.statistics.inference import Inference

QUANTITIES = st.builds(Inference, st.floats(-2, 2), st.floats(0.01, 4), st.floats(1, 1000))


@given(QUANTITIES, st.sampled_from([0.5, 0.9, 0.95]))
def test_intervals_are_those_of_students_t(quantity: Inference, confidence: float) -> None:
    error = math.sqrt(quantity.variance)
    expected = stats.t.interval(confidence, quantity.degrees_of_freedom, loc=quantity.mean, scale=error)
    assert quantity.interval(confidence) == pytest.approx(expected)
    assert quantity.interval() == (quantity.mean - quantity.half_width, quantity.mean + quantity.half_width)


@given(QUANTITIES)
def test_one_sided_bounds_are_the_ends_of_the_two_sided_90_percent_interval(quantity: Inference) -> None:
    assert (quantity.low, quantity.high) == pytest.approx(quantity.interval(0.9))


@given(QUANTITIES, st.floats(-3, 3))
def test_p_values_agree_with_the_bounds(quantity: Inference, value: float) -> None:
    assert (quantity.p_above(value) < 0.05) == (quantity.low > value)
    assert (quantity.p_below(value) < 0.05) == (quantity.high < value)
    low, high = quantity.interval()
    assert (quantity.p_other(value) < 0.05) == (not low <= value <= high)
    assert quantity.p_above(value) + quantity.p_below(value) == pytest.approx(1)


def test_p_values_are_scipys() -> None:
    values = [0.3, 0.1, 0.5, 0.2]
    quantity = Inference(sum(values) / 4, stats.sem(values) ** 2, 3)
    for alternative, p in (
        ("greater", quantity.p_above(0.1)),
        ("less", quantity.p_below(0.1)),
        ("two-sided", quantity.p_other(0.1)),
    ):
        assert p == pytest.approx(stats.ttest_1samp(values, 0.1, alternative=alternative).pvalue)


@pytest.mark.parametrize(("mean", "p_above", "p_below", "p_other"), [(0.1, 0, 1, 0), (0.0, 1, 1, 1), (-0.1, 1, 0, 0)])
def test_without_variance_it_is_what_it_is(mean: float, p_above: float, p_below: float, p_other: float) -> None:
    exact = Inference(mean, 0.0, math.inf)
    assert (exact.half_width, exact.low, exact.high, exact.interval()) == (0, mean, mean, (mean, mean))
    assert (exact.p_above(), exact.p_below(), exact.p_other()) == (p_above, p_below, p_other)
