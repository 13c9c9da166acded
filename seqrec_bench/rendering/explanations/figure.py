"""Draws the attention over a user's last items, and beside it what happens without each of them."""

from pathlib import Path
from typing import TYPE_CHECKING

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.explaining.content import UserExplanation
from seqrec_bench.rendering.drawing import GREY, save
from seqrec_bench.rendering.explanations.kept import to_json
from seqrec_bench.rendering.explanations.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LONGEST_TITLE = 34
_BLUE = "#0072B2"


def draw_explanation(explanation: UserExplanation, stem: Path) -> list[Path]:
    """Writes the figure to ``<stem>.png`` and ``<stem>.svg``, each with the explanation as description.

    Returns:
        The two paths.

    Raises:
        InputError: The model has no attention over items.
    """
    if explanation.attention is None:
        raise InputError(f"{explanation.key} has no attention over items to draw: leave --out away.")
    return save(lambda: _figure(explanation), stem, to_json(explanation))


def _figure(explanation: UserExplanation) -> "Figure":
    from matplotlib.figure import Figure

    n_items = len(explanation.history)
    figure = Figure(figsize=(8.0, 1.6 + 0.4 * n_items), layout="constrained")
    heat, effects = figure.subplots(1, 2, width_ratios=[1.2, 1], sharey=True)
    _draw_attention(heat, explanation)
    _draw_effects(effects, explanation)
    heat.set_yticks(range(n_items), [_label(number, explanation) for number in range(n_items)])
    heat.set_ylim(n_items - 0.5, -0.5)
    figure.legend(*effects.get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False, fontsize=8)
    key = explanation.key
    note = printable(f"User {explanation.user} of {key.dataset}, {key}, {key.protocol}. The latest item is the lowest.")
    figure.supxlabel(note, x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _draw_attention(axes: "Axes", explanation: UserExplanation) -> None:
    assert explanation.attention is not None
    n_items = len(explanation.history)
    axes.imshow(explanation.attention, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, weights in enumerate(explanation.attention):
        for column, weight in enumerate(weights[: row + 1]):
            colour = "white" if weight > 0.6 else GREY
            axes.text(column, row, f"{weight:.2f}", ha="center", va="center", fontsize=7.5, color=colour)
    axes.set_xticks(range(n_items), [str(number + 1) for number in range(n_items)])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title("attention of each item (row)\nto the items so far", fontsize=9, color=GREY)


def _draw_effects(axes: "Axes", explanation: UserExplanation) -> None:
    places = range(len(explanation.history))
    held_out = explanation.held_out is not None
    height = 0.36 if held_out else 0.6
    shift = height / 2 if held_out else 0
    first = [past.for_first for past in explanation.history]
    axes.barh([place - shift for place in places], first, height, color=_BLUE, label="for the first recommendation")
    if held_out:
        target = [past.for_held_out or 0.0 for past in explanation.history]
        axes.barh(
            [place + shift for place in places],
            target,
            height,
            facecolor="none",
            edgecolor="#D55E00",
            hatch="////",
            label="for the held-out item",
        )
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title("lead that is lost without it", fontsize=9, color=GREY)


def _label(place: int, explanation: UserExplanation) -> str:
    name = printable(explanation.history[place].item.name)
    short = name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE - 1]}…"
    return f"{short}  {place + 1}"
