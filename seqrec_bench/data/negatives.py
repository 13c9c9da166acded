"""Files of negatives: a user and the items that the user's targets are ranked among, one user a line.

S3-Rec's ``*_sample.txt`` are of this form: ``user item item ...``, separated by spaces or tabs, plain or .gz.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from reprlib import repr as shorten

import numpy as np

from seqrec_bench.data.delimited import damage_refused, open_bytes
from seqrec_bench.data.fingerprints import negatives_fingerprint
from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.readers import table_suffix
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array, Int64Array

DIGITS = 8
"""Of the sha256 that tells one file's content from another's in a protocol's name."""


@dataclass(frozen=True, eq=False)
class GivenNegatives:
    """What a file of negatives says, whatever the order of its lines and of the items in them."""

    file: str
    user_ids: StrArray
    """(n_users,) raw ids, distinct and sorted."""
    item_ids: StrArray
    """(n_items,) raw ids, distinct and sorted."""
    items: Int32Array
    """(n_negatives,) positions in `item_ids`, user by user, ascending; what a line has twice is there twice."""
    offsets: Int64Array
    """(n_users + 1,) where each user's negatives begin."""

    @cached_property
    def digest(self) -> str:
        """The first digits of a sha256 of users and items."""
        return negatives_fingerprint(self.user_ids, self.item_ids, self.items, self.offsets)[:DIGITS]


def read_negatives(path: Path) -> GivenNegatives:
    """Reads a file of negatives.

    Raises:
        InputError: The file is absent, damaged, not UTF-8 or empty, or has a line without items or a user twice.
    """
    table_suffix(path)
    try:
        with damage_refused(str(path)), open_bytes(path) as file:
            return _parse(file, str(path))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not in UTF-8 ({error.reason}): write it anew, as UTF-8.") from error


def _parse(lines: Iterable[bytes], file: str) -> GivenNegatives:
    users: dict[str, int] = {}
    numbers: defaultdict[str, int] = defaultdict(lambda: len(numbers))
    codes, counts = array("i"), array("q")
    for number, line in enumerate(lines, start=1):
        if b"\0" in line:  # an array would drop it at the end of an id
            raise InputError(f"Line {number} of {file} has a NUL character: take it out.")
        user, *items = line.decode("utf-8-sig").split() or [""]
        if not user:
            continue
        if not items:
            raise InputError(
                f"Line {number} of {file} has {shorten(user)} and no items: give a user and, after spaces, the items "
                "to rank the user's targets among."
            )
        if user in users:
            raise InputError(f"Line {number} of {file} has the user {shorten(user)} again: give each user one line.")
        users[user] = len(users)
        codes.extend(map(numbers.__getitem__, items))
        counts.append(len(items))
    if not users:
        raise InputError(f"{file} has no lines: give a file with a user and items in each.")
    return _sorted(file, list(users), list(numbers), np.frombuffer(codes, np.int32), np.frombuffer(counts, np.int64))


def _sorted(file: str, users: list[str], items: list[str], codes: Int32Array, counts: Int64Array) -> GivenNegatives:
    """The same whatever the order of lines and of items in them."""
    user_ids, place_of_user = np.unique(np.array(users, dtype=np.str_), return_inverse=True)
    item_ids, place_of_item = np.unique(np.array(items, dtype=np.str_), return_inverse=True)
    rows, places = np.repeat(place_of_user, counts), place_of_item[codes]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(users)))])
    return GivenNegatives(file, user_ids, item_ids, places[np.lexsort((places, rows))].astype(np.int32), offsets)
