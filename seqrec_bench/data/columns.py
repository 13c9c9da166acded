"""Which column of a file is the user, which the item and which the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from reprlib import repr as shorten
from typing import NamedTuple

from seqrec_bench.errors import InputError

USER_NAMES = ("user_id", "user", "uid")
ITEM_NAMES = ("item_id", "item", "iid", "movie_id", "movie", "product_id", "product")
TIME_NAMES = ("timestamp", "time", "ts", "unix_time", "unix_timestamp", "unix_review_time")

SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
MOST_SHOWN, LONGEST_SHOWN = 20, 30
"""Column names in a message, and characters of each."""


@dataclass(frozen=True)
class Columns:
    """The columns' names; those left out are recognised by their usual names."""

    user: str | None = None
    item: str | None = None
    time: str | None = None


class ChosenColumns(NamedTuple):
    """The columns' names as they stand in the file."""

    user: str
    item: str
    time: str


def choose_columns(found: Sequence[str], wanted: Columns, file: str) -> ChosenColumns:
    """Returns the three different columns of `found` that hold the user, the item and the time.

    Raises:
        InputError: A column is not there, could be several, or would serve twice.
    """
    chosen = ChosenColumns(
        user=choose_column(found, wanted.user, USER_NAMES, "name the right one by --user-column", file),
        item=choose_column(found, wanted.item, ITEM_NAMES, "name the right one by --item-column", file),
        time=choose_column(found, wanted.time, TIME_NAMES, "name the right one by --time-column", file),
    )
    if len(set(chosen)) < len(chosen):
        raise InputError(
            f"{file} would give user, item and time by the columns {', '.join(chosen)}, which must be three different "
            "ones: correct --user-column, --item-column or --time-column."
        )
    return chosen


def choose_column(found: Sequence[str], wanted: str | None, usual: Sequence[str], mend: str, file: str) -> str:
    """Returns the one column named `wanted`, or else the one with a usual name; a RecBole type suffix is ignored."""
    if wanted is not None:
        matches = [name for name in found if wanted in (name, without_type(name))]
        sought = f"called {wanted}"
    else:
        matches = usually_named(found, usual)
        sought = f"with a usual name ({', '.join(usual)})"
    if len(matches) == 1:
        return matches[0]
    if separators := [word for separator, word in SEPARATORS.items() if len(found) == 1 and separator in found[0]]:
        raise InputError(
            f"{file} has a single column, {shorten(found[0])}, with {separators[0]} in its name: a .csv needs commas "
            "between columns, and a .tsv, .inter or .item tabs; convert it, or rename it."
        )
    problem = f"{len(matches)} columns" if matches else "no column"
    raise InputError(f"{file} has {problem} {sought} among {_listed(found)}: {mend}.")


def _listed(names: Sequence[str]) -> str:
    """The names, or the first few of many."""
    shown = ", ".join(map(_shown, names[:MOST_SHOWN])) or "none"
    return shown if len(names) <= MOST_SHOWN else f"{shown}, ... ({len(names):,} in all)"


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) <= LONGEST_SHOWN else shorten(name)


def usually_named(found: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Returns the columns whose name is one of the usual ones; case, separators and a type do not count."""
    plain = {_plain(name) for name in usual}
    return [name for name in found if _plain(name) in plain]


def without_type(name: str) -> str:
    """Returns a RecBole column's name without its type: ``item_id`` for ``item_id:token``."""
    return name.partition(":")[0]


def _plain(name: str) -> str:
    return "".join(c for c in without_type(name).casefold() if c.isalnum())
