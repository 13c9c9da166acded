"""What a file looks like that can't be read as it is named, and the options that would read it so.

Nothing is read by such a guess: it is put into the refusal, and whoever knows the file decides.
"""

import csv
import itertools
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from reprlib import repr as shorten
from typing import NamedTuple

from seqrec_bench.data.reading.arrow_dates import date_form
from seqrec_bench.data.reading.columns import ITEM_NAMES, TIME_NAMES, USER_NAMES, Columns, columns_called, listed_names
from seqrec_bench.data.reading.delimited import damage_refused, open_bytes
from seqrec_bench.data.reading.form import SEPARATORS
from seqrec_bench.data.reading.row_blocks import Layout
from seqrec_bench.data.reading.swallowed_rows import NUMBER
from seqrec_bench.errors import InputError

HEAD = 2**16
"""Bytes that are looked at."""
MOST_LINES = 200
MOST_STARS = 10
"""Numbers up to here are ratings rather than times."""
FIRST_SECOND = 10**8
"""Whole numbers from here on are times rather than anything else: seconds since 1970 of 1973 or later."""

_FRACTION = re.compile(r"\s*[+-]?[0-9]*\.[0-9]+\s*")
_CLOCK = re.compile(r"\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?\s*")
_BINARY = {b"PAR1": ("Parquet", ".parquet"), b"\x1f\x8b": ("gzip", ".gz")}

ONE_VALUE = "make one of them, such as 2024-03-01T12:30:00"
LEASTNUMBERED = 5
"""Rows from which on a first column that counts them has their numbers rather than ids."""


class Proposal(NamedTuple):
    """How a file could be read."""

    words: str
    """What it looks like."""
    mend: str
    """What to do, such as ``add --layout sequences``."""
    has_header: bool = False


def unknown_kind(path: Path, suffixes: Sequence[str]) -> InputError:
    """What to say of a file whose name does not tell how it is laid out; `suffixes` are of names that do."""
    if proposal := propose(path):
        return InputError(
            f"{path} does not say by its name how it is laid out; it looks like {proposal.words}: {proposal.mend}."
        )
    *text, parquet = suffixes
    return InputError(
        f"{path} is of an unknown kind: its name has to end in {parquet}, or in {', '.join(text)} with or without .gz."
    )


def require_header(path: Path, names: Sequence[str], layout: Layout, columns: Columns, has_times: bool) -> None:
    """Raises `InputError` where the names in the first line of a file look like data, or the lines like sequences.

    Names that are 0, 1, 2, ... are those of pandas, for columns without names.
    """
    if (len(names) == 1 or names[0].startswith("{")) and (proposal := propose(path)) and not proposal.has_header:
        raise InputError(f"{path} looks like {proposal.words}: {proposal.mend}.")
    sought = [(columns.user, USER_NAMES), (columns.item, ITEM_NAMES), (columns.time, TIME_NAMES)]
    are_named = all(
        columns_called(names, usual) if wanted is None else not is_data(wanted)
        for wanted, usual in sought[: 3 if has_times else 2]
    )
    are_places = list(names) == [str(number) for number in range(len(names))]
    if not are_named and not are_places and any(map(is_data, names)):
        raise without_header(path, layout, has_times)


def is_data(name: str) -> bool:
    """Whether what stands in place of a column's name is a number or a date."""
    return bool(NUMBER.fullmatch(name) or date_form(name.strip()))


def without_header(path: Path, layout: Layout, has_times: bool = True, has_header: bool = True) -> InputError:
    """What to say of a file without column names where columns are not named by number.

    Args:
        has_header: Whether it was said to have them.
    """
    lines = _head_lines(_head(path))
    rows = _rows(lines, layout)
    if not has_header and rows and columns_called(rows[0], USER_NAMES) and columns_called(rows[0], ITEM_NAMES):
        return names_on_top(path, rows[0])
    first = shorten(", ".join(rows[0] if rows else lines[:1]))
    if _has_clocks(rows):
        return InputError(f"{path} has no column names, and a date and a time of day as two values: {ONE_VALUE}.")
    return InputError(
        f"{path} has no column names, since its first line looks like data, {first}: add --no-header "
        f"{' '.join(_column_options(rows, has_times))}, or the right columns by number."
    )


