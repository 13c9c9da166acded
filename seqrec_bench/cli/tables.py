"""Tables and pages on the terminal; tab-separated lines and Markdown where the output goes into a file or a pipe."""

import os
import sys
from collections.abc import Sequence
from typing import ClassVar

import typer

from seqrec_bench.text import one_line

MARKDOWN = {"md", "short", "text"}
"""The names under which commands offer Markdown."""


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints the header and the rows: people see columns, programs get one line a row with tabs between values."""
    rows = [[one_line(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich(header, rows)
        return
    for row in (header, *rows):
        typer.echo("\t".join(row))


def print_formatted(text: str, format: str) -> None:
    """Prints a text of a command's format as it is, but Markdown to a terminal as what it means: tables that fit."""
    if format in MARKDOWN and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _render(text)
    else:
        typer.echo(text, nl=False)


def _render(text: str) -> None:
    from rich.console import Console, ConsoleOptions, RenderResult  # here, since they take long to import
    from rich.markdown import Markdown, MarkdownElement, TableElement
    from rich.table import Table

    class FoldedTable(TableElement):
        """Its words are broken where they must be, and never cut."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            for table in super().__rich_console__(console, options):
                if isinstance(table, Table):
                    for column in table.columns:
                        column.overflow = "fold"
                yield table

    class Page(Markdown):
        elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "table_open": FoldedTable}

    Console().print(Page(text))


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
