"""Times that are no longer apart: cut off before they were written, or by the floats that a fraction makes of all."""

from decimal import Decimal
from typing import Any

import numpy as np

from seqrec_bench.errors import InputError

_SHORT = r"^[+-]?[0-9](\.[0-9]{1,5})?[eE]\+?(0?[6-9]|[1-9][0-9]+)$"
"""No more than 6 digits of a number of 7 or more."""


def refuse_inexact(text: Any, name: str, file: str) -> None:
    """Raises `InputError` for times that differ as text and not as floats, and for text that has lost its digits.

    Args:
        text: A ``pyarrow.ChunkedArray`` of numbers; missing ones are another matter.
    """
    import pyarrow.compute as pc

    short = pc.fill_null(pc.match_substring_regex(text, _SHORT), False).to_numpy()
    if 2 * np.count_nonzero(short) > len(short):  # a round number among others may be exact
        row = int(short.argmax())
        raise InputError(
            f"Row {row + 1} of {file} has the {name} {text[row].as_py()!r}, a number in short, as in most rows: a "
            "spreadsheet or a program has cut digits off, so write times in full."
        )
    if not _are_apart(text):
        _refuse_merged(text, name, file)


def _are_apart(text: Any) -> bool:
    """Whether no two times can be one float, since floats lie closer than the last digit of any; False is no proof."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.match_substring(text, "e", ignore_case=True)).as_py():
        return False
    places = pc.find_substring(text, ".").to_numpy()
    n_decimals = np.where(places < 0, 0, pc.binary_length(text).to_numpy() - places - 1)
    greatest = np.nanmax(np.abs(text.cast(pa.float64()).to_numpy()), initial=0)
    return bool(np.spacing(greatest) < 10.0 ** -np.nanmax(n_decimals))


def _refuse_merged(text: Any, name: str, file: str) -> None:
    """Raises `InputError` for the first two times that floats make one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = text.unique()
    floats = texts.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    order = np.argsort(floats, kind="stable")
    ordered = floats[order]
    level = np.flatnonzero(np.isfinite(ordered[1:]) & (ordered[1:] == ordered[:-1]))
    for place in level.tolist():  # among distinct texts, such as 1 and 1.0
        pair = [texts[int(order[place + step])].as_py() for step in (0, 1)]
        if Decimal(pair[0]) != Decimal(pair[1]):
            first, second = sorted(pair, key=lambda time: pc.index(text, time).as_py())
            raise InputError(
                f"Row {pc.index(text, second).as_py() + 1} of {file} has the {name} {second}, which is the {first} of "
                f"row {pc.index(text, first).as_py() + 1} once fractions make floats of all times: write whole numbers "
                "in all rows, of a finer unit if need be."
            )
