"""Pieces of Markdown that several tables are made of."""

import re
import textwrap
from collections.abc import Sequence

from seqrec_bench.text import one_line

NONE = "—"
"""Stands where there is no such number."""
LINE_WIDTH = 80


def markdown_table(lines: Sequence[Sequence[str]], n_left: int = 1) -> str:
    """A table with aligned columns, so that its source can be read too; the first line is the head.

    Args:
        n_left: How many columns, the first ones, hold words and begin at the left; the others hold numbers.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    words = [f":{'-' * (width - 1)}" for width in widths[:n_left]]
    numbers = [f"{'-' * (width - 1)}:" for width in widths[n_left:]]
    head, *body = lines
    return "\n".join(_line(cells, widths, n_left) for cells in (head, words + numbers, *body))


def markdown_notes(notes: Sequence[str]) -> str:
    """Sentences as a list."""
    return "\n".join(wrapped(escape_markdown(note), first="- ", others="  ") for note in notes)


def escape_markdown(text: str) -> str:
    """The text as Markdown shows it, in one line: no mark-up, no HTML, no formula, no end of a table's cell."""
    return re.sub(r"[\\`*_{}\[\]<>|#~$]|&(?=#?\w+;)", r"\\\g<0>", one_line(text))


def number(value: float | None, form: str = ".4f") -> str:
    return NONE if value is None else format(round(value, 4) + 0.0, form)  # + 0.0: no negative zero


def wrapped(text: str, first: str = "", others: str = "") -> str:
    """The text in lines that fit a terminal; words, and with them escapes, stay whole."""
    return textwrap.fill(
        text,
        LINE_WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _line(cells: Sequence[str], widths: Sequence[int], n_left: int) -> str:
    words = map(str.ljust, cells[:n_left], widths[:n_left])
    aligned = [*words, *map(str.rjust, cells[n_left:], widths[n_left:])]
    return f"| {' | '.join(aligned)} |"
