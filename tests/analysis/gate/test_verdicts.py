"""The two rules, at their edges."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.analysis.gate.verdicts import Verdict, beside_reference, beside_reported
from seqrec_bench.analysis.statistics.inference import Inference

MARGIN = 0.02
BIT = 1e-9
REACH = 0.005
"""Half the width of the 90 % intervals here."""
VARIANCE = (REACH / float(stats.t.ppf(0.95, 4))) ** 2


def estimate(mean: float) -> Inference:
    return Inference(mean, VARIANCE, 4)


@pytest.mark.parametrize(
    ("mean", "verdict"),
    [
        (0.0, Verdict.REPRODUCED),
        (MARGIN - REACH - BIT, Verdict.REPRODUCED),
        (MARGIN - REACH + BIT, Verdict.AT_LEAST_REPRODUCED),
        (MARGIN + REACH - BIT, Verdict.AT_LEAST_REPRODUCED),
        (MARGIN + REACH + BIT, Verdict.EXCEEDS),
        (-MARGIN + REACH + BIT, Verdict.REPRODUCED),
        (-MARGIN + REACH - BIT, Verdict.INCONCLUSIVE),
        (-MARGIN - REACH + BIT, Verdict.INCONCLUSIVE),
        (-MARGIN - REACH - BIT, Verdict.FALLS_SHORT),
    ],
)
def test_a_reported_figure_just_inside_and_just_outside_of_the_margin(mean: float, verdict: Verdict) -> None:
    assert beside_reported(estimate(mean), MARGIN) is verdict


def test_an_interval_wider_than_the_margins_is_inconclusive_wherever_it_is_centred() -> None:
    wide = Inference(0.0, (0.03 / float(stats.t.ppf(0.95, 4))) ** 2, 4)
    assert beside_reported(wide, MARGIN) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("mean", "p_decline", "verdict"),
    [
        (0.0, 0.5, Verdict.HOLDS),
        (-REACH + BIT, 0.05, Verdict.HOLDS),
        (-REACH - BIT, 0.05, Verdict.DECLINES),
        (-MARGIN + REACH + BIT, 0.001, Verdict.DECLINES),
        (-MARGIN + REACH - BIT, 0.001, Verdict.INCONCLUSIVE),
        (-MARGIN + BIT, 0.001, Verdict.INCONCLUSIVE),
        (-MARGIN - BIT, 0.001, Verdict.REGRESSED),
        (-MARGIN - BIT, 0.0501, Verdict.INCONCLUSIVE),
    ],
)
def test_a_reference_just_inside_and_just_outside_of_the_tolerance(
    mean: float, p_decline: float, verdict: Verdict
) -> None:
    assert beside_reference(estimate(mean), p_decline, MARGIN) is verdict


@pytest.mark.parametrize(
    ("mean", "reported", "regressed"),
    [
        (0.0, Verdict.REPRODUCED, Verdict.HOLDS),
        (-0.0199, Verdict.REPRODUCED, Verdict.DECLINES),
        (-0.0201, Verdict.FALLS_SHORT, Verdict.REGRESSED),
        (0.0201, Verdict.EXCEEDS, Verdict.HOLDS),
    ],
)
def test_without_variance_the_figure_alone_decides(mean: float, reported: Verdict, regressed: Verdict) -> None:
    exact = Inference(mean, 0.0, math.inf)
    assert beside_reported(exact, MARGIN) is reported
    assert beside_reference(exact, exact.p_below(), MARGIN) is regressed


@given(st.floats(-0.1, 0.1), st.floats(0, 0.001), st.integers(1, 20))
def test_no_decline_beyond_the_tolerance_holds_and_no_gain_has_regressed(
    mean: float, variance: float, degrees_of_freedom: int
) -> None:
    found = Inference(mean, variance, degrees_of_freedom)
    verdict = beside_reference(found, found.p_below(), MARGIN)
    if mean < -MARGIN:
        assert verdict in (Verdict.REGRESSED, Verdict.INCONCLUSIVE)
    else:
        assert verdict is not Verdict.REGRESSED
