"""Repeated interactions: of a user with an item that the user had before."""

from dataclasses import replace

import numpy as np

from seqrec_bench.data.dataset import Dataset, in_order
from seqrec_bench.data.split import only
from seqrec_bench.recommender import Sequences


def count_repeats(sequences: Sequences) -> int:
    """How many interactions repeat an item of the same user."""
    return sequences.n_interactions - len(sequences.pairs)


def drop_repeats(dataset: Dataset) -> Dataset:
    """The data set with each user's first interaction with an item alone; users and items keep their numbers.

    Where the order of rows is all that is known, the times are the places in what is left.
    """
    sequences = dataset.sequences
    if count_repeats(sequences) == 0:
        return dataset
    _, first = np.unique(sequences.users * (sequences.n_items + 1) + sequences.items, return_index=True)
    kept = np.zeros(sequences.n_interactions, dtype=bool)
    kept[first] = True
    fewer = only(sequences, kept)
    if not dataset.has_times:
        fewer = replace(fewer, times=np.arange(fewer.n_interactions) - np.repeat(fewer.offsets[:-1], fewer.lengths))
    given = dataset.given and replace(dataset.given, codes=dataset.given.codes[kept])
    return in_order(dataset, fewer, given)
