"""Text with one row a line: comma- or tab-separated, plain or gzip-ed, with or without column names on top.

Rows are counted from 1 below the column names; empty lines are no rows.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from seqrec_bench.data.columns import ChosenColumns
from seqrec_bench.errors import InputError

Bytes = IO[bytes] | gzip.GzipFile
"""A file open for reading bytes."""

LONGEST_LINE = 2**20
"""Characters. Arrow reads blocks of as many bytes, and refuses a row that does not fit into two of them."""

csv.field_size_limit(LONGEST_LINE)  # or the csv module would refuse values that Arrow reads

_END = "end of the rows"
"""Without an x, by which hexadecimal times are known."""


class Layout(NamedTuple):
    """How values stand in a line."""

    delimiter: str
    quoted: bool
    """Whether quotation marks around a value are not content."""


COMMAS, TABS = Layout(",", quoted=True), Layout("\t", quoted=True)
RECBOLE = Layout("\t", quoted=False)
"""RecBole's atomic files: nothing is ever quoted, and a value may begin with a quotation mark."""


def open_bytes(path: Path) -> Bytes:
    """Opens a file for reading, unpacking it on the way if its name ends in .gz."""
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


@contextmanager
def damage_refused(file: str) -> Iterator[None]:
    """Turns what reading a damaged file raises into `InputError`."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(
            f"{file} can't be unpacked ({error}): give an undamaged file, without .gz in its name if it is not gzip-ed."
        ) from error
    except OSError as error:
        raise InputError(f"{file} can't be read ({error.strerror or error}): give a file that can.") from error


def text_rows(source: Bytes, layout: Layout, file: str) -> Iterator[list[str]]:
    """Yields all rows, the first line's too, and empty ones for empty lines; no more than one is held at once.

    Bytes that are not UTF-8 come as lone surrogates, which no text has.

    Raises:
        InputError: A line is too long, or its quotation marks do not fit together.
    """
    number = 0
    with io.TextIOWrapper(source, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        try:
            for row in csv.reader(
                _lines(text),
                delimiter=layout.delimiter,
                quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
                strict=True,
            ):
                yield row
                number += bool(row)
        except (csv.Error, _LongLineError) as error:
            place = f"Row {number}" if number else "The first line"
            raise InputError(f"{place} of {file} {_complaint(error)}.") from error


def _complaint(error: Exception) -> str:
    if isinstance(error, _LongLineError):
        return f"has more than {LONGEST_LINE:,} characters in a line: cut it, or give a file of lines"
    return (
        f"has quotation marks that do not fit together ({error}): close each quoted value, and double the marks in it"
    )


class _LongLineError(Exception):
    """A line is longer than any row may be."""


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise _LongLineError
        yield line


def read_names(path: Path, layout: Layout) -> list[str]:
    """Returns the column names in the first line of a file.

    Raises:
        InputError: There are none, or they can't be read as text.
    """
    with open_bytes(path) as file, damage_refused(str(path)):
        names = next(text_rows(file, layout, str(path)), [])
    if not names:
        raise InputError(f"{path} has no column names in its first line: give a file that begins with them.")
    if not all(map(is_utf_8, names)):
        raise InputError(
            f"{path} is not UTF-8 text in its first line: save it as UTF-8, and name it .gz if it is gzip-ed."
        )
    return names


def is_utf_8(value: str) -> bool:
    """Whether a value that `text_rows` gives was UTF-8 in the file."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def require_width(row: Sequence[str], names: Sequence[str], number: int, file: str) -> None:
    """Raises `InputError` unless the row has a value for each column."""
    if len(row) != len(names):
        raise InputError(
            f"Row {number} of {file} has {len(row)} values for {len(names)} columns: correct it, with quotation marks "
            "around a value that holds the separator."
        )


def require_utf_8(values: Sequence[str], number: int, file: str) -> None:
    """Raises `InputError` unless all these values of the row were UTF-8 in the file."""
    if not all(map(is_utf_8, values)):
        raise InputError(f"Row {number} of {file} is not UTF-8 text: save the file as UTF-8.")


class _Ended(io.RawIOBase):
    """The bytes of a source, and then one more row."""

    def __init__(self, source: Bytes, row: str) -> None:
        self._source = source
        self._end = f"\n{row}\n".encode()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._source.read(size)
        if len(content) + len(self._end) <= size:  # with what is before it: Arrow wants whole rows in its first block
            content, self._end = content + self._end, b""
        return content


def read_columns(
    source: Bytes, layout: Layout, names: Sequence[str], headed: bool, columns: ChosenColumns, file: str
) -> Any:
    """Returns a ``pyarrow.Table`` of the three columns, all as strings.

    Args:
        source: It can be read anew, to find the row at fault.
        names: The names of all columns, in order.
        headed: Whether they stand in the first line.
        file: What error messages call the source.

    Raises:
        InputError: The rows are not of one width or not UTF-8, or the source is damaged.
    """
    import pyarrow as pa

    with damage_refused(file):
        try:
            return _read_table(source, layout, names, headed, columns)
        except pa.ArrowException as error:
            _require_rows(source, layout, names, headed, columns, file)
            raise InputError(f"{file} can't be read as a table ({error}): give an undamaged one.") from error


def _read_table(source: Bytes, layout: Layout, names: Sequence[str], headed: bool, columns: ChosenColumns) -> Any:
    """The table as Arrow reads it; a last value whose quotation marks are not closed is an ``ArrowInvalid``.

    Arrow alone would take the end of the file for the end of that value, and the rows from its beginning on for a part
    of it. So a row is put after the last one, and has to come out as such.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    end = layout.delimiter.join(_END if name in columns else "" for name in names)
    table = arrow_csv.read_csv(
        _Ended(source, end),
        read_options=arrow_csv.ReadOptions(column_names=[] if headed else names),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if layout.quoted else False,
            newlines_in_values=layout.quoted,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), include_columns=list(columns)
        ),
    )
    n_rows = table.num_rows - 1
    if any(column[n_rows].as_py() != _END for column in table.columns):
        raise pa.ArrowInvalid("its last value is never closed")
    return table.slice(0, n_rows)


def _require_rows(
    source: Bytes, layout: Layout, names: Sequence[str], headed: bool, columns: ChosenColumns, file: str
) -> None:
    """Raises `InputError` for the first row that is not as it has to be: slow, but it knows the row."""
    source.seek(0)
    rows = text_rows(source, layout, file)
    if headed:
        next(rows)
    used = [names.index(column) for column in columns]
    for number, row in enumerate(filter(None, rows), start=1):
        require_width(row, names, number, file)
        require_utf_8([row[place] for place in used], number, file)
