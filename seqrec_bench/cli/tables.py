"""What people see on the terminal and programs in a pipe: tables, or tab-separated lines; Markdown, rendered or raw."""

import sys
from collections.abc import Sequence

import typer

from seqrec_bench.text import one_line

SHOWN_RENDERED = "shown rendered on a terminal unless it is named."
"""What help says of Markdown that `print_formatted` prints."""


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


def print_formatted(text: str, chosen: str, named: str | None) -> None:
    """Prints what a command made in a format, whose default is Markdown: rendered, if people see it on a terminal.

    In a pipe, or where --format was given, the text stays as it is; only `--format short` is for people anyway.

    Args:
        chosen: The format.
        named: What --format named, if it was given.
    """
    is_for_people = chosen == "short" or (named is None and chosen != "json")
    if is_for_people:
        print_markdown(text)
    else:
        typer.echo(text, nl=False)


def print_markdown(text: str) -> None:
    """Prints Markdown: rendered on a terminal, as it is in a pipe."""
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    from seqrec_bench.cli.rendering import print_rendered

    print_rendered(text)
