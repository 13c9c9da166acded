"""What people see on the terminal and programs in a pipe: tables, or tab-separated lines; Markdown, rendered or raw."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

import typer

from seqrec_bench.errors import InputError
from seqrec_bench.rendering.document import Document
from seqrec_bench.text import one_line

SHOWN_RENDERED = "shown rendered on a terminal unless it is named."
"""What help says of Markdown that `FormatOptions` shows."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
"""Of a command that has no other formats to choose from."""


class PageFormat(StrEnum):
    MD = "md"
    JSON = "json"


class TextFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


FormatT = TypeVar("FormatT", bound=StrEnum)


@dataclass(frozen=True)
class FormatOptions(Generic[FormatT]):
    """The format in which a command prints what it has made; one of its kinds is JSON.

    Raises:
        InputError: The options contradict each other.
    """

    format: Annotated[FormatT | None, typer.Option("--format")] = None
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False

    def __post_init__(self) -> None:
        if self.as_json and self.format not in (None, "json"):
            raise InputError(
                f"--json is --format json, and --format {self.format} is something else: give one of the two."
            )

    @property
    def is_json(self) -> bool:
        return self.as_json or self.format == "json"

    def choose(self, usual: FormatT) -> FormatT:
        """The format that is asked for, or the usual one."""
        if self.as_json:
            return type(usual)("json")
        return usual if self.format is None else self.format

    def show(self, document: Document, usual: FormatT) -> None:
        """Prints the document in the format; Markdown, where it is the usual one, rendered if people see it.

        In a pipe, or where --format was given, the text stays as it is; only `--format short` is for people anyway.
        """
        text = document.written(self.choose(usual))
        if self.format == "short" or not (self.format or self.as_json):
            print_markdown(text)
        else:
            typer.echo(text, nl=False)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints the header and the rows: people see columns, programs get one line a row with tabs between values."""
    rows = [[one_line(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich(header, rows)
        return
    for row in (header, *rows):
        typer.echo("\t".join(row))


def _print_rich(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in header:
        table.add_column(Text(name), overflow="fold")  # nothing is cut
    for row in rows:
        table.add_row(*(Text(value) for value in row))  # as they are: a value in brackets is not markup
    Console().print(table)


def print_markdown(text: str) -> None:
    """Prints Markdown: rendered on a terminal, as it is in a pipe."""
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    from seqrec_bench.rendering.terminal import print_rendered

    print_rendered(text)
