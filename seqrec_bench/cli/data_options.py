"""The options that say which data a command works on, and under which protocol, the same for every command."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.negative_rows import negative_rows_note
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.showing import is_live, print_line, say_bytes
from seqrec_bench.cli.steps import Steps, shown
from seqrec_bench.data import Columns, Dataset, FetchedDataset, find_cached, load_fetched, load_file, named_dataset
from seqrec_bench.data import fetch as fetch_named
from seqrec_bench.data.given_split import say_given
from seqrec_bench.data.negatives import GivenNegatives, read_negatives
from seqrec_bench.data.part_files import PartFiles, load_parts
from seqrec_bench.data.reading.form import LAYOUTS, SEPARATORS, Form
from seqrec_bench.data.sets.fetching import folder_of, is_there, sources_to_ask
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocol_parts import Given
from seqrec_bench.evaluation.protocols import LOO_FULL, MIN_CORE, Protocol, among, find_protocol, on_core
from seqrec_bench.studies.cells import DEFAULT_DATASET
from seqrec_bench.text import listed, one_line

_PANEL = "Data"
_DATA_NAME_HELP = "What one's own data are called in records, in place of the file's name."

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

    def choose(self, usual: str = LOO_FULL) -> Protocol:
        """The protocol that the options name.

        Args:
            usual: What the data are evaluated under where no protocol is named.

        Raises:
            InputError: There is no such protocol, or the options contradict each other.
        """
        found = find_protocol(self.protocol or usual)
        found = found if self.k_core is None else on_core(found, self.k_core)
        return found if self.given is None else among(found, self.given)

    def equip(self, dataset: Dataset) -> Dataset:
        """The data set with the given negatives, if there are some."""
        return dataset if self.given is None else replace(dataset, negatives=self.given)

    def arguments(self, usual: str = LOO_FULL) -> str:
        """What names this protocol on a command line.

        Args:
            usual: As `choose` has it.
        """
        file = "" if self.negatives is None else f" --negatives {shlex.quote(str(self.negatives))}"
        return f"--protocol {self.choose(usual).name}{file}"


def _part_option(*names: str, part: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(
        *names,
        parser=named_path,
        metavar="FILE",
        help=f"The {part} of a split of your own, in place of --interactions.",
        rich_help_panel=_PANEL,
    )
    return found


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
            help="Data of your own: text, JSON lines (also .gz) or Parquet.",
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
    layout: Annotated[
        str | None,
        typer.Option("--layout", metavar="NAME", help=f"{', '.join(LAYOUTS)}.", rich_help_panel=_PANEL),
    ] = None
    separator: Annotated[
        str | None,
        typer.Option(
            "--separator", metavar="NAME", help=f"Between values: {' '.join(SEPARATORS)}", rich_help_panel=_PANEL
        ),
    ] = None
    no_header: Annotated[
        bool,
        typer.Option("--no-header", help="No line of column names: columns go by number.", rich_help_panel=_PANEL),
    ] = False
    no_times: Annotated[
        bool,
        typer.Option("--no-times", help="No column of times: rows stand in order.", rich_help_panel=_PANEL),
    ] = False
    quoting: Annotated[
        str | None,
        typer.Option(
            "--quoting",
            metavar="NAME",
            help="Quotation marks before values: none are a part of them, double enclose them.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    ids_as_written: Annotated[
        bool,
        typer.Option("--ids-as-written", help="NA, null, 1.2E+17 and the like are ids.", rich_help_panel=_PANEL),
    ] = False
    drop_negative_rows: Annotated[
        str | None,
        typer.Option(
            "--drop-negative-rows",
            metavar="COLUMN",
            help="Leave out rows in which it is 0, false or dislike.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    train_file: Annotated[Path | None, _part_option("--train", "--train-file", part="training")] = None
    validation_file: Annotated[
        Path | None, _part_option("--validation", "--validation-file", part="validation, if there is one,")
    ] = None
    test_file: Annotated[Path | None, _part_option("--test", "--test-file", part="test")] = None

    @property
    def columns(self) -> Columns:
        return Columns(self.user_column, self.item_column, self.time_column)

    @property
    def form(self) -> Form:
        """How the file of interactions is laid out, as far as that is said.

        Raises:
            InputError: There is no such form.
        """
        return Form(
            self.layout,
            self.separator,
            not self.no_header,
            not self.no_times,
            self.quoting,
            self.ids_as_written,
            self.drop_negative_rows,
        )

    @property
    def files(self) -> Mapping[str, Path]:
        """One's own files of interactions by the option that names each."""
        named = {
            "--interactions": self.interactions,
            "--train": self.train_file,
            "--validation": self.validation_file,
            "--test": self.test_file,
        }
        return {option: path for option, path in named.items() if path is not None}

    @property
    def usual_protocol(self) -> str:
        """What these data are evaluated under where no protocol is named."""
        if self.train_file is None:
            return LOO_FULL
        return Protocol(split=Given(self.validation_file is not None)).name

    def load(self) -> Dataset:
        """Returns the data set that the options name: one's own files, a public one, or the default one.

        Of a given split, it prints what has to be known of it.

        Raises:
            InputError: The options contradict each other or the data can't be had.
        """
        files = self.files
        if not files:
            if self.describes_file:
                raise InputError(
                    "--tags, --name and the options of columns, layout and values describe --interactions FILE: give "
                    "that too, or none of them."
                )
            name = DEFAULT_DATASET if self.dataset is None else self.dataset
            with shown(f"verifying {name}"):
                cached = find_cached(name)
            fetched = cached or fetch_with_notice(name)
            with shown(f"reading {name}"):
                return load_fetched(fetched)
        if self.dataset is not None:
            option, path = next(iter(files.items()))
            raise InputError(f"The data set {self.dataset} and {option} {path} exclude each other: give one of them.")
        return self._load_whole(self.interactions) if self.interactions else self._load_parts()

    def _load_whole(self, interactions: Path) -> Dataset:
        if len(self.files) > 1:
            raise InputError(
                f"--interactions {interactions} and {list(self.files)[1]} exclude each other: give all interactions in "
                "one file, or a split in several."
            )
        typer.echo(f"Reading {one_line(str(interactions))}", err=True)
        with shown("reading"):
            found = load_file(interactions, self.columns, self.tags, self.data_name, self.form)
        _say_negative_rows(found)
        return found

    def _load_parts(self) -> Dataset:
        if self.train_file is None or self.test_file is None:
            lacking = [option for option in ("--train", "--test") if option not in self.files]
            parts_are = "is a part" if len(self.files) == 1 else "are parts"
            validation = "" if self.validation_file else ", and --validation where there is one"
            raise InputError(
                f"{listed(list(self.files))} {parts_are} of a split: give {listed(lacking)} too{validation}."
            )
        parts = PartFiles(self.train_file, self.test_file, self.validation_file)
        typer.echo(f"Reading {one_line(listed([str(path) for path in parts.by_part.values()]))}", err=True)
        with shown("reading"):
            found = load_parts(parts, self.columns, self.tags, self.data_name, self.form)
        _say_negative_rows(found)
        for sentence in say_given(found):
            typer.echo(sentence, err=True)
        return found

    @property
    def describes_file(self) -> bool:
        """Whether something is said of one's own files, given or not."""
        said = (self.tags, self.data_name, self.layout, self.separator, self.quoting, self.drop_negative_rows)
        flags = (self.no_header, self.no_times, self.ids_as_written)
        return self.columns != Columns() or any(flags) or any(each is not None for each in said)

    def arguments(self) -> str:
        """Those that were given as a shell takes them, such as ``--interactions ratings.csv``, for advice."""
        options = {
            "--dataset": self.dataset,
            "--interactions": self.interactions,
            "--train-file": self.train_file,  # as every command has them
            "--validation-file": self.validation_file,
            "--test-file": self.test_file,
            "--tags": self.tags,
            "--user-column": self.user_column,
            "--item-column": self.item_column,
            "--time-column": self.time_column,
            "--data-name": self.data_name,  # as every command has it
            "--layout": self.layout,
            "--separator": self.separator,
            "--quoting": self.quoting,
            "--drop-negative-rows": self.drop_negative_rows,
        }
        given = [f"{option} {shlex.quote(str(value))}" for option, value in options.items() if value is not None]
        flags = {
            "--no-header": self.no_header,
            "--no-times": self.no_times,
            "--ids-as-written": self.ids_as_written,
        }
        return " ".join([*given, *(option for option, is_given in flags.items() if is_given)])


