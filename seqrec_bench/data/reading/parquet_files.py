"""Parquet, in one file or in a folder of parts, read in the thread that asks: no thread of Arrow's is left when one is
refused.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from seqrec_bench.data.reading.arrow_ids import plain_column
from seqrec_bench.data.reading.columns import Choose
from seqrec_bench.data.reading.delimited import is_utf_8
from seqrec_bench.errors import InputError

HIDDEN = ("_", ".")
"""How the names begin of what is no part: ``_SUCCESS``, ``_metadata``, ``.part-0.crc``."""
VERSIONED = {
    "_delta_log": "Delta Lake keeps earlier versions too",
    ".hoodie": "Hudi keeps earlier versions too",
    "_temporary": "a write is under way or was given up",
}
"""Folders that are there where some parts do not count, and why."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What Hive writes for a missing value."""


def read_parquet(path: Path, choose: Choose) -> Any:
    """Returns a ``pyarrow.Table`` of the columns that are chosen among the names, in the file's order.

    Raises:
        InputError: The file is damaged; and whatever `choose` raises.
    """
    return _read(path, {}, choose)


def read_parts(folder: Path, parts: Sequence[Path], choose: Choose) -> Any:
    """Returns the rows of all parts, one after the other, with the columns that are chosen in each.

    A folder on the way to a part that is called ``name=value``, as Hive has it, is a column of text of its rows, unless
    the part has that column itself.

    Raises:
        InputError: A part is damaged, or has a column of another type than others; and whatever `choose` raises.
    """
    import pyarrow as pa

    tables = []
    for part in parts:
        table = _read(part, _partition(part.relative_to(folder)), choose)
        plain = (plain_column(column) for column in table.columns)  # parts may keep text in several ways
        tables.append(pa.table(dict(zip(table.column_names, plain, strict=True))))
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        raise InputError(f"The parts of {folder} do not fit together ({error}): give them the same columns.") from error


def part_paths(folder: Path) -> list[Path]:
    """Returns the Parquet files in a folder and in those below it, in natural order; hidden ones are none.

    Raises:
        InputError: There are none, or there is something else.
    """
    from natsort import natsorted

    found = []
    for place, folders, files in os.walk(folder, onerror=_refuse_folder):
        if versions := sorted({*VERSIONED} & {*folders}):
            raise InputError(
                f"{place} has the folder {versions[0]}, by which {VERSIONED[versions[0]]}, so that not all of its "
                "files count: write what counts to a folder of its own."
            )
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        if links := [name for name in folders if (Path(place) / name).is_symlink()]:
            raise InputError(f"{Path(place) / links[0]} is a link to a folder: give folders of Parquet files alone.")
        if odd := [name for name in folders if not is_utf_8(name)]:
            raise InputError(f"{place} has the folder {odd[0]!a}, whose name is not UTF-8: give it another.")
        found += [Path(place) / name for name in files if not name.startswith(HIDDEN)]
    others = [path for path in found if path.suffix.lower() != ".parquet"]
    if others:
        raise InputError(f"{min(others)} is no Parquet file: give a folder of Parquet files alone, or name a file.")
    if not found:
        raise InputError(f"{folder} is a folder without Parquet files: give one that has some, or a file.")
    return natsorted(found, key=lambda path: path.relative_to(folder).parts)


def _refuse_folder(error: OSError) -> None:
    raise InputError(f"{error.filename} can't be opened ({error.strerror}): give a folder that can.") from error


def _partition(path: Path) -> dict[str, str | None]:
    pairs = [part.partition("=") for part in path.parts[:-1]]
    return {unquote(name): None if value == NO_VALUE else unquote(value) for name, equals, value in pairs if equals}


def _read(path: Path, constants: Mapping[str, str | None], choose: Choose) -> Any:
    """The chosen columns of a file, to whose own there are some that have one value in all of its rows."""
    import pyarrow as pa
    from pyarrow import parquet

    with path.open("rb") as file:
        with _damage_refused(path):
            content = parquet.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
            names: list[str] = content.schema_arrow.names
        chosen = choose([*names, *(name for name in constants if name not in names)])
        with _damage_refused(path):
            table = content.read(columns=[name for name in chosen if name in names], use_threads=False)
    for name in chosen:
        if name not in names:
            table = table.append_column(name, pa.repeat(pa.scalar(constants[name], pa.string()), table.num_rows))
    return table


@contextmanager
def _damage_refused(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except pa.ArrowNotImplementedError as error:  # polars' integers of 128 bits, for one
        raise InputError(
            f"{path} has something that can't be read ({error}): cast it before the file is written, ids to text for "
            "example."
        ) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read as Parquet ({error}): give an undamaged file.") from error
