"""What all displays have in common: bars on a terminal, lines in a log, both on standard error, and a time in words."""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

SECONDS_BETWEEN_LINES = 30.0


def is_live() -> bool:
    """Whether there is a terminal to draw bars on."""
    return sys.stderr.isatty()


def new_bars(*, transient: bool = False) -> "Progress":
    """Bars on standard error; tasks have the field `note`. Standard output is left to itself.

    Args:
        transient: Whether they vanish when they are done.
    """
    from rich import progress as bars  # here, since most commands are done before there is anything to show
    from rich.console import Console

    return bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(bar_width=20),
        bars.TextColumn("{task.completed}/{task.total}"),
        bars.TextColumn("{task.fields[note]}"),
        bars.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=transient,
        redirect_stdout=False,
    )


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
    if seconds < 55:
        return f"about {max(5, 5 * round(seconds / 5))} s left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"about {hours} h {minutes:02d} min left" if hours else f"about {max(1, minutes)} min left"
