"""A split at one point in time: nothing that is trained on comes after any target, of whichever user."""

from datetime import date
from fractions import Fraction

import numpy as np

from seqrec_bench.data.split import Holdout, Split, only
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Sequences

N_TARGETS = 2
"""Validation and test: what a user must have from the point in time on."""

FIRST_YEAR, LAST_YEAR = 1971, 2099
"""Of times that are taken for dates: in no two of the units below are the same numbers from these years."""
TICKS = (1, 10**3, 10**6, 10**9)
"""Of a second: times are whole seconds, milliseconds, microseconds or nanoseconds."""


def split_at_time(sequences: Sequences, quantile: Fraction | float) -> Split:
    """Splits all users' sequences at the time before which that part of all interactions lies.

    With n interactions, the point is the time at place floor(quantile n), counted from 0, of all times in ascending
    order, and training data is what comes strictly before it. Users with training data and two interactions or more
    from that point on are evaluated: the first of the two is the validation target, the second the test target. What
    others have from there on, and what comes after the test target, is not used.

    Args:
        quantile: At least 0 and less than 1. A fraction has its place exactly; a float may be off by one.

    Raises:
        InputError: No user can be evaluated.
    """
    point = np.sort(sequences.times)[int(quantile * sequences.n_interactions)]
    return _split(sequences, point, f"time {point}")


def split_at_date(sequences: Sequences, day: date) -> Split:
    """Splits all users' sequences at the beginning of that day in UTC, as `split_at_time` does at its point.

    Times have to be seconds, milliseconds, microseconds or nanoseconds since 1970, all of them from 1971 to 2099: which
    of these they are then is certain.

    Raises:
        InputError: The times are none of these, or no user can be evaluated.
    """
    times = sequences.times
    per_second = _ticks_per_second(float(times.min()), float(times.max()))
    if per_second is None:
        raise InputError(
            f"The times, from {times.min()} to {times.max()}, are not all seconds, milliseconds, microseconds or "
            f"nanoseconds since 1970 from {FIRST_YEAR} to {LAST_YEAR}, so {day} is no point among them: split at a "
            "quantile of all interactions, such as time90-full-v1."
        )
    return _split(sequences, _seconds(day) * per_second, str(day))


def _ticks_per_second(first: float, last: float) -> int | None:
    """Of times from `first` to `last`; None where they are no times since 1970."""
    least, end = _seconds(date(FIRST_YEAR, 1, 1)), _seconds(date(LAST_YEAR + 1, 1, 1))
    return next((ticks for ticks in TICKS if least * ticks <= first and last < end * ticks), None)


def _seconds(day: date) -> int:
    """Since 1970, at the beginning of the day in UTC."""
    return (day - date(1970, 1, 1)).days * 24 * 60 * 60


def _split(sequences: Sequences, point: np.number | int, words: str) -> Split:
    """As `split_at_time`, at this point."""
    before = sequences.times < point
    n_before = np.bincount(sequences.users[before], minlength=sequences.n_users)
    users = np.flatnonzero((n_before > 0) & (sequences.lengths - n_before >= N_TARGETS))
    if len(users) == 0:
        raise InputError(
            f"No user has interactions before and {N_TARGETS} or more from {words} on, at which the data are "
            "split: give data in which users stay for longer, or split at another point."
        )
    first = sequences.offsets[users] + n_before[users]
    before_test = before.copy()
    before_test[first] = True
    train = only(sequences, before)
    return Split(
        train=train,
        validation=Holdout(train, users, sequences.items[first].astype(np.int64)),
        test=Holdout(only(sequences, before_test), users, sequences.items[first + 1].astype(np.int64)),
    )
