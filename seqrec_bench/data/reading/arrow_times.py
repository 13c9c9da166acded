"""The column of times: numbers, or dates as they are written or stored. No loop over rows."""

from reprlib import repr as shorten
from typing import Any, NamedTuple

import numpy as np

from seqrec_bench.data.reading.arrow_casts import first_uncastable, without_blanks
from seqrec_bench.data.reading.arrow_dates import date_form, dates_as_timestamps, parse_dates, whole_units
from seqrec_bench.data.reading.arrow_ids import is_text, plain_column
from seqrec_bench.data.reading.inexact_times import refuse_inexact
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import TimeArray

TIMES_END = 2.0**63


class Times(NamedTuple):
    """Times as numbers whose order is that of time, exactly."""

    values: TimeArray
    per_second: int | None
    """How many of their units are a second, where they were dates or timestamps; None for numbers of any unit."""


def read_times(column: Any, name: str, file: str, dates: bool) -> Times:
    """Returns the times as numbers.

    Args:
        dates: Whether text may be dates written out.

    Raises:
        InputError: A time is missing, or is neither a finite number nor a date, or not of the first row's form.
    """
    import pyarrow as pa

    raw = plain_column(column)
    if pa.types.is_decimal(raw.type):
        raw = raw.cast(pa.string())  # as which nothing of them is lost unseen
    column = _parse(raw, name, file, dates) if is_text(raw.type) else dates_as_timestamps(raw)
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_timestamp(kind)):
        raise InputError(
            f"Column {name} of {file} holds {kind}: times have to be numbers, seconds since 1970 for example, dates or "
            "timestamps."
        )
    if column.null_count:
        raise _missing(int(column.is_null().to_numpy().argmax()) + 1, name, file)
    if pa.types.is_timestamp(kind):
        return Times(*whole_units(column))
    return Times(_finite(column, raw, name, file), None)


def _missing(row: int, name: str, file: str) -> InputError:
    return InputError(f"Row {row} of {file} has no {name}: give it one or take the row out.")


def _parse(text: Any, name: str, file: str, dates: bool) -> Any:
    """The text as timestamps where its first row is a date, else as numbers."""
    _require_utf_8(text, name, file)
    first = (text[0].as_py() or "").strip()
    if not first:
        raise _missing(1, name, file)
    form = date_form(first) if dates else None
    return parse_dates(text, form, name, file) if form else _numbers(text, name, file, dates)


def _require_utf_8(text: Any, name: str, file: str) -> None:
    """Raises `InputError` for other bytes, which Parquet does not keep anybody from writing."""
    import pyarrow as pa

    try:
        text.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(
            f"Column {name} of {file} holds text that is not UTF-8 ({error}): write the file anew, as UTF-8."
        ) from error


def _finite(column: Any, raw: Any, name: str, file: str) -> TimeArray:
    """The numbers, which have to be finite and of 64 bits; `raw` has them as they stand in the file."""
    import pyarrow as pa

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


def _numbers(column: Any, name: str, file: str, dates: bool) -> Any:
    """The column of text as integers if it can be, else as floats; empty text is missing."""
    import pyarrow as pa

    number_types = (pa.int64(), pa.float64()) if not _has_x(column) else (pa.float64(),)
    try:
        return column.cast(number_types[0])  # nearly every file: no copy of the text is needed
    except pa.ArrowInvalid:
        pass
    text = without_blanks(column)
    for number_type in number_types:
        try:
            numbers = text.cast(number_type)
        except pa.ArrowInvalid:
            continue
        if pa.types.is_floating(number_type):
            refuse_inexact(text, name, file)
        return numbers
    row = first_uncastable(text, pa.float64())
    others = (
        ", or in all rows dates such as 2024-03-01 or 2024-03-01T12:30:00Z"
        if dates
        else "; dates are read from .csv, .tsv and .parquet alone"
    )
    raise InputError(
        f"Row {row + 1} of {file} has the {name} {shorten(column[row].as_py())}, which is not a number: give seconds "
        f"since 1970 or any number that grows with time{others}."
    )


def _has_x(column: Any) -> bool:
    """Whether there may be a hexadecimal number: Arrow would read 0xFFFFFFFFFFFFFFFF as the integer -1."""
    buffers = [chunk.buffers()[-1] for chunk in column.chunks]
    return any(x in buffer.to_pybytes() for buffer in buffers if buffer for x in (b"x", b"X"))