def names_on_top(path: Path, names: Sequence[str]) -> InputError:
    """What to say of column names in the first line of a file, of which options say that there are none."""
    return InputError(
        f"{path} has column names in its first line, {listed_names(names)}, which would be a user and an item: leave "
        "--no-header or --layout pairs out, or take that line out."
    )


def propose(path: Path) -> Proposal | None:
    """What the file looks like, if anything."""
    try:
        head = _head(path)
    except InputError:
        return None
    for start, (kind, suffix) in _BINARY.items():
        if head.startswith(start):
            return Proposal(kind, f"end its name in {suffix}")
    if b"\0" in head or not (lines := _head_lines(head)):
        return None
    if lines[0].startswith("{"):
        return Proposal("one JSON object a line", "add --layout json")
    if lines[0].lstrip().startswith("["):
        return Proposal(
            "lists in brackets", "write one object of JSON a line, or values with spaces between them alone"
        )
    return _users_with_lists(lines) or _table(lines) or _sequences(lines)


def _head(path: Path) -> bytes:
    with open_bytes(path) as file, damage_refused(str(path)):
        return file.read(HEAD)


def _head_lines(head: bytes) -> list[str]:
    """The whole lines with something in them."""
    if len(head) == HEAD:
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    lines = re.split("[\r\n]+", head.decode("utf-8-sig", errors="replace"))
    return [line for line in lines if line.strip()][:MOST_LINES]


