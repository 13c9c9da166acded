"""The options that say which data a command works on, the same for every command."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.showing import is_live, print_line, say_bytes
from seqrec_bench.cli.steps import Steps, shown
from seqrec_bench.data import Columns, Dataset, FetchedDataset, find_cached, load_fetched, load_file, named_dataset
from seqrec_bench.data import fetch as fetch_named
from seqrec_bench.errors import InputError
from seqrec_bench.text import one_line

DEFAULT_DATASET = "ml-100k"
_PANEL = "Data"

DatasetOption = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        metavar="NAME",
        help="A public data set, fetched when needed.",
        show_default=DEFAULT_DATASET,
        rich_help_panel=_PANEL,
    ),
]
InteractionsOption = Annotated[
    Path | None,
    typer.Option(
        "--interactions",
        parser=named_path,
        metavar="FILE",
        help="Data of your own: .csv, .tsv, .inter (also .gz), .parquet.",
        rich_help_panel=_PANEL,
    ),
]
TagsOption = Annotated[
    Path | None,
    typer.Option(
        "--tags",
        parser=named_path,
        metavar="FILE",
        help="Tags, titles or both of the items in it: .csv, .tsv, .item (also .gz).",
        rich_help_panel=_PANEL,
    ),
]
UserColumnOption = Annotated[
    str | None,
    typer.Option(
        "--user-column", metavar="NAME", help="The column of users, if its name is unusual.", rich_help_panel=_PANEL
    ),
]
ItemColumnOption = Annotated[
    str | None,
    typer.Option(
        "--item-column", metavar="NAME", help="The column of items, if its name is unusual.", rich_help_panel=_PANEL
    ),
]
TimeColumnOption = Annotated[
    str | None,
    typer.Option(
        "--time-column", metavar="NAME", help="The column of times, if its name is unusual.", rich_help_panel=_PANEL
    ),
]

_DATA_NAME_HELP = "What --interactions is called in records, in place of the file's name."
DataNameOption = Annotated[
    str | None,
    typer.Option("--name", "--data-name", metavar="NAME", help=_DATA_NAME_HELP, rich_help_panel=_PANEL),
]
DataNameAloneOption = Annotated[
    str | None, typer.Option("--data-name", metavar="NAME", help=_DATA_NAME_HELP, rich_help_panel=_PANEL)
]
"""The same for a command whose --name is of something else."""


def load_dataset(
    dataset: str | None, interactions: Path | None, tags: Path | None, columns: Columns, data_name: str | None = None
) -> Dataset:
    """Returns the data set that the options name: one's own files, a public one, or the default one.

    Raises:
        InputError: The options contradict each other or the data can't be had.
    """
    if interactions is None:
        if tags is not None or columns != Columns() or data_name is not None:
            raise InputError(
                "--tags, --name and the column options describe --interactions FILE: give that too, or none of them."
            )
        name = DEFAULT_DATASET if dataset is None else dataset
        return load_fetched(find_cached(name) or fetch_with_notice(name))
    if dataset is not None:
        raise InputError(
            f"The data set {dataset} and --interactions {interactions} exclude each other: give one of them."
        )
    typer.echo(f"Reading {one_line(str(interactions))}", err=True)
    with shown("reading"):
        return load_file(interactions, columns, tags, data_name)


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
