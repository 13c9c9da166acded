"""Dates and times, written out as ISO 8601 has them or stored as such, as exact whole numbers. No loop over rows."""

import re
from reprlib import repr as shorten
from typing import Any, NamedTuple

from seqrec_bench.data.reading.arrow_casts import can_cast, cast, first_uncastable, without_blanks
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int64Array

UNITS = ("s", "ms", "us", "ns")
"""Of timestamps, each a thousand times as fine as the one before."""


class DateForm(NamedTuple):
    """One of the ways to write a date that a file may have."""

    words: str
    pattern: str
    zone: str | None
    """Of the timestamps that Arrow makes of it: with one, it reads only text with a zone, else only text without."""


_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
_ZONE = "( ?(Z|UTC|GMT)| ?[+-][0-9]{2}(:?[0-9]{2})?)"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TWITTER = (
    f"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>{'|'.join(_MONTHS)}) (?P<day>[0-9]{{2}}) "
    "(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<zone>[+-][0-9]{4}) (?P<year>[0-9]{4})"
)

DATE_FORMS = (
    DateForm("a date like 2024-03-01", _DAY, None),
    DateForm("a date and time without a zone like 2024-03-01T12:30:00", _DAY + _CLOCK, None),
    DateForm("a date and time with a zone like 2024-03-01T12:30:00Z", _DAY + _CLOCK + _ZONE, "UTC"),
    DateForm("a date and time like Tue Apr 03 18:00:09 +0000 2012", _TWITTER, "UTC"),
)


def date_form(text: str) -> DateForm | None:
    """The form that the text has, be there such a day or not."""
    return next((form for form in DATE_FORMS if re.fullmatch(form.pattern, text)), None)


def parse_dates(text: Any, form: DateForm, name: str, file: str) -> Any:
    """Returns a column of timestamps, of the coarsest unit that holds all of them; empty text is missing.

    Raises:
        InputError: A row has another form, or a day or time of day that there is not.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    raw, matches = text, _matches(text, form)
    if not pc.all(matches, skip_nulls=False).as_py():
        text = without_blanks(text)
        matches = _matches(text, form)
        if not pc.all(matches).as_py():
            row = int(matches.fill_null(True).to_numpy().argmin())
            raise InputError(
                f"Row {row + 1} of {file} has the {name} {shorten(raw[row].as_py())}, which is not {form.words}, as "
                "row 1 has it: write all rows in one way."
            )
    text = _as_iso(text, form)
    for unit in UNITS:
        try:
            return cast(text, pa.timestamp(unit, form.zone))
        except pa.ArrowInvalid:
            continue
    raise _no_instant(text, raw, form, name, file)


def _as_iso(text: Any, form: DateForm) -> Any:
    """The text with zones and months as Arrow reads them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if form.pattern == _TWITTER:
        parts = pc.extract_regex(text, f"^{_TWITTER}$")
        part = {name: pc.struct_field(parts, name) for name in ("year", "month", "day", "clock", "zone")}
        numbers = pa.array([f"{number:02}" for number in range(1, len(_MONTHS) + 1)], text.type)
        month = numbers.take(pc.index_in(part["month"], pa.array(_MONTHS, text.type)).combine_chunks())
        day = pc.binary_join_element_wise(part["year"], month, part["day"], "-")
        clock = pc.binary_join_element_wise(part["clock"], part["zone"], "")
        return pc.binary_join_element_wise(day, clock, "T")
    if form.zone and pc.any(pc.match_substring_regex(text, "(UTC|GMT)$| [Z+-]")).as_py():
        text = pc.replace_substring_regex(text, " ?(UTC|GMT)$", "Z")
        return pc.replace_substring_regex(text, " ([Z+-][0-9:]*)$", r"\1")
    return text


def _matches(text: Any, form: DateForm) -> Any:
    import pyarrow.compute as pc

    return pc.match_substring_regex(text, f"^{form.pattern}$")


def _no_instant(text: Any, raw: Any, form: DateForm, name: str, file: str) -> InputError:
    """What to say of the first row that is no timestamp, or none that has room for the fractions of all.

    `raw` has the rows as they stand in the file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    whole, seconds = pc.replace_substring_regex(text, r"\.[0-9]+", ""), pa.timestamp("s", form.zone)
    impossible = not can_cast(whole, seconds)
    row = first_uncastable(whole, seconds) if impossible else first_uncastable(text, pa.timestamp("ns", form.zone))
    if impossible:
        problem = "which no calendar or clock has: correct it"
    else:
        problem = "which 64 bits do not hold in nanoseconds: give every fraction 6 digits at most"
    return InputError(f"Row {row + 1} of {file} has the {name} {shorten(raw[row].as_py())}, {problem}.")


def dates_as_timestamps(column: Any) -> Any:
    """The column, as timestamps if it holds dates."""
    import pyarrow as pa

    if pa.types.is_date32(column.type):
        return column.cast(pa.timestamp("s"))
    return column.cast(pa.timestamp("ms")) if pa.types.is_date64(column.type) else column


def whole_units(timestamps: Any) -> tuple[Int64Array, int]:
    """The timestamps since 1970, in whole seconds if all are, else in the coarsest unit in which all are whole.

    So one instant is one number however it was written or stored.

    Returns:
        The times, and how many of their units are a second.
    """
    import pyarrow as pa

    times: Int64Array = timestamps.cast(pa.int64()).to_numpy()
    finer = UNITS.index(timestamps.type.unit)
    while finer and not (times % 1000).any():
        times, finer = times // 1000, finer - 1
    return times, 1000**finer
