"""Files of interactions: comma- or tab-separated text, RecBole's ``.inter`` and Parquet."""

import stat
from collections.abc import Sequence
from pathlib import Path

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import ChosenColumns, Columns, choose_columns
from seqrec_bench.data.delimited import COMMAS, RECBOLE, TABS, open_bytes, read_columns, read_names, with_quoting
from seqrec_bench.data.form import Form
from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.parquet_files import read_parquet
from seqrec_bench.data.row_blocks import Layout
from seqrec_bench.errors import InputError

LAYOUTS = {".csv": COMMAS, ".tsv": TABS, ".inter": RECBOLE}
"""By the file's suffix; each may be followed by .gz."""


def read_interactions(path: Path, columns: Columns, form: Form = Form()) -> Interactions:
    """Reads the interactions of a .csv, .tsv, .inter (each also .gz) or .parquet file; ids are kept as text.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind; a column is absent or ambiguous; or a row
            misses a value or has a time that is neither a number of 64 bits nor a date.
    """
    suffix = table_suffix(path)
    if suffix == ".parquet":
        return _read_parquet(path, columns)
    if suffix not in LAYOUTS:
        raise InputError(
            f"{path} is of an unknown kind: its name has to end in .parquet, or in {', '.join(LAYOUTS)} with or "
            "without .gz."
        )
    return _read_text(path, with_quoting(LAYOUTS[suffix], form.quoting), columns, dates=suffix != ".inter")


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


def _read_text(path: Path, layout: Layout, columns: Columns, dates: bool) -> Interactions:
    names = read_names(path, layout)
    chosen = choose_columns(names, columns, str(path))
    with open_bytes(path) as file:
        table = read_columns(file, layout, names, True, chosen, str(path))
    return interactions_from_table(table, chosen, str(path), dates=dates)


def _read_parquet(path: Path, columns: Columns) -> Interactions:
    def choose(names: Sequence[str]) -> ChosenColumns:
        return choose_columns(names, columns, str(path))

    table = read_parquet(path, choose)
    return interactions_from_table(table, choose(table.column_names), str(path))
