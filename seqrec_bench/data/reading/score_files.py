"""Files in which another system says how it scores or ranks items for users.

They are tables with one user, item and number in each row, or with lists of items in each row, as LensKit keeps them;
and the runs of information retrieval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.reading.arrow_ids import encode_ids, is_text, plain_column
from seqrec_bench.data.reading.columns import ITEM_NAMES, USER_NAMES, choose_column, usually_named
from seqrec_bench.data.reading.delimited import COMMAS, ESCAPED, TABS, open_bytes, read_columns, read_names
from seqrec_bench.data.reading.parquet_files import read_parquet
from seqrec_bench.data.reading.readers import table_suffix
from seqrec_bench.data.reading.run_files import read_ranx, read_trec
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array

SCORED_USER_NAMES = (*USER_NAMES, "query_id", "q_id", "qid")
SCORED_ITEM_NAMES = (*ITEM_NAMES, "doc_id", "docno")
SCORE_NAMES = ("score", "scores", "prediction", "pred")
RANK_NAMES = ("rank", "position")
LAYOUTS = {
    ".csv": COMMAS._replace(doubt=ESCAPED, swallowed="enclose the whole value in marks, and double each within"),
    ".tsv": TABS._replace(doubt="write it as a .csv, with each mark within a value doubled"),
}
"""By the file's suffix; each may be followed by .gz."""
FORMS: dict[str, Callable[[Path], Any]] = {"trec": read_trec, "ranx": read_ranx}
"""The readers of runs, by the names under which they are asked for."""
FORM_OF_SUFFIX = {".trec": "trec", ".run": "trec", ".json": "ranx"}

NO_SCORE = (
    float(np.finfo(np.float64).min),
    float(np.finfo(np.float32).min),
    -3.3895313892515355e38,  # bfloat16
)
"""The lowest finite numbers of floats. Systems write them, as minus infinity, for items that they do not recommend."""
DIGITS_SHOWN = 1e-4
"""How far such a number may be off, relatively, since text may have few of its digits."""
NO_SCORE_OF_16_BITS = (-65504.0, -65500.0)
"""The lowest 16-bit float and how NumPy writes it. A score may well be this; so it says nothing where one is lower."""


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
    n_without: int = 0
    """Rows beside these that say that an item has no score."""
    n_level: int = 0
    """Rows of these that have the score of another row of their user, and another rank."""


class Chosen(NamedTuple):
    """The columns' names; of the numbers, one or both."""

    user: str
    item: str
    score: str | None
    rank: str | None


def read_scores(path: Path, form: str | None = None) -> RawScores:
    """Reads a file of scores, ranks or both.

    The greater a score, the better; the smaller a rank, the better. Where there are both, the scores count, and ranks
    have to stand in their order; equal scores are equal, whatever ranks say. A score of minus infinity, or the lowest
    number of a float, says that the item is not recommended: it is no score, as if the row were not there. Ranks that
    are one and the same number beside scores, as many a TREC run has, say nothing.

    Args:
        form: One of `FORMS`; None for what the file's suffix says.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind; a column is absent or ambiguous; a row
            misses an id or has a number that is no score; scores and ranks contradict each other; or an item has a
            score in one row and none in another.
    """
    file = str(path)
    table = _unnested(_read_table(path, form), file)
    chosen = _choose(table.column_names, file)
    if table.num_rows == 0:
        raise InputError(f"{file} has no rows: give a file with scores or ranks.")
    scores, ranks = (None if name is None else _values(table[name], name, file) for name in (chosen.score, chosen.rank))
    has_score = np.ones(table.num_rows, dtype=bool) if scores is None else ~_says_none(scores)
    for name, values in ((chosen.score, scores), (chosen.rank, ranks)):
        if values is not None:
            _require_finite(values, has_score, name, file)
    if not has_score.any():
        raise InputError(f"No row of {file} has a score: give the items that the system recommends with theirs.")
    users, user_ids = encode_ids(_filled(table[chosen.user], has_score), chosen.user, file)
    items, item_ids = encode_ids(_filled(table[chosen.item], has_score), chosen.item, file)
    pairs = _Pairs(file, users, items, user_ids, item_ids)
    if not has_score.all():
        _require_scored_or_not(pairs, has_score)
    n_level = 0
    if scores is not None and ranks is not None and np.ptp(ranks[has_score]) > 0:
        n_level = _require_agreement(pairs, scores, ranks, np.flatnonzero(has_score))
    values = scores if scores is not None else -np.asarray(ranks)
    users, user_ids = _used(users[has_score], user_ids)
    items, item_ids = _used(items[has_score], item_ids)
    return RawScores(
        file, users, items, values[has_score], user_ids, item_ids, int(np.count_nonzero(~has_score)), n_level
    )


