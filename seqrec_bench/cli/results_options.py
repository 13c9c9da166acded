"""The options of the commands that read records, and what they say when some are missing."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.reporting.audit import MissingUnder
from seqrec_bench.reporting.paper import Paper, load_paper
from seqrec_bench.reporting.selection import Missing

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


def read_paper(file: Path | None) -> Paper:
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
