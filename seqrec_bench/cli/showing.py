"""What all displays have in common: bars on a terminal, lines in a log, both on standard error, and a time in words."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

SECONDS_BETWEEN_LINES = 30.0


def is_live() -> bool:
    """Whether there is a terminal to draw bars on."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def new_bars(*columns: "str | ProgressColumn", transient: bool = False) -> "Progress":
    """Bars on standard error, each behind its description; standard output is left to itself.

    Args:
        columns: What stands behind a bar; a text is a format of its `task`.
        transient: Whether the bars vanish when they are done.
    """
    from rich.console import Console  # here, since most commands are done before there is anything to show
    from rich.progress import BarColumn, Progress

    bar = BarColumn(bar_width=20)
    console = Console(stderr=True)
    return Progress("{task.description}", bar, *columns, console=console, transient=transient, redirect_stdout=False)


def print_line(line: str) -> None:
    """Prints the line to standard error."""
    with suppress(OSError):  # the log's disk may be full, its reader gone: no reason to lose the work
        typer.echo(line, err=True)


def say_bytes(n_bytes: int) -> str:
    """The size in megabytes."""
    return f"{n_bytes / 1e6:,.1f} MB"


def say_left(seconds: float | None) -> str:
    """The time left in words; None where it is not known yet."""
    if seconds is None:
        return "time left not known yet"
    if seconds == 0:
        return "nothing left"
    if seconds < 8:
        return "a few seconds left"
    if seconds < 58:
        return f"about {5 * round(seconds / 5)} s left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"about {hours} h {minutes:02d} min left" if hours else f"about {max(1, minutes)} min left"
