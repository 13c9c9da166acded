"""``seqrec-bench plot``: the metrics over the dimension, as figures."""

from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.results_options import (
    DEFAULT_RESULTS,
    PaperOption,
    ResultsOption,
    read_paper,
    require_none_missing,
)
from seqrec_bench.records import Store
from seqrec_bench.reporting.curves import dimension_curves
from seqrec_bench.reporting.figure import draw_curves


def plot(
    results: ResultsOption = DEFAULT_RESULTS,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Where the figures go.", show_default="figures/ in --results"
        ),
    ] = None,
    paper: PaperOption = None,
) -> None:
    """Draws Figures 1 and 2, the metrics over the dimension, as PNG and SVG, and prints where they are.

    Example: seqrec-bench plot --results results --out figures
    """
    source = read_paper(paper)
    records = Store(results).records()
    figures = [dimension_curves(records, source, metric) for metric in source.figure_metrics]
    for number, curves in enumerate(figures, start=1):
        if not curves.is_empty:
            for path in draw_curves(curves, source, (out or results / "figures") / f"figure-{number}"):
                typer.echo(path)
    require_none_missing(figures[0].missing, results)
