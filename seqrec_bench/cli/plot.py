"""``seqrec-bench plot``: the metrics over the dimension, as figures."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.analysis.curves import Curves, dimension_curves, rows_of_others
from seqrec_bench.cli.bundles import with_bundles
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.view_options import Shown, ViewOptions
from seqrec_bench.records import Record
from seqrec_bench.rendering.curves import curves_chart, data_text
from seqrec_bench.rendering.drawing import draw_chart
from seqrec_bench.studies.view import View


@with_bundles
def plot(
    view: ViewOptions,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Where the figures go.", show_default="figures/ in --results"
        ),
    ] = None,
) -> None:
    """Draws Figures 1 and 2, the metrics over the dimension, as PNG and SVG, and prints where they are.

    On other data, and under other protocols, than the study's: all models that have a dimension, without anything
    reported.

    Example: seqrec-bench plot --results results --out figures
    """
    shown = view.open()
    if shown.is_own and shown.study.figures:
        source, figures = shown.view, _figures(shown.records, shown.view)
    else:
        source = rows_of_others(_own_records(shown) if shown.is_own else shown.records, shown.view_as_own)
        shown.require_models(bool(source.rows), " of models with a dimension")
        # That other models have a dimension asks nobody for what is missing of them.
        figures = [replace(curves, missing=()) for curves in _figures(shown.records, source)]
    for number, curves in enumerate(figures, start=1):
        if not curves.is_empty:
            stem = (out or view.results / "figures") / f"figure-{number}"
            for path in draw_chart(curves_chart([curves], source), stem, data_text(curves)):
                typer.echo(path)
    view.require_none_missing(figures[0].missing)


def _own_records(shown: Shown) -> list[Record]:
    """Those of the study's rows: what else lies in the directory may have been chosen by another metric."""
    own = {(row.model, row.variant) for row in shown.view.table_rows}
    return [record for record in shown.records if (record.key.model, record.key.variant) in own]


def _figures(records: list[Record], source: View) -> list[Curves]:
    return [dimension_curves(records, source, metric) for metric in source.figure_metrics]
