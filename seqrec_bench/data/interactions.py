"""Raw data as a file gives it: nothing sorted, nothing renumbered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import Int32Array, TimeArray

StrArray = npt.NDArray[np.str_]


MOST_SHOWN = 3
"""Values in a message."""


@dataclass(frozen=True)
class NegativeRows:
    """What a column of a file says of rows that are no interactions."""

    column: str
    values: tuple[str, ...]
    """Those that say so, as they stand in the file."""
    n_rows: int
    """How many rows have them."""
    n_all_rows: int
    """With the others."""
    are_dropped: bool
    """Whether they were left out; else they count as interactions."""

    def __str__(self) -> str:
        n_others = len(self.values) - MOST_SHOWN
        values = " or ".join([*self.values[:MOST_SHOWN], *([f"{n_others} other values"] if n_others > 0 else [])])
        share = self.n_rows / self.n_all_rows
        return f"{self.column} is {values} in {self.n_rows:,} of {self.n_all_rows:,} rows ({share:.1%})"


@dataclass(frozen=True, eq=False)
class Interactions:
    """The rows of a file, in its order: row r says that ``user_ids[users[r]]`` took ``item_ids[items[r]]``."""

    users: Int32Array
    """(n_interactions,) positions in `user_ids`."""
    items: Int32Array
    """(n_interactions,) positions in `item_ids`."""
    times: TimeArray | None
    """(n_interactions,) finite time stamps; None where the order of the rows is all that is known."""
    user_ids: StrArray
    """Distinct raw ids, in any order."""
    item_ids: StrArray
    """Distinct raw ids, in any order."""
    negative_rows: tuple[NegativeRows, ...] = ()
    """What the file says of rows that are no interactions."""

    def without(self, rows: npt.NDArray[np.bool_]) -> Self:
        """The interactions but some; ids of which none is left stay."""
        kept = ~rows
        times = None if self.times is None else self.times[kept]
        return replace(self, users=self.users[kept], items=self.items[kept], times=times)

    @classmethod
    def from_rows(
        cls, users: Sequence[str] | StrArray, items: Sequence[str] | StrArray, times: TimeArray | Sequence[float] | None
    ) -> Self:
        """Makes interactions of columns of equal length: raw user ids, raw item ids and, if there are any, times."""
        user_ids, user_codes = np.unique(np.asarray(users, dtype=np.str_), return_inverse=True)
        item_ids, item_codes = np.unique(np.asarray(items, dtype=np.str_), return_inverse=True)
        stamps = None if times is None else np.asarray(times)
        return cls(user_codes.astype(np.int32), item_codes.astype(np.int32), stamps, user_ids, item_ids)


@dataclass(frozen=True)
class RawTags:
    """What a file says about items, by raw item id; it may know more items than the interactions."""

    tags: Mapping[str, frozenset[str]] | None
    """None where it has titles alone."""
    titles: Mapping[str, str]


RawData = tuple[Interactions, RawTags | None]
"""All that the files of a data set say; no tags where they say nothing of its items."""
