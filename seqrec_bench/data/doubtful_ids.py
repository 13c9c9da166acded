"""Ids of text that most likely are none, or not those that they were: marks for missing values, and cut numbers."""

import re
from collections.abc import Sequence
from reprlib import repr as shorten

import numpy as np

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array

MISSING_MARKS = frozenset(
    ["NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-NaN", "-nan", "NaT"]
    + ["NULL", "Null", "null", "(null)", "[NULL]", "None", "none", "\\N", "undefined"]
)
"""What pandas, R, Spark, Excel, JavaScript and databases write in place of a missing value."""

_EXPONENT = re.compile(r"-?[0-9](\.[0-9]+)?[eE]\+[0-9]{2,3}")
"""A number as spreadsheets, pandas and R write those that are too long for them."""


def refuse_doubtful(codes: Int32Array, ids: Sequence[str], name: str, file: str) -> None:
    """Raises `InputError` for ids that stand for a missing value, that lack digits, or of which two may be one.

    Args:
        codes: (n_rows,) positions in `ids`.
        ids: Distinct.
        name: The column's.
    """
    if marks := MISSING_MARKS.intersection(ids):
        raise _missing(codes, ids, marks, name, file)
    if cut := next((text for text in ids if "+" in text and _EXPONENT.fullmatch(text)), None):
        raise InputError(
            f"Row {_first_row(codes, ids.index(cut))} of {file} has the {name} {shorten(cut)}, a number in short, as "
            "programs write what is too long for them, so that several ids may have become one: write ids in full, "
            "or add --ids-as-written if it is one."
        )
    if floats := [text for text in ids if text.endswith(".0")]:
        _refuse_twins(codes, ids, floats, name, file)


def _missing(codes: Int32Array, ids: Sequence[str], marks: frozenset[str], name: str, file: str) -> InputError:
    rows = np.isin(codes, [position for position, text in enumerate(ids) if text in marks])
    row = int(rows.argmax())
    return InputError(
        f"Row {row + 1} of {file} has the {name} {ids[codes[row]]!r}, a mark for a missing value ({rows.sum():,} of "
        f"{len(codes):,} rows: {', '.join(sorted(marks))}): give such rows an id or take them out, or add "
        f"--ids-as-written if {'these are ids' if len(marks) > 1 else 'it is one'}."
    )


def _refuse_twins(codes: Int32Array, ids: Sequence[str], floats: Sequence[str], name: str, file: str) -> None:
    """Raises `InputError` where one of the ids ends in .0 and another is the same without."""
    whole = set(ids)
    if twin := next((text for text in floats if text.removesuffix(".0") in whole), None):
        other = twin.removesuffix(".0")
        rows = {text: _first_row(codes, ids.index(text)) for text in (twin, other)}
        raise InputError(
            f"Row {rows[twin]} of {file} has the {name} {shorten(twin)} and row {rows[other]} {shorten(other)}, which "
            "are one where a program made fractions of whole numbers: write both in one way, or add --ids-as-written "
            "if they are two."
        )


def _first_row(codes: Int32Array, code: int) -> int:
    """The first row with this code, from 1."""
    return int((codes == code).argmax()) + 1
