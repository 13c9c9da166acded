"""Tables with lists: one row a user, or RecBole's samples, each with all that came before it. No loop over rows.

A list is one of Arrow's, or text with white space between its values, as RecBole's ``token_seq``.
"""

from reprlib import repr as shorten
from typing import Any, NamedTuple

import numpy as np

from seqrec_bench.data.interactions import Interactions, StrArray
from seqrec_bench.data.reading.arrow_ids import encode_ids, is_text, plain_column, require_ids
from seqrec_bench.data.reading.arrow_times import read_times
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.token_lines import have_commas, split_texts
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array, Int64Array

BLOCK = 2**20
"""Values that are compared at once."""
ROWS, MOST_BYTES = 2**12, 2**30
"""Of text that are split at once, and how large they may be together."""
BRACKETS = ("[", "(", "{")
"""With which a list begins that a program has printed."""


class Lists(NamedTuple):
    """A column of lists."""

    values: Any
    """A ``pyarrow.ChunkedArray`` of what is in them, row by row."""
    lengths: Int64Array
    """(n_rows,)"""


def is_list(kind: Any) -> bool:
    """Whether a column of this type of Arrow's has a list in each row."""
    import pyarrow as pa

    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_list_view)
    return any(is_kind(kind) for is_kind in kinds)


def interactions_from_lists(table: Any, columns: ChosenColumns, file: str) -> Interactions:
    """Makes interactions of a table with a row a user, with a list of items and, if there are times, one of these.

    Raises:
        InputError: A row has no list, an empty one or lists of different lengths; or, without times, a user of another
            row; and as for `interactions_from_table`.
    """
    users, user_ids = encode_ids(_required(table, columns.user, file), columns.user, file)
    items = _lists(_required(table, columns.item, file), columns.item, file)
    if not items.lengths.all():
        row = int(items.lengths.argmin()) + 1
        raise InputError(f"Row {row} of {file} has no {columns.item}: give it one or take the row out.")
    times, per_second = None, None
    if columns.time is None:
        require_once(users, user_ids, file)
    else:
        lists = _lists(table[columns.time], columns.time, file)
        if (lists.lengths != items.lengths).any():
            row = int((lists.lengths != items.lengths).argmax())
            raise InputError(
                f"Row {row + 1} of {file} has {items.lengths[row]} items in {columns.item} and {lists.lengths[row]} "
                f"times in {columns.time}: give each item its time."
            )
        times, per_second = read_times(lists.values, columns.time, _by_value(file), dates=True)
    codes, item_ids = encode_ids(items.values, columns.item, _by_value(file))
    users = np.repeat(users, items.lengths)
    return Interactions(users, codes, times, user_ids, item_ids, per_second=per_second)


def interactions_from_samples(table: Any, columns: ChosenColumns, before: str, file: str) -> Interactions:
    """Makes interactions of a table with a row an interaction, with the list of the user's items before it.

    The longest of a user's samples has all of the user's items; all others have to be beginnings of it.

    Args:
        before: The column of lists.

    Raises:
        InputError: A sample is no beginning of its user's longest one; and as for `interactions_from_table`.
    """
    users, user_ids = encode_ids(_required(table, columns.user, file), columns.user, file)
    lists = _lists(table[before], before, file)
    both = _with_targets(lists, before, _required(table, columns.item, file), columns.item, file)
    codes, item_ids = encode_ids(both, columns.item, _by_value(file))
    codes = _row_by_row(codes, lists)
    lengths = lists.lengths + 1
    starts = np.cumsum(lengths) - lengths
    longest = _first_longest(users, lengths)
    row = _first_other(codes, starts, lengths, starts[longest[users]])
    if row is not None:
        raise InputError(
            f"Row {row + 1} of {file} is a sample that does not begin as row {longest[users[row]] + 1} does, the "
            f"longest of the user {shorten(str(user_ids[users[row]]))}: its list may have been cut; give the "
            "interactions themselves."
        )
    kept = np.zeros(len(lengths), dtype=bool)
    kept[longest] = True
    return Interactions(np.repeat(users, lengths * kept), codes[np.repeat(kept, lengths)], None, user_ids, item_ids)


def require_once(codes: Int32Array, ids: StrArray, file: str) -> None:
    """Raises `InputError` where a user, whose code each row has, has two rows: nothing tells their order."""
    _, firsts = np.unique(codes, return_index=True)
    if len(firsts) == len(codes):
        return
    is_again = np.ones(len(codes), dtype=bool)
    is_again[firsts] = False
    again = int(is_again.argmax())
    first = int((codes == codes[again]).argmax())
    raise InputError(
        f"Row {again + 1} of {file} has the user {shorten(str(ids[codes[again]]))} again, as row {first + 1} has: put "
        "all items of a user into one row or, if a row is a user and an item, give --layout pairs."
    )


