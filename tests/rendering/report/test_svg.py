import math
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.analysis.comparison import Outcome
from seqrec_bench.rendering.charts import N_STYLES, Axis, Panel, Point, Series, Strip, Style
from seqrec_bench.rendering.report.svg import (
    STRIP_WIDTH,
    css,
    curve,
    lay_out,
    linear_ruler,
    log_ruler,
    outline,
    strips_ruler,
)

values = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 4)), min_size=1, max_size=9)


@given(values, st.integers(2, 8))
def test_axes_hold_their_values_and_label_some_of_their_range(those: list[float], count: int) -> None:
    axis = linear_ruler(those, 100, 0, count=count)
    assert all(0 <= axis(value) <= 100 for value in those)
    assert all(axis.low <= value <= axis.high for value, _ in axis.ticks)
    assert 1 <= len(axis.ticks) <= 2 * count + 1


@given(values)
def test_ticks_say_where_they_are(those: list[float]) -> None:
    for value, text in linear_ruler(those, 0, 100).ticks:
        assert float(text.replace(",", "")) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=9))
def test_logarithmic_axes_label_powers_of_ten(those: list[float]) -> None:
    axis = log_ruler(those, 0, 300)
    assert all(0 <= axis(value) <= 300 for value in those)
    assert all(math.log10(value) == pytest.approx(round(math.log10(value))) for value, _ in axis.ticks)


def test_a_curve_breaks_off_where_a_point_is_missing() -> None:
    assert curve([(0, 1), (2.5, 3), None, (4, 5)]) == "M0 1L2.5 3M4 5"


def panel_of(y: Axis, *series: Series, has_rows: bool = False) -> Panel:
    return Panel("id", "title", "about", Axis(shows=[0]) if has_rows else Axis(names=["a", "b"]), y, series)


def test_intervals_stand_around_their_points() -> None:
    points = [Point(0, 0.5, 0.25, "a: 0.5"), None]
    layout = lay_out(panel_of(Axis("HR@50", shows=[0, 1]), Series("one", Style(0), points, has_band=True)))
    (dot,), (bar,) = layout.dots, layout.bars
    assert (dot.x, dot.y, dot.text) == (layout.x(0), layout.y(0.5), "a: 0.5")
    assert bar.d == f"M{layout.x(0):g} {layout.y(0.25):g}V{layout.y(0.75):g}"
    assert layout.bands == []
    assert layout.x.start <= dot.x <= layout.x.end and layout.top <= dot.y <= layout.bottom


def test_what_is_reported_stands_apart_from_its_curve() -> None:
    series = Series("one", Style(0), [Point(0, 0.5), Point(1, 0.6)], Point(1, 0.7))
    layout = lay_out(panel_of(Axis("HR@50"), series))
    assert [dot.is_reported for dot in layout.dots] == [False, False, True]
    assert [path.d.count("L") for path in layout.lines] == [1]


def test_a_forest_plot_marks_no_difference() -> None:
    series = [
        Series(name, outcome, [Point(difference, row, width)], is_joined=False)
        for row, (name, outcome, difference, width) in enumerate(
            [("A", Outcome.BETTER, 0.1, 0.05), ("B", Outcome.TOO_FEW_SEEDS, -0.1, None)]
        )
    ]
    layout = lay_out(panel_of(Axis(names=["A", "B"]), *series, has_rows=True))
    assert layout.dots[1].x < layout.x(0) < layout.dots[0].x
    assert len(layout.bars) == 1
    assert [css(dot.style) for dot in layout.dots] == ["s0", "s0 hollow"]


def test_strips_of_one_table_have_one_scale() -> None:
    found = strips_ruler([Strip(0.1, 0.2, 0.3, 0.4), None, Strip(0.2, 0.2, 0.2, None)])
    assert found is not None
    ruler, scale = found
    assert 0 < ruler(0.1) < ruler(0.2) < ruler(0.3) < ruler(0.4) < STRIP_WIDTH
    assert scale == "0.10 to 0.40"
    assert strips_ruler([None]) is None


def test_a_page_knows_every_style() -> None:
    sheet = files("seqrec_bench.rendering.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    for number in range(N_STYLES):
        assert f".s{number} {{ --c: var(--s{number}); --dash: " in sheet
        assert len(re.findall(f"--s{number}: #", sheet)) == 2, "light and dark"
    assert len({outline(Style(number)) for number in range(N_STYLES)}) == N_STYLES
