"""Tables on the terminal; tab-separated lines where the output goes into a file or a pipe."""

import sys
from collections.abc import Sequence

import typer

from seqrec_bench.text import one_line


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
