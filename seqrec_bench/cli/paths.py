"""Paths that options name."""

from pathlib import Path

import typer


def named_path(value: str | Path) -> Path:
    """The path as an option gives it: the `parser` of every option and argument that is a path.

    Raises:
        typer.BadParameter: It is empty, as a shell's unset variable makes it, and would be the current directory.
    """
    if value == "":
        raise typer.BadParameter("an empty path; name a file or directory, '.' for the current one.")
    return Path(value)


def figure_stem(value: str | Path) -> Path:
    """The same for a figure, whose files add .png and .svg to it.

    Raises:
        typer.BadParameter: It names no file, as '.' and '..' don't.
    """
    path = named_path(value)
    if path.name in ("", ".."):
        raise typer.BadParameter("it names no file: give the stem of a figure's name, like figures/forest.")
    return path