def _rows(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    if layout.spaced:
        return [line.split() for line in lines]
    if not layout.quoted:
        return [line.split(layout.written or layout.delimiter) for line in lines]
    rows: list[list[str]] = []
    with suppress(csv.Error):  # of a row at fault, and of those after it, nothing is known
        rows.extend(filter(None, csv.reader(lines, delimiter=layout.delimiter)))
    return rows


def _users_with_lists(lines: Sequence[str]) -> Proposal | None:
    """Different users a line and, behind a tab, several items for most of them."""
    rows = [line.split("\t") for line in lines]
    if len({row[0] for row in rows}) < len(rows) or any(len(row) != 2 for row in rows):
        return None
    lists = [row[1].strip() for row in rows]
    if 2 * sum(" " in items or "," in items for items in lists) <= len(rows):
        return None
    mend = "write spaces in place of commas, and add" if any("," in items for items in lists) else "add"
    return Proposal("a user and, behind a tab, a list of items a line", f"{mend} --layout sequences")


def _table(lines: Sequence[str]) -> Proposal | None:
    """Rows of as many values each."""
    tables = {}
    for name, layout in SEPARATORS.items():
        rows = _rows(lines, layout)
        if rows and len({len(row) for row in rows}) == 1 and len(rows[0]) > 1:
            tables[name] = rows
    if not tables:
        return None
    separator = max(tables, key=lambda name: (name != "space", len(tables[name][0])))  # spaces stand within values too
    rows = tables[separator]
    are_usual = columns_called(rows[0], USER_NAMES) and columns_called(rows[0], ITEM_NAMES)
    if are_usual or _has_names(rows):
        times = " --no-times" if are_usual and not columns_called(rows[0], TIME_NAMES) else ""
        mend = f"add --separator {_quoted(separator)}{times}"
        return Proposal(f"rows with {_words(separator)} between values", mend, has_header=True)
    if len(rows[0]) == 2:
        given = "" if separator == "space" else f" --separator {_quoted(separator)}"
        return Proposal("a user and an item a line, without times", f"add --layout pairs{given}")
    if separator == "space" and len({row[0] for row in rows}) == len(rows) and _time_column(rows) is None:
        return None
    if _has_clocks(rows):
        return Proposal("rows with a date and a time of day as two values", ONE_VALUE)
    options = " ".join([f"--separator {_quoted(separator)}", "--no-header", *_column_options(rows)])
    return Proposal(
        f"rows with {_words(separator)} between values, without column names",
        f"add {options}, or the right columns by number",
    )


def _has_names(rows: Sequence[Sequence[str]]) -> bool:
    """Whether words stand above numbers or dates."""
    columns = zip(*rows[1:], strict=True)
    return len(rows) > 1 and any(
        not is_data(name) and all(map(is_data, column)) for name, column in zip(rows[0], columns, strict=True)
    )


def _sequences(lines: Sequence[str]) -> Proposal | None:
    """Lines of values, of which there are different numbers."""
    found = {name: _rows(lines, layout._replace(quoted=False)) for name, layout in SEPARATORS.items()}
    separator = max(found, key=lambda name: (name == "space") + sum(map(len, found[name])))
    if sum(map(len, found[separator])) == len(lines):
        return None
    given = "" if separator == "space" else f" --separator {_quoted(separator)}"
    return Proposal(
        "one sequence a line",
        f"add --layout sequences{given} if lines begin with a user, else add --layout sequences-without-users{given}",
    )


def _column_options(rows: Sequence[Sequence[str]], has_times: bool = True) -> list[str]:
    """The options for columns by number: two whose values may be ids, and times if any look so and are wanted."""
    time = _time_column(rows)
    columns = list(zip(*rows, strict=False))
    others = [place for place in range(len(columns)) if place != time]
    likely = [place for place in others if not any(map(_FRACTION.fullmatch, columns[place]))]
    if _are_row_numbers(columns[0]) and not any(map(_are_stars, [columns[place] for place in likely[1:3]])):
        likely = likely[1:] if len(likely) > 2 else likely
    user, item = next(places for places in (likely, others, [0, 1]) if len(places) > 1)[:2]
    times = ["--no-times"] if time is None or not has_times else ["--time-column", str(time + 1)]
    return ["--user-column", str(user + 1), "--item-column", str(item + 1), *times]


def _time_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The first column of dates, else the last of great numbers, else the last behind two others of no ratings."""
    columns = list(zip(*rows, strict=False))
    if len(columns) < 3:
        return None
    dates = [place for place, column in enumerate(columns) if all(date_form(value.strip()) for value in column)]
    numbers = {place: list(map(float, column)) for place, column in enumerate(columns) if _are_numbers(column)}
    seconds = [place for place, values in numbers.items() if place > 0 and min(values) >= FIRST_SECOND]
    others = [place for place, values in numbers.items() if place > 1 and max(values) > MOST_STARS]
    return next(iter(dates or seconds[::-1] or others[::-1]), None)


def _has_clocks(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a time of day stands behind each date."""
    columns = list(zip(*rows, strict=False))
    return any(
        all(date_form(value.strip()) for value in day) and all(map(_CLOCK.fullmatch, clock))
        for day, clock in itertools.pairwise(columns)
    )


def _are_row_numbers(column: Sequence[str]) -> bool:
    starts = (range(start, start + len(column)) for start in (0, 1))
    return len(column) >= LEASTNUMBERED and any(list(column) == list(map(str, numbers)) for numbers in starts)


def _are_stars(column: Sequence[str]) -> bool:
    return _are_numbers(column) and max(map(float, column)) <= MOST_STARS


def _are_numbers(column: Sequence[str]) -> bool:
    return all(map(NUMBER.fullmatch, column))


def _quoted(separator: str) -> str:
    """As a shell takes it."""
    return separator if separator.isalpha() else f"'{separator}'"


def _words(separator: str) -> str:
    return {"tab": "tabs", "space": "spaces"}.get(separator, separator)
