"""Files of interactions: comma- or tab-separated text, RecBole's ``.inter`` and Parquet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import ChosenColumns, Columns, choose_columns
from seqrec_bench.data.delimited import open_bytes, read_columns, read_names
from seqrec_bench.data.interactions import Interactions
from seqrec_bench.errors import InputError

DELIMITERS = {".csv": ",", ".tsv": "\t", ".inter": "\t"}
"""By the file's suffix; each may be followed by .gz."""


def read_interactions(path: Path, columns: Columns) -> Interactions:
    """Reads the interactions of a .csv, .tsv, .inter (each also .gz) or .parquet file; ids are kept as text.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind; a column is absent or ambiguous; or a row
            misses a value or has a time that is not a finite number.
    """
    suffix = table_suffix(path)
    if suffix == ".parquet":
        return _read_parquet(path, columns)
    if suffix not in DELIMITERS:
        raise InputError(
            f"{path} is of an unknown kind: its name has to end in .parquet, or in {', '.join(DELIMITERS)} with or "
            "without .gz."
        )
    delimiter = DELIMITERS[suffix]
    chosen = choose_columns(read_names(path, delimiter), columns, str(path))
    with open_bytes(path) as file:
        return interactions_from_table(read_columns(file, delimiter, None, chosen, str(path)), chosen, str(path))


def table_suffix(path: Path) -> str:
    """Returns the suffix that says how a file is laid out, without any .gz.

    Raises:
        InputError: There is no such file.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder: give a file.")
    if not path.exists():
        raise InputError(f"{path} does not exist: give a file that does.")
    bare = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return bare.suffix.lower()


def _read_parquet(path: Path, columns: Columns) -> Interactions:
    from pyarrow import parquet

    with _damage_refused(path):
        names: list[str] = parquet.read_schema(path).names
    chosen = choose_columns(names, columns, str(path))
    return interactions_from_table(_parquet_table(path, chosen), chosen, str(path))


def _parquet_table(path: Path, columns: ChosenColumns) -> Any:
    from pyarrow import parquet

    with _damage_refused(path):
        return parquet.read_table(path, columns=list(columns))


@contextmanager
def _damage_refused(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} can't be read as Parquet ({error}): give an undamaged file.") from error
