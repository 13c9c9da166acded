"""Text with one row a line: comma- or tab-separated, plain or gzip-ed, with or without column names on top."""

import csv
import gzip
import io
import zlib
from pathlib import Path
from typing import IO, Any

from seqrec_bench.data.columns import ChosenColumns
from seqrec_bench.errors import InputError

MISREAD = (EOFError, OSError, UnicodeDecodeError, zlib.error, csv.Error)
"""What reading a damaged file raises."""

Bytes = IO[bytes] | gzip.GzipFile
"""A file open for reading bytes."""


def open_bytes(path: Path) -> Bytes:
    """Opens a file for reading, unpacking it on the way if its name ends in .gz."""
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def read_names(path: Path, delimiter: str) -> list[str]:
    """Returns the column names in the first line of a file that has rows below them.

    Raises:
        InputError: The file is empty, has no rows or can't be read as text.
    """
    try:
        with open_bytes(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text, delimiter=delimiter)
            names, has_rows = next(rows, []), any(rows)
    except MISREAD as error:
        raise InputError(f"{path} can't be read as text ({error}): give an undamaged UTF-8 file.") from error
    if not names:
        raise InputError(f"{path} has no column names in its first line: give a file that begins with them.")
    if not has_rows:
        raise InputError(f"{path} has no rows below its column names: give a file with interactions.")
    return names


def read_columns(source: Bytes, delimiter: str, names: list[str] | None, columns: ChosenColumns, file: str) -> Any:
    """Returns a ``pyarrow.Table`` of the three columns, all as strings.

    Args:
        names: The names of all columns, in order; None if the first line has them.
        file: What error messages call the source.

    Raises:
        InputError: The rows are not of one width or not UTF-8, or the source is damaged.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    try:
        return arrow_csv.read_csv(
            source,
            read_options=arrow_csv.ReadOptions(column_names=names or []),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=list(columns),
            ),
        )
    except (pa.ArrowException, *MISREAD) as error:
        raise InputError(f"{file} can't be read as a table ({error}): give an undamaged UTF-8 table.") from error
