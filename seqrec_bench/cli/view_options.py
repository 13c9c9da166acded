"""The options that say which records a command shows or judges, and beside which paper."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.data_options import DEFAULT_DATASET
from seqrec_bench.cli.paths import named_path
from seqrec_bench.data import data_option
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.records import Record, Store
from seqrec_bench.reporting.audit import MissingUnder
from seqrec_bench.reporting.paper import Paper, load_paper
from seqrec_bench.reporting.selection import Missing, whereabouts
from seqrec_bench.text import one_line

DEFAULT_RESULTS = Path("runs")
DEFAULT_PAPER = "chen2020"

ResultsOption = Annotated[
    Path, typer.Option("--results", parser=named_path, metavar="DIR", help="The directory of the records.")
]


@dataclass(frozen=True)
class Shown:
    """Records on a data set under a protocol, and the paper that they stand beside."""

    store: Store
    published: Paper
    """As its file has it, whatever data are shown."""
    dataset: str
    protocol: str

    @cached_property
    def records(self) -> list[Record]:
        """All that are in the directory, on other data too."""
        return self.store.records()

    @property
    def is_published(self) -> bool:
        """Whether the paper reports on these data under this protocol."""
        return (self.dataset, self.protocol) == (self.published.dataset, self.published.protocol)

    @property
    def paper(self) -> Paper:
        """The paper as if it were about these data under this protocol."""
        return replace(self.published, dataset=self.dataset, protocol=self.protocol)

    @property
    def paper_without_figures(self) -> Paper:
        """The same without all that it says of models, which is of its own data under its own protocol."""
        return replace(self.paper, rows=(), references=(), ablations=(), claims=())

    def require_models(self, there: bool, kind: str = "") -> None:
        """Raises `MissingCellsError` where there are no records to show.

        Args:
            kind: Of which models, in words that follow on "records".
        """
        if not there:
            raise MissingCellsError(
                f"{self.store.root} has no records{kind} on the data set {self.dataset} under {self.protocol}"
                f"{whereabouts(self.records)}: run some{'' if kind else ' models'} first, or name others with "
                "--dataset and --protocol."
            )


@dataclass(frozen=True)
class ViewOptions:
    """The records that a command shows or judges, and the paper that they are held against."""

    results: ResultsOption = DEFAULT_RESULTS
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="The data set whose records are shown.",
            show_default="the paper's, or the only one in --results",
        ),
    ] = None
    protocol: Annotated[
        str | None,
        typer.Option(
            "--protocol",
            metavar="NAME",
            help="The protocol under which they were made.",
            show_default="the paper's, or the only one in --results",
        ),
    ] = None
    paper: Annotated[
        Path | None,
        typer.Option(
            "--paper",
            parser=named_path,
            metavar="FILE",
            help="What a paper of your own reports, as TOML.",
            show_default=DEFAULT_PAPER,
        ),
    ] = None

    @cached_property
    def source(self) -> Paper:
        """The paper in the file, or the built-in one where none is given."""
        return load_paper(self.paper or DEFAULT_PAPER)

    def under(self, protocol: str) -> "ViewOptions":
        """The same, of a command that has no --protocol and shows the records of this one."""
        return replace(self, protocol=protocol)

    def open(self) -> Shown:
        """What a command shows: as asked for, the paper's, or the only records there; says so in the last case."""
        shown, asked = self.find(), self.judged()
        if (shown.dataset, shown.protocol) != (asked.dataset, asked.protocol):
            said = f"Shows {shown.dataset} under {shown.protocol}, the only data set in {self.results}."
            typer.echo(one_line(said), err=True)
        return shown

    def judged(self) -> Shown:
        """What the options name and, where they name nothing, the paper.

        A verdict on a paper, or a gate, must not depend on what else lies in a directory.
        """
        source = self.source
        dataset = source.dataset if self.dataset is None else self.dataset
        return Shown(Store(self.results), source, dataset, source.protocol if self.protocol is None else self.protocol)

    def find(self) -> Shown:
        """The same as `open`, without a word.

        Whoever names a data set has it under the paper's protocol, and so has the paper's own.
        """
        asked, source = self.judged(), self.source
        if self.dataset is not None:
            return asked
        there = {path.relative_to(self.results).parts[:2] for path in asked.store.paths()}
        name = _usual_or_only({name for name, _ in there}, source.dataset)
        if name == source.dataset:
            return asked
        protocol = self.protocol
        if protocol is None:
            protocol = _usual_or_only({under for on, under in there if on == name}, source.protocol)
        return replace(asked, dataset=name, protocol=protocol) if (name, protocol) in there else asked

    def require_none_missing(self, missing: Sequence[Missing | MissingUnder], cells: str = "--all") -> None:
        """Ends a command that had to leave cells out, after it has printed what there is.

        Args:
            cells: What makes `seqrec-bench run` make them.

        Raises:
            MissingCellsError: Some cells are missing; the message names them and the command that makes them.
        """
        if missing:
            names = "; ".join(map(str, missing))
            command = f"seqrec-bench run {cells} --results {shlex.quote(str(self.results))}"
            raise MissingCellsError(f"Cells are missing ({names}): make them with `{command}`.")


def more_options(dataset: str) -> str:
    """What makes `seqrec-bench run` work on this data set, to be put behind its other options."""
    return "" if dataset == DEFAULT_DATASET else f" {data_option(dataset)}"


def _usual_or_only(names: set[str], usual: str) -> str:
    return next(iter(names)) if len(names) == 1 else usual
