"""Files of negatives: a user and the items that the user's targets are ranked among, one user a line.

S3-Rec's ``*_sample.txt`` are of this form: ``user item item ...``, separated by spaces or tabs, plain or .gz.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from reprlib import repr as shorten

import numpy as np

from seqrec_bench.data.fingerprints import negatives_fingerprint
from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.reading.arrow_ids import encode_ids
from seqrec_bench.data.reading.delimited import damage_refused, open_bytes
from seqrec_bench.data.reading.form import SEPARATORS
from seqrec_bench.data.reading.readers import table_suffix
from seqrec_bench.data.reading.token_lines import token_lines
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
    """Reads a file of negatives; ids are kept as text, and lines without anything are none.

    Raises:
        InputError: The file is absent, damaged, empty or not UTF-8; or it has a line that is too long or has no items,
            or a user twice.
    """
    import pyarrow as pa

    table_suffix(path)
    file = str(path)
    with damage_refused(file), open_bytes(path) as source:
        blocks = [block for block in token_lines(source, SEPARATORS["space"], file) if len(block.counts)]
    if not blocks:
        raise InputError(f"{file} has no rows: give a file with a user and items in each.")
    values = pa.chunked_array([block.values for block in blocks])
    counts = np.concatenate([block.counts for block in blocks])
    is_user = np.zeros(len(values), dtype=bool)
    is_user[np.cumsum(counts) - counts] = True
    users, user_ids = encode_ids(values.filter(pa.array(is_user)), "user", file)
    _require_items(users, user_ids, counts, file)
    items, item_ids = encode_ids(values.filter(pa.array(~is_user)), "item", file)
    return _sorted(file, users, user_ids, items, item_ids, counts - 1)


def _require_items(users: Int32Array, user_ids: StrArray, counts: Int64Array, file: str) -> None:
    """Raises `InputError` for the first row that has a user alone, or one whom a row before it has."""
    if (counts == 1).any():
        row = int(counts.argmin())
        raise InputError(
            f"Row {row + 1} of {file} has {shorten(str(user_ids[users[row]]))} and no items: give a user and, after "
            "spaces, the items to rank the user's targets among."
        )
    is_again = np.ones(len(users), dtype=bool)
    is_again[np.unique(users, return_index=True)[1]] = False
    if is_again.any():
        row = int(is_again.argmax())
        user = shorten(str(user_ids[users[row]]))
        raise InputError(f"Row {row + 1} of {file} has the user {user} again: give each user one row.")


def _sorted(
    file: str, users: Int32Array, user_ids: StrArray, items: Int32Array, item_ids: StrArray, counts: Int64Array
) -> GivenNegatives:
    """The same whatever the order of lines and of items in them.

    Args:
        users: (n_users,) positions in `user_ids`, line by line.
        items: (n_negatives,) positions in `item_ids`, line by line.
        counts: (n_users,) how many each line has.
    """
    user_ids, place_of_user = np.unique(user_ids, return_inverse=True)
    item_ids, place_of_item = np.unique(item_ids, return_inverse=True)
    rows, places = np.repeat(place_of_user[users], counts), place_of_item[items]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(users)))])
    return GivenNegatives(file, user_ids, item_ids, places[np.lexsort((places, rows))].astype(np.int32), offsets)
