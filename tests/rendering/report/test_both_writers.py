"""A chart is described once: Matplotlib and the page are given the same, and both show all of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes

from seqrec_bench.analysis.audit import audit
from seqrec_bench.analysis.comparison import compare_configurations
from seqrec_bench.analysis.curves import dimension_curves
from seqrec_bench.records import Record
from seqrec_bench.rendering import drawing
from seqrec_bench.rendering.audit_chart import audit_chart
from seqrec_bench.rendering.blocks import Charts, Report
from seqrec_bench.rendering.charts import N_STYLES, Chart, Panel, styles
from seqrec_bench.rendering.comparison import forest_chart
from seqrec_bench.rendering.curves import curves_chart
from seqrec_bench.rendering.report import html
from seqrec_bench.rendering.report.build import build_report
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.rendering.report.svg import Layout, lay_out


@pytest.fixture
def sources(sources_with_data: Sources, make_record: Callable[..., Record]) -> Sources:
    """With a gap, and with records under another protocol, so that there is a chart of each kind."""
    given = sources_with_data
    records = [record for record in given.records if (record.key.model, record.key.dimension) != ("fpmc", 75)]
    fingerprint = records[0].recipe.dataset.fingerprint
    records += [
        make_record(row.model, 100, seed, protocol="loo-full-seen-v1", fingerprint=fingerprint)
        for row in given.view.rows[1:]
        for seed in range(3)
    ]
    return replace(given, records=records)


@pytest.fixture
def report(sources: Sources) -> Report:
    return build_report(sources)


@pytest.fixture
def on_page(report: Report, monkeypatch: pytest.MonkeyPatch) -> dict[str, Panel]:
    """What the page's writer is given, by id."""
    given = {}

    def seen(panel: Panel, abreast: int) -> Layout:
        given[panel.id] = panel
        return lay_out(panel, abreast)

    monkeypatch.setattr(html, "lay_out", seen)
    html.to_html(report)
    return given


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Chart]:
    """What Matplotlib's writer is given from then on, which it does not draw."""
    given: list[Chart] = []
    monkeypatch.setattr(drawing, "figure_of", given.append)
    monkeypatch.setattr(drawing, "save", lambda draw, stem, description: draw() or [])
    return given


def test_curves_are_the_same(sources: Sources, on_page: dict[str, Panel], drawn: list[Chart]) -> None:
    for number, metric in enumerate(sources.view.figure_metrics, start=1):
        curves = dimension_curves(sources.records, sources.view, metric)
        drawing.draw_chart(curves_chart([curves], sources.view), Path("figure"), "")
        (panel,) = drawn.pop().panels
        there = on_page[f"figure-{number}"]
        assert replace(panel, id=there.id, title=there.title) == there
        assert [each.label for each in panel.series] == [row.label for row in sources.view.rows]
        assert sum(None in each.points for each in panel.series) == 1


def test_the_audit_is_the_same(sources: Sources, on_page: dict[str, Panel], drawn: list[Chart]) -> None:
    drawing.draw_chart(audit_chart(audit(sources.records, sources.view)), Path("audit"), "")
    (chart,) = drawn
    with_points = [panel for panel in chart.panels if panel.points]
    assert [panel.id for panel in with_points] == ["audit-0", "audit-1"]
    for panel in with_points:
        assert panel == on_page[panel.id]


def test_the_forest_is_the_same_but_for_what_models_are_called(
    sources: Sources, on_page: dict[str, Panel], drawn: list[Chart]
) -> None:
    chosen = {model.configuration: model.records for model in sources.base.models}
    drawing.draw_chart(forest_chart(compare_configurations(chosen, sources.view)), Path("forest"), "")
    (chart,) = drawn
    labels = [[each.label for each in panel.series] for panel in chart.panels]
    assert labels[0][-1] == "sasrec@100"
    for panel in chart.panels:
        there = on_page[panel.id]
        assert [each.label for each in there.series] == [model.label for model in sources.base.others]
        assert [each.style for each in panel.series] == [each.style for each in there.series]
        for each, other in zip(panel.series, there.series, strict=True):
            (ours,), (theirs,) = each.points, other.points
            assert ours is not None and theirs is not None
            assert replace(ours, text="") == replace(theirs, text="")


def test_both_show_every_point_and_every_entry_of_the_legend(report: Report) -> None:
    charts = [block for section in report.sections for block in section.blocks if isinstance(block, Charts)]
    assert len(charts) == 7
    for chart, abreast in ((block.chart, block.abreast) for block in charts):
        figure = drawing.figure_of(chart)
        legends = [[text.get_text() for text in legend.get_texts()] for legend in figure.legends]
        assert legends == ([[key.label for key in chart.legend]] if chart.legend else [])
        for axes, panel in zip(figure.axes, chart.panels, strict=True):
            expected = sorted(point.x if panel.has_rows else point.y for point in panel.points)
            assert shown(axes, panel) == expected
            assert (axes.get_xlim()[0] == 0) >= (panel.x.is_from_zero)
            assert (axes.get_xscale() == "log") == panel.x.is_logarithmic
            assert all(axes.get_xlim()[0] <= value <= axes.get_xlim()[1] for value in panel.x.shows)
            assert all(axes.get_ylim()[0] <= value <= axes.get_ylim()[1] for value in panel.y.shows)
            if panel.points:
                marked = [each for each in panel.series if each.has_dots]
                texts = [p.text for each in marked for p in (*each.points, each.reported) if p is not None]
                assert [dot.text for dot in lay_out(panel, abreast).dots] == texts


def shown(axes: Axes, panel: Panel) -> list[float]:
    """All figures that are drawn, rising."""
    if panel.has_rows:
        return sorted(float(line.get_xdata()[0]) for line in axes.get_lines()[1:])
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()])
    return sorted(values[~np.isnan(values)].tolist())


def test_there_is_a_look_for_every_style() -> None:
    for kind in ("color", "linestyle", "marker"):
        assert len({look[kind] for look in drawing.LOOKS}) == len(drawing.LOOKS) == N_STYLES
    assert [style.number for style in styles(range(N_STYLES + 1)).values()] == [*range(N_STYLES), 0]
