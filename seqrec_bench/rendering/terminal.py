"""Markdown as a terminal shows it. A module of its own, since it imports what a pipe does without."""

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text


def print_rendered(markdown: str) -> None:
    """Prints the Markdown at the terminal's width.

    Nothing is cut: a table whose figures or words would have to be broken is wider, and the terminal wraps it.
    """
    Console().print(_Document(markdown, hyperlinks=False), crop=False)


class _Table(TableElement):
    """A table that breaks no figure and no word."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [self.header.row] if self.header and self.header.row else []
        rows += self.body.rows if self.body else []
        head, *body = [[cell.content for cell in row.cells] for row in rows]
        yield _fitted(head, body, options.max_width)


class _Document(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "table_open": _Table}


def _fitted(head: Sequence[Text], body: Sequence[Sequence[Text]], width: int) -> Table:
    """The table in this width, where that is possible: with as few lines, then as much space as can be."""
    columns = [[text.plain for text in column] for column in zip(head, *body, strict=True)]
    n_gaps = len(columns) - 1
    choices = [
        (gap, column_widths(columns, width - gap * n_gaps, figures_too))
        for figures_too in (False, True)
        for gap in (2, 1)
    ]
    gap, widths = min(choices, key=lambda choice: (_total(*choice) > width, _n_lines(columns, choice[1])))
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    table.width = _total(gap, widths)
    for text, column_width in zip(head, widths, strict=True):
        table.add_column(text, width=column_width, overflow="fold", header_style="bold")
    for row in body:
        table.add_row(*row)
    return table


def _total(gap: int, widths: Sequence[int]) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _n_lines(columns: Sequence[Sequence[str]], widths: Sequence[int]) -> int:
    """Of the table on the terminal, all rows together."""
    rows = zip(*columns, strict=True)
    return sum(max(len(wrap(text, width)) for text, width in zip(row, widths, strict=True)) for row in rows)


def column_widths(columns: Sequence[Sequence[str]], total: int, figures_too: bool) -> list[int]:
    """How wide each column is for their sum to be `total`, or as little above it as words and figures allow.

    Heads go over several lines first; then, of the columns, always the widest.

    Args:
        columns: The texts of each, the head first.
        figures_too: Whether two figures of one cell may come to stand one below the other as soon as words do; else
            only when that does not suffice.
    """
    words = [max(cell_len(word) for text in column for word in (*text.split(), "")) for column in columns]
    below_heads = [max(word, *map(cell_len, column[1:]), 0) for word, column in zip(words, columns, strict=True)]
    has_words = [any(re.search(r"[^\W\d]{3}", text) for text in column[1:]) for column in columns]
    kept = [words[i] if has_words[i] or figures_too else below_heads[i] for i in range(len(columns))]
    widths = [max(map(cell_len, column)) for column in columns]
    for least in (below_heads, kept, words):
        while sum(widths) > total and widths != least:
            _, widest = max((width, i) for i, width in enumerate(widths) if width > least[i])
            widths[widest] -= 1
    return widths
