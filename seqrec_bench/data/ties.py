"""Other rules for ties: the interactions that a user has at one time, in another order."""

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import Sequences


def reverse_ties(sequences: Sequences) -> Sequences:
    """The interactions of one user and time backwards."""
    return _order_ties(sequences, -np.arange(sequences.n_interactions))


def shuffle_ties(sequences: Sequences, seed: int) -> Sequences:
    """The interactions of one user and time in a random order, which the seed decides."""
    return _order_ties(sequences, np.random.default_rng(seed).random(sequences.n_interactions))


def sort_ties_by_item(sequences: Sequences, descending: bool) -> Sequences:
    """The interactions of one user and time by item number, which is the natural order of the raw ids."""
    return _order_ties(sequences, -sequences.items if descending else sequences.items)


def _order_ties(sequences: Sequences, keys: npt.NDArray[np.number]) -> Sequences:
    """Each user's interactions of one time by their keys, (n_interactions,), ascending; equal keys stay in order."""
    users, times = sequences.users, sequences.times
    begins = (np.diff(users, prepend=-1) != 0) | (np.diff(times, prepend=times[:1]) != 0)
    order = np.lexsort((keys, np.cumsum(begins)))
    return Sequences(sequences.items[order], times, sequences.offsets, sequences.n_items, sequences.tags)
