"""From Arrow's columns to `Interactions`, refusing what is missing or not a number. No loop over rows."""

from reprlib import repr as shorten
from typing import Any

import numpy as np

from seqrec_bench.data.arrow_ids import encode_ids, is_text, plain_column
from seqrec_bench.data.columns import ChosenColumns
from seqrec_bench.data.interactions import Interactions
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import TimeArray

TIMES_END = 2.0**63


def interactions_from_table(table: Any, columns: ChosenColumns, file: str) -> Interactions:
    """Makes interactions of three columns of a ``pyarrow.Table``; rows are counted from 1, without the header.

    Raises:
        InputError: A value is missing, an id is neither text nor an integer, or a time is not a finite number.
    """
    import pyarrow as pa

    if table.num_rows == 0:
        raise InputError(f"{file} has no rows: give a file with interactions.")
    users, user_ids = encode_ids(table[columns.user], columns.user, file)
    table = table.drop_columns(columns.user)  # text takes much more memory than codes, so it goes at once
    items, item_ids = encode_ids(table[columns.item], columns.item, file)
    table = table.drop_columns(columns.item)
    times = _times(table[columns.time], columns.time, file)
    del table
    pa.default_memory_pool().release_unused()  # or Arrow would keep the memory for its next table
    return Interactions(users, items, times, user_ids, item_ids)


def _times(column: Any, name: str, file: str) -> TimeArray:
    import pyarrow as pa

    raw = column = plain_column(column)
    if is_text(column.type):
        column = _numbers(column, name, file)
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise InputError(
            f"Column {name} of {file} holds {column.type}: times have to be numbers, seconds since 1970 for example."
        )
    if column.null_count:
        raise InputError(f"Row {_first(column.is_null())} of {file} has no {name}: give it one or take the row out.")
    try:
        times: TimeArray = column.cast(pa.int64() if pa.types.is_integer(column.type) else pa.float64()).to_numpy()
    except pa.ArrowInvalid as error:
        raise InputError(f"Column {name} of {file} does not fit into 64-bit integers: give smaller times.") from error
    fits = np.abs(times) < TIMES_END if times.dtype.kind == "f" else np.True_  # NaN does not
    if not fits.all():
        row = int(fits.argmin())
        raise InputError(
            f"Row {row + 1} of {file} has the {name} {shorten(raw[row].as_py())}: times have to be finite numbers of "
            "64 bits."
        )
    return times


def _numbers(column: Any, name: str, file: str) -> Any:
    """The column of text as integers if it can be, else as floats; empty text is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    number_types = (pa.int64(), pa.float64()) if not _has_x(column) else (pa.float64(),)
    try:
        return column.cast(number_types[0])  # nearly every file: no copy of the text is needed
    except pa.ArrowInvalid:
        pass
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    for number_type in number_types:
        try:
            return text.cast(number_type)
        except pa.ArrowInvalid:
            continue
    row = _first_unreadable(text)
    raise InputError(
        f"Row {row + 1} of {file} has the {name} {shorten(column[row].as_py())}, which is not a number: give seconds "
        "since 1970 or any number that grows with time; dates written out are not read."
    )


def _has_x(column: Any) -> bool:
    """Whether there may be a hexadecimal number: Arrow would read 0xFFFFFFFFFFFFFFFF as the integer -1."""
    buffers = [chunk.buffers()[-1] for chunk in column.chunks]
    return any(x in buffer.to_pybytes() for buffer in buffers if buffer for x in (b"x", b"X"))


def _first_unreadable(text: Any) -> int:
    """The first position whose text is not a number, found by halving; there has to be one."""
    start, stop = 0, len(text)
    while stop - start > 1:
        middle = (start + stop) // 2
        if _is_readable(text[start:middle]):
            start = middle
        else:
            stop = middle
    return start


def _is_readable(text: Any) -> bool:
    """Whether Arrow reads all of the text as numbers; missing values are another matter."""
    import pyarrow as pa

    try:
        text.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _first(mask: Any) -> int:
    """The first row, counted from 1, where a boolean column is true."""
    return int(mask.to_numpy().argmax()) + 1
