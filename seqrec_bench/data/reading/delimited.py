"""Text with one row a line: comma- or tab-separated, plain or gzip-ed, with or without column names on top.

Rows are counted from 1 below the column names; empty lines are no rows.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from seqrec_bench.data.reading.row_blocks import LONGEST_ROW, BrokenValueError, Bytes, Layout, LongRowError, row_blocks
from seqrec_bench.data.reading.swallowed_rows import has_tail, place_of_swallowed
from seqrec_bench.errors import InputError

csv.field_size_limit(LONGEST_ROW)  # or the csv module would refuse values that Arrow reads

QUOTABLE = ",\t;|"
"""What stands between values that may be quoted."""

_END = "end of the rows"
"""Without an x, by which hexadecimal times are known."""

ESCAPED = "double each mark within a value, in place of a backslash before it"
"""What to do about a csv of Spark's or MySQL's."""

_TELL = "add --quoting none if the mark is a part of the value, or --quoting double if it encloses all of it"
COMMAS = Layout(",", True, f"{ESCAPED}, or add --quoting double if the backslash is a part of the value", _TELL)
TABS = Layout("\t", True, _TELL)
UNQUOTED_TABS = Layout("\t", quoted=False)
"""RecBole's atomic files, and others in which a title may begin with a quotation mark that is never closed."""


class TailError(Exception):
    """A value goes on behind the mark that ends it; the csv module says in which row."""


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


def text_rows(source: Bytes, layout: Layout, file: str, headed: bool = True) -> Iterator[list[str]]:
    """Yields all rows, the first line's too, and empty ones for empty lines; no more than a block is held at once.

    Bytes that are not UTF-8 come as lone surrogates, which no text has. `headed` says whether the first line is no row.

    Raises:
        InputError: A row is too long, or its quotation marks do not fit together.
    """
    number = 0 if headed else 1
    try:
        for block in row_blocks(source, layout):
            for row in csv.reader(
                io.StringIO(block.decode(errors="surrogateescape"), newline=""),
                delimiter=layout.delimiter,
                quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
                strict=True,
            ):
                yield row
                number += bool(row)
    except (csv.Error, LongRowError, BrokenValueError) as error:
        place = f"Row {number}" if number else "The first line"
        raise InputError(f"{place} of {file} {_complaint(error, layout)}.") from error


def _complaint(error: Exception, layout: Layout) -> str:
    if isinstance(error, BrokenValueError):
        return f"has a value that begins with a quotation mark and goes on in the next line: {layout.doubt}"
    if isinstance(error, LongRowError):
        mend = "close each quoted value in it, or cut it" if error.has_lines else "cut it, or give a file of lines"
        return f"has more than {LONGEST_ROW:,} bytes: {mend}"
    mend = "close each quoted value, and double the marks in it"
    has_option = "--quoting" in layout.doubt  # files of tags and of scores have none
    if has_option and "expected after" in str(error):
        mend += ", or add --quoting none if marks are a part of values"
    return f"has quotation marks that do not fit together ({error}): {mend}"


def read_names(path: Path, layout: Layout, headed: bool = True) -> list[str]:
    """Returns the column names in the first line of a file or, where it has none, the columns' numbers from 1.

    Raises:
        InputError: There are none, or they can't be read as text.
    """
    with open_bytes(path) as file, damage_refused(str(path)):
        rows = (_unspaced(row) if layout.spaced else row for row in _first_rows(file, layout, str(path)))
        if not headed:
            names = next(filter(None, rows), [])
            return [str(number) for number in range(1, len(names) + 1)]
        names = next(rows, [])
    if not names:
        raise InputError(f"{path} has no column names in its first line: give a file that begins with them.")
    if names[0].casefold().startswith("sep=") and len("".join(names)) <= len("sep=;"):
        raise InputError(f"{path} has Excel's line {''.join(names)} before its column names: take that line out.")
    if not all(map(is_utf_8, names)):
        raise InputError(
            f"{path} is not UTF-8 text in its first line: save it as UTF-8, and name it .gz if it is gzip-ed."
        )
    return names


def _unspaced(row: Sequence[str]) -> list[str]:
    return [value for values in row for value in values.split("\t") if value]


def _first_rows(source: Bytes, layout: Layout, file: str) -> Iterator[list[str]]:
    """As `text_rows`; but the whole first line as one value where it is right with another separator alone."""
    try:
        yield from text_rows(source, layout, file)
    except InputError:
        for separator in filter(layout.delimiter.__ne__, QUOTABLE):
            source.seek(0)
            with suppress(InputError, StopIteration):
                if len(names := next(text_rows(source, Layout(separator, quoted=True), file))) > 1:
                    yield [separator.join(names)]
        raise


