"""Figures 1 and 2: metrics over the dimension."""

from functools import partial

from seqrec_bench.analysis.curves import Curves, dimension_curves
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.rendering.blocks import Charts, Grid, Notes, Section, numbers, words
from seqrec_bench.rendering.curves import curves_chart
from seqrec_bench.rendering.markdown import NONE, with_width
from seqrec_bench.rendering.report.sources import Sources, lacks


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
    chart = curves_chart(figures, sources.view, sources.style)
    data = [_data(curves, number) for number, curves in enumerate(figures, start=1)]
    names = [f"Figure {number}, {curves.metric}" for number, curves in enumerate(figures, start=1)]
    blocks = [
        Charts(f"{'; '.join(names)}: over the dimension.", chart, data, abreast=2),
        Notes(without(chart.notes, Topic.MISSING, Topic.CAUTION)),
    ]
    return section(blocks, sources.command("plot"), lacking)


def _data(curves: Curves, figure: int) -> Grid:
    return Grid(
        caption=f"Figure {figure}, {curves.metric}: means over seeds ± half the 95 % interval",
        columns=[*words("model"), *numbers(*map(str, curves.dimensions))],
        rows=[
            [curve.row.label, *(with_width(each.mean, each.half_width) if each else NONE for each in curve.points)]
            for curve in curves.curves
        ],
    )
