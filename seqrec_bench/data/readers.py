"""Files of interactions: text of many kinds, JSON and Parquet."""

import stat
from collections.abc import Sequence
from pathlib import Path

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import ChosenColumns, Columns, choose_columns
from seqrec_bench.data.delimited import COMMAS, RECBOLE, TABS, damage_refused, open_bytes, read_columns, read_names
from seqrec_bench.data.form import PLAIN, Form
from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.parquet_files import read_parquet
from seqrec_bench.data.row_blocks import Layout
from seqrec_bench.data.sequence_lines import read_sequences, read_spaced_columns
from seqrec_bench.errors import InputError

LAYOUTS = {".csv": COMMAS, ".tsv": TABS, ".inter": RECBOLE}
"""By the file's suffix; each may be followed by .gz."""


def read_interactions(path: Path, columns: Columns, form: Form = PLAIN) -> Interactions:
    """Reads the interactions of a file; ids are kept as text.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind; a column is absent or ambiguous; or a row
            misses a value or has a time that is neither a number of 64 bits nor a date.
    """
    suffix = table_suffix(path)
    if suffix == ".parquet":
        return _read_parquet(path, columns)
    layout = form.delimiters or LAYOUTS.get(suffix)
    if layout is None:
        raise InputError(
            f"{path} is of an unknown kind: its name has to end in .parquet, or in {', '.join(LAYOUTS)} with or "
            "without .gz."
        )
    if form.is_of_lines and form.layout != "pairs":
        return _read_lines(path, layout, columns, form)
    return _read_text(path, layout, columns, form)


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


def _read_lines(path: Path, layout: Layout, columns: Columns, form: Form) -> Interactions:
    if columns != Columns():
        raise InputError(
            f"A line of {path} is a sequence, in which there are no columns: leave the column options out."
        )
    with open_bytes(path) as file, damage_refused(str(path)):
        return read_sequences(file, layout, form.layout == "sequences", str(path))


def _read_text(path: Path, layout: Layout, columns: Columns, form: Form) -> Interactions:
    has_header, has_times = form.has_header, form.has_times
    if form.layout == "pairs":
        columns, has_header, has_times = Columns("1", "2"), False, False
    names = read_names(path, layout, has_header)
    chosen = choose_columns(names, columns, str(path), has_times)
    with open_bytes(path) as file:
        if layout.spaced:
            with damage_refused(str(path)):
                table = read_spaced_columns(file, layout, names, has_header, chosen.names, str(path))
        else:
            table = read_columns(file, layout, names, has_header, chosen.names, str(path))
    return interactions_from_table(table, chosen, str(path), dates=layout is not RECBOLE)


def _read_parquet(path: Path, columns: Columns) -> Interactions:
    def choose(names: Sequence[str]) -> ChosenColumns:
        return choose_columns(names, columns, str(path))

    table = read_parquet(path, lambda names: choose(names).names)
    return interactions_from_table(table, choose(table.column_names), str(path))