def _read_table(path: Path, form: str | None) -> Any:
    """The columns that matter; those of a text file as text."""
    suffix, file = table_suffix(path), str(path)
    form = form or FORM_OF_SUFFIX.get(suffix)
    if form is not None:
        return FORMS[form](path)
    if suffix == ".parquet":
        return read_parquet(path, partial(_choose_or_lists, file=file))
    if suffix not in LAYOUTS:
        suffixes = (*LAYOUTS, *FORM_OF_SUFFIX)
        raise InputError(
            f"{path} is of an unknown kind: its name has to end in .parquet, or in {', '.join(suffixes)} with or "
            "without .gz; --form trec reads a TREC run and --form ranx a JSON run of ranx under any other name."
        )
    names = read_names(path, LAYOUTS[suffix])
    chosen = [name for name in _choose(names, file) if name is not None]
    with open_bytes(path) as source:
        return read_columns(source, LAYOUTS[suffix], names, True, chosen, file)


def _choose(names: Sequence[str], file: str) -> Chosen:
    """The columns of users, items and numbers."""
    user = choose_column(names, SCORED_USER_NAMES, "call the column of users user_id", file)
    item = choose_column(names, SCORED_ITEM_NAMES, "call the column of items item_id", file)
    found = [len(usually_named(names, usual)) for usual in (SCORE_NAMES, RANK_NAMES)]
    mend = "give the one column score or rank"
    if found == [0, 0]:
        choose_column(names, (*SCORE_NAMES, *RANK_NAMES), mend, file)
    score, rank = (
        choose_column(names, usual, mend, file) if n_found else None
        for n_found, usual in zip(found, (SCORE_NAMES, RANK_NAMES), strict=True)
    )
    return Chosen(user, item, score, rank)


LISTS = "items"
"""The column of lists in the form in which LensKit keeps recommendations: a row for each user."""


def _choose_or_lists(names: Sequence[str], file: str) -> list[str]:
    if LISTS in names and not usually_named(names, (*SCORE_NAMES, *RANK_NAMES)):
        return [choose_column(names, SCORED_USER_NAMES, "call the column of users user_id", file), LISTS]
    return [name for name in _choose(names, file) if name is not None]


def _unnested(table: Any, file: str) -> Any:
    """The same with a row for each item, where there was one for each user."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if LISTS not in table.column_names or len(table.column_names) > 2:
        return table
    kind = table.schema.field(LISTS).type
    if not ((pa.types.is_list(kind) or pa.types.is_large_list(kind)) and pa.types.is_struct(kind.value_type)):
        raise InputError(
            f"Column {LISTS} of {file} holds {kind}: give lists of items with scores or ranks, or a row each."
        )
    (user,) = (name for name in table.column_names if name != LISTS)
    table = table.combine_chunks()
    rows = pa.Table.from_struct_array(pc.list_flatten(table[LISTS]))
    return rows.append_column(user, table[user].take(pc.list_parent_indices(table[LISTS])))


def _values(column: Any, name: str, file: str) -> npt.NDArray[np.float64]:
    import pyarrow as pa

    try:
        values: npt.NDArray[np.float64] = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"The column {name} of {file} does not hold numbers alone ({error}): correct it.") from error
    return values


def _says_none(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """(n,) which of the scores are none."""
    none = np.isneginf(scores)
    for lowest in NO_SCORE:
        none |= (scores >= lowest * (1 + DIGITS_SHOWN)) & (scores <= lowest * (1 - DIGITS_SHOWN))
    least = np.min(scores, where=~none & np.isfinite(scores), initial=np.inf)
    return none | (scores == least) if least in NO_SCORE_OF_16_BITS else none


def _require_finite(
    values: npt.NDArray[np.float64], has_score: npt.NDArray[np.bool_], name: str | None, file: str
) -> None:
    wrong = has_score & ~np.isfinite(values)
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(f"Row {row + 1} of {file} has the {name} {values[row]}: give a finite number.")


def _filled(column: Any, has_score: npt.NDArray[np.bool_]) -> Any:
    """The ids with some text for those that are missing where there is no score either: such rows fill lists up."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = plain_column(column)
    if has_score.all() or not (is_text(column.type) or pa.types.is_integer(column.type)):
        return column
    column = column.cast(pa.large_string())
    is_missing = pc.equal(pc.fill_null(column, ""), "")
    return pc.if_else(pc.and_(is_missing, pa.array(~has_score)), "-", column)


