"""A data set as the bench uses it: re-indexed, ordered by the protocol and known by its fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from seqrec_bench.data.fingerprints import sequences_fingerprint, tags_fingerprint
from seqrec_bench.data.interactions import Interactions, RawTags, StrArray
from seqrec_bench.data.negatives import GivenNegatives
from seqrec_bench.data.ordering import natural_order, order_by_user_and_time
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array, Int64Array, ItemTags, Sequences, TimeArray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Users' sequences and the raw ids behind their numbers."""

    name: str
    """Safe to be part of a path."""
    sequences: Sequences
    """All interactions; a user's are ordered by time, and those of one time as the file has them, unless `in_order`
    has given them another order."""
    user_ids: StrArray
    """(n_users,) raw user ids in natural order."""
    item_ids: StrArray
    """(n_items + 1,) raw item ids in natural order; index 0, the padding item, is the empty string."""
    item_titles: tuple[str, ...] | None
    """(n_items + 1,) titles, empty where unknown; None if the data has no titles."""
    fingerprint: str
    """sha256 of ids, times and order: the same for every source of the same data."""
    tags_fingerprint: str | None
    """sha256 of the items' tags; None without tags."""
    has_times: bool = True
    """False where the order of rows is all that is known: the times of the sequences then are that order."""
    negatives: GivenNegatives | None = None
    """What targets are ranked among under a protocol whose negatives are given."""


def prepare(name: str, interactions: Interactions, tags: RawTags | None) -> Dataset:
    """Re-indexes raw interactions in natural order of their ids and orders each user's items by (time, row).

    Users are numbered from 0 and items from 1. The catalogue is the items with an interaction; what `tags` says
    about others is ignored.

    Raises:
        InputError: There is no interaction, or `tags` knows none of the items.
    """
    if len(interactions.users) == 0:
        raise InputError(f"The data set {name} has no interaction: give a file with at least one row.")
    users, user_ids, lengths = _renumber(interactions.users, interactions.user_ids)
    items, item_ids, _ = _renumber(interactions.items, interactions.item_ids)
    times = _canonical_times(interactions.times)
    del interactions  # or its codes would stay in memory while the rows are ordered
    order = order_by_user_and_time(users, times)
    items = items.take(order, mode="clip")  # "clip" spares the check of bounds
    items += np.int32(1)
    sequences = Sequences(
        items=items,
        times=times.take(order, mode="clip"),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        n_items=len(item_ids),
        tags=None if tags is None else _item_tags(tags, item_ids, name),
    )
    item_ids = np.concatenate([[""], item_ids])
    return Dataset(
        name=name,
        sequences=sequences,
        user_ids=user_ids,
        item_ids=item_ids,
        item_titles=_titles(tags.titles, item_ids) if tags is not None and tags.titles else None,
        fingerprint=sequences_fingerprint(sequences, user_ids, item_ids),
        tags_fingerprint=None if sequences.tags is None else tags_fingerprint(sequences.tags),
    )


def in_order(dataset: Dataset, sequences: Sequences) -> Dataset:
    """The data set with its interactions in another order, which its fingerprint tells from the first."""
    fingerprint = sequences_fingerprint(sequences, dataset.user_ids, dataset.item_ids)
    return replace(dataset, sequences=sequences, fingerprint=fingerprint)


def find_ids(ids: StrArray, known: StrArray) -> tuple[Int64Array, StrArray]:
    """The place of each id among the known ones, in any order, and the ids that are none of them."""
    order = np.argsort(known)
    places: Int64Array = order[np.searchsorted(known, ids, sorter=order).clip(max=len(known) - 1)]
    return places, ids[known[places] != ids]


def _renumber(codes: Int32Array, ids: StrArray) -> tuple[Int32Array, StrArray, Int64Array]:
    """Codes and ids such that the ids are in natural order and each occurs, and how often each does."""
    counts = np.bincount(codes, minlength=len(ids))
    used = np.flatnonzero(counts)
    ordered = used[natural_order(ids[used])]
    if not np.array_equal(ordered, np.arange(len(ids))):
        numbers = np.empty(len(ids), dtype=np.int32)
        numbers[ordered] = np.arange(len(ordered))
        codes = numbers[codes]
    return codes, ids[ordered], counts[ordered]


def _canonical_times(times: TimeArray) -> TimeArray:
    """One form for equal times: integers if all are integral, else floats without a negative zero."""
    if times.dtype.kind in "iu":
        return times.astype(np.int64, copy=False)
    floats = times.astype(np.float64, copy=False)
    if np.all((floats == np.floor(floats)) & (np.abs(floats) < 2.0**63)):
        return floats.astype(np.int64)
    return floats + 0.0


def _item_tags(raw: RawTags, item_ids: StrArray, name: str) -> ItemTags | None:
    """The tags of the items; None where there are titles alone."""
    of_items, what = (raw.titles, "titles") if raw.tags is None else (raw.tags, "tags")
    if not any(item in of_items for item in item_ids.tolist()):
        raise InputError(
            f"The {what} given for the data set {name} know none of its {len(item_ids)} items "
            f"(its first item is {item_ids[0]!s}): give {what} with the same item ids."
        )
    return None if raw.tags is None else _number_tags(raw.tags, item_ids)


def _number_tags(tags: Mapping[str, frozenset[str]], item_ids: StrArray) -> ItemTags:
    known = [tags.get(item, frozenset()) for item in item_ids.tolist()]
    names = sorted(frozenset().union(*known))
    number = {tag: i for i, tag in enumerate(names)}
    ids = [number[tag] for item in known for tag in sorted(item)]
    counts = [0, 0, *(len(item) for item in known)]
    return ItemTags(tuple(names), np.array(ids, dtype=np.int32), np.cumsum(counts, dtype=np.int64))


def _titles(titles: Mapping[str, str], item_ids: StrArray) -> tuple[str, ...]:
    return tuple(titles.get(item, "") for item in item_ids.tolist())
