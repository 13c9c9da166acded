"""Dimension curves as a chart, and as a figure with its numbers in it."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from seqrec_bench.analysis.curves import Curve, Curves
from seqrec_bench.analysis.notes import missing_note
from seqrec_bench.records import PAPER_VARIANT, Configuration
from seqrec_bench.rendering.charts import Axis, Chart, Key, Panel, Point, Series, Style, keys, styles
from seqrec_bench.rendering.drawing import draw_chart
from seqrec_bench.rendering.markdown import number, with_width
from seqrec_bench.studies.view import View


def draw_curves(curves: Curves, view: View, stem: Path) -> list[Path]:
    """Writes the figure to ``<stem>.png`` and ``<stem>.svg``, each with its `data_text` as description.

    Returns:
        The two paths.
    """
    return draw_chart(curves_chart([curves], view), stem, data_text(curves))


def data_text(curves: Curves) -> str:
    """The figure's numbers as JSON: mean, low and high of each model at each dimension, null where there is none."""
    data: dict[str, Any] = {"metric": curves.metric, "dimensions": curves.dimensions}
    for curve in curves.curves:
        points = [(None, None, None) if p is None else (p.mean, p.low, p.high) for p in curve.points]
        name = curve.row.model if curve.row.variant == PAPER_VARIANT else f"{curve.row.model}:{curve.row.variant}"
        data[name] = [[None if x is None else round(x, 6) for x in point] for point in points]
    data["missing"] = [str(cell) for cell in curves.missing]
    return json.dumps(data)


def curves_chart(figures: Sequence[Curves], view: View, style: Callable[[Configuration], Style] | None = None) -> Chart:
    """A panel for each figure, Figure 1 first; the reported figures of the table stand beside the curves.

    Args:
        style: How a model looks; by the place of its curve where it is not said.
    """
    rows = [curve.row for curve in figures[0].curves]
    style = style or styles(row.configuration for row in rows).__getitem__
    panels = [_panel(curves, place, view, style) for place, curves in enumerate(figures, start=1)]
    has_reported = any(each.reported for panel in panels for each in panel.series)
    reported = [Key(f"reported, at {view.dimension}", None, has_line=False)] if has_reported else []
    return Chart(panels, [*keys(panels[0].series), *reported], _notes(figures[0], view))


def _panel(curves: Curves, place: int, view: View, style: Callable[[Configuration], Style]) -> Panel:
    return Panel(
        f"figure-{place}",
        f"Figure {place}: {curves.metric}",
        _about(curves),
        Axis("dimension", ticks=curves.dimensions),
        Axis(curves.metric),
        [
            Series(
                curve.row.label,
                style(curve.row.configuration),
                _points(curve, curves.dimensions),
                _reported(curve, curves.metric, view.dimension),
                has_band=True,
            )
            for curve in curves.curves
        ],
        are_apart=True,
    )


def _points(curve: Curve, dimensions: Sequence[int]) -> list[Point | None]:
    return [
        None
        if point is None
        else Point(
            dimension,
            point.mean,
            point.half_width,
            f"{curve.row.label}, {dimension}: {with_width(point.mean, point.half_width)}",
        )
        for dimension, point in zip(dimensions, curve.points, strict=True)
    ]


def _reported(curve: Curve, metric: str, dimension: int) -> Point | None:
    value = curve.row.reported.get(metric)
    return None if value is None else Point(dimension, value, None, f"{curve.row.label}, reported: {number(value)}")


def _about(curves: Curves) -> str:
    """Where each curve begins, peaks and ends."""
    sentences = []
    for curve in curves.curves:
        known = [(d, point.mean) for d, point in zip(curves.dimensions, curve.points, strict=True) if point]
        if known:
            peak = max(known, key=lambda each: each[1])
            ends = f"{number(known[0][1])} at {known[0][0]} to {number(known[-1][1])} at {known[-1][0]}"
            sentences.append(f"{curve.row.label} goes from {ends}, highest at {peak[0]} ({number(peak[1])})")
    return f"{curves.metric} over the dimension. {'; '.join(sentences)}."


def _notes(curves: Curves, view: View) -> list[str]:
    """What has to be known to read the figure, a sentence a line."""
    points = {
        (curve.row.label, dimension): point
        for curve in curves.curves
        for dimension, point in zip(curves.dimensions, curve.points, strict=True)
        if point is not None
    }
    seeds = sorted({point.n_seeds for point in points.values() if point.half_width is not None})
    notes = [f"{view.dataset} under {view.protocol}. Curves stand a little to the side of one another."]
    if seeds:
        n_seeds = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
        notes.append(f"Band: 95 % interval over {n_seeds} seeds, on exactly these users and with these settings.")
    for reason in ("1 seed", "exact"):
        places = [place for place, point in points.items() if point.no_interval == reason]
        if places:
            notes.append(f"No band ({reason}): {_listed(places)}.")
    if curves.missing:
        labels = {curve.row.model: curve.row.label for curve in curves.curves}
        places = [
            (labels[cell.configuration.model] + _of_seeds(cell.seeds), cell.configuration.dimension)
            for cell in curves.missing
        ]
        notes += missing_note([_listed(places)], "Missing" if view.has_reported else "Not run")
    return notes


def _of_seeds(seeds: Sequence[int]) -> str:
    return f" (seed {', '.join(map(str, seeds))})" if seeds else ""


def _listed(places: Iterable[tuple[str, int]]) -> str:
    """``A at 25, 50; B at 100``."""
    dimensions: dict[str, list[str]] = {}
    for label, dimension in places:
        dimensions.setdefault(label, []).append(str(dimension))
    return "; ".join(f"{label} at {', '.join(those)}" for label, those in dimensions.items())
