import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.rendering.report.panels import MEDIUM, Point, Series, Titles, forest_panel, frame, line_panel, strips
from seqrec_bench.rendering.report.svg import Style, curve, linear_axis, log_axis, named_axis

values = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 4)), min_size=1, max_size=9)


@given(values, st.integers(2, 8))
def test_axes_hold_their_values_and_label_some_of_their_range(those: list[float], count: int) -> None:
    axis = linear_axis(those, 100, 0, count=count)
    assert all(0 <= axis(value) <= 100 for value in those)
    assert all(axis.low <= value <= axis.high for value, _ in axis.ticks)
    assert 1 <= len(axis.ticks) <= 2 * count + 1


@given(values)
def test_ticks_say_where_they_are(those: list[float]) -> None:
    for value, text in linear_axis(those, 0, 100).ticks:
        assert float(text.replace(",", "")) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=9))
def test_logarithmic_axes_label_powers_of_ten(those: list[float]) -> None:
    axis = log_axis(those, 0, 300, "seconds")
    assert all(0 <= axis(value) <= 300 for value in those)
    assert all(math.log10(value) == pytest.approx(round(math.log10(value))) for value, _ in axis.ticks)


def test_a_curve_breaks_off_where_a_point_is_missing() -> None:
    assert curve([(0, 1), (2.5, 3), None, (4, 5)]) == "M0 1L2.5 3M4 5"


def test_intervals_stand_around_their_points() -> None:
    y, left, right = frame(MEDIUM, [0.0, 1.0], "HR@50")
    x = named_axis(["a", "b"], left, right)
    panel = line_panel(
        Titles("id", "title", "about"), x, y, [Series(Style(0), [Point(0, 0.5, 0.25), None], has_band=True)], MEDIUM
    )
    (dot,), (bar,) = panel.dots, panel.bars
    assert (dot.x, dot.y) == (x(0), y(0.5))
    assert bar.d == f"M{x(0):g} {y(0.25):g}V{y(0.75):g}"
    assert panel.bands == []
    assert panel.left <= dot.x <= panel.right and panel.top <= dot.y <= panel.bottom


def test_a_forest_plot_marks_no_difference() -> None:
    panel = forest_panel(
        Titles("id", "t", "a"), ["A", "B"], [Point(0.1, 0, 0.05), Point(-0.1, 0)], [Style(0), Style(0, True)]
    )
    assert panel.zero is not None
    assert panel.dots[1].x < panel.zero < panel.dots[0].x
    assert len(panel.bars) == 1


def test_strips_of_one_table_have_one_scale() -> None:
    made, scale = strips([(0.2, 0.1, 0.4), None, (0.2, None, None)])
    first, none, last = made
    assert first is not None and last is not None and none is None
    assert first.low < first.mean < first.high < (first.reported or 0)
    assert (last.low, last.mean, last.high, last.reported) == (first.mean, first.mean, first.mean, None)
    assert scale == "0.10 to 0.40"
    assert strips([None]) == ([], "")
