"""``seqrec-bench table``: what was reported beside what was reproduced."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.cli.results_options import (
    DEFAULT_RESULTS,
    PaperOption,
    ResultsOption,
    read_paper,
    require_none_missing,
)
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.records import Store
from seqrec_bench.reporting.formats import FORMATS
from seqrec_bench.reporting.table import table_one


class Format(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

    MD = "md"
    LATEX = "latex"
    CSV = "csv"
    JSON = "json"


def table(
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another data set than the paper's: shows all that was run on it."),
    ] = None,
    format: Annotated[Format, typer.Option(help="md is made for the terminal and for a README.")] = Format.MD,
    paper: PaperOption = None,
) -> None:
    """Prints Table 1: reported and reproduced figures, the interval over seeds, and their difference.

    Example: seqrec-bench table --results results --format latex
    """
    source = read_paper(paper)
    if dataset not in (None, source.dataset):
        source = replace(source, dataset=str(dataset), rows=(), references=(), ablations=())
    content = table_one(Store(results).records(), source)
    if not content.rows:
        raise MissingCellsError(
            f"{results} has no records on the data set {source.dataset}: run some models on it first."
        )
    typer.echo(FORMATS[format](content), nl=False)
    require_none_missing(content.missing, results)
