"""Hashes that say whether two runs saw the same data, wherever each of them got it."""

import hashlib
import json
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.interactions import StrArray
from seqrec_bench.recommender import Int32Array, Int64Array, ItemTags, Sequences


def sequences_fingerprint(sequences: Sequences, user_ids: StrArray, item_ids: StrArray) -> str:
    """Returns a sha256 that any changed id, time or order changes and nothing else does (tags are not covered)."""
    digest = _of_ids(user_ids, item_ids)
    times = sequences.times
    for array in (
        sequences.offsets.astype("<i8", copy=False),
        sequences.items.astype("<i4", copy=False),
        times.astype("<i8" if times.dtype.kind == "i" else "<f8", copy=False),
    ):
        _add_array(digest, array)
    return digest.hexdigest()


def negatives_fingerprint(user_ids: StrArray, item_ids: StrArray, items: Int32Array, offsets: Int64Array) -> str:
    """Returns a sha256 that any changed user or item of a file of negatives changes.

    Args:
        user_ids, item_ids: Raw ids, in an order that does not hang on that of the file.
        items: (n_negatives,) positions in `item_ids`, user by user.
        offsets: (n_users + 1,) where each user's begin.
    """
    digest = _of_ids(user_ids, item_ids)
    for array in (offsets.astype("<i8", copy=False), items.astype("<i4", copy=False)):
        _add_array(digest, array)
    return digest.hexdigest()


def parts_fingerprint(sequences_fingerprint: str, codes: npt.NDArray[np.int8], has_validation: bool) -> str:
    """Returns a sha256 of what that fingerprint is of, and of which interactions were given as which part."""
    digest = hashlib.sha256(f"{sequences_fingerprint} {has_validation}\n".encode())
    _add_array(digest, codes)
    return digest.hexdigest()


def tags_fingerprint(tags: ItemTags) -> str:
    """Returns a sha256 of each item's sorted tag names, in item order."""
    names = [tags.names[tag] for tag in tags.ids.tolist()]
    items = [sorted(names[start:end]) for start, end in pairwise(tags.offsets[1:].tolist())]
    return hashlib.sha256(json.dumps(items).encode()).hexdigest()


def _of_ids(user_ids: StrArray, item_ids: StrArray) -> "hashlib._Hash":
    """A hash that has taken both in."""
    digest = hashlib.sha256()
    for name, ids in (("users", user_ids), ("items", item_ids)):
        _add_part(digest, name, json.dumps(ids.tolist()).encode())
    return digest


def _add_array(digest: "hashlib._Hash", array: npt.NDArray[Any]) -> None:
    _add_part(digest, array.dtype.str, np.ascontiguousarray(array).data)


def _add_part(digest: "hashlib._Hash", kind: str, content: bytes | memoryview) -> None:
    """Adds a part with its kind and size, so that no two lists of parts run into the same bytes."""
    digest.update(f"{kind} {memoryview(content).nbytes}\n".encode())
    digest.update(content)
