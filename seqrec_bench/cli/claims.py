"""``seqrec-bench claims``: each claim of the paper with its verdict."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.cli.view_options import (
    DEFAULT_RESULTS,
    JsonFormatOption,
    PaperOption,
    ResultsOption,
    choose_format,
    read_paper,
)
from seqrec_bench.cli.tables import print_formatted
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.records import Store
from seqrec_bench.reporting.claims.evidence import in_words
from seqrec_bench.reporting.claims.formats import FORMATS
from seqrec_bench.reporting.claims.ledger import claims_ledger
from seqrec_bench.reporting.selection import only_elsewhere


class LedgerFormat(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

    MD = "md"
    SHORT = "short"
    JSON = "json"


def claims(
    results: ResultsOption = DEFAULT_RESULTS,
    format: Annotated[
        LedgerFormat | None,
        typer.Option(help="md is the whole ledger, short is one sentence for each claim.", show_default="md"),
    ] = None,
    as_json: JsonFormatOption = False,
    protocol: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Judges the records of another protocol.", show_default="the paper's"),
    ] = None,
    paper: PaperOption = None,
) -> None:
    """Prints each claim of the paper: supported, refuted here, or undecidable and what it would take.

    Their cells are made by: seqrec-bench run --all, and seqrec-bench run --suite ablations

    Example: seqrec-bench claims --results results --format short
    """
    chosen = choose_format(format, as_json, LedgerFormat.MD)
    source = read_paper(paper)
    if not source.claims:
        raise InputError(f"The paper {source.name} has no claims: add [[claims]] to its file.")
    if protocol is not None:
        source = replace(source, protocol=protocol)
    records = Store(results).records()
    content = claims_ledger(records, source)
    print_formatted(FORMATS[chosen](content), chosen, format)
    if content.missing:
        raise MissingCellsError(
            f"Cells of {source.protocol} are missing ({in_words(content.missing)})"
            f"{only_elsewhere(records, source.dataset, source.protocol)}: run them with `seqrec-bench run`; until then "
            "the claims that need them are undecidable."
        )
