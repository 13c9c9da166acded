"""What is said of rows of a file which say that a user did not take an item, or did not like it."""

from collections.abc import Sequence

from seqrec_bench.data.interactions import NegativeRows
from seqrec_bench.text import listed, one_line

MOST_SHOWN = 4
"""Columns in a note."""


def negative_rows_note(found: Sequence[NegativeRows]) -> str | None:
    """That such rows count as interactions, and the option that leaves them out; None where there are none that do."""
    counted = [negatives for negatives in found if not negatives.are_dropped]
    if not counted:
        return None
    shown = counted[:MOST_SHOWN]
    columns = " or ".join(negatives.column for negatives in shown)
    return one_line(
        f"{listed([str(negatives) for negatives in shown])}, which count as interactions like all others: "
        f"--drop-negative-rows {columns} leaves them out."
    )


def negative_rows_facts(found: Sequence[NegativeRows]) -> list[tuple[str, str]]:
    """Rows of `data describe`'s table."""
    return [
        (f"rows {'left out' if negatives.are_dropped else 'that may be negative'}", one_line(str(negatives)))
        for negatives in found
    ]
