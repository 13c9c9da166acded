"""Figures 1 and 2: metrics over the dimension."""

from functools import partial

from seqrec_bench.analysis.curves import Curve, Curves, dimension_curves
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.analysis.statistics.estimates import Estimate
from seqrec_bench.rendering.blocks import Charts, Grid, Notes, Section, numbers, words
from seqrec_bench.rendering.curves import figure_notes
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.rendering.report.panels import LARGE, Point, Series, Titles, ends, frame, line_panel
from seqrec_bench.rendering.report.sources import Sources, lacks
from seqrec_bench.rendering.report.svg import Axis, LegendEntry, Panel, Style


def dimensions_section(sources: Sources) -> Section:
    """A chart for each of the paper's figures; the reported figure of the table stands beside them."""
    section = partial(Section, "figures", "Over the dimension")
    if not sources.view.rows:
        sentence = f"No paper shows figures over the dimension on {sources.view.dataset} here."
        return section([], lacking=[sentence])
    figures = [dimension_curves(sources.records, sources.view, metric) for metric in sources.view.figure_metrics]
    lacking = lacks(figures[0].missing, *sources.making, says="Missing" if sources.view.has_reported else "Not run")
    if figures[0].is_empty:
        return section([], lacking=lacking)
    panels = [_panel(sources, curves, number) for number, curves in enumerate(figures, start=1)]
    rows = [curve.row for curve in figures[0].curves]
    legend = [LegendEntry(row.label, sources.style(row.configuration)) for row in rows]
    if sources.view.has_reported:
        legend.append(LegendEntry(f"reported, at {sources.view.dimension}", Style(_ROUND), False, is_reported=True))
    data = [_data(curves, number) for number, curves in enumerate(figures, start=1)]
    names = [f"Figure {number}, {curves.metric}" for number, curves in enumerate(figures, start=1)]
    blocks = [
        Charts(f"{'; '.join(names)}: over the dimension.", panels, legend, data),
        Notes(without(figure_notes(figures[0], sources.view), Topic.MISSING)),
    ]
    return section(blocks, sources.command("plot"), lacking)


_ROUND = 3
"""The style whose marker is a circle."""


def _panel(sources: Sources, curves: Curves, number: int) -> Panel:
    series = [
        Series(
            sources.style(curve.row.configuration),
            [*_points(curve, curves), *_reported(curve, curves, sources.view.dimension)],
            has_band=True,
        )
        for curve in curves.curves
    ]
    y, left, right = frame(LARGE, ends(series), curves.metric)
    dimensions = curves.dimensions
    room = 0.08 * (dimensions[-1] - dimensions[0]) or 1
    x = Axis(
        dimensions[0] - room, dimensions[-1] + room, left, right, [(d, str(d)) for d in dimensions], label="dimension"
    )
    titles = Titles(f"figure-{number}", f"Figure {number}: {curves.metric}", _description(curves))
    return line_panel(titles, x, y, series, LARGE)


def _points(curve: Curve, curves: Curves) -> list[Point | None]:
    return [
        None
        if point is None
        else Point(dimension, point.mean, point.half_width, f"{curve.row.label}, {dimension}: {_text(point)}")
        for dimension, point in zip(curves.dimensions, curve.points, strict=True)
    ]


def _reported(curve: Curve, curves: Curves, dimension: float) -> list[Point | None]:
    """Apart from the curve, by a gap."""
    value = curve.row.reported.get(curves.metric)
    if value is None:
        return []
    return [None, Point(dimension, value, None, f"{curve.row.label}, reported: {number(value)}", True)]


def _text(point: Estimate | None) -> str:
    if point is None:
        return NONE
    return number(point.mean) + (f" ± {number(point.half_width)}" if point.half_width is not None else "")


def _description(curves: Curves) -> str:
    """Where each curve begins, peaks and ends."""
    sentences = []
    for curve in curves.curves:
        known = [(d, point.mean) for d, point in zip(curves.dimensions, curve.points, strict=True) if point]
        if known:
            peak = max(known, key=lambda each: each[1])
            ends = f"{number(known[0][1])} at {known[0][0]} to {number(known[-1][1])} at {known[-1][0]}"
            sentences.append(f"{curve.row.label} goes from {ends}, highest at {peak[0]} ({number(peak[1])})")
    return f"{curves.metric} over the dimension. {'; '.join(sentences)}."


def _data(curves: Curves, figure: int) -> Grid:
    return Grid(
        caption=f"Figure {figure}, {curves.metric}: means over seeds ± half the 95 % interval",
        columns=[*words("model"), *numbers(*map(str, curves.dimensions))],
        rows=[[curve.row.label, *map(_text, curve.points)] for curve in curves.curves],
    )
