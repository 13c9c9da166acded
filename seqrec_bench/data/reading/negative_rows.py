"""Rows which say that a user did not take an item, or did not like it: a column of 0 and 1, or of kinds of events."""

from collections.abc import Sequence
from dataclasses import replace
from reprlib import repr as shorten
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.interactions import Interactions, NegativeRows
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.arrow_ids import is_text, plain_column
from seqrec_bench.data.reading.columns import ChosenColumns, listed_names, usually_named, without_type
from seqrec_bench.data.reading.doubtful_ids import MISSING_MARKS, refuse_doubtful
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

SIGNAL_NAMES = (
    *("label", "click", "clicked", "is_click", "is_clicked", "like", "liked", "is_like", "is_liked", "long_view"),
    *("purchase", "purchased", "is_purchase", "buy", "is_buy", "bought", "conversion", "converted", "is_conversion"),
    *("positive", "is_positive", "interacted", "watched", "is_watched", "viewed", "is_viewed", "played"),
)
"""Columns in which 0 or less says that nothing was taken."""

RATING_NAMES = ("rating", "ratings", "feedback", "response", "target")
"""Columns in which it does so where there is nothing but 0 and 1: elsewhere 0 may be a rating that was not given."""

EVENT_NAMES = ("event", "event_type", "action", "action_type", "behavior", "behavior_type", "interaction_type")
"""Columns of words, of which those of `NEGATIVE_EVENTS` say so; their numbers are kinds."""

NEGATIVE_EVENTS = frozenset(["dislike", "unlike", "remove_from_cart", "skip", "negative"])
_NO, _YES = frozenset(["false", "f", "no", "n"]), frozenset(["true", "t", "yes", "y"])


def signal_columns(found: Sequence[str], chosen: ChosenColumns, form: Form, file: str) -> list[str]:
    """Returns the columns that have to be read, beside those chosen, to know of negatives.

    Raises:
        InputError: The one that the form names is not there, or there several times.
    """
    if form.drop_negative_rows is None:
        usual = usually_named(found, (*SIGNAL_NAMES, *RATING_NAMES, *EVENT_NAMES))
        return [name for name in usual if found.count(name) == 1 and name not in chosen]
    matches = [name for name in found if form.drop_negative_rows in (name, without_type(name))]
    if len(matches) != 1:
        number = f"{len(matches)} columns" if matches else "no column"
        raise InputError(
            f"{file} has {number} called {form.drop_negative_rows} among {listed_names(found)}: name the right one by "
            "--drop-negative-rows."
        )
    return matches


def judged_interactions(
    table: Any, chosen: ChosenColumns, signals: Sequence[str], form: Form, file: str, dates: bool = True
) -> Interactions:
    """Makes interactions of a ``pyarrow.Table``, without those that the form leaves out.

    Args:
        signals: The columns that `signal_columns` has named.
        dates: Whether times may be dates written out.

    Raises:
        InputError: An id most likely is none; or the column that the form names misses a value, or has none by which
            rows can be told apart; and as for `interactions_from_table`.
    """
    told = {name: plain_column(table[name]) for name in signals}
    interactions = interactions_from_table(table.select(chosen.names), chosen, file, dates)
    if not form.ids_as_written:
        refuse_doubtful(interactions, "Row", file)
    if form.drop_negative_rows is not None:
        ((name, column),) = told.items()
        negatives, rows = _required(column, name, file)
        return replace(interactions.without(rows), negative_rows=(negatives,))
    noted = [_negatives(column, name) for name, column in told.items() if _can_tell(column.type)]
    return replace(interactions, negative_rows=tuple(negatives for negatives in noted if negatives.n_rows))


