"""``seqrec-bench compare``: whether one model is better than others."""

from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.analysis.comparison import compare as compare_records
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS
from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.paths import figure_stem
from seqrec_bench.cli.tables import SHOWN_RENDERED, FormatOptions, PageFormat
from seqrec_bench.cli.view_options import ViewOptions
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.rendering.comparison import comparison_document, forest_chart
from seqrec_bench.rendering.drawing import draw_chart


@with_bundles
def compare(
    models: Annotated[
        list[str], typer.Argument(metavar="A B...", help="Recorded models: MODEL, MODEL:VARIANT, MODEL:VARIANT@DIM.")
    ],
    view: ViewOptions,
    output: Annotated[FormatOptions[PageFormat], Described("format", f"md is {SHOWN_RENDERED}", "md")],
    out: Annotated[
        Path | None,
        typer.Option(parser=figure_stem, metavar="STEM", help="Also draws the forest plot, as STEM.png and STEM.svg."),
    ] = None,
) -> None:
    """Says whether the first model is better than each of the others, for users like these.

    Example: seqrec-bench compare am-lstm sequential-rules sasrec am-lstm:tuned --results results
    """
    shown = view.open()
    content = compare_records(shown.records, models, shown.view_as_own)
    document = comparison_document(content)
    output.show(document, PageFormat.MD)
    if out is not None:
        for path in draw_chart(forest_chart(content), out, document.written("json")):
            typer.echo(path, err=True)
    if content.too_few:
        names = ", ".join(f"{each} ({content.n_seeds[each]})" for each in content.too_few)
        raise MissingCellsError(
            f"A verdict takes {MIN_SEEDS} seeds of each model, and there are fewer of {names}: run more with --seeds."
        )
