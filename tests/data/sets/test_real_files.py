"""The real files of data sets that no test fetches: looked at where they are in the cache."""

import pytest

from seqrec_bench.data import describe, leave_one_out, load_fetched
from seqrec_bench.data.sets.fetching import find_cached
from seqrec_bench.data.sets.registry import named_dataset

FACTS = {
    "s3rec-beauty": (0, 5, 204, 138, 637),
    "s3rec-sports": (0, 5, 296, 317, 2_277),
    "s3rec-toys": (0, 5, 550, 279, 1_027),
    "s3rec-yelp": (11_830, 5, 350, 73, 1_001),
    "s3rec-lastfm": (0, 5, 899, 2, 388),
    "bert4rec-beauty": (0, 5, 293, 4_018, 0),
}
"""Repeats, the shortest and the longest sequence, test targets never trained on, and tags: counted by other code."""


@pytest.mark.parametrize("name", FACTS)
def test_the_file_is_what_is_declared_of_it(name: str) -> None:
    fetched = find_cached(name)
    if fetched is None:
        pytest.skip(f"{name} is not in the cache, and no test fetches it: put it there by `data fetch {name}`")
    dataset, named = load_fetched(fetched), named_dataset(name)
    sequences = dataset.sequences
    assert (sequences.n_users, sequences.n_items, len(sequences.items)) == (
        named.n_users,
        named.n_items,
        named.n_interactions,
    )
    found = describe(dataset, leave_one_out(sequences))
    lengths = found.lengths
    tags = len(sequences.tags.names) if sequences.tags else 0
    assert (found.n_repeats, lengths.minimum, lengths.maximum, found.n_cold_test_targets, tags) == FACTS[name]
