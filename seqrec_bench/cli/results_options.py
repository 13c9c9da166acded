"""The options of the commands that read records, and what they say when some are missing."""

import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.reporting.audit import MissingUnder
from seqrec_bench.reporting.selection import Missing
from seqrec_bench.studies import View, load_paper

DEFAULT_RESULTS = Path("runs")
DEFAULT_PAPER = "chen2020"

ResultsOption = Annotated[
    Path, typer.Option("--results", parser=named_path, metavar="DIR", help="The directory of the records.")
]
PaperOption = Annotated[
    Path | None,
    typer.Option(
        "--paper",
        parser=named_path,
        metavar="FILE",
        help="What a paper of your own reports, as TOML.",
        show_default=DEFAULT_PAPER,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
JsonFormatOption = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Format = TypeVar("Format", bound=StrEnum)


def choose_format(format: Format | None, as_json: bool, usual: Format) -> Format:
    """What --format and --json ask for.

    Args:
        format: What is given with --format, if it is.
        usual: What is taken where neither is given; JSON is one of its kind.

    Raises:
        InputError: They contradict each other.
    """
    if not as_json:
        return usual if format is None else format
    json = type(usual)("json")
    if format not in (None, json):
        raise InputError(f"--json is --format json, and --format {format} is something else: give one of the two.")
    return json


def read_paper(file: Path | None) -> View:
    """The paper in the file, or the built-in one where none is given."""
    return load_paper(file or DEFAULT_PAPER)


def require_none_missing(missing: Sequence[Missing | MissingUnder], results: Path, cells: str = "--all") -> None:
    """Ends a command that had to leave cells out, after it has printed what there is.

    Args:
        cells: What makes `seqrec-bench run` make them.

    Raises:
        MissingCellsError: Some cells are missing; the message names them and the command that makes them.
    """
    if missing:
        names = "; ".join(map(str, missing))
        command = f"seqrec-bench run {cells} --results {shlex.quote(str(results))}"
        raise MissingCellsError(f"Cells are missing ({names}): make them with `{command}`.")
