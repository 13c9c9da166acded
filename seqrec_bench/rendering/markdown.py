"""Blocks as Markdown: of a command, and of a report."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

import tabulate as settings
from tabulate import tabulate

from seqrec_bench.rendering.blocks import (
    Block,
    ClaimCard,
    Column,
    Grid,
    Heading,
    Kind,
    Notes,
    Paragraph,
    Report,
    Verbatim,
)
from seqrec_bench.text import one_line

NONE = "—"
"""Stands where there is no such number."""
LINE_WIDTH = 80

_NO_BREAK, _KEPT = "\N{NO-BREAK SPACE}", "\x01"
"""tabulate takes blanks away from the ends of a cell, and this one with them, which keeps figures in line."""
settings.MIN_PADDING = 0  # columns are as wide as what stands in them
settings.WIDE_CHARS_MODE = False  # a table does not depend on whether wcwidth is installed


def to_markdown(blocks: Iterable[Block]) -> str:
    """The blocks as a command prints them."""
    return "\n\n".join(part for block in blocks for part in _of_command(block)) + "\n"


def _of_command(block: Block) -> Iterator[str]:
    match block:
        case Grid():
            first, *others = block.columns
            yield _table(block, [Column(block.label or first.head, first.kind), *others])
        case Heading():
            yield f"### {escape_markdown(block.text)}"
        case Paragraph():
            yield wrapped(escape_markdown(block.text))
        case Notes() if block.sentences:
            yield markdown_notes(block.sentences)
        case Verbatim():
            yield block.text
        case ClaimCard():
            parts = [block.parts] if block.parts else []
            for each in (Heading(f"{block.name}: {block.verdict}"), Paragraph(block.says), *parts, Notes(block.notes)):
                yield from _of_command(each)


def report_markdown(report: Report) -> str:
    """Sections with their tables and notes."""
    parts = [f"# {escape_markdown(report.title)}", wrapped(escape_markdown(report.subtitle))]
    for section in report.in_text:
        parts.append(f"## {escape_markdown(section.title)}")
        parts += [part for block in section.blocks for part in _of_report(block)]
        if section.lacking:
            parts.append(markdown_notes(section.lacking))
    return "\n\n".join(parts) + "\n"


def _of_report(block: Block) -> Iterator[str]:
    """As a command has it, but for captions, and for claims with how many of their parts hold."""
    match block:
        case Grid():
            yield f"**{escape_markdown(block.caption)}**"
            yield _table(block, block.columns)
        case ClaimCard():
            yield wrapped(f"**{block.name}: {block.verdict}.** {escape_markdown(f'{block.says} {block.count}')}")
            yield from _of_report(block.parts) if block.parts else ()
            yield from _of_report(Notes(block.notes))
        case Paragraph(only_html=True):
            pass
        case _:
            yield from _of_command(block)


def _table(grid: Grid, columns: Sequence[Column]) -> str:
    kinds = [column.kind for column in columns]
    head, *lines = (
        list(map(_cell, line, kinds)) for line in ([column.head.replace("\n", ", ") for column in columns], *grid.rows)
    )
    for row, column in grid.bold:
        lines[row][column] = f"**{lines[row][column]}**"
    return markdown_table([head, *lines], grid.n_left)


def _cell(text: str, kind: Kind) -> str:
    return text if kind is Kind.NUMBER else escape_markdown(text)


def markdown_table(lines: Sequence[Sequence[str]], n_left: int = 1) -> str:
    """A table with aligned columns, so that its source can be read too; the first line is the head.

    Args:
        n_left: How many columns, the first ones, hold words and begin at the left; the others hold numbers.
    """
    if len(set(map(len, lines))) > 1:
        raise ValueError("a line of a table is shorter than another")  # tabulate would fill it
    head, *body = ([cell.replace(_NO_BREAK, _KEPT) for cell in line] for line in lines)
    aligned = ["left"] * n_left + ["right"] * (len(head) - n_left)
    text = tabulate(body, head, tablefmt="pipe", colalign=aligned, disable_numparse=True)
    return text.replace(_KEPT, _NO_BREAK)


def markdown_notes(notes: Sequence[str]) -> str:
    """Sentences as a list."""
    return "\n".join(wrapped(escape_markdown(note), first="- ", others="  ") for note in notes)


def escape_markdown(text: str) -> str:
    """The text as Markdown shows it, in one line: no mark-up, no HTML, no formula, no end of a table's cell."""
    return re.sub(r"[\\`*_{}\[\]<>|#~$]|&(?=#?\w+;)", r"\\\g<0>", one_line(text))


def number(value: float | None, form: str = ".4f") -> str:
    return NONE if value is None else format(round(value, 4) + 0.0, form)  # + 0.0: no negative zero


def with_width(mean: float, half_width: float | None) -> str:
    """A mean with half the width of its interval, where it has one."""
    return number(mean) + (f" ± {number(half_width)}" if half_width is not None else "")


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