@dataclass(frozen=True)
class DataOptionsBesideName(DataOptions):
    """The same for a command whose --name and --validation are of something else."""

    train_file: Annotated[Path | None, _part_option("--train-file", part="training")] = None
    validation_file: Annotated[Path | None, _part_option("--validation-file", part="validation, if there is one,")] = (
        None
    )
    test_file: Annotated[Path | None, _part_option("--test-file", part="test")] = None
    data_name: Annotated[
        str | None, typer.Option("--data-name", metavar="NAME", help=_DATA_NAME_HELP, rich_help_panel=_PANEL)
    ] = None


def _say_negative_rows(dataset: Dataset) -> None:
    if note := negative_rows_note(dataset.negative_rows):
        typer.echo(f"Note: {note}", err=True)


def fetch_with_notice(name: str, unverified: bool = False) -> FetchedDataset:
    """Puts the data set, which is not there yet, into the cache, and says so with its licence and citation.

    Args:
        unverified: Whether files whose checksum nobody has published are believed as they come.
    """
    named = named_dataset(name)
    sources, folder = sources_to_ask(named, unverified), folder_of(named)
    if was_there := is_there(sources[0], folder):
        typer.echo(f"Taking the files of {name} that are in {folder} as they are", err=True)
    else:
        typer.echo(f"Fetching {name} from {' or '.join(source.name for source in sources)}", err=True)
    show_terms(name)
    with shown(f"fetching {name}") as steps:
        fetched = fetch_named(name, partial(_show_received, steps), unverified)
    if not was_there:
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
    if named.notes:
        typer.echo(f"Note: {named.notes}", err=True)
