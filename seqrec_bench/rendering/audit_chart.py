"""Draws an audit: the main metric of each model under each variant, so that lines cross where models flip."""

import json
import math
import textwrap
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqrec_bench.analysis.audit import Audit
from seqrec_bench.analysis.notes import missing_note
from seqrec_bench.analysis.variants import BASE, SAMPLES, SCORE_TIES, SEEN, TRAINED_AGAIN, Variant
from seqrec_bench.rendering.drawing import GREY, NOTE_WIDTH, STYLES, figure_label, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS: tuple[tuple[str, tuple[Variant, ...]], ...] = (
    ("the same models", (BASE, SEEN, *SCORE_TIES)),
    ("trained again", TRAINED_AGAIN),
    ("the same, sampled", SAMPLES),
)
"""The last has a scale of its own: against a sample, every figure is higher."""

_LINE = 0.025
"""The height of a line of notes, as a part of the figure's."""


def draw_audit(audit: Audit, stem: Path) -> list[Path]:
    """Writes the figure to ``<stem>.png`` and ``<stem>.svg``, each with its `audit_data_text` as description.

    Returns:
        The two paths.
    """
    return save(lambda: _figure(audit), stem, audit_data_text(audit))


def audit_data_text(audit: Audit) -> str:
    """The figure's numbers as JSON: by variant and model, the mean of the main metric."""
    data: dict[str, Any] = {"metric": audit.main_metric}
    for name, column in audit.columns[audit.main_metric].items():
        data[name] = {model: round(standing.estimate.mean, 6) for model, standing in column.standings.items()}
    data["missing"] = [str(cell) for cell in audit.missing]
    return json.dumps(data)


def _figure(audit: Audit) -> "Figure":
    from matplotlib.figure import Figure

    notes = "\n".join(textwrap.fill(figure_label(note), round(1.5 * NOTE_WIDTH)) for note in _notes(audit))
    # Margins by hand: where several panels stand side by side, a constrained layout is not the same to the last bit.
    figure = Figure(figsize=(9.6, 5.2))
    margins = {"left": 0.08, "right": 0.99, "top": 0.85, "bottom": 0.14 + _LINE * notes.count("\n"), "wspace": 0.22}
    panels = figure.subplots(
        1, len(PANELS), width_ratios=[len(variants) for _, variants in PANELS], gridspec_kw=margins
    )
    panels[0].sharey(panels[1])
    for axes, (title, variants) in zip(panels, PANELS, strict=True):
        _draw_panel(axes, audit, variants)
        axes.set_title(title, fontsize=9, color=GREY)
    panels[0].set_ylabel(audit.main_metric)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper left", ncols=5, frameon=False, handlelength=2.8)
    figure.text(0.01, 0.015, notes, ha="left", va="bottom", fontsize=7, color=GREY)
    return figure


def _draw_panel(axes: "Axes", audit: Audit, variants: tuple[Variant, ...]) -> None:
    """Lines break off where a model has no figure; a point between two gaps keeps its marker."""
    columns = [audit.columns[audit.main_metric].get(variant.name) for variant in variants]
    for (model, label), style in zip(audit.labels.items(), cycle(STYLES), strict=False):
        standings = [column.standings.get(model) if column else None for column in columns]
        means = [math.nan if standing is None else standing.estimate.mean for standing in standings]
        axes.plot(range(len(variants)), means, label=figure_label(label), markersize=4.5, linewidth=1.2, **style)
    axes.set_xticks(range(len(variants)), [variant.label.replace(" ", "\n") for variant in variants])
    axes.set_xlim(-0.4, len(variants) - 0.6)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def _notes(audit: Audit) -> list[str]:
    first = (
        "Base: loo-full-v1. Means over seeds; where lines cross, models change places. The lines only lead the eye. "
        "Time split: on other, fewer users. Sampled: against 100 items, so on another scale."
    )
    return [first, *missing_note(audit.missing)]
