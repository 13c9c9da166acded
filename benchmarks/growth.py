"""Draws how the cost of an interaction changes with their number."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.data import Point

COLOURS = {
    "csv": "#0072B2",
    "parquet": "#D55E00",
    "jsonl": "#009E73",
    "txt": "#CC79A7",
}  # Okabe and Ito's, for colour-blind readers
DPI = 150


def draw_growth(points: Iterable["Point"], path: Path) -> None:
    """Writes microseconds per interaction over the number of interactions, a line a kind of file, as PNG."""
    from matplotlib import style
    from matplotlib.figure import Figure

    points = list(points)
    with style.context("default"):
        figure = Figure(figsize=(6.4, 4.8), layout="constrained")
        axes = figure.add_subplot()
        for suffix, colour in COLOURS.items():
            some = [point for point in points if point.suffix == suffix]
            sizes = [point.n_interactions for point in some]
            ours = [point.prepared.seconds / point.n_interactions * 1e6 for point in some]
            read = [point.merely_read.seconds / point.n_interactions * 1e6 for point in some]
            axes.plot(sizes, ours, "o-", color=colour, label=f"{suffix}: ready for training")
            axes.plot(sizes, read, "s:", color=colour, label=f"{suffix}: merely read by pyarrow")
        axes.set_xscale("log")
        sizes = sorted({point.n_interactions for point in points})
        axes.set_xticks(sizes, [f"{size / 1e6:g} million" for size in sizes])
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set_xlabel("interactions")
        axes.set_ylabel("µs per interaction")
        figure.legend(loc="outside upper center", ncols=2, fontsize=8, frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, dpi=DPI)
