"""Repeated interactions: of a user with an item that the user had before."""

from dataclasses import replace

import numpy as np

from seqrec_bench.data.dataset import Dataset, in_order
from seqrec_bench.recommender import Sequences


def count_repeats(sequences: Sequences) -> int:
    """How many interactions repeat an item of the same user."""
    return sequences.n_interactions - len(sequences.pairs)


def drop_repeats(dataset: Dataset) -> Dataset:
    """The data set with each user's first interaction with an item alone; users and items keep their numbers."""
    sequences = dataset.sequences
    if count_repeats(sequences) == 0:
        return dataset
    _, first = np.unique(sequences.users * (sequences.n_items + 1) + sequences.items, return_index=True)
    kept = np.sort(first)
    lengths = np.bincount(sequences.users[kept], minlength=sequences.n_users)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    fewer = replace(sequences, items=sequences.items[kept], times=sequences.times[kept], offsets=offsets)
    return in_order(dataset, fewer)
