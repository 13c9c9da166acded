"""Text that white space or another separator cuts into values, as many as there are. No loop over lines.

Rows are the lines that have a value, counted from 1.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.reading.row_blocks import LONGEST_ROW, Bytes, Layout, LongRowError, row_blocks
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int64Array

_TAB, _LINE_FEED, _RETURN, _SPACE = b"\t\n\r "


class TokenLines(NamedTuple):
    """The values of some lines that follow one another."""

    values: Any
    """A ``pyarrow.StringArray`` of all of them, line by line."""
    counts: Int64Array
    """(n_lines,) how many each line has: one at least where lines without any are none."""


def token_lines(source: Bytes, layout: Layout, file: str) -> Iterator[TokenLines]:
    """Yields the values of all lines, block by block.

    Raises:
        InputError: A line is too long or not UTF-8, or has an empty value.
    """
    n_before = 0
    blocks = row_blocks(source, layout)
    while (block := _next(blocks, n_before, file)) is not None:
        lines = _lines_of(block, layout, n_before, file)
        n_before += len(lines.counts)
        yield lines


def _next(blocks: Iterator[bytes], n_before: int, file: str) -> bytes | None:
    try:
        return next(blocks, None)
    except LongRowError as error:
        raise InputError(
            f"Row {n_before + 1} of {file} has more than {LONGEST_ROW:,} bytes: cut it, or give a file of lines."
        ) from error


def _lines_of(block: bytes, layout: Layout, n_before: int, file: str) -> TokenLines:
    content = np.frombuffer(block, np.uint8)
    is_end = (content == _LINE_FEED) | (content == _RETURN)
    is_gap = is_end | (content == ord(layout.delimiter))
    if layout.spaced:
        is_gap |= content == _TAB
    if not block.isascii():
        _require_utf_8(block, n_before, file)
    if not layout.spaced:
        _require_no_gaps(block, is_gap, is_end, n_before, file)
    values, starts = _texts(content, is_gap, np.empty(0, dtype=np.int64))
    counts = np.diff(starts.searchsorted(np.flatnonzero(is_end)), prepend=0, append=len(starts))
    return TokenLines(values, counts[counts > 0])


def split_texts(texts: Any) -> TokenLines:
    """Returns what white space separates in each of the texts, of a ``pyarrow.StringArray`` or a large one."""
    import pyarrow as pa

    _, ends, content = texts.buffers()
    kind = np.int32 if pa.types.is_string(texts.type) else np.int64
    ends = np.frombuffer(ends, kind)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    if ends[-1] == ends[0]:
        return TokenLines(pa.array([], pa.string()), np.zeros(len(texts), dtype=np.int64))
    content = np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]
    is_gap = (content == _SPACE) | ((content >= _TAB) & (content <= _RETURN))
    values, starts = _texts(content, is_gap, ends[1:-1] - ends[0])
    return TokenLines(values, np.diff(starts.searchsorted(ends - ends[0])))


def have_commas(values: Sequence[str]) -> bool:
    """Whether a comma stands behind each value but the last, as it does between them and hardly in ids."""
    *others, last = values or [""]
    return bool(others) and all(value.endswith(",") for value in others) and not last.endswith(",")


def _texts(content: npt.NDArray[np.uint8], is_gap: npt.NDArray[np.bool_], cuts: Int64Array) -> tuple[Any, Int64Array]:
    """What stands between gaps, cut apart before some places, and where it begins."""
    import pyarrow as pa

    edges = np.flatnonzero(np.diff(is_gap, prepend=True, append=True))
    starts, stops = edges[::2], edges[1::2]
    cuts = cuts[(cuts > 0) & (cuts < len(content))]
    cuts = np.unique(cuts[~is_gap[cuts] & ~is_gap[cuts - 1]])
    if len(cuts):
        starts = np.insert(starts, starts.searchsorted(cuts), cuts)
        stops = np.insert(stops, stops.searchsorted(cuts), cuts)
    ends = np.concatenate([[0], np.cumsum(stops - starts)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(ends), pa.py_buffer(content[~is_gap])), starts


def _require_utf_8(block: bytes, n_before: int, file: str) -> None:
    """Raises `InputError` for the first row that is not UTF-8."""
    try:
        block.decode()
    except UnicodeDecodeError as error:
        number = n_before + _n_lines(block[: error.start]) + 1
        raise InputError(f"Row {number} of {file} is not UTF-8 text: save the file as UTF-8.") from error


def _n_lines(block: bytes) -> int:
    """The lines with something in them but the last, which is not whole."""
    *whole, _ = block.replace(b"\r", b"\n").split(b"\n")
    return sum(1 for line in whole if line.strip())


def _require_no_gaps(
    block: bytes, is_gap: npt.NDArray[np.bool_], is_end: npt.NDArray[np.bool_], n_before: int, file: str
) -> None:
    """Raises `InputError` for the first row in which a separator has no value before or behind it."""
    around = np.concatenate([[True], is_gap, [True]])
    empty = is_gap & ~is_end & (around[:-2] | around[2:])
    if empty.any():
        number = n_before + _n_lines(block[: int(empty.argmax())]) + 1
        raise InputError(
            f"Row {number} of {file} has an empty value: take it out, or name what stands between values by "
            "--separator."
        )
