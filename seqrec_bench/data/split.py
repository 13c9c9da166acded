"""What a split is, and that of the protocol ``loo-full-v1``: leave one out, twice.

A user's last item is the test target, the one before it the validation target, the rest is training data. A user with
fewer than three interactions is training data only.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array, Int64Array, Sequences

MIN_EVALUATED_LENGTH = 3
"""The shortest sequence that leaves something to train on beside its two targets."""


@dataclass(frozen=True, eq=False)
class Holdout:
    """Targets that were held out, and all that is known before them."""

    history: Sequences
    """Every user's interactions before the targets; for users without a target, all of them."""
    users: Int64Array
    """(n_targets,) whose target each is, ascending."""
    targets: Int64Array
    """(n_targets,) the target items, those of one user different ones. Each is ranked without the user's others."""
    ranks_seen: bool = False
    """Whether a user's history is ranked beside the other items."""
    negatives: Int32Array | None = None
    """(n_targets, N) the only items that a target is ranked against, filled up with padding; None for all items. One
    that a row has twice counts twice."""
    zeroes_seen: bool = False
    """Whether the scores of the history's items, a target among them, are set to 0 before all are ranked."""
    names_users: bool = False
    """Whether ranks say whose they are: where a user may have several targets, or the validation has other users."""

    @property
    def evaluated(self) -> Int64Array:
        """(n_evaluated,) the users who have a target, ascending."""
        return np.unique(self.users)

    def places_of(self, users: Int64Array) -> Int64Array:
        """Where the targets of these different users, (n,), stand among `users` and `targets`, user by user."""
        first, last = np.searchsorted(self.users, users), np.searchsorted(self.users, users, side="right")
        counts: Int64Array = last - first
        places: Int64Array = np.arange(counts.sum()) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        return places


@dataclass(frozen=True, eq=False)
class Split:
    train: Sequences
    validation: Holdout
    """History: the training items."""
    test: Holdout
    """History: the training items and then the validation item. Models are not refitted on the latter."""


def leave_one_out(sequences: Sequences) -> Split:
    """Splits every user's sequence into training items, a validation target and a test target.

    Raises:
        InputError: No user has enough interactions to be evaluated.
    """
    users = np.flatnonzero(sequences.lengths >= MIN_EVALUATED_LENGTH)
    if len(users) == 0:
        raise InputError(
            f"No user has {MIN_EVALUATED_LENGTH} or more interactions, so nobody is left to evaluate: "
            "give data with longer user histories."
        )
    last = sequences.offsets[users + 1] - 1
    before_test = _without(sequences, users, last[:, None])
    train = _without(sequences, users, np.stack([last - 1, last], axis=1))
    return Split(
        train=train,
        validation=Holdout(history=train, users=users, targets=sequences.items[last - 1].astype(np.int64)),
        test=Holdout(history=before_test, users=users, targets=sequences.items[last].astype(np.int64)),
    )


def only(sequences: Sequences, kept: npt.NDArray[np.bool_]) -> Sequences:
    """The interactions for which `kept`, (n_interactions,), is true."""
    lengths = np.bincount(sequences.users[kept], minlength=sequences.n_users)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return replace(sequences, items=sequences.items[kept], times=sequences.times[kept], offsets=offsets)


def _without(sequences: Sequences, users: Int64Array, positions: Int64Array) -> Sequences:
    """The sequences with the interactions at `positions`, (n, k), of each of the n users taken out."""
    keep = np.ones(sequences.n_interactions, dtype=bool)
    keep[positions] = False
    lengths = sequences.lengths
    lengths[users] -= positions.shape[1]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return replace(sequences, items=sequences.items[keep], times=sequences.times[keep], offsets=offsets)