def _can_tell(kind: Any) -> bool:
    import pyarrow as pa

    return is_text(kind) or any(
        is_kind(kind)
        for is_kind in (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    )


def _negatives(column: Any, name: str) -> NegativeRows:
    """What a column with one of the usual names says, if it is of that kind; missing values say nothing."""
    encoded = column.dictionary_encode().combine_chunks()
    values, codes = encoded.dictionary.to_pylist(), encoded.indices.fill_null(-1).to_numpy()
    signs = [_is_negative(value) for value in values]
    if usually_named([name], EVENT_NAMES):
        signs = [isinstance(value, str) and _word(value) in NEGATIVE_EVENTS for value in values]
    elif _has_words(values, signs) or (usually_named([name], RATING_NAMES) and not _are_binary(values)):
        signs = [False] * len(values)
    return _counted(codes, values, signs, name, are_dropped=False)


def _required(column: Any, name: str, file: str) -> tuple[NegativeRows, npt.NDArray[np.bool_]]:
    """What the column says by which rows are to be left out, and which they are."""
    if not _can_tell(column.type):
        raise InputError(
            f"Column {name} of {file} holds {column.type}, and --drop-negative-rows takes numbers, true and false, or "
            "words: name another column."
        )
    encoded = column.dictionary_encode().combine_chunks()
    values, codes = encoded.dictionary.to_pylist(), encoded.indices.fill_null(-1).to_numpy()
    missing = np.isin(codes, [-1, *(place for place, value in enumerate(values) if _is_blank(value))])
    if missing.any():
        raise InputError(
            f"Row {int(missing.argmax()) + 1} of {file} has no {name}, by which --drop-negative-rows tells what to "
            "leave out: give it one or take the row out."
        )
    signs = [_is_negative(value) for value in values]
    if None in signs and NEGATIVE_EVENTS.isdisjoint(map(_word, map(str, values))):
        odd = values[signs.index(None)]
        raise InputError(
            f"Column {name} of {file} has the value {shorten(odd)}, which is neither a number nor true or false, and "
            f"no event that says no ({', '.join(sorted(NEGATIVE_EVENTS))}): name the right one by --drop-negative-rows."
        )
    negatives = _counted(codes, values, signs, name, are_dropped=True)
    if negatives.n_rows == negatives.n_all_rows:
        raise InputError(f"--drop-negative-rows {name} leaves out all rows of {file}: name another column.")
    return negatives, _rows(codes, signs)


def _rows(codes: npt.NDArray[np.integer[Any]], signs: Sequence[bool | None]) -> npt.NDArray[np.bool_]:
    """(n_rows,) which of them have a value that says so."""
    return np.isin(codes, [place for place, sign in enumerate(signs) if sign])


def _counted(
    codes: npt.NDArray[np.integer[Any]],
    values: Sequence[Any],
    signs: Sequence[bool | None],
    name: str,
    are_dropped: bool,
) -> NegativeRows:
    words = tuple(sorted(str(value) for value, sign in zip(values, signs, strict=True) if sign))
    return NegativeRows(name, words, int(_rows(codes, signs).sum()), len(codes), are_dropped)


def _is_negative(value: Any) -> bool | None:
    """Whether a value says that its row is negative; None where it is neither a number nor a word that tells."""
    if not isinstance(value, str):
        return None if value is None or value != value else bool(value <= 0)
    word = _word(value)
    if word in _NO | _YES | NEGATIVE_EVENTS:
        return word not in _YES
    try:
        return _is_negative(float(word))
    except ValueError:
        return None


def _word(value: str) -> str:
    return value.strip().casefold()


def _is_blank(value: Any) -> bool:
    """Whether a value is missing."""
    if isinstance(value, str):
        return not value.strip() or value in MISSING_MARKS
    return value is None or bool(value != value)


def _has_words(values: Sequence[Any], signs: Sequence[bool | None]) -> bool:
    """Whether some values are neither numbers nor words that tell, nor missing."""
    return any(sign is None and not _is_blank(value) for value, sign in zip(values, signs, strict=True))


def _are_binary(values: Sequence[Any]) -> bool:
    """Whether all are 0 or 1, or words that say the same."""
    told = [value for value in values if not _is_blank(value)]
    return all((isinstance(value, str) and _word(value) in _NO | _YES) or float(value) in (0, 1) for value in told)
