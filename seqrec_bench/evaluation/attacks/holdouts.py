"""Other holdouts made of one: fewer users, other numbers for users and items, targets that were seen before."""

from dataclasses import replace

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.recommender import Int64Array, Sequences

MAX_SCORES = 2**22
"""Users times items of what is attacked: larger data are attacked in an excerpt, so that it takes seconds."""


def excerpt(split: Split) -> Split:
    """The split itself, or that of evaluated users evenly spaced where users times items are beyond `MAX_SCORES`."""
    n_users = max(2, MAX_SCORES // (split.train.n_items + 1))
    if split.train.n_users <= n_users:
        return split
    evaluated = split.test.users
    chosen = evaluated[np.unique(np.linspace(0, len(evaluated) - 1, n_users).astype(np.int64))]
    validation = select_users(split.validation, chosen)
    return Split(train=validation.history, validation=validation, test=select_users(split.test, chosen))


def targets_by_user(holdout: Holdout) -> Int64Array:
    """(n_users,) each user's target; the padding where there is none."""
    targets = np.zeros(holdout.history.n_users, dtype=np.int64)
    targets[holdout.users] = holdout.targets
    return targets


def select_users(holdout: Holdout, chosen: Int64Array) -> Holdout:
    """The holdout of these users in this order: user k of it is user ``chosen[k]`` here."""
    targets = targets_by_user(holdout)[chosen]
    users = np.flatnonzero(targets)
    return Holdout(_rows(holdout.history, chosen), users, targets[users])


def rename_items(holdout: Holdout, names: Int64Array) -> Holdout:
    """The holdout with item i called ``names[i]``, (n_items + 1,), the padding as before; without tags."""
    items = names[holdout.history.items].astype(np.int32)
    return replace(holdout, history=replace(holdout.history, items=items, tags=None), targets=names[holdout.targets])


def see_targets(holdout: Holdout) -> Holdout:
    """The holdout with each target in the place of the first item of its user's history."""
    items = holdout.history.items.copy()
    items[holdout.history.offsets[holdout.users]] = holdout.targets
    return replace(holdout, history=replace(holdout.history, items=items))


def _rows(sequences: Sequences, users: Int64Array) -> Sequences:
    """The sequences of these users, in this order."""
    lengths = sequences.lengths[users]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    positions = np.arange(offsets[-1]) + np.repeat(sequences.offsets[users] - offsets[:-1], lengths)
    return replace(sequences, items=sequences.items[positions], times=sequences.times[positions], offsets=offsets)
