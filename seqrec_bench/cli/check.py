"""``seqrec-bench check``: verdicts and exit codes, for continuous integration."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.analysis.gate.expected import Asked, expected_cells
from seqrec_bench.analysis.gate.pairs import SeededConfiguration
from seqrec_bench.analysis.gate.regression import check_regression
from seqrec_bench.analysis.gate.report import Report
from seqrec_bench.analysis.gate.reported import check_reported, require_reported
from seqrec_bench.analysis.selection import only_elsewhere
from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.cell_options import parse_numbers
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.tables import FormatOptions
from seqrec_bench.cli.view_options import Shown, ViewOptions
from seqrec_bench.errors import BenchError, ExitCode, InputError, MissingCellsError
from seqrec_bench.evaluation.absence import completed
from seqrec_bench.records import RESTORE, Record, Store
from seqrec_bench.rendering.gate import check_document, workflow_command
from seqrec_bench.studies.cells import MAX_DIMENSION, MAX_SEED
from seqrec_bench.studies.cells import cells as cells_of
from seqrec_bench.studies.loading import load_study, studies


class CheckFormat(StrEnum):
    """Those of a check's document, as an option's choices."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@with_bundles
def check(
    view: Annotated[
        ViewOptions,
        Described("dataset", "One of the study's data sets; with --against, any.", "the paper's"),
        Described("protocol", "With --against: the protocol.", "the paper's"),
    ],
    against: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Records that were good.", show_default="the paper's figures instead"
        ),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"With --against: just these cells, all of them: {', '.join(studies())}."),
    ] = None,
    models: Annotated[str | None, typer.Option(metavar="A,B", help="With --against: just these models.")] = None,
    dims: Annotated[str | None, typer.Option(metavar="25,100", help="With --against: just these dimensions.")] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="0-2", help="With --against: exactly these seeds, on both sides.")
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="With --against: demand identical ranks.")] = False,
    two_sided: Annotated[
        bool, typer.Option("--two-sided", help="Demand figures no better than the paper's either.")
    ] = False,
    *,
    output: Annotated[
        FormatOptions[CheckFormat], Described("format", "github makes annotations of a workflow.", "text")
    ],
) -> None:
    """Says by its exit code whether records reproduce the paper's figures or, with --against, have not regressed.

    0: they do; 2: wrong usage or input; 3: cells missing; 4: invalid record; 5: inconclusive; 6: they do not.

    Example: seqrec-bench check --results runs --against results --seeds 0-4
    """
    chosen = output.choose(CheckFormat.TEXT)
    asked = (suite, models, dims, seeds, view.protocol)
    try:
        if against is None:
            _require_reported(view, exact or any(option is not None for option in asked))
        judged = view.judged()
        if against is None:
            if judged.metrics is not None:
                require_reported(judged.view_as_own)
            report = check_reported(judged.records, judged.view_as_own, two_sided)
        elif two_sided:
            raise InputError("--two-sided is about the paper's figures, and --against about other records: give one.")
        else:
            report = _check_against(judged, against, _asked(suite, models, dims, seeds), exact)
    except BenchError as error:
        if chosen is CheckFormat.GITHUB:
            typer.echo(workflow_command("error", "seqrec-bench check", str(error)), nl=False)
        raise
    output.show(check_document(report), CheckFormat.TEXT)
    elsewhere = only_elsewhere(judged.records, judged.dataset, judged.protocol)
    _end(
        report, _mend(report, view.results, elsewhere, view.cells if against is None else suite and f"--suite {suite}")
    )


def _require_reported(view: ViewOptions, is_narrowed: bool) -> None:
    """There are figures to hold records against, and nothing is asked for that is about other records."""
    study, dataset = view.study, view.dataset
    if is_narrowed or (dataset is not None and (view.named_study is None or dataset not in study.dataset_names)):
        raise InputError(
            "--suite, --models, --dims, --seeds, --dataset, --protocol and --exact go with --against DIR: "
            "give that too."
        )
    if not study.has_reported:
        raise InputError(f"The study {study.name} reports no figures: give --against DIR.")


def _check_against(judged: Shown, against: Path, asked: Asked, exact: bool) -> Report:
    records, reference = _sides(judged, against)
    view, dataset = judged.view_as_own, judged.dataset
    expected = expected_cells(records, reference, view, dataset, asked)
    return check_regression(records, reference, view, dataset, expected, exact, name=str(against))


def _sides(judged: Shown, against: Path) -> tuple[list[Record], list[Record]]:
    """The new records and the reference."""
    results = judged.store.root
    if not against.is_dir():
        raise InputError(f"There is no directory {against}: name one of records with --against.")
    if results.resolve() == against.resolve():
        raise InputError(f"--results and --against are both {results}, which proves nothing: name two directories.")
    records = judged.records
    both = completed([*records, *Store(against, mend=RESTORE).records()])
    return both[: len(records)], both[len(records) :]


def _asked(suite: str | None, models: str | None, dims: str | None, seeds: str | None) -> Asked:
    """What these options restrict the check to."""
    return Asked(
        suite=None if suite is None else _cells_of(suite),
        models=None if models is None else {name.strip() for name in models.split(",")},
        dimensions=None if dims is None else parse_numbers(dims, "--dims", least=1, most=MAX_DIMENSION),
        seeds=None if seeds is None else parse_numbers(seeds, "--seeds", least=0, most=MAX_SEED),
    )


def _cells_of(suite: str) -> set[SeededConfiguration]:
    cells = cells_of(load_study(suite).groups)
    return {SeededConfiguration(cell.configuration, cell.seed) for cell in cells}


def _mend(report: Report, results: Path, elsewhere: str, cells_option: str | None) -> str:
    """What to do about the missing cells of either side.

    Args:
        elsewhere: On what else there are records, where there are none of what was judged.
        cells_option: What makes `seqrec-bench run` make the missing cells, where that is known.
    """
    mends = []
    if report.missing:
        command = f"seqrec-bench run {cells_option} --results {shlex.quote(str(results))}"
        mends += [
            f"make them with `{command}`" if cells_option else f"run them into {results}, as the reference's were"
        ]
    if report.missing_before:
        mends += ["restore those of the reference (from version control), or make a new reference"]
    return f"Cells are missing, as the report says{elsewhere}: {'; '.join(mends)}."


def _end(report: Report, mend: str) -> None:
    """Ends with the report's exit code."""
    if report.code is ExitCode.CELLS_MISSING:
        raise MissingCellsError(mend)
    if report.code is not ExitCode.DONE:
        raise typer.Exit(report.code)
