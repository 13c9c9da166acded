"""Which column of a file is the user, which the item and which the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from reprlib import repr as shorten
from typing import NamedTuple

from seqrec_bench.errors import InputError
from seqrec_bench.text import listed

USER_NAMES = ("user_id", "user", "uid")
ITEM_NAMES = ("item_id", "item", "iid", "movie_id", "movie", "product_id", "product")
TIME_NAMES = ("timestamp", "time", "ts", "unix_time", "unix_timestamp", "unix_review_time")

SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
OPTION_WORDS = {"\t": "tab"}
"""How ``--separator`` calls what can't be typed."""

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
        InputError: A column is not there, could be several, or would serve twice; all such columns are named.
    """
    sought = {
        "--user-column": (wanted.user, USER_NAMES),
        "--item-column": (wanted.item, ITEM_NAMES),
        "--time-column": (wanted.time, TIME_NAMES),
    }
    matches = {option: _matches(found, *names) for option, names in sought.items()}
    problems = {
        option: _problem(matches[option], *names) for option, names in sought.items() if len(matches[option]) != 1
    }
    if problems:
        ones = "one" if len(problems) == 1 else "ones"
        mend = f"name the right {ones} by {listed(list(problems))}"
        raise _refusal(found, list(problems.values()), mend, file, has_separator_option=True)
    chosen = ChosenColumns(*(name for (name,) in matches.values()))
    if len(set(chosen)) < len(chosen):
        raise InputError(
            f"{file} would give user, item and time by the columns {', '.join(chosen)}, which must be three different "
            "ones: correct --user-column, --item-column or --time-column."
        )
    return chosen


def choose_column(found: Sequence[str], usual: Sequence[str], mend: str, file: str) -> str:
    """Returns the one column with a usual name; a RecBole type suffix is ignored.

    Raises:
        InputError: There is none, or several.
    """
    matches = _matches(found, None, usual)
    if len(matches) != 1:
        raise _refusal(found, [_problem(matches, None, usual)], mend, file)
    return matches[0]


def _matches(found: Sequence[str], wanted: str | None, usual: Sequence[str]) -> list[str]:
    """The columns named `wanted` or, where that is None, those with a usual name."""
    if wanted is None:
        return usually_named(found, usual)
    return [name for name in found if wanted in (name, without_type(name))]


def _problem(matches: Sequence[str], wanted: str | None, usual: Sequence[str]) -> str:
    number = f"{len(matches)} columns" if matches else "no column"
    return f"{number} called {wanted}" if wanted is not None else f"{number} with a usual name ({', '.join(usual)})"


def _refusal(
    found: Sequence[str], problems: Sequence[str], mend: str, file: str, has_separator_option: bool = False
) -> InputError:
    if separators := [separator for separator in SEPARATORS if len(found) == 1 and separator in found[0]]:
        separator = separators[0]
        if has_separator_option:
            mend = f"add --separator {OPTION_WORDS.get(separator, repr(separator))}"
        else:
            mend = "convert it, since a .csv has commas between columns, and other text tabs"
        return InputError(
            f"{file} has a single column, {shorten(found[0])}, with {SEPARATORS[separator]} in its name: {mend}."
        )
    return InputError(f"{file} has {listed(problems)} among {_listed(found)}: {mend}.")


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
