"""Ids of text that most likely are none, or not those that they were: marks for missing values, and cut numbers."""

import re
from collections.abc import Sequence
from reprlib import repr as shorten

import numpy as np

from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.ordering import are_digits
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array

MISSING_MARKS = frozenset(
    ("NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-NaN", "-nan", "NaT", "undefined")
) | {"NULL", "Null", "null", "(null)", "[NULL]", "None", "none", "\\N"}
"""What pandas, R, Spark, Excel, JavaScript and databases write in place of a missing value."""

_EXPONENT = re.compile(r"-?[0-9](\.[0-9]+)?[eE]\+[0-9]{2,3}")
"""A number as spreadsheets, pandas and R write those that are too long for them."""


def refuse_doubtful(interactions: Interactions, place: str, file: str) -> None:
    """Raises `InputError` for ids that stand for a missing value, that lack digits, or of which two may be one.

    Args:
        place: What an interaction of the file is called: Row, where each has its own.
    """
    for codes, ids, kind in (
        (interactions.users, interactions.user_ids, "user"),
        (interactions.items, interactions.item_ids, "item"),
    ):
        if not are_digits(ids):  # as most are, and then there is nothing to look for
            _refuse(codes, ids.tolist(), kind, place, file)


def _refuse(codes: Int32Array, ids: Sequence[str], kind: str, place: str, file: str) -> None:
    if marks := MISSING_MARKS.intersection(ids):
        raise _missing(codes, ids, marks, kind, place, file)
    if cut := next((text for text in ids if "+" in text and _EXPONENT.fullmatch(text)), None):
        raise InputError(
            f"{place} {_first_row(codes, ids.index(cut))} of {file} has the {kind} {shorten(cut)}, a number in "
            "short, as programs write what is too long for them, so that several ids may have become one: write ids in "
            "full, or add --ids-as-written if it is one."
        )
    if floats := [text for text in ids if text.endswith(".0")]:
        _refuse_twins(codes, ids, floats, kind, place, file)


def _missing(
    codes: Int32Array, ids: Sequence[str], marks: frozenset[str], kind: str, place: str, file: str
) -> InputError:
    rows = np.isin(codes, [position for position, text in enumerate(ids) if text in marks])
    row = int(rows.argmax())
    return InputError(
        f"{place} {row + 1} of {file} has the {kind} {ids[codes[row]]!r}, a mark for a missing value ({rows.sum():,} "
        f"of {len(codes):,} interactions: {', '.join(sorted(marks))}): give them an id or take them out, or add "
        f"--ids-as-written if {'these are ids' if len(marks) > 1 else 'it is one'}."
    )


def _refuse_twins(
    codes: Int32Array, ids: Sequence[str], floats: Sequence[str], kind: str, place: str, file: str
) -> None:
    """Raises `InputError` where one of the ids ends in .0 and another is the same without."""
    whole = set(ids)
    if twin := next((text for text in floats if text.removesuffix(".0") in whole), None):
        other = twin.removesuffix(".0")
        row, other_row = (_first_row(codes, ids.index(text)) for text in (twin, other))
        raise InputError(
            f"{place} {row} of {file} has the {kind} {shorten(twin)} and {place.lower()} {other_row} {shorten(other)}, "
            "which are one where a program made fractions of whole numbers: write both in one way, or add "
            "--ids-as-written if they are two."
        )


def _first_row(codes: Int32Array, code: int) -> int:
    """The first row with this code, from 1."""
    return int((codes == code).argmax()) + 1
