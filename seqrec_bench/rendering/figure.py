"""Draws dimension curves."""

import json
import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqrec_bench.analysis.curves import Curve, Curves
from seqrec_bench.analysis.notes import missing_note
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.rendering.drawing import GREY, NOTE_WIDTH, STYLES, figure_label, save
from seqrec_bench.studies.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_curves(curves: Curves, view: View, stem: Path) -> list[Path]:
    """Writes the figure to ``<stem>.png`` and ``<stem>.svg``, each with its `data_text` as description.

    Returns:
        The two paths.
    """
    return save(lambda: _figure(curves, view), stem, data_text(curves))


def data_text(curves: Curves) -> str:
    """The figure's numbers as JSON: mean, low and high of each model at each dimension, null where there is none."""
    data: dict[str, Any] = {"metric": curves.metric, "dimensions": curves.dimensions}
    for curve in curves.curves:
        points = [(None, None, None) if p is None else (p.mean, p.low, p.high) for p in curve.points]
        name = curve.row.model if curve.row.variant == PAPER_VARIANT else f"{curve.row.model}:{curve.row.variant}"
        data[name] = [[None if x is None else round(x, 6) for x in point] for point in points]
    data["missing"] = [str(cell) for cell in curves.missing]
    return json.dumps(data)


def _figure(curves: Curves, view: View) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8), layout="constrained")
    axes = figure.add_subplot()
    shifts = _shifts(curves)
    for curve, shift, style in zip(curves.curves, shifts, cycle(STYLES), strict=False):
        _draw_curve(axes, curve, [dimension + shift for dimension in curves.dimensions], style)
        _draw_reported(axes, curve.row.reported.get(curves.metric), view.dimension + shift, style)
    if any(curves.metric in curve.row.reported for curve in curves.curves):
        label = f"reported, at {view.dimension}"
        axes.plot([], [], "o", color=GREY, markersize=8, markerfacecolor="none", label=label)
    axes.set_xticks(curves.dimensions)
    axes.set_xlabel("dimension")
    axes.set_ylabel(curves.metric)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper left", ncols=5, frameon=False, handlelength=2.8, columnspacing=1.5)
    notes = [textwrap.fill(figure_label(note), NOTE_WIDTH) for note in figure_notes(curves, view)]
    figure.supxlabel("\n".join(notes), x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _shifts(curves: Curves) -> list[float]:
    """How far each curve stands beside its dimensions, so that intervals do not hide one another."""
    step = min((b - a for a, b in pairwise(curves.dimensions)), default=1)
    middle = (len(curves.curves) - 1) / 2
    return [0.05 * step * (number - middle) for number in range(len(curves.curves))]


def _draw_curve(axes: "Axes", curve: Curve, places: Sequence[float], style: Mapping[str, Any]) -> None:
    """The mean with its band; both break off where a point is missing, and a point between two gaps keeps its bar."""
    mean = [math.nan if point is None else point.mean for point in curve.points]
    low = [math.nan if point is None or point.low is None else point.low for point in curve.points]
    high = [math.nan if point is None or point.high is None else point.high for point in curve.points]
    axes.fill_between(places, low, high, color=style["color"], alpha=0.12, linewidth=0)
    axes.vlines(places, low, high, color=style["color"], alpha=0.5, linewidth=1)
    axes.plot(places, mean, label=figure_label(curve.row.label), markersize=4.5, linewidth=1.4, **style)


def _draw_reported(axes: "Axes", reported: float | None, place: float, style: Mapping[str, Any]) -> None:
    hollow = {"marker": style["marker"], "color": style["color"], "markerfacecolor": "none", "markersize": 9}
    axes.plot([place], [math.nan if reported is None else reported], linestyle="none", **hollow)


def figure_notes(curves: Curves, view: View) -> list[str]:
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
    return [*notes, *curves.cautions]


def _of_seeds(seeds: Sequence[int]) -> str:
    return f" (seed {', '.join(map(str, seeds))})" if seeds else ""


def _listed(places: Iterable[tuple[str, int]]) -> str:
    """``A at 25, 50; B at 100``."""
    dimensions: dict[str, list[str]] = {}
    for label, dimension in places:
        dimensions.setdefault(label, []).append(str(dimension))
    return "; ".join(f"{label} at {', '.join(those)}" for label, those in dimensions.items())
