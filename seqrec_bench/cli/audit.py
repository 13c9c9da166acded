"""``seqrec-bench audit``: what the conclusions owe to the protocol."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.view_options import (
    DEFAULT_RESULTS,
    JsonFormatOption,
    PaperOption,
    ResultsOption,
    choose_format,
    read_paper,
    require_none_missing,
)
from seqrec_bench.cli.shown_records import ShownDatasetOption, choose_shown, more_options
from seqrec_bench.cli.tables import SHOWN_RENDERED, print_formatted
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.records import Store
from seqrec_bench.reporting import audit as reporting
from seqrec_bench.reporting.audit_figure import draw_audit
from seqrec_bench.reporting.audit_text import to_json, to_markdown


class AuditFormat(StrEnum):
    MD = "md"
    JSON = "json"


def audit(
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: ShownDatasetOption = None,
    format: Annotated[
        AuditFormat | None,
        typer.Option(help=f"md is for a page, and {SHOWN_RENDERED}", show_default="md"),
    ] = None,
    as_json: JsonFormatOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Draw a figure too, audit.png and audit.svg, in this directory."
        ),
    ] = None,
    paper: PaperOption = None,
) -> None:
    """Prints each model's figure and rank under variants of the protocol, and what flips.

    Their cells are made by: seqrec-bench run --suite audit

    Example: seqrec-bench audit --results results --out figures
    """
    chosen = choose_format(format, as_json, AuditFormat.MD)
    source, store = read_paper(paper), Store(results)
    name, _ = choose_shown(store, source, dataset, LOO_FULL)
    content = reporting.audit(store.records(), replace(source, dataset=name))
    if not content.is_empty:
        print_formatted((to_json if chosen == AuditFormat.JSON else to_markdown)(content), chosen, format)
        if out is not None:
            for path in draw_audit(content, out / "audit"):
                typer.echo(path, err=True)
    require_none_missing(content.missing, results, f"--suite audit{more_options(name)}")
