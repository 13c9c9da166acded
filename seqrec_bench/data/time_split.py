"""A split at one point in time: nothing that is trained on comes after any target, of whichever user."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Sequences

N_TARGETS = 2
"""Validation and test: what a user must have from the point in time on."""


def split_at_time(sequences: Sequences, quantile: float) -> Split:
    """Splits all users' sequences at the time before which that part of all interactions lies.

    With n interactions, the point is the time at place floor(quantile n), counted from 0, of all times in ascending
    order, and training data is what comes strictly before it. Users with training data and two interactions or more
    from that point on are evaluated: the first of the two is the validation target, the second the test target. What
    others have from there on, and what comes after the test target, is not used.

    Args:
        quantile: At least 0 and less than 1.

    Raises:
        InputError: No user can be evaluated.
    """
    point = np.sort(sequences.times)[int(quantile * sequences.n_interactions)]
    before = sequences.times < point
    n_before = np.bincount(sequences.users[before], minlength=sequences.n_users)
    users = np.flatnonzero((n_before > 0) & (sequences.lengths - n_before >= N_TARGETS))
    if len(users) == 0:
        raise InputError(
            f"No user has interactions before and {N_TARGETS} or more from time {point} on, at which the data are "
            "split: give data in which users stay for longer."
        )
    first = sequences.offsets[users] + n_before[users]
    before_test = before.copy()
    before_test[first] = True
    train = _only(sequences, before)
    return Split(
        train=train,
        validation=Holdout(train, users, sequences.items[first].astype(np.int64)),
        test=Holdout(_only(sequences, before_test), users, sequences.items[first + 1].astype(np.int64)),
    )


def _only(sequences: Sequences, kept: npt.NDArray[np.bool_]) -> Sequences:
    """The interactions for which `kept`, (n_interactions,), is true."""
    lengths = np.bincount(sequences.users[kept], minlength=sequences.n_users)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return replace(sequences, items=sequences.items[kept], times=sequences.times[kept], offsets=offsets)
