"""Text in which a line is a sequence or, without any quotation marks, a row of columns. No loop over lines."""

from reprlib import repr as shorten
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.interactions import Interactions, StrArray
from seqrec_bench.data.reading.arrow_ids import encode_ids
from seqrec_bench.data.reading.list_columns import require_once
from seqrec_bench.data.reading.row_blocks import Bytes, Layout
from seqrec_bench.data.reading.token_lines import have_commas, token_lines
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array, Int64Array


def read_sequences(source: Bytes, layout: Layout, with_users: bool, file: str) -> Interactions:
    """Reads one user's items a line, in their order; without users, these are called by their rows' numbers.

    Args:
        with_users: Whether a line begins with its user.
        file: What error messages call the source.

    Raises:
        InputError: A line is too long, not UTF-8 or has an empty value; or it has a user without an item, or one whom
            a line before it has.
    """
    import pyarrow as pa

    users, items = [], []
    lengths: list[Int64Array] = []
    for values, counts in token_lines(source, layout, file):
        if layout.spaced and not lengths:
            _refuse_commas(values, counts, with_users, file)
        if with_users:
            starts = np.cumsum(counts) - counts
            users.append(values.take(pa.array(starts)))
            values = values.filter(pa.array(_all_but(starts, len(values))))
            counts = counts - 1
        items.append(values)
        lengths.append(counts)
    n_items = np.concatenate(lengths)
    if len(n_items) == 0:
        raise InputError(f"{file} has no rows: give a file with interactions.")
    if (n_items == 0).any():
        raise InputError(
            f"Row {int(n_items.argmin()) + 1} of {file} has a user and no item: take it out, or name what stands "
            "between values by --separator."
        )
    if with_users:
        codes, user_ids = encode_ids(pa.chunked_array(users, pa.string()), "user", file)
        require_once(codes, user_ids, file)
    else:
        codes, user_ids = _numbered(len(n_items))
    item_codes, item_ids = encode_ids(pa.chunked_array(items, pa.string()), "item", file)
    return Interactions(np.repeat(codes, n_items), item_codes, None, user_ids, item_ids)


def _refuse_commas(values: Any, counts: Int64Array, with_users: bool, file: str) -> None:
    """Raises `InputError` where the first line with several items has a comma behind each but the last."""
    several = counts > 1 + with_users
    if several.any():
        row = int(several.argmax())
        items = values.slice(counts[:row].sum(), counts[row]).to_pylist()[int(with_users) :]
        if have_commas(items):
            raise InputError(
                f"Row {row + 1} of {file} has items with commas behind them, {shorten(' '.join(items))}: write spaces "
                "alone between values."
            )


def read_spaced_columns(
    source: Bytes,
    layout: Layout,
    names: list[str],
    headed: bool,
    columns: list[str],
    file: str,
    mend: str = "correct it or, if a line is a sequence, give --layout sequences",
) -> Any:
    """Returns a ``pyarrow.Table`` of some of the columns, all as strings; `headed` says whether names are on top.

    Args:
        mend: What is to be done about a line with more or fewer values.

    Raises:
        InputError: As for `token_lines`; or a line has more or fewer values than there are names.
    """
    import pyarrow as pa

    n_columns, n_rows = len(names), -1 if headed else 0
    found: dict[str, list[Any]] = {name: [] for name in columns}
    for values, counts in token_lines(source, layout, file):
        if (counts != n_columns).any():
            row = int((counts != n_columns).argmax())
            raise InputError(
                f"Row {n_rows + row + 1} of {file} has {counts[row]} values for {n_columns} columns: {mend}."
            )
        for name, chunks in found.items():
            chunks.append(values.take(pa.array(np.arange(names.index(name), len(values), n_columns))))
        n_rows += len(counts)
    table = pa.table({name: pa.chunked_array(chunks, pa.string()) for name, chunks in found.items()})
    return table.slice(1) if headed else table


def _all_but(places: Int64Array, n: int) -> npt.NDArray[np.bool_]:
    others = np.ones(n, dtype=bool)
    others[places] = False
    return others


def _numbered(n_rows: int) -> tuple[Int32Array, StrArray]:
    return np.arange(n_rows, dtype=np.int32), np.arange(1, n_rows + 1).astype(np.str_)
