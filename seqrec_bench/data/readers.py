"""Files of interactions: comma- or tab-separated text, RecBole's ``.inter`` and Parquet."""

from pathlib import Path
from typing import Any

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import Columns, choose_columns
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
        table = read_columns(file, delimiter, None, chosen, str(path))
    return interactions_from_table(table, chosen, str(path))


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
    import pyarrow as pa
    from pyarrow import parquet

    try:
        names: list[str] = parquet.read_schema(path).names
        chosen = choose_columns(names, columns, str(path))
        table: Any = parquet.read_table(path, columns=list(chosen))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} can't be read as Parquet ({error}): give an undamaged file.") from error
    return interactions_from_table(table, chosen, str(path))
