"""``seqrec-bench table``: what was reported beside what was reproduced."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.cli.results_options import (
    DEFAULT_RESULTS,
    JsonFormatOption,
    PaperOption,
    ResultsOption,
    choose_format,
    read_paper,
    require_none_missing,
)
from seqrec_bench.cli.shown_records import ShownDatasetOption, ShownProtocolOption, choose_shown
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.records import Store
from seqrec_bench.reporting.formats import FORMATS
from seqrec_bench.reporting.selection import whereabouts
from seqrec_bench.reporting.table import table_one


class Format(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

    MD = "md"
    LATEX = "latex"
    CSV = "csv"
    JSON = "json"


def table(
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: ShownDatasetOption = None,
    protocol: ShownProtocolOption = None,
    format: Annotated[
        Format | None, typer.Option(help="md is made for the terminal and for a README.", show_default="md")
    ] = None,
    as_json: JsonFormatOption = False,
    paper: PaperOption = None,
) -> None:
    """Prints Table 1: reported and reproduced figures, the interval over seeds, and their difference.

    On other data, and under other protocols, than the paper's: all that was run, without anything reported.

    Example: seqrec-bench table --results results --format latex
    """
    chosen = choose_format(format, as_json, Format.MD)
    source = read_paper(paper)
    store = Store(results)
    shown = choose_shown(store, source, dataset, protocol)
    if shown != (source.dataset, source.protocol):  # the paper says nothing about it
        source = replace(source, dataset=shown[0], protocol=shown[1], rows=(), references=(), ablations=())
    records = store.records()
    content = table_one(records, source)
    if not content.rows:
        raise MissingCellsError(
            f"{results} has no records on the data set {source.dataset} under {source.protocol}"
            f"{whereabouts(records)}: run some models first, or name others with --dataset and --protocol."
        )
    typer.echo(FORMATS[chosen](content), nl=False)
    require_none_missing(content.missing, results)
