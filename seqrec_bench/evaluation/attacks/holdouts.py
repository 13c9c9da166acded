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
    chosen = np.union1d(*(_spaced(holdout.evaluated, n_users) for holdout in (split.validation, split.test)))
    validation = select_users(split.validation, chosen)
    return Split(train=validation.history, validation=validation, test=select_users(split.test, chosen))


def _spaced(users: Int64Array, number: int) -> Int64Array:
    return users[np.unique(np.linspace(0, len(users) - 1, number).astype(np.int64))]


def select_users(holdout: Holdout, chosen: Int64Array) -> Holdout:
    """The holdout of these users in this order: user k of it is user ``chosen[k]`` here."""
    counts = np.bincount(holdout.users, minlength=holdout.history.n_users)[chosen]
    targets = holdout.targets[holdout.places_of(chosen)]
    users = np.repeat(np.arange(len(chosen)), counts)
    return Holdout(_rows(holdout.history, chosen), users, targets, names_users=holdout.names_users)


def rename_items(holdout: Holdout, names: Int64Array) -> Holdout:
    """The holdout with item i called ``names[i]``, (n_items + 1,), the padding as before; without tags."""
    items = names[holdout.history.items].astype(np.int32)
    return replace(holdout, history=replace(holdout.history, items=items, tags=None), targets=names[holdout.targets])


def see_targets(holdout: Holdout) -> Holdout:
    """The holdout with each user's first target in the place of the first item of the history, where there is one."""
    items, (users, first) = holdout.history.items.copy(), np.unique(holdout.users, return_index=True)
    has_history = holdout.history.lengths[users] > 0
    items[holdout.history.offsets[users[has_history]]] = holdout.targets[first[has_history]]
    return replace(holdout, history=replace(holdout.history, items=items))


def _rows(sequences: Sequences, users: Int64Array) -> Sequences:
    """The sequences of these users, in this order."""
    lengths = sequences.lengths[users]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    positions = np.arange(offsets[-1]) + np.repeat(sequences.offsets[users] - offsets[:-1], lengths)
    return replace(sequences, items=sequences.items[positions], times=sequences.times[positions], offsets=offsets)
