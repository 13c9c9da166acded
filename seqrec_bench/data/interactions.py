"""Raw data as a file gives it: nothing sorted, nothing renumbered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import InputError
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
    per_second: int | None = None
    """How many units of its times are a second, where they were dates; None for numbers, or without times."""

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

    def in_unit(self, per_second: int) -> Self:
        """The same with times of dates in a unit at least as fine, of which so many are a second.

        Raises:
            InputError: 64 bits do not hold them.
        """
        if self.times is None or self.per_second is None:
            return self
        factor = per_second // self.per_second
        if int(np.abs(self.times).max()) * factor >= 2**63:
            raise InputError(
                "Dates of one part of a split have fractions of a second too fine for the dates of another: "
                "give every fraction 6 digits at most."
            )
        times: Any = self.times * factor
        return replace(self, times=times, per_second=per_second)

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of several files, one after another; all have times, of one type and unit, or none."""
        user_ids, users = _joined([(part.user_ids, part.users) for part in parts])
        item_ids, items = _joined([(part.item_ids, part.items) for part in parts])
        stamps = [part.times for part in parts if part.times is not None]
        times: Any = np.concatenate(stamps) if stamps else None
        return cls(users, items, times, user_ids, item_ids, _together(parts), parts[0].per_second)

    def says_the_same(self, other: Self) -> bool:
        """Whether the other has the same rows in the same order."""
        if len(self.users) != len(other.users) or (self.times is None) != (other.times is None):
            return False
        if self.times is not None and other.times is not None and not np.array_equal(self.times, other.times):
            return False
        users = np.array_equal(self.user_ids[self.users], other.user_ids[other.users])
        return users and np.array_equal(self.item_ids[self.items], other.item_ids[other.items])


def _together(parts: Sequence[Interactions]) -> tuple[NegativeRows, ...]:
    """What the files' columns say of such rows, each column once, of all rows of the files that have it."""
    columns = dict.fromkeys(found.column for part in parts for found in part.negative_rows)
    together = []
    for column in columns:
        of_column = [found for part in parts for found in part.negative_rows if found.column == column]
        together.append(
            NegativeRows(
                column,
                tuple(dict.fromkeys(value for found in of_column for value in found.values)),
                sum(found.n_rows for found in of_column),
                sum(found.n_all_rows for found in of_column),
                any(found.are_dropped for found in of_column),
            )
        )
    return tuple(together)


def _joined(parts: Sequence[tuple[StrArray, Int32Array]]) -> tuple[StrArray, Int32Array]:
    """One list of ids, and the codes of all parts by their places in it."""
    ids, places = np.unique(np.concatenate([ids for ids, _ in parts]), return_inverse=True)
    starts = np.cumsum([0, *(len(of_part) for of_part, _ in parts)])
    codes = [places[start + codes] for start, (_, codes) in zip(starts, parts, strict=False)]
    return ids, np.concatenate(codes).astype(np.int32)


@dataclass(frozen=True)
class RawTags:
    """What a file says about items, by raw item id; it may know more items than the interactions."""

    tags: Mapping[str, frozenset[str]] | None
    """None where it has titles alone."""
    titles: Mapping[str, str]


RawData = tuple[Interactions, RawTags | None]
"""All that the files of a data set say; no tags where they say nothing of its items."""
