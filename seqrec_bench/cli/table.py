"""``seqrec-bench table``: what was reported beside what was reproduced."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.cli.cell_options import parse_names
from seqrec_bench.cli.results_options import (
    DEFAULT_RESULTS,
    JsonFormatOption,
    PaperOption,
    ResultsOption,
    choose_format,
    read_paper,
    require_none_missing,
)
from seqrec_bench.cli.shown_records import ShownDatasetOption, ShownProtocolOption, choose_shown, more_options
from seqrec_bench.cli.tables import SHOWN_RENDERED, print_formatted
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.records import Store
from seqrec_bench.reporting.formats import FORMATS
from seqrec_bench.reporting.selection import Place, only_elsewhere, whereabouts
from seqrec_bench.reporting.table import Table, table_one
from seqrec_bench.studies import View


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
    models: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Only these models and their variants.", show_default="all there are"),
    ] = None,
    format: Annotated[
        Format | None,
        typer.Option(help=f"md is for a README, and {SHOWN_RENDERED}", show_default="md"),
    ] = None,
    as_json: JsonFormatOption = False,
    paper: PaperOption = None,
) -> None:
    """Prints Table 1: reported and reproduced figures, the interval over seeds, and their difference.

    On other data, and under other protocols, than the paper's: all that was run, without anything reported.

    Models without records are named in a line below; the paper's own have rows all the same.

    Example: seqrec-bench table --results results --models fpmc,am-lstm
    """
    chosen = choose_format(format, as_json, Format.MD)
    source = read_paper(paper)
    store = Store(results)
    shown = choose_shown(store, source, dataset, protocol)
    if shown != (source.dataset, source.protocol):  # the paper says nothing about it
        source = replace(source, dataset=shown[0], protocol=shown[1], rows=(), references=(), ablations=())
    records = store.records()
    named = None if models is None else parse_names(models)
    content = table_one(records, source, named)
    where = f"on {source.dataset} under {source.protocol}{only_elsewhere(records, *shown)}"
    _require_rows(content, named or [], where)
    if not content.rows:
        raise MissingCellsError(
            f"{results} has no records on the data set {source.dataset} under {source.protocol}"
            f"{whereabouts(records)}: run some models first, or name others with --dataset and --protocol."
        )
    print_formatted(FORMATS[chosen](content), chosen, format)
    making = _making(content, source, whole=named is None and paper is None)
    require_none_missing(content.missing, results, making)


def _require_rows(content: Table, named: Sequence[str], where: str) -> None:
    """Each of the models that are asked for is in the table."""
    there = {row.model for row in content.rows}
    absent = ", ".join(name for name in named if name not in there)
    if absent:
        raise MissingCellsError(
            f"--models names {absent}, of which there are no records {where}: run it, or leave it out."
        )


def _making(content: Table, source: View, whole: bool) -> str:
    """What makes `seqrec-bench run` make what is missing, with the seeds of what is there, and little else.

    Args:
        whole: Whether it is all of the built-in paper: then, with nothing there, the references are worth having too.
    """
    there_is_none = {cell.place for cell in content.missing if not cell.seeds}
    if whole and there_is_none.issuperset(Place.of(row) for row in source.rows):
        return f"--all --dims {source.dimension}"
    places = [cell.place for cell in content.missing]
    chosen: dict[str, Sequence[str | int]] = {
        "--models": list(dict.fromkeys(place.model for place in places)),
        "--dims": sorted({place.dimension for place in places} - {0}),
        "--seeds": sorted({seed for cell in content.missing for seed in cell.seeds or content.seeds}),
        "--protocol": [source.protocol] if source.protocol != LOO_FULL else [],
    }
    given = (f"{option} {','.join(map(str, values))}" for option, values in chosen.items() if values)
    return " ".join(given) + more_options(source.dataset)
