"""Dimension curves as a chart, and their numbers."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from seqrec_bench.analysis.breakdowns import GroupFigure
from seqrec_bench.analysis.curves import Curve, Curves
from seqrec_bench.analysis.notes import Note, Topic, missing_note
from seqrec_bench.analysis.statistics.estimates import Estimate
from seqrec_bench.records import PAPER_VARIANT, Configuration
from seqrec_bench.rendering.charts import Axis, Chart, Panel, Point, Series, Style, styles
from seqrec_bench.rendering.markdown import number, with_width
from seqrec_bench.studies.view import View


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
    reported = [Series(f"reported, at {view.dimension}", None, is_joined=False)] if has_reported else []
    return Chart(panels, [*panels[0].series, *reported], _notes(figures[0], view))


def _panel(curves: Curves, place: int, view: View, style: Callable[[Configuration], Style]) -> Panel:
    series = [
        Series(
            curve.row.label,
            style(curve.row.configuration),
            [
                None if point is None else estimated(dimension, point, f"{curve.row.label}, {dimension}")
                for dimension, point in zip(curves.dimensions, curve.points, strict=True)
            ],
            _reported(curve, curves.metric, view.dimension),
            has_band=True,
        )
        for curve in curves.curves
    ]
    title, about = f"Figure {place}: {curves.metric}", _about(curves.metric, series)
    x, y = Axis("dimension", ticks=curves.dimensions), Axis(curves.metric)
    return Panel(f"figure-{place}", title, about, x, y, series, are_apart=True)


def estimated(x: float, estimate: Estimate | GroupFigure, says: str) -> Point:
    """A mean with its interval; what it is of is said before them."""
    mean, half_width = estimate.mean, estimate.half_width
    return Point(x, mean, half_width, f"{says}: {with_width(mean, half_width)}")


def _reported(curve: Curve, metric: str, dimension: int) -> Point | None:
    value = curve.row.reported.get(metric)
    return None if value is None else Point(dimension, value, None, f"{curve.row.label}, reported: {number(value)}")


def _about(metric: str, series: Iterable[Series]) -> str:
    """Where each curve begins, peaks and ends."""
    sentences = []
    for each in series:
        if known := [point for point in each.points if point is not None]:
            first, last, peak = known[0], known[-1], max(known, key=lambda point: point.y)
            ends = f"{number(first.y)} at {first.x} to {number(last.y)} at {last.x}"
            sentences.append(f"{each.label} goes from {ends}, highest at {peak.x} ({number(peak.y)})")
    return f"{metric} over the dimension. {'; '.join(sentences)}."


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
    return [*notes, *(Note(caution, Topic.CAUTION) for caution in curves.cautions)]


def _of_seeds(seeds: Sequence[int]) -> str:
    return f" (seed {', '.join(map(str, seeds))})" if seeds else ""


def _listed(places: Iterable[tuple[str, int]]) -> str:
    """``A at 25, 50; B at 100``."""
    dimensions: dict[str, list[str]] = {}
    for label, dimension in places:
        dimensions.setdefault(label, []).append(str(dimension))
    return "; ".join(f"{label} at {', '.join(those)}" for label, those in dimensions.items())
