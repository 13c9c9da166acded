"""Quoted values that hold rows, or go on behind their end: their marks were most likely not meant as such."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from seqrec_bench.data.reading.row_blocks import Layout, quote_places

_LINE_END = re.compile(b"[\r\n]")
NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_DATE = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?")


def place_of_swallowed(
    block: bytes, layout: Layout, names: Sequence[str], columns: Sequence[str], table: Any
) -> int | None:
    """How many rows stand before the first that has others within a value, or None.

    Another row is a line within a quoted value which has as many values as there are columns, of which those in the
    columns that are read are numbers, dates or words just where the row's own are, and the first or the second is one
    of that column, which a line of a review hardly is.

    Args:
        block: Whole rows.
        names: Of all columns.
        columns: Those of them that are read, the ids' first.
        table: The ``pyarrow.Table`` that Arrow makes of the block.
    """
    used = [names.index(column) for column in columns]
    ids: list[set[str]] = []
    for row, line in _lines_within(block, layout, len(names)):
        own, other = (_values(block, start, layout) for start in (row, line))
        if len(own) == len(names) and all(_kind(own[place]) == _kind(other[place]) != "" for place in used):
            ids = ids or [set(table[column].unique().to_pylist()) for column in columns[:2]]
            if any(other[place] in known for place, known in zip(used, ids, strict=False)):
                before = io.StringIO(block[:row].decode(errors="surrogateescape"), newline="")
                return sum(map(bool, csv.reader(before, delimiter=layout.delimiter)))
    return None


def has_tail(block: bytes, layout: Layout, used: Sequence[int]) -> bool:
    """Whether a value goes on behind the mark that ends it.

    Args:
        block: Whole rows.
        used: The places of the columns that are read; in others, all that counts is where a value ends.
    """
    content = np.frombuffer(block, np.uint8)
    quotes = quote_places(block, layout)
    closing = quotes[1::2]
    behind = content[np.minimum(closing + 1, len(content) - 1)]
    is_sound = np.isin(behind, np.frombuffer(f'{layout.delimiter}\r\n"'.encode(), np.uint8))
    tails = quotes[::2][: len(closing)][~is_sound & (closing + 1 < len(content))]
    if len(tails) == 0:
        return False
    is_end = (content == ord("\n")) | (content == ord("\r"))
    cuts = np.flatnonzero(is_end | (content == ord(layout.delimiter)))
    cuts = cuts[quotes.searchsorted(cuts) % 2 == 0]
    n_until_row = np.append(0, np.maximum.accumulate(np.where(is_end[cuts], np.arange(1, len(cuts) + 1), 0)))
    n_before = cuts.searchsorted(tails)
    return bool(np.isin(n_before - n_until_row[n_before], used).any())


def _lines_within(block: bytes, layout: Layout, n_values: int) -> Iterator[tuple[int, int]]:
    """Where a line of so many values begins within a quoted value, and where the row that it is in."""
    content = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero((content == ord("\n")) | (content == ord("\r")))
    is_within = quote_places(block, layout).searchsorted(ends) % 2 == 1
    separators = np.flatnonzero(content == ord(layout.delimiter))
    n_separators = np.diff(separators.searchsorted(np.append(ends, len(block))))
    rows = np.append(0, ends[~is_within] + 1)
    lines = ends[is_within & (n_separators == n_values - 1)] + 1
    return zip(rows[rows.searchsorted(lines) - 1].tolist(), lines.tolist(), strict=True)


def _values(block: bytes, start: int, layout: Layout) -> list[str]:
    """The values in the line that begins there, quoted or not."""
    end = _LINE_END.search(block, start)
    return block[start : end.start() if end else None].decode(errors="replace").split(layout.delimiter)


def _kind(value: str) -> str:
    if NUMBER.fullmatch(value):
        return "number"
    return "date" if _DATE.fullmatch(value) else "word" if value.strip() else ""
