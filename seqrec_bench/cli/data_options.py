"""The options that say which data a command works on, and under which protocol, the same for every command."""

import shlex
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.showing import is_live, print_line, say_bytes
from seqrec_bench.cli.steps import Steps, shown
from seqrec_bench.data import Columns, Dataset, FetchedDataset, find_cached, load_fetched, load_file, named_dataset
from seqrec_bench.data import fetch as fetch_named
from seqrec_bench.data.negatives import GivenNegatives, read_negatives
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocols import LOO_FULL, MIN_CORE, Protocol, among, find_protocol, on_core
from seqrec_bench.studies.cells import DEFAULT_DATASET
from seqrec_bench.text import one_line

_PANEL = "Data"
_DATA_NAME_HELP = "What --interactions is called in records, in place of the file's name."

ProtocolOption = Annotated[
    str | None,
    typer.Option("--protocol", metavar="NAME", help="Another protocol, such as time-full-v1.", show_default=LOO_FULL),
]
KCoreOption = Annotated[
    int | None,
    typer.Option(
        "--k-core", metavar="K", min=MIN_CORE, help="Only users and items with K interactions: loo-full-<K>core-v1."
    ),
]
NegativesOption = Annotated[
    Path | None,
    typer.Option(
        "--negatives",
        parser=named_path,
        metavar="FILE",
        help="Rank targets among given items, a line `user item item ...`: loo-negatives-<digits>-v1.",
    ),
]


@dataclass(frozen=True)
class ProtocolOptions:
    """Under which protocol a command arranges data."""

    protocol: ProtocolOption = None
    k_core: KCoreOption = None
    negatives: NegativesOption = None

    @cached_property
    def given(self) -> GivenNegatives | None:
        """What the file of negatives says, if there is one.

        Raises:
            InputError: It can't be read.
        """
        return None if self.negatives is None else read_negatives(self.negatives)

    def choose(self) -> Protocol:
        """The protocol that the options name.

        Raises:
            InputError: There is no such protocol, or the options contradict each other.
        """
        found = find_protocol(self.protocol or LOO_FULL)
        found = found if self.k_core is None else on_core(found, self.k_core)
        return found if self.given is None else among(found, self.given)

    def equip(self, dataset: Dataset) -> Dataset:
        """The data set with the given negatives, if there are some."""
        return dataset if self.given is None else replace(dataset, negatives=self.given)

    def arguments(self) -> str:
        """What names this protocol on a command line."""
        file = "" if self.negatives is None else f" --negatives {shlex.quote(str(self.negatives))}"
        return f"--protocol {self.choose().name}{file}"


def _column_option(name: str, kind: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(
        name, metavar="NAME", help=f"The column of {kind}, if its name is unusual.", rich_help_panel=_PANEL
    )
    return found


@dataclass(frozen=True)
class DataOptions:
    """The data that a command works on: one's own files, a public data set, or the default one."""

    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="A public data set, fetched when needed.",
            show_default=DEFAULT_DATASET,
            rich_help_panel=_PANEL,
        ),
    ] = None
    interactions: Annotated[
        Path | None,
        typer.Option(
            "--interactions",
            parser=named_path,
            metavar="FILE",
            help="Data of your own: .csv, .tsv, .inter (also .gz), .parquet.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    tags: Annotated[
        Path | None,
        typer.Option(
            "--tags",
            parser=named_path,
            metavar="FILE",
            help="Tags, titles or both of the items in it: .csv, .tsv, .item (also .gz).",
            rich_help_panel=_PANEL,
        ),
    ] = None
    user_column: Annotated[str | None, _column_option("--user-column", "users")] = None
    item_column: Annotated[str | None, _column_option("--item-column", "items")] = None
    time_column: Annotated[str | None, _column_option("--time-column", "times")] = None
    data_name: Annotated[
        str | None,
        typer.Option("--name", "--data-name", metavar="NAME", help=_DATA_NAME_HELP, rich_help_panel=_PANEL),
    ] = None

    @property
    def columns(self) -> Columns:
        return Columns(self.user_column, self.item_column, self.time_column)

    def load(self) -> Dataset:
        """Returns the data set that the options name: one's own files, a public one, or the default one.

        Raises:
            InputError: The options contradict each other or the data can't be had.
        """
        if self.interactions is None:
            if self.describes_file:
                raise InputError(
                    "--tags, --name and the column options describe --interactions FILE: give that too, or none of "
                    "them."
                )
            name = DEFAULT_DATASET if self.dataset is None else self.dataset
            return load_fetched(find_cached(name) or fetch_with_notice(name))
        if self.dataset is not None:
            raise InputError(
                f"The data set {self.dataset} and --interactions {self.interactions} exclude each other: give one of "
                "them."
            )
        typer.echo(f"Reading {one_line(str(self.interactions))}", err=True)
        with shown("reading"):
            return load_file(self.interactions, self.columns, self.tags, self.data_name)

    @property
    def describes_file(self) -> bool:
        """Whether something is said of --interactions, given or not."""
        return self.tags is not None or self.columns != Columns() or self.data_name is not None

    def arguments(self) -> str:
        """Those that were given as a shell takes them, such as ``--interactions ratings.csv``, for advice."""
        options = {
            "--dataset": self.dataset,
            "--interactions": self.interactions,
            "--tags": self.tags,
            "--user-column": self.user_column,
            "--item-column": self.item_column,
            "--time-column": self.time_column,
            "--data-name": self.data_name,  # as every command has it
        }
        return " ".join(f"{option} {shlex.quote(str(value))}" for option, value in options.items() if value is not None)


@dataclass(frozen=True)
class DataOptionsBesideName(DataOptions):
    """The same for a command whose --name is of something else."""

    data_name: Annotated[
        str | None, typer.Option("--data-name", metavar="NAME", help=_DATA_NAME_HELP, rich_help_panel=_PANEL)
    ] = None


def fetch_with_notice(name: str) -> FetchedDataset:
    """Puts the data set, which is not there yet, into the cache, and says so with its licence and citation."""
    named = named_dataset(name)
    typer.echo(f"Fetching {name} from {' or '.join(source.name for source in named.sources)}", err=True)
    show_terms(name)
    with shown(f"fetching {name}") as steps:
        fetched = fetch_named(name, partial(_show_received, steps))
    typer.echo(f"Fetched from {fetched.source.name} into {fetched.folder}", err=True)
    return fetched


def _show_received(steps: Steps, source: str, n_received: int, n_bytes: int | None) -> None:
    """Shows how far a download is; its beginning is a line of its own in a log."""
    if n_received == 0:
        steps.begin(f"receiving from {source}", n_bytes, say_bytes)
        if not is_live():
            size = "a size that is not known" if n_bytes is None else say_bytes(n_bytes)
            print_line(f"Receiving from {source}: {size}")
    steps.reach(n_received)


def show_terms(name: str) -> None:
    """Says what the data set may be used for and what to cite."""
    named = named_dataset(name)
    typer.echo(f"Licence: {named.licence}", err=True)
    typer.echo(f"Cite: {named.citation}", err=True)