class _Pairs(NamedTuple):
    """Users and items of all rows, in codes, and what these stand for."""

    file: str
    users: Int32Array
    items: Int32Array
    user_ids: StrArray
    item_ids: StrArray

    def numbered(self) -> npt.NDArray[np.int64]:
        """(n_rows,) a number for each pair."""
        return self.users.astype(np.int64) * len(self.item_ids) + self.items

    def names(self, row: int) -> tuple[str, str]:
        return str(self.user_ids[self.users[row]]), str(self.item_ids[self.items[row]])


def _require_scored_or_not(pairs: _Pairs, has_score: npt.NDArray[np.bool_]) -> None:
    """Nobody has an item with a score in one row and without in another, as fillers have once they have got ids."""
    numbers = pairs.numbered()
    both = ~has_score & np.isin(numbers, numbers[has_score])
    if both.any():
        row = int(both.argmax())
        user, item = pairs.names(row)
        other = int(np.argmax(has_score & (numbers == numbers[row])))
        raise InputError(
            f"Row {row + 1} of {pairs.file} says that the item {item} has no score for the user {user}, and row "
            f"{other + 1} gives it one: give each pair once, and leave out what only fills a list up."
        )


def _require_agreement(
    pairs: _Pairs, scores: npt.NDArray[np.float64], ranks: npt.NDArray[np.float64], rows: npt.NDArray[np.int64]
) -> int:
    """Raises `InputError` where a user's ranks are not in the order of the scores.

    Returns:
        How many rows have the score of another row of their user and another rank.
    """
    rows = rows[np.lexsort((ranks[rows], -scores[rows], pairs.users[rows]))]
    same_user = np.diff(pairs.users[rows]) == 0
    higher_rank, level = np.diff(ranks[rows]), np.diff(scores[rows]) == 0
    wrong = same_user & ~level & (higher_rank <= 0)
    if wrong.any():
        first, second = (int(rows[wrong.argmax() + step]) for step in (0, 1))
        user, _ = pairs.names(first)
        raise InputError(
            f"Row {second + 1} of {pairs.file} has the score {scores[second]:g} and the rank {ranks[second]:g}, and "
            f"row {first + 1}, of the same user {user}, the greater score {scores[first]:g} and the rank "
            f"{ranks[first]:g}: the greater a score, the smaller the rank has to be; leave the wrong column out, or "
            "negate distances."
        )
    starts = np.flatnonzero(np.append(True, ~(same_user & level)))  # of a user's rows with one score
    sizes = np.diff(starts, append=len(rows))
    differ = np.minimum.reduceat(ranks[rows], starts) < np.maximum.reduceat(ranks[rows], starts)
    return int(sizes[differ].sum())


def _used(codes: Int32Array, ids: StrArray) -> tuple[Int32Array, StrArray]:
    """Codes and ids without those that do not occur."""
    occurs = np.bincount(codes, minlength=len(ids)) > 0
    if occurs.all():
        return codes, ids
    return (np.cumsum(occurs) - 1)[codes].astype(np.int32), ids[occurs]