def is_utf_8(value: str) -> bool:
    """Whether a value that `text_rows` gives was UTF-8 in the file."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def require_width(row: Sequence[str], names: Sequence[str], number: int, layout: Layout, file: str) -> None:
    """Raises `InputError` unless the row has a value for each column."""
    if len(row) == len(names):
        return
    problem = f"Row {number} of {file} has {len(row)} values for {len(names)} columns"
    if not layout.quoted:
        raise InputError(f"{problem}: correct it; nothing is quoted here, so no value can hold the separator.")
    n_separators = sum(value.count(layout.delimiter) for value in row)
    if layout.delimiter == "\t" and layout.doubt and len(row) + n_separators == len(names):
        raise InputError(f"{problem}, since quotation marks enclose a separator: {layout.doubt}.")
    mend = "correct it, with quotation marks around a value that holds the separator"
    if number == 1 and len(row) == len(names) + 1:  # as R's write.table has it, or a file with a separator at line ends
        mend = f"give a name to each column, one of row numbers too, or {mend}"
    raise InputError(f"{problem}: {mend}.")


def require_utf_8(values: Sequence[str], number: int, file: str) -> None:
    """Raises `InputError` unless all these values of the row were UTF-8 in the file."""
    if not all(map(is_utf_8, values)):
        raise InputError(f"Row {number} of {file} is not UTF-8 text: save the file as UTF-8.")


def read_columns(
    source: Bytes, layout: Layout, names: Sequence[str], headed: bool, columns: Sequence[str], file: str
) -> Any:
    """Returns a ``pyarrow.Table`` of some of the columns, all as strings.

    Args:
        source: It can be read anew, to find the row at fault.
        names: The names of all columns, in order.
        headed: Whether they stand in the first line.
        columns: Those of them that are wanted, each of which occurs once.
        file: What error messages call the source.

    Raises:
        InputError: The rows are not of one width or not UTF-8, one is too long, or the source is damaged.
    """
    import pyarrow as pa

    with damage_refused(file):
        try:
            return _read_table(source, layout, names, headed, columns, file)
        except (pa.ArrowException, LongRowError, BrokenValueError, TailError) as error:
            _require_rows(source, layout, names, headed, columns, file)
            raise InputError(f"{file} can't be read as a table ({error}): give an undamaged one.") from error


def _read_table(
    source: Bytes, layout: Layout, names: Sequence[str], headed: bool, columns: Sequence[str], file: str
) -> Any:
    """The table as Arrow reads it, block by block, each to its end before the next: nothing goes on behind our back."""
    import pyarrow as pa

    tables: list[Any] = []
    n_before = 0
    for block in row_blocks(source, layout):
        is_head = headed and not tables
        table = _read_block(block, layout, names, is_head, columns)
        _refuse_doubtful_marks(block, layout, names, columns, table, n_before + 1 - is_head, file)
        tables.append(table)
        n_before += table.num_rows
    return pa.concat_tables(tables)


def _refuse_doubtful_marks(
    block: bytes, layout: Layout, names: Sequence[str], columns: Sequence[str], table: Any, first: int, file: str
) -> None:
    """Raises an error for quotation marks that were most likely not meant to enclose a value.

    Args:
        table: What Arrow makes of the block.
        first: The number of the block's first row; 0 if it has the names.

    Raises:
        TailError: A value that is read goes on behind the mark that ends it.
        InputError: A value holds rows.
    """
    if not layout.quoted or b'"' not in block:
        return
    if has_tail(block, layout, [names.index(column) for column in columns]):
        raise TailError
    if layout.swallowed and _has_lines(block, table.num_rows + (first == 0)):
        place = place_of_swallowed(block, layout, names, columns, table)
        if place is not None:
            raise InputError(
                f"Row {first + place} of {file} has a value that begins with a quotation mark and goes on over lines "
                f"that look like rows: {layout.swallowed}."
            )


def _has_lines(block: bytes, n_rows: int) -> bool:
    """Whether some row has a value of several lines, or there are empty lines."""
    return max(block.count(b"\n"), block.count(b"\r")) > n_rows


def _read_block(block: bytes, layout: Layout, names: Sequence[str], is_head: bool, columns: Sequence[str]) -> Any:
    """The rows of a block; if the quotation marks of its last value are not closed, it is an ``ArrowInvalid``.

    Arrow alone would take the end of the block for the end of that value, and the rows from its beginning on for a part
    of it. So a row is put after the last one, and has to come out as such. The empty line before the first keeps Arrow
    from taking an id that begins so for a byte-order mark.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    end = layout.delimiter.join(_END if name in columns else "" for name in names)
    content = b"".join([b"\n", block, f"\n{end}\n".encode()])
    table = arrow_csv.read_csv(
        pa.py_buffer(content),
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            skip_rows_after_names=2 if is_head else 0,  # the empty one is counted
            block_size=len(content),
            use_threads=False,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if layout.quoted else False,
            newlines_in_values=False,  # read they are; it would look for the ends of rows a second time, to cut there
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
    source: Bytes, layout: Layout, names: Sequence[str], headed: bool, columns: Sequence[str], file: str
) -> None:
    """Raises `InputError` for the first row that is not as it has to be: slow, but it knows the row."""
    source.seek(0)
    rows = text_rows(source, layout, file, headed)
    if headed:
        next(rows)
    used = [names.index(column) for column in columns]
    for number, row in enumerate(filter(None, rows), start=1):
        require_width(row, names, number, layout, file)
        require_utf_8([row[place] for place in used], number, file)
