"""What a run recommends: each evaluated user's top K items, and how popular every item was in training.

They stand in a file beside the record, and are read when they are asked for.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from seqrec_bench.errors import InvalidRecordError, MissingCellsError
from seqrec_bench.recommender import PADDING, Int32Array
from seqrec_bench.records.arrays import decode_arrays, encode_arrays
from seqrec_bench.records.files import sha256
from seqrec_bench.records.looking import is_there, read_bytes

_NAMES = ("items", "popularity", "n_users")


@dataclass(frozen=True, eq=False)
class TopLists:
    """The lists of one run's test users, and the popularity of the items that it was trained on."""

    items: Int32Array
    """(n_evaluated, K) item ids 1..n_items, the best first, filled with `PADDING` where a user has fewer candidates."""
    popularity: Int32Array
    """(n_items + 1,) how many users of the training data have each item; 0 for the padding item."""
    n_users: int
    """Users of the training data."""

    def __post_init__(self) -> None:
        if self.items.ndim != 2 or 0 in self.items.shape or self.popularity.ndim != 1:
            raise ValueError(
                f"lists of shape {self.items.shape}, popularity of {self.popularity.shape}: they must be 2-d and 1-d"
            )
        if self.items.min() < PADDING or self.items.max() >= len(self.popularity):
            raise ValueError(f"its lists have items that are not among the {len(self.popularity) - 1}")
        if self.n_users < 1 or self.popularity.min() < 0 or self.popularity.max() > self.n_users:
            raise ValueError(f"its popularity is not that of items among {self.n_users} users")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TopLists):
            return NotImplemented
        mine, its = (self.items, self.popularity), (other.items, other.popularity)
        return self.n_users == other.n_users and all(map(np.array_equal, mine, its))

    __hash__ = None  # type: ignore[assignment]

    @property
    def n_items(self) -> int:
        return len(self.popularity) - 1

    def first(self, k: int) -> "TopLists":
        """The first k of each list."""
        return TopLists(self.items[:, :k], self.popularity, self.n_users)


@dataclass(frozen=True)
class TopFile:
    """The file of a record's lists."""

    k: int
    """How long they are."""
    sha256: str
    path: Path | None = field(default=None, compare=False)
    """Where it is; None for a record that was not read from a directory."""

    def read(self) -> TopLists:
        """The lists.

        Raises:
            MissingCellsError: The file is not there.
            InvalidRecordError: It is not the one that was written with the record.
            UnreadableError: Nobody can tell.
        """
        if self.path is None or not is_there(self.path):
            raise MissingCellsError(
                f"The lists {self.path} are not there: restore them, or run the cell again with --keep-top {self.k}."
            )
        status = self.path.stat()
        return _read(self.path, self.sha256, self.k, (status.st_ino, status.st_mtime_ns))


def encode_top(lists: TopLists) -> bytes:
    """The bytes of the lists' file."""
    arrays = (lists.items, lists.popularity, np.array([lists.n_users]))
    return encode_arrays({name: array.astype(np.int32) for name, array in zip(_NAMES, arrays, strict=True)})


@lru_cache(maxsize=32)
def _read(path: Path, digest: str, k: int, version: tuple[int, int]) -> TopLists:
    """The lists in this version of the file, kept for whoever asks next."""
    content = read_bytes(path)
    try:
        if sha256(content) != digest:
            raise ValueError("it is not the file that was written with its record")
        items, popularity, n_users = decode_arrays(path.name, content, "lists", np.int32, _NAMES).values()
        lists = TopLists(items, popularity, int(n_users.item()))
        if lists.items.shape[1] != k:
            raise ValueError(f"its lists are of {lists.items.shape[1]}, and its record says {k}")
    except ValueError as error:
        raise InvalidRecordError(f"{path} is not valid: {error}; restore it, or run its cell again.") from error
    return lists
