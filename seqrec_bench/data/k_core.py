"""The k-core: only users and items with at least k interactions among each other."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from seqrec_bench.data.dataset import Dataset, prepare
from seqrec_bench.data.interactions import Interactions, RawTags
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import ItemTags


def k_core(dataset: Dataset, k: int) -> Dataset:
    """The data set without the users and items that have fewer than k interactions, taken out until none is left.

    Taking a user out takes interactions from items, and the other way round, so that one pass is not enough. What is
    left is the greatest part in which every user and every item has k interactions, whatever the order of removal.
    Interactions are counted, not different items: an item that a user had twice counts twice.

    Users and items are numbered anew, as if the data had been read from a file of the interactions that are left.

    Raises:
        InputError: Nothing is left.
    """
    users, items = dataset.sequences.users, dataset.sequences.items
    kept = np.ones(len(items), dtype=bool)
    n_before = len(items) + 1
    while (n_kept := int(kept.sum())) not in (0, n_before):
        n_before = n_kept
        of_user = np.bincount(users[kept], minlength=dataset.sequences.n_users)
        of_item = np.bincount(items[kept], minlength=dataset.sequences.n_items + 1)
        kept &= (of_user[users] >= k) & (of_item[items] >= k)
    if n_kept == 0:
        raise InputError(
            f"The {k}-core of {dataset.name} is empty: no users and items have {k} interactions each among themselves, "
            "so give a smaller k."
        )
    interactions = Interactions(
        users=users[kept].astype(np.int32),
        items=items[kept] - np.int32(1),
        times=dataset.sequences.times[kept] if dataset.has_times else None,
        user_ids=dataset.user_ids,
        item_ids=dataset.item_ids[1:],
    )
    return replace(
        prepare(dataset.name, interactions, _raw_tags(dataset)),
        negative_rows=dataset.negative_rows,
        negatives=dataset.negatives,
    )


def _raw_tags(dataset: Dataset) -> RawTags | None:
    """The items' tags and titles by raw id; None where the data set has neither."""
    tags, ids = dataset.sequences.tags, dataset.item_ids.tolist()[1:]
    if tags is None and dataset.item_titles is None:
        return None
    titles = dict(zip(ids, dataset.item_titles[1:], strict=True)) if dataset.item_titles else {}
    return RawTags(None if tags is None else dict(zip(ids, _names_of_tags(tags), strict=True)), titles)


def _names_of_tags(tags: ItemTags) -> list[frozenset[str]]:
    """(n_items,) the names of each item's tags."""
    bounds = pairwise(tags.offsets[1:].tolist())
    return [frozenset(tags.names[tag] for tag in tags.ids[first:last].tolist()) for first, last in bounds]