def _required(table: Any, name: str, file: str) -> Any:
    if table.num_rows == 0:
        raise InputError(f"{file} has no rows: give a file with interactions.")
    return table[name]


def _lists(column: Any, name: str, file: str) -> Lists:
    """The column's lists, none of which may be missing or lack a value."""
    column = plain_column(column)
    if not (is_text(column.type) or is_list(column.type)):
        raise InputError(f"Column {name} of {file} holds {column.type}: it has to hold lists.")
    if column.null_count:
        row = int(column.is_null().to_numpy().argmax()) + 1
        raise InputError(f"Row {row} of {file} has no {name}: give it one or take the row out.")
    lists = _split(column, name, file) if is_text(column.type) else _flattened(column)
    if lists.values.null_count:
        place = int(lists.values.is_null().to_numpy().argmax())
        row = int(np.cumsum(lists.lengths).searchsorted(place, side="right")) + 1
        raise InputError(f"Row {row} of {file} lacks a value in its {name}: give it one or take it out.")
    return lists


def _flattened(column: Any) -> Lists:
    import pyarrow.compute as pc

    lengths: Int64Array = pc.list_value_length(column).to_numpy().astype(np.int64)
    return Lists(pc.list_flatten(column), lengths)


def _split(column: Any, name: str, file: str) -> Lists:
    import pyarrow as pa

    first = column[0].as_py().strip()
    if first.startswith(BRACKETS):
        raise InputError(
            f"Column {name} of {file} holds lists in brackets, {shorten(first)}: write them with spaces between values "
            "alone, or as JSON lines or Parquet."
        )
    if have_commas(first.split()):
        raise InputError(
            f"Column {name} of {file} holds lists with commas, {shorten(first)}: write them with spaces between values "
            "alone."
        )
    pieces = [chunk.slice(start, ROWS) for chunk in column.chunks for start in range(0, len(chunk), ROWS)]
    if any(piece.nbytes > MOST_BYTES for piece in pieces):
        raise InputError(f"Column {name} of {file} holds lists of more text than there is room for: cut them.")
    values, lengths = zip(*map(split_texts, pieces), strict=True)
    return Lists(pa.chunked_array(values, pa.string()), np.concatenate(lengths))


def _with_targets(lists: Lists, before: str, targets: Any, item: str, file: str) -> Any:
    """The values of all lists and then the targets, as one column."""
    import pyarrow as pa

    targets = plain_column(targets)
    require_ids(lists.values.type, before, file)
    require_ids(targets.type, item, file)
    kind = targets.type if targets.type == lists.values.type else pa.string()
    return pa.chunked_array([*lists.values.cast(kind).chunks, *targets.cast(kind).chunks], kind)


def _row_by_row(codes: Int32Array, lists: Lists) -> Int32Array:
    """The codes of `_with_targets`, with each row's target behind its list."""
    is_target = np.zeros(len(codes), dtype=bool)
    is_target[np.cumsum(lists.lengths + 1) - 1] = True
    ordered = np.empty_like(codes)
    ordered[~is_target] = codes[: len(lists.values)]
    ordered[is_target] = codes[len(lists.values) :]
    return ordered


def _by_value(file: str) -> str:
    """What messages call a file whose values are counted, and not its rows."""
    return f"{file}, counted value by value,"


def _first_other(codes: Int32Array, starts: Int64Array, lengths: Int64Array, beginnings: Int64Array) -> int | None:
    """The first row whose codes are not those from its beginning on; block by block, since there are many."""
    ends = starts + lengths
    first = 0
    while first < len(starts):
        stop = max(first + 1, int(ends.searchsorted(starts[first] + BLOCK, side="right")))
        rows = slice(first, stop)
        here = np.arange(starts[first], ends[stop - 1])
        same = codes[here] == codes[here + np.repeat(beginnings[rows] - starts[rows], lengths[rows])]
        if not same.all():
            return int(starts.searchsorted(here[same.argmin()], side="right")) - 1
        first = stop
    return None


def _first_longest(users: Int32Array, lengths: Int64Array) -> Int64Array:
    """(n_users,) by code, the first row with the greatest length."""
    order = np.lexsort((-lengths, users))
    _, firsts = np.unique(users[order], return_index=True)
    longest: Int64Array = order[firsts]
    return longest
