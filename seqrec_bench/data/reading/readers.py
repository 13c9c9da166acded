"""Files of interactions: text of many kinds, JSON lines and Parquet, in one file or in parts."""

import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.reading.columns import ITEM_NAMES, USER_NAMES, Choose, Columns, columns_called
from seqrec_bench.data.reading.delimited import (
    COMMAS,
    TABS,
    UNQUOTED_TABS,
    damage_refused,
    open_bytes,
    read_columns,
    read_names,
)
from seqrec_bench.data.reading.doubtful_ids import refuse_doubtful
from seqrec_bench.data.reading.form import PLAIN, SEPARATORS, Form
from seqrec_bench.data.reading.json_lines import read_json_lines
from seqrec_bench.data.reading.layouts import interactions_from_rows
from seqrec_bench.data.reading.parquet_files import part_paths, read_parquet, read_parts
from seqrec_bench.data.reading.proposals import is_data, names_on_top, require_header, unknown_kind, without_header
from seqrec_bench.data.reading.row_blocks import Layout
from seqrec_bench.data.reading.sequence_lines import read_sequences, read_spaced_columns
from seqrec_bench.errors import InputError

LAYOUTS = {".csv": COMMAS, ".tsv": TABS, ".inter": UNQUOTED_TABS}
"""By the file's suffix; each may be followed by .gz."""
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
"""Each may be followed by .gz."""


def read_interactions(path: Path, columns: Columns, form: Form = PLAIN) -> Interactions:
    """Reads the interactions of a file, or of a folder of Parquet files; ids are kept as text.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind; a column is absent or ambiguous; or a row
            misses a value or has a time that is neither a number of 64 bits nor a date, or an id that most likely is
            none.
    """
    if _is_folder(path):
        parts = part_paths(path)
        for part in parts:
            table_suffix(part)
        return _from_parquet(partial(read_parts, path, parts), path, columns, form)
    suffix = table_suffix(path)
    if suffix == ".parquet":
        return _from_parquet(partial(read_parquet, path), path, columns, form)
    if form.layout in ("sequences", "sequences-without-users"):
        return _read_lines(path, columns, form)
    if form.layout == "json" or (suffix in JSON_SUFFIXES and form.layout != "pairs"):
        return _read_json(path, columns, form)
    layout = form.delimiters or LAYOUTS.get(suffix)
    if layout is None:
        raise unknown_kind(path, [*LAYOUTS, *JSON_SUFFIXES, ".parquet"])
    return _read_text(path, form.marked(layout), columns, form, dates=suffix != ".inter")


def table_suffix(path: Path) -> str:
    """Returns the suffix that says how a file is laid out, without any .gz.

    Raises:
        InputError: There is no such file, or it can't be opened.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):  # opening a pipe would wait for its other end
            path.open("rb").close()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist: give a file that does.") from error
    except OSError as error:
        raise InputError(f"{path} can't be opened ({error.strerror}): give a file that can.") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{path} is a folder: give a file.")
    if not stat.S_ISREG(mode):
        raise InputError(f"{path} is a device or a pipe: write its content to a file, and give that.")
    bare = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return bare.suffix.lower()


def _is_folder(path: Path) -> bool:
    with suppress(OSError):  # which is told of by whoever opens it
        return path.is_dir()
    return False


def _refuse_quoting(path: Path, form: Form) -> None:
    """Raises `InputError` where the form speaks of quotation marks, of a file that leaves no choice of them."""
    if form.quoting is not None:
        raise InputError(f"{path} is no text of columns, so no marks are in doubt: leave --quoting out.")


def _from_parquet(read: Callable[[Choose], Any], path: Path, columns: Columns, form: Form) -> Interactions:
    _refuse_quoting(path, form)
    if form.delimiters or not form.has_header or form.layout == "json":
        raise InputError(
            f"{path} is Parquet, which has names of columns and no lines of text: of --layout, --separator and "
            "--no-header, only --layout rows, lists and samples are for it."
        )
    return interactions_from_rows(read, columns, form, str(path))


def _read_json(path: Path, columns: Columns, form: Form) -> Interactions:
    _refuse_quoting(path, form)
    if form.delimiters or not form.has_header:
        raise InputError(
            f"{path} is of JSON, which has names and no separators: leave --separator and --no-header out."
        )

    def read(choose: Choose) -> Any:
        with open_bytes(path) as file, damage_refused(str(path)):
            return read_json_lines(file, choose, str(path))

    return interactions_from_rows(read, columns, form, str(path))


def _read_lines(path: Path, columns: Columns, form: Form) -> Interactions:
    _refuse_quoting(path, form)
    if columns != Columns():
        raise InputError(
            f"A line of {path} is a sequence, in which there are no columns: leave the column options out."
        )
    layout = form.delimiters or SEPARATORS["space"]
    with open_bytes(path) as file, damage_refused(str(path)):
        interactions = read_sequences(file, layout, form.layout == "sequences", str(path))
    if not form.ids_as_written:
        refuse_doubtful(interactions, "Interaction", str(path))
    return interactions


def _read_text(path: Path, layout: Layout, columns: Columns, form: Form, dates: bool) -> Interactions:
    is_pairs = form.layout == "pairs"
    has_header = form.has_header and not is_pairs
    names = read_names(path, layout, has_header)
    if not names:
        raise InputError(f"{path} has no rows: give a file with interactions.")
    if is_pairs:
        columns = _pair(path, names, columns)
    elif has_header:
        require_header(path, names, layout, columns, form.has_times)
    elif columns.user is None or columns.item is None:
        raise without_header(path, layout, form.has_times, has_header=False)

    def read(choose: Choose) -> Any:
        chosen = choose(names)
        with open_bytes(path) as file, damage_refused(str(path)):
            read_from = read_spaced_columns if layout.spaced else read_columns
            return read_from(file, layout, names, has_header, list(chosen), str(path))

    found = interactions_from_rows(read, columns, form, str(path), dates)
    if has_header and (columns.user in found.user_ids.tolist() or columns.item in found.item_ids.tolist()):
        raise without_header(path, layout, form.has_times)
    if not (has_header or form.ids_as_written):
        _refuse_names(found, path)
    if has_header and found.times is None and not form.ids_as_written:
        _refuse_names_again(found, names, path)
    return found


def _refuse_names_again(found: Interactions, names: Sequence[str], path: Path) -> None:
    """Raises `InputError` for a row of column names, as where files were put one behind another.

    Times, if there are any, are known to be none.
    """
    words = [name for name in names if not is_data(name)]
    rows = np.isin(found.user_ids, words)[found.users] & np.isin(found.item_ids, words)[found.items]
    if rows.any():
        raise InputError(
            f"Row {int(rows.argmax()) + 1} of {path} has the column names again: take that line out, or add "
            "--ids-as-written if they are a user and an item."
        )


def _refuse_names(found: Interactions, path: Path) -> None:
    """Raises `InputError` where the first row has column names, of which the form says that there are none."""
    user, item = str(found.user_ids[found.users[0]]), str(found.item_ids[found.items[0]])
    if columns_called([user], USER_NAMES) and columns_called([item], ITEM_NAMES):
        raise names_on_top(path, [user, item])


def _pair(path: Path, names: Sequence[str], columns: Columns) -> Columns:
    if columns != Columns():
        raise InputError("Pairs are a user and an item, in this order: leave the column options out.")
    if len(names) != 2:
        raise InputError(
            f"The first line of {path} has {len(names)} values, and pairs have two: name what stands between values by "
            "--separator, or give --layout sequences if a line is a sequence."
        )
    return Columns("1", "2")
