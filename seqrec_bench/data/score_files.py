"""Files in which another system says how it scores or ranks items for users: one user, item and number in each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.arrow_ids import encode_ids
from seqrec_bench.data.columns import ITEM_NAMES, USER_NAMES, choose_column, usually_named
from seqrec_bench.data.delimited import COMMAS, ESCAPED, TABS, open_bytes, read_columns, read_names
from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.parquet_files import read_parquet
from seqrec_bench.data.readers import table_suffix
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array

SCORE_NAMES = ("score", "scores", "prediction", "pred")
RANK_NAMES = ("rank", "position")
LAYOUTS = {
    ".csv": COMMAS._replace(doubt=ESCAPED, swallowed="enclose the whole value in marks, and double each within"),
    ".tsv": TABS._replace(doubt="write it as a .csv, with each mark within a value doubled"),
}
"""By the file's suffix; each may be followed by .gz."""


@dataclass(frozen=True, eq=False)
class RawScores:
    """The rows of a file that score an item for a user."""

    file: str
    users: Int32Array
    """(n_rows,) positions in `user_ids`."""
    items: Int32Array
    """(n_rows,) positions in `item_ids`."""
    values: npt.NDArray[np.float64]
    """(n_rows,) finite; the greater the better."""
    user_ids: StrArray
    """Distinct raw ids, in any order."""
    item_ids: StrArray
    """Distinct raw ids, in any order."""


def read_scores(path: Path) -> RawScores:
    """Reads a .csv, .tsv (each also .gz) or .parquet file with a column of users, one of items, and scores or ranks.

    The greater a score, the better; the smaller a rank, the better. A score of minus infinity, which some systems
    write for items that they do not recommend, is no score, as if the row were not there.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind; a column is absent or ambiguous; or a row
            misses an id or has a number that is no score.
    """
    file = str(path)
    table = _read_table(path)
    user, item, number = _choose(table.column_names, file)
    if table.num_rows == 0:
        raise InputError(f"{file} has no rows: give a file with scores or ranks.")
    values = _values(table[number], number, file)
    is_rank = bool(usually_named([number], RANK_NAMES))
    scored = np.isfinite(values) | np.isneginf(values) & (not is_rank)
    if not scored.all():
        row = int(scored.argmin())
        raise InputError(f"Row {row + 1} of {file} has the {number} {values[row]}: give a finite number.")
    users, user_ids = encode_ids(table[user], user, file)
    items, item_ids = encode_ids(table[item], item, file)
    kept = np.isfinite(values)
    return RawScores(file, users[kept], items[kept], -values[kept] if is_rank else values[kept], user_ids, item_ids)


def _read_table(path: Path) -> Any:
    """The three columns of the file; those of a text file as text."""
    suffix, file = table_suffix(path), str(path)
    if suffix == ".parquet":
        return read_parquet(path, partial(_choose, file=file))
    if suffix not in LAYOUTS:
        raise InputError(
            f"{path} is of an unknown kind: its name has to end in .parquet, or in {', '.join(LAYOUTS)} with or "
            "without .gz."
        )
    names = read_names(path, LAYOUTS[suffix])
    chosen = _choose(names, file)
    with open_bytes(path) as source:
        return read_columns(source, LAYOUTS[suffix], names, True, chosen, file)


def _choose(names: Sequence[str], file: str) -> tuple[str, str, str]:
    """The columns of users, items and scores or ranks."""
    return (
        choose_column(names, USER_NAMES, "call the column of users user_id", file),
        choose_column(names, ITEM_NAMES, "call the column of items item_id", file),
        choose_column(names, (*SCORE_NAMES, *RANK_NAMES), "give the one column score or rank", file),
    )


def _values(column: Any, name: str, file: str) -> npt.NDArray[np.float64]:
    import pyarrow as pa

    try:
        values: npt.NDArray[np.float64] = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"The column {name} of {file} does not hold numbers alone ({error}): correct it.") from error
    return values
