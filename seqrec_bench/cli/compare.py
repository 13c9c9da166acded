"""``seqrec-bench compare``: whether one model is better than others."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import figure_stem
from seqrec_bench.cli.view_options import (
    DEFAULT_RESULTS,
    JsonFormatOption,
    PaperOption,
    ResultsOption,
    choose_format,
    read_paper,
)
from seqrec_bench.cli.shown_records import ShownDatasetOption, ShownProtocolOption, choose_shown
from seqrec_bench.cli.tables import SHOWN_RENDERED, print_formatted
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.records import Store
from seqrec_bench.reporting.comparison import compare as compare_records
from seqrec_bench.reporting.comparison_formats import FORMATS, forest_plot, to_json
from seqrec_bench.reporting.drawing import save
from seqrec_bench.reporting.statistics.runs import MIN_SEEDS


class ComparisonFormat(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

    MD = "md"
    JSON = "json"


def compare(
    models: Annotated[
        list[str], typer.Argument(metavar="A B...", help="Recorded models: MODEL, MODEL:VARIANT, MODEL:VARIANT@DIM.")
    ],
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: ShownDatasetOption = None,
    protocol: ShownProtocolOption = None,
    format: Annotated[
        ComparisonFormat | None,
        typer.Option(help=f"md is {SHOWN_RENDERED}", show_default="md"),
    ] = None,
    as_json: JsonFormatOption = False,
    out: Annotated[
        Path | None,
        typer.Option(parser=figure_stem, metavar="STEM", help="Also draws the forest plot, as STEM.png and STEM.svg."),
    ] = None,
    paper: PaperOption = None,
) -> None:
    """Says whether the first model is better than each of the others, for users like these.

    Example: seqrec-bench compare am-lstm sequential-rules sasrec am-lstm:tuned --results results
    """
    chosen = choose_format(format, as_json, ComparisonFormat.MD)
    source = read_paper(paper)
    store = Store(results)
    shown = choose_shown(store, source, dataset, protocol)
    content = compare_records(store.records(), models, *shown, source.dimension)
    print_formatted(FORMATS[chosen](content), chosen, format)
    if out is not None:
        for path in save(lambda: forest_plot(content), out, to_json(content)):
            typer.echo(path, err=True)
    if content.too_few:
        names = ", ".join(f"{place} ({content.n_seeds[place]})" for place in content.too_few)
        raise MissingCellsError(
            f"A verdict takes {MIN_SEEDS} seeds of each model, and there are fewer of {names}: run more with --seeds."
        )
