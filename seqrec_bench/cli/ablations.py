"""``seqrec-bench ablations``: what each part of a model is worth."""

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
    require_none_missing,
)
from seqrec_bench.cli.shown_records import ShownDatasetOption, choose_shown, more_options
from seqrec_bench.cli.tables import SHOWN_RENDERED, print_formatted
from seqrec_bench.errors import InputError
from seqrec_bench.records import Store
from seqrec_bench.reporting.ablations import ablation_table, to_json, to_markdown


class AblationFormat(StrEnum):
    MD = "md"
    JSON = "json"


def ablations(
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: ShownDatasetOption = None,
    format: Annotated[
        AblationFormat | None,
        typer.Option(help=f"md is for a README, and {SHOWN_RENDERED}", show_default="md"),
    ] = None,
    as_json: JsonFormatOption = False,
    paper: PaperOption = None,
) -> None:
    """Prints the model without each of its parts, and the paired difference from the model as published.

    Their cells are made by: seqrec-bench run --suite ablations

    Example: seqrec-bench ablations --results results
    """
    chosen = choose_format(format, as_json, AblationFormat.MD)
    source = read_paper(paper)
    if not source.ablations:
        raise InputError(f"The paper {source.name} has no ablations: add [[table.ablations]] to its file.")
    store = Store(results)
    name, _ = choose_shown(store, source, dataset, source.protocol)
    content = ablation_table(store.records(), replace(source, dataset=name))
    print_formatted((to_json if chosen == AblationFormat.JSON else to_markdown)(content), chosen, format)
    require_none_missing(content.missing, results, f"--suite ablations{more_options(name)}")
