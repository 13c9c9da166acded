"""``seqrec-bench check``: verdicts and exit codes, for continuous integration."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from seqrec_bench.cli.cell_options import parse_numbers
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.results_options import DEFAULT_RESULTS, PaperOption, ResultsOption, read_paper
from seqrec_bench.cli.tables import print_formatted
from seqrec_bench.errors import BenchError, ExitCode, InputError, MissingCellsError
from seqrec_bench.experiments.suite import MAX_DIMENSION, load_suite, suites
from seqrec_bench.experiments.suite import cells as suite_cells
from seqrec_bench.records import Record, Store
from seqrec_bench.reporting.gate.formats import FORMATS, workflow_command
from seqrec_bench.reporting.gate.pairs import SeededPlace, cells
from seqrec_bench.reporting.gate.regression import check_regression
from seqrec_bench.reporting.gate.report import Report
from seqrec_bench.reporting.gate.reported import check_reported
from seqrec_bench.reporting.paper import Paper
from seqrec_bench.reporting.selection import Place, only_elsewhere


class CheckFormat(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def check(
    context: typer.Context,
    results: ResultsOption = DEFAULT_RESULTS,
    against: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Records that were good.", show_default="the paper's figures instead"
        ),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"With --against: just these cells, all of them: {', '.join(suites())}."),
    ] = None,
    models: Annotated[str | None, typer.Option(metavar="A,B", help="With --against: just these models.")] = None,
    dims: Annotated[str | None, typer.Option(metavar="25,100", help="With --against: just these dimensions.")] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --against: the data set.", show_default="the paper's"),
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --against: the protocol.", show_default="the paper's"),
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="With --against: demand identical ranks.")] = False,
    two_sided: Annotated[
        bool, typer.Option("--two-sided", help="Demand figures no better than the paper's either.")
    ] = False,
    format: Annotated[CheckFormat, typer.Option(help="github makes annotations of a workflow.")] = CheckFormat.TEXT,
    paper: PaperOption = None,
) -> None:
    """Says by its exit code whether records reproduce the paper's figures or, with --against, have not regressed.

    0: they do; 2: wrong usage or input; 3: cells missing; 4: invalid record; 5: inconclusive; 6: they do not.

    Example: seqrec-bench check --results runs --against results
    """
    try:
        source = read_paper(paper)
        if against is None:
            if exact or any(option is not None for option in (suite, models, dims, dataset, protocol)):
                raise InputError(
                    "--suite, --models, --dims, --dataset, --protocol and --exact go with --against DIR: give that too."
                )
            records, data = Store(results).records(), source.dataset
            report = check_reported(records, source, two_sided)
        elif two_sided:
            raise InputError("--two-sided is about the paper's figures, and --against about other records: give one.")
        else:
            records, reference = _sides(results, against)
            data = source.dataset if dataset is None else dataset
            source = replace(source, protocol=protocol or source.protocol)
            expected = _expected(reference, source, data, suite, models, dims)
            report = check_regression(records, reference, source, data, expected, exact)
    except BenchError as error:
        if format is CheckFormat.GITHUB:
            typer.echo(workflow_command("error", "seqrec-bench check", str(error)), nl=False)
        raise
    print_formatted(FORMATS[format](report), context)
    elsewhere = only_elsewhere(records, data, source.protocol)
    _end(report, results, elsewhere, "--all" if against is None else suite and f"--suite {suite}")


def _sides(results: Path, against: Path) -> tuple[list[Record], list[Record]]:
    """The new records and the reference."""
    if not against.is_dir():
        raise InputError(f"There is no directory {against}: name one of records with --against.")
    if results.resolve() == against.resolve():
        raise InputError(f"--results and --against are both {results}, which proves nothing: name two directories.")
    return Store(results).records(), Store(against).records()


def _expected(
    reference: Sequence[Record], paper: Paper, dataset: str, suite: str | None, models: str | None, dims: str | None
) -> set[SeededPlace]:
    """The cells that both sides must have: those of the suite or, without one, of the reference.

    Raises:
        MissingCellsError: One of the named models or dimensions is not among them.
    """
    if suite is None:
        expected = set(cells(reference, paper, dataset))
    else:
        expected = {
            SeededPlace(Place(cell.model, cell.variant, cell.dimension), cell.seed)
            for cell in suite_cells(load_suite(suite))
        }
    if models is not None:
        wanted = {name.strip() for name in models.split(",")}
        _require_all(wanted, {cell.place.model for cell in expected}, "--models")
        expected = {cell for cell in expected if cell.place.model in wanted}
    if dims is not None:
        dimensions = set(parse_numbers(dims, "--dims", least=1, most=MAX_DIMENSION))
        _require_all(dimensions, {cell.place.dimension for cell in expected}, "--dims")
        expected = {cell for cell in expected if cell.place.dimension in {0, *dimensions}}
    return expected


def _require_all(wanted: set[Any], there: set[Any], option: str) -> None:
    absent = ", ".join(map(str, sorted(wanted - there)))
    if absent:
        raise MissingCellsError(f"{option} names {absent}, of which nothing is to be judged: name what there is.")


def _end(report: Report, results: Path, elsewhere: str, cells_option: str | None) -> None:
    """Ends with the report's exit code.

    Args:
        elsewhere: On what else there are records, where there are none of what was judged.
        cells_option: What makes `seqrec-bench run` make the missing cells, where that is known.
    """
    if report.code is ExitCode.CELLS_MISSING:
        command = f"seqrec-bench run {cells_option} --results {shlex.quote(str(results))}"
        mend = f"make them with `{command}`" if cells_option else f"run them into {results}, as the reference's were"
        raise MissingCellsError(f"Cells are missing, as the report says{elsewhere}: {mend}.")
    if report.code is not ExitCode.DONE:
        raise typer.Exit(report.code)
