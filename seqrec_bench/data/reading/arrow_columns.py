"""From Arrow's columns to `Interactions`, refusing what is missing or no id or time. No loop over rows."""

from typing import Any

from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.reading.arrow_ids import encode_ids
from seqrec_bench.data.reading.arrow_times import read_times
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.errors import InputError


def interactions_from_table(table: Any, columns: ChosenColumns, file: str, dates: bool = True) -> Interactions:
    """Makes interactions of the columns of a ``pyarrow.Table``; rows are counted from 1, without the header.

    Args:
        dates: Whether times may be dates written out.

    Raises:
        InputError: A value is missing, an id is neither text nor an integer, or a time is neither a finite number nor
            a date of the calendar.
    """
    import pyarrow as pa

    if table.num_rows == 0:
        raise InputError(f"{file} has no rows: give a file with interactions.")
    users, user_ids = encode_ids(table[columns.user], columns.user, file)
    table = table.drop_columns(columns.user)  # text takes much more memory than codes, so it goes at once
    items, item_ids = encode_ids(table[columns.item], columns.item, file)
    table = table.drop_columns(columns.item)
    times, per_second = None, None
    if columns.time is not None:
        times, per_second = read_times(table[columns.time], columns.time, file, dates)
    del table
    pa.default_memory_pool().release_unused()  # or Arrow would keep the memory for its next table
    return Interactions(users, items, times, user_ids, item_ids, per_second=per_second)
