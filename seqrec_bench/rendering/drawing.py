"""Draws charts by Matplotlib. The same content gives the same bytes with one version of it."""

import math
import textwrap
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqrec_bench.analysis.comparison import Outcome
from seqrec_bench.rendering.charts import Chart, Look, Panel, Series, Style
from seqrec_bench.text import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS: tuple[Mapping[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": (0, (1, 1.2)), "marker": "s"},
    {"color": "#E69F00", "linestyle": (0, (5, 1.5)), "marker": "^"},
    {"color": "#009E73", "linestyle": (0, (6, 1.5, 1, 1.5)), "marker": "D"},
    {"color": "#D55E00", "linestyle": "solid", "marker": "o"},
    {"color": "#CC79A7", "linestyle": (0, (3, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": "#56B4E9", "linestyle": (0, (8, 3)), "marker": "P"},
    {"color": "#000000", "linestyle": (0, (1, 3)), "marker": "X"},
    {"color": "#7F7F7F", "linestyle": (0, (4, 1, 1, 1)), "marker": "<"},
    {"color": "#8C510A", "linestyle": (0, (2, 1)), "marker": ">"},
)
"""Of the styles by number: Okabe and Ito's colours for colour-blind readers, and two more."""
_VERDICTS = {
    Outcome.BETTER: "#0072B2",
    Outcome.WORSE: "#D55E00",
    Outcome.NOT_SEPARATED: "#777777",
    Outcome.TOO_FEW_USERS: "#BBBBBB",
    Outcome.TOO_FEW_SEEDS: "#BBBBBB",
}
GREY = "#444444"
_NOTE_WIDTH = 130 / 6.4
"""Characters of small notes in an inch of a figure's width."""
_SETTINGS: dict[str, Any] = {
    "svg.hashsalt": "seqrec-bench",
    "text.parse_math": False,
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_DPI = 200


def draw_chart(chart: Chart, stem: Path, description: str) -> list[Path]:
    """As `save`, of a chart."""
    return save(lambda: figure_of(chart), stem, description)


def save(draw: Callable[[], "Figure"], stem: Path, description: str) -> list[Path]:
    """Writes what `draw` draws to ``<stem>.png`` and ``<stem>.svg``, each with the description in it.

    Returns:
        The two paths.
    """
    from matplotlib import style

    # From Matplotlib's defaults, so that whose computer it is does not show.
    with style.context(["default", _SETTINGS]):
        figure = draw()
        png, svg = (stem.with_name(stem.name + suffix) for suffix in (".png", ".svg"))
        png.parent.mkdir(parents=True, exist_ok=True)
        # The layout begins where the last drawing left it, so that what has no pixels comes before what has.
        for path, metadata in ((svg, {"Date": None}), (png, {})):
            figure.savefig(path, dpi=_DPI, metadata={"Description": description, **metadata})
    return [png, svg]


def figure_label(text: str) -> str:
    """A text as a figure can show it: in one line, and not hidden, as Matplotlib hides what begins with an underscore.

    That nothing in it is a formula is among the settings of `save`.
    """
    line = one_line(text)
    return f" {line}" if line.startswith("_") else line


def figure_of(chart: Chart) -> "Figure":
    """The whole chart on one sheet."""
    if chart.panels[0].has_rows:
        return _sheet_of_rows(chart)
    return _sheet_of_several(chart) if len(chart.panels) > 1 else _sheet_of_one(chart)


def _sheet_of_one(chart: Chart) -> "Figure":
    """Without the panel's title, which the axis says."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8), layout="constrained")
    axes = figure.add_subplot()
    _draw_lines(axes, chart.panels[0], 1.4)
    axes.set_ylabel(chart.panels[0].y.label)
    _add_legend(figure, axes, chart, loc="outside upper left", columnspacing=1.5)
    figure.supxlabel(_notes(chart, figure), x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _sheet_of_several(chart: Chart) -> "Figure":
    """With margins by hand: with several panels, a constrained layout is not the same to the last bit."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.2))
    notes = _notes(chart, figure)
    bottom = 0.14 + 0.025 * notes.count("\n")
    margins = {"left": 0.08, "right": 0.99, "top": 0.85, "bottom": bottom, "wspace": 0.22}
    widths = [len(panel.x.names) or 5 for panel in chart.panels]
    panels = figure.subplots(1, len(widths), width_ratios=widths, gridspec_kw=margins)
    for number, (axes, panel) in enumerate(zip(panels, chart.panels, strict=True)):
        if panel.shares_y:
            axes.sharey(panels[number - 1])
        _draw_lines(axes, panel, 1.2)
        axes.set_title(panel.title, fontsize=9, color=GREY)
    panels[0].set_ylabel(chart.panels[0].y.label)
    _add_legend(figure, panels[0], chart, loc="upper left")
    figure.text(0.01, 0.015, notes, ha="left", va="bottom", fontsize=7, color=GREY)
    return figure


def _sheet_of_rows(chart: Chart) -> "Figure":
    """Without the axes' label, which the notes say."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    names = chart.panels[0].y.names
    figure = Figure(figsize=(7.2, 1.5 + 0.3 * len(names)), layout="constrained")
    panels = figure.subplots(1, len(chart.panels), sharey=True, squeeze=False)[0]
    for axes, panel in zip(panels, chart.panels, strict=True):
        _draw_rows(axes, panel)
    panels[0].set_yticks(range(len(names)), map(figure_label, names))
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    handles = [
        Line2D([], [], label=key.label, linewidth=1.4, markersize=4.5, **_look(key.style)) for key in chart.legend
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=4, frameon=False)
    figure.supxlabel(_notes(chart, figure), x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _notes(chart: Chart, figure: "Figure") -> str:
    width = round(_NOTE_WIDTH * figure.get_figwidth())
    return "\n".join(textwrap.fill(figure_label(note), width) for note in chart.notes)


def _look(style: Look) -> dict[str, Any]:
    """Colour, line and marker."""
    if isinstance(style, Style):
        return {**LOOKS[style.number], **({"markerfacecolor": "white"} if style.is_hollow else {})}
    if style is None:
        return {"color": GREY, "linestyle": "none", "marker": "o", "markerfacecolor": "none"}
    return {"color": _VERDICTS[style], "linestyle": "solid", "marker": "o"}


def _add_legend(figure: "Figure", axes: "Axes", chart: Chart, **layout: Any) -> None:
    """Of the lines of a panel, and of what is reported, which is none of them."""
    for key in chart.legend:
        if key.style is None:
            axes.plot([], [], markersize=8, label=key.label, **_look(None))
    if chart.legend:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, ncols=5, frameon=False, handlelength=2.8, **layout)


def _draw_lines(axes: "Axes", panel: Panel, linewidth: float) -> None:
    step = 0.05 * min((b - a for a, b in pairwise(panel.x.ticks)), default=1)
    for series, offset in zip(panel.series, panel.offsets, strict=True):
        _draw_series(axes, series, step * offset, linewidth)
    axes.update_datalim([(value, 0) for value in panel.x.shows], updatey=False)
    axes.update_datalim([(0, value) for value in panel.y.shows], updatex=False)
    if panel.x.names:
        axes.set_xticks(range(len(panel.x.names)), panel.x.names)
        axes.set_xlim(-0.4, len(panel.x.names) - 0.6)
    elif panel.x.ticks:
        axes.set_xticks(panel.x.ticks)
    if panel.x.is_logarithmic:
        axes.set_xscale("log")
    if panel.x.is_from_zero:
        axes.set_xlim(left=0)
    axes.set_xlabel(panel.x.label)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_series(axes: "Axes", series: Series, shift: float, linewidth: float) -> None:
    """Lines and bands break off where a point is missing, and a point between two gaps keeps its bar."""
    look = _look(series.style)
    places = [math.nan if point is None else point.x + shift for point in series.points]
    means = [math.nan if point is None else point.y for point in series.points]
    widths = [math.nan if point is None or point.half_width is None else point.half_width for point in series.points]
    low, high = ([mean + sign * width for mean, width in zip(means, widths, strict=True)] for sign in (-1, 1))
    if series.has_band:
        axes.fill_between(places, low, high, color=look["color"], alpha=0.12, linewidth=0)
    if not all(map(math.isnan, widths)):
        axes.vlines(places, low, high, color=look["color"], alpha=0.5, linewidth=1)
    line = {
        **look,
        **({} if series.is_joined else {"linestyle": "none"}),
        **({} if series.has_dots else {"marker": ""}),
    }
    axes.plot(places, means, label=figure_label(series.label), markersize=4.5, linewidth=linewidth, **line)
    if series.reported is not None:
        hollow = {**look, "linestyle": "none", "markerfacecolor": "none"}
        axes.plot([series.reported.x + shift], [series.reported.y], markersize=9, **hollow)


def _draw_rows(axes: "Axes", panel: Panel) -> None:
    axes.axvline(0, color=GREY, linewidth=0.8)
    for series in panel.series:
        look = {**_look(series.style), "linestyle": "none"}
        for point in series.points:
            if point is not None:
                axes.errorbar(point.x, point.y, xerr=point.half_width, markersize=4.5, linewidth=1.4, **look)
    axes.set_title(panel.title, fontsize=9)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=4)
