"""Text in blocks of whole rows, none of which is longer than a row may be.

Everything that reads text reads it through these blocks, so that Arrow, which ends some reads of a row that is too long
for it with threads of its own still at work, is never given one.
"""

import codecs
import gzip
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = IO[bytes] | gzip.GzipFile
"""A file open for reading bytes."""

LONGEST_ROW = 2**20
"""Bytes, with what ends the row: more than any row of interactions or tags has, and little beside a block."""

BLOCK = 2**19
"""Bytes that are read at once."""

_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'
_ESCAPED = b'\\""'
"""A mark that a backslash stands before, as Spark and MySQL write it, and the one that closes its value."""


class Layout(NamedTuple):
    """How values stand in a line."""

    delimiter: str
    quoted: bool
    """Whether quotation marks around a value are not content."""
    doubt: str = ""
    """What to do about a quoted value that seems to go on over the end of its line only because its marks are not meant
    as such: any in lines with tabs, of which most programs quote nothing; else those where a line ends behind ``\\""``,
    as it does where a backslash stands before a mark. Empty where marks are certain, so that such values are read."""
    swallowed: str = ""
    """What to do about a quoted value with lines that look like rows; empty where marks are certain."""
    spaced: bool = False
    """Whether several spaces and tabs separate as one does, and those around a line not at all."""
    written: str | None = None
    """What stands for the delimiter in the file, where that is longer than a character."""


class LongRowError(Exception):
    """A row is longer than any may be."""

    def __init__(self, has_lines: bool) -> None:
        super().__init__(f"a row has more than {LONGEST_ROW:,} bytes")
        self.has_lines = has_lines
        """Whether it goes on over ends of lines, as only a quoted value does."""


class BrokenValueError(Exception):
    """A quoted value goes on over the end of its line, which is in doubt: see `Layout.doubt`."""


def row_blocks(source: Bytes, layout: Layout) -> Iterator[bytes]:
    """Yields what the source holds, but a byte-order mark, cut between rows; the last block may be empty.

    All rows before one at fault are yielded. Their values have the layout's delimiter between them, whatever is written
    for it.

    Raises:
        LongRowError: A row has more than `LONGEST_ROW` bytes, a quoted value's line ends included.
        BrokenValueError: A quoted value goes on over the end of its line where that is in doubt.
    """
    rest, mark = b"", codecs.BOM_UTF8
    while content := source.read(BLOCK):
        block, mark = rest + content.removeprefix(mark), b""
        broken = _broken_value(block, layout)
        sound = block if broken is None else block[:broken]
        end = _end_of_rows(sound, layout)
        if end:
            yield _delimited(sound[:end], layout)
        if len(sound) - end > LONGEST_ROW:
            beginning = end, end + LONGEST_ROW
            raise LongRowError(sound.find(b"\n", *beginning) >= 0 or sound.find(b"\r", *beginning) >= 0)
        if broken is not None:
            raise BrokenValueError
        rest = sound[end:]
    yield _delimited(rest, layout)


def _delimited(block: bytes, layout: Layout) -> bytes:
    return block if layout.written is None else block.replace(layout.written.encode(), layout.delimiter.encode())


def _broken_value(block: bytes, layout: Layout) -> int | None:
    """A place in the first quoted value with a line end that is in doubt, or None."""
    sign = b'"' if layout.delimiter == "\t" else _ESCAPED
    if not (layout.quoted and layout.doubt and sign in block):
        return None
    content = np.frombuffer(block, np.uint8)
    line_ends = np.flatnonzero((content == _LINE_FEED) | (content == _RETURN))
    quotes = quote_places(block, layout)
    n_before = quotes.searchsorted(line_ends)
    inside = n_before % 2 == 1
    if sign == _ESCAPED:
        behind = [block[end - len(_ESCAPED) : end] == _ESCAPED for end in line_ends[inside].tolist()]
        inside[inside] = behind
    return int(quotes[n_before[inside.argmax()] - 1]) if inside.any() else None


def _end_of_rows(block: bytes, layout: Layout) -> int:
    """Where the last row ends of those that follow one another from the beginning and are not too long."""
    quotes = quote_places(block, layout) if layout.quoted and b'"' in block else np.empty(0, np.int64)
    end = 0
    while end < len(block):
        stop = min(end + LONGEST_ROW, len(block))
        found = _last_end(block, end, stop, b"\n", quotes) or _last_end(block, end, stop, b"\r", quotes)
        if not found:
            break
        end = found
    return end


def _last_end(block: bytes, start: int, stop: int, line_end: bytes, quotes: npt.NDArray[np.int64]) -> int:
    """Behind the last of these line ends between two places that is in no quoted value, or 0."""
    place = block.rfind(line_end, start, stop)
    while place >= 0:
        n_before = int(quotes.searchsorted(place))
        if n_before % 2 == 0:
            return place + 1
        place = block.rfind(line_end, start, max(int(quotes[n_before - 1]), start))
    return 0


def quote_places(block: bytes, layout: Layout) -> npt.NDArray[np.int64]:
    """Returns where quotation marks open and, in turn, close a value; two that stand for one may be among them.

    Only at the beginning of a value does one open it, as Arrow and the csv module have it too; elsewhere it is content.
    """
    content = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(content == _QUOTE)
    before = content[quotes - 1]
    begin = (before == ord(layout.delimiter)) | (before == _LINE_FEED) | (before == _RETURN) | (quotes == 0)
    double = np.diff(quotes, prepend=-2) == 1
    if (begin | double)[::2].all():
        return quotes
    return np.array(list(_quotes_in_turn(block, quotes[begin].tolist())), np.int64)


def _quotes_in_turn(block: bytes, beginnings: Sequence[int]) -> Iterator[int]:
    """The same, value by value, for a block where some marks are content; `beginnings` are all that may open one."""
    place = -1
    for beginning in beginnings:
        if beginning > place:
            yield beginning
            place = block.find(b'"', beginning + 1)
            while place >= 0 and block[place + 1 : place + 2] == b'"':
                place = block.find(b'"', place + 2)
            if place < 0:
                return
            yield place
