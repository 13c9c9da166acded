"""``seqrec-bench plot``: the metrics over the dimension, as figures."""

from dataclasses import replace
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
from seqrec_bench.cli.shown_records import ShownDatasetOption, ShownProtocolOption, choose_shown
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.records import Record, Store
from seqrec_bench.reporting.curves import Curves, dimension_curves, rows_of_others
from seqrec_bench.reporting.figure import draw_curves
from seqrec_bench.reporting.selection import whereabouts
from seqrec_bench.studies import View


def plot(
    results: ResultsOption = DEFAULT_RESULTS,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Where the figures go.", show_default="figures/ in --results"
        ),
    ] = None,
    dataset: ShownDatasetOption = None,
    protocol: ShownProtocolOption = None,
    paper: PaperOption = None,
) -> None:
    """Draws Figures 1 and 2, the metrics over the dimension, as PNG and SVG, and prints where they are.

    On other data, and under other protocols, than the paper's: all models that have a dimension, without anything
    reported.

    Example: seqrec-bench plot --results results --out figures
    """
    source, store = read_paper(paper), Store(results)
    name, under = choose_shown(store, source, dataset, protocol)
    records = store.records()
    if (name, under) == (source.dataset, source.protocol):
        figures = [dimension_curves(records, source, metric) for metric in source.figure_metrics]
    else:
        source = rows_of_others(records, replace(source, dataset=name, protocol=under))
        figures = _figures_of_others(records, source, results)
    for number, curves in enumerate(figures, start=1):
        if not curves.is_empty:
            for path in draw_curves(curves, source, (out or results / "figures") / f"figure-{number}"):
                typer.echo(path)
    require_none_missing(figures[0].missing, results)


def _figures_of_others(records: list[Record], source: View, results: Path) -> list[Curves]:
    """Without what is missing: that other models have a dimension asks nobody for it."""
    if not source.rows:
        raise MissingCellsError(
            f"{results} has no records of models with a dimension on the data set {source.dataset} under "
            f"{source.protocol}{whereabouts(records)}: run some first, or name others with --dataset and --protocol."
        )
    return [replace(dimension_curves(records, source, metric), missing=()) for metric in source.figure_metrics]
