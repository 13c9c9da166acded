"""A data set as the bench uses it: re-indexed, ordered by the protocol and known by its fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.fingerprints import parts_fingerprint, sequences_fingerprint, tags_fingerprint
from seqrec_bench.data.interactions import Interactions, NegativeRows, RawTags, StrArray
from seqrec_bench.data.negatives import GivenNegatives
from seqrec_bench.data.ordering import natural_order, order_by_user_and_time, stable_argsort
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array, Int64Array, ItemTags, Sequences, TimeArray

TRAIN, VALIDATION, TEST = PARTS = range(3)
"""The parts of a given split."""


@dataclass(frozen=True, eq=False)
class GivenParts:
    """Which interactions were given as which part of a split."""

    codes: npt.NDArray[np.int8]
    """(n_interactions,) `TRAIN`, `VALIDATION` or `TEST`, never decreasing within a user."""
    has_validation: bool
    """Whether a validation was given, and not training and test alone."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Users' sequences and the raw ids behind their numbers."""

    name: str
    """Safe to be part of a path."""
    sequences: Sequences
    """All interactions; a user's are ordered by time, and those of one time as the file has them, unless `in_order`
    has given them another order. In a given split, part by part, and so within each: only there may times go back."""
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
    negative_rows: tuple[NegativeRows, ...] = ()
    """What the file says of rows that are no interactions."""
    negatives: GivenNegatives | None = None
    """What targets are ranked among under a protocol whose negatives are given."""
    given: GivenParts | None = None
    """The split, where files have given one."""


def prepare(name: str, interactions: Interactions, tags: RawTags | None, given: GivenParts | None = None) -> Dataset:
    """Re-indexes raw interactions in natural order of their ids and orders each user's items by (time, row).

    Users are numbered from 0 and items from 1. The catalogue is the items with an interaction; what `tags` says
    about others is ignored. Without times, an interaction's time is its place among its user's: 0, 1, 2, ...

    Args:
        given: Of a given split, the parts, in the order of the rows: a user's items are then in order of part, time and
            row.

    Raises:
        InputError: There is no interaction, or `tags` knows none of the items.
    """
    if len(interactions.users) == 0:
        raise InputError(f"The data set {name} has no interaction: give a file with at least one row.")
    users, user_ids, lengths = _renumber(interactions.users, interactions.user_ids)
    items, item_ids, _ = _renumber(interactions.items, interactions.item_ids)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    negative_rows, has_times = interactions.negative_rows, interactions.times is not None
    times = None if interactions.times is None else _canonical_times(interactions.times)
    del interactions  # or its codes would stay in memory while the rows are ordered
    if given is not None:
        order = stable_argsort(users) if times is None else order_by_user_and_time(users, times)
        order = order.take(stable_argsort(users[order].astype(np.int64) * len(PARTS) + given.codes[order]), mode="clip")
        items, given = items.take(order, mode="clip"), replace(given, codes=given.codes[order])
        times = _places(offsets) if times is None else times.take(order, mode="clip")
        del order
    elif times is None:
        items = items.take(stable_argsort(users), mode="clip") if (users[1:] < users[:-1]).any() else items.copy()
        times = _places(offsets)
    else:
        order = order_by_user_and_time(users, times)
        items, times = items.take(order, mode="clip"), times.take(order, mode="clip")  # it spares the check of bounds
        del order
    items += np.int32(1)
    sequences = Sequences(
        items=items,
        times=times,
        offsets=offsets,
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
        fingerprint=_fingerprint(sequences, user_ids, item_ids, given),
        tags_fingerprint=None if sequences.tags is None else tags_fingerprint(sequences.tags),
        has_times=has_times,
        negative_rows=negative_rows,
        given=given,
    )


def in_order(dataset: Dataset, sequences: Sequences, given: GivenParts | None = None) -> Dataset:
    """The data set with its interactions in another order, which its fingerprint tells from the first.

    Args:
        given: Of a given split, the parts in this order.
    """
    fingerprint = _fingerprint(sequences, dataset.user_ids, dataset.item_ids, given)
    return replace(dataset, sequences=sequences, fingerprint=fingerprint, given=given)


def _fingerprint(sequences: Sequences, user_ids: StrArray, item_ids: StrArray, given: GivenParts | None) -> str:
    found = sequences_fingerprint(sequences, user_ids, item_ids)
    return found if given is None else parts_fingerprint(found, given.codes, given.has_validation)


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


def _places(offsets: Int64Array) -> Int64Array:
    """Of each interaction among its user's, from 0."""
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets))


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
