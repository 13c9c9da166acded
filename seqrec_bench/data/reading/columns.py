"""Which column of a file is the user, which the item and which the time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from reprlib import repr as shorten
from typing import NamedTuple

from seqrec_bench.errors import InputError
from seqrec_bench.text import listed

USER_NAMES = ("user_id", "user", "uid")
ITEM_NAMES = ("item_id", "item", "iid", "movie_id", "movie", "product_id", "product")
TIME_NAMES = ("timestamp", "time", "ts", "unix_time", "unix_timestamp", "unix_review_time")
OF_SOURCES = {
    USER_NAMES: ("session_id", "session", "visitor_id", "customer_id", "reviewer_id"),
    ITEM_NAMES: ("parent_asin", "asin", "video_id", "book_id", "business_id", "isbn", "article_id"),
    TIME_NAMES: ("event_timestamp", "event_time", "event_date", "timeframe", "date", "datetime"),
}
"""By the usual names, what single sources call the same. They count where no column has a usual name, so that a
session beside a user, or a date beside a time, is read as the other column that it is."""
LIST_NAMES = {
    ITEM_NAMES: ("item_ids", "items", "item_id_list", "item_list", "item_sequence", "item_seq", "sequence"),
    TIME_NAMES: ("timestamps", "times", "timestamp_list", "time_list"),
}
"""What columns with a list in each row are called first of all."""

SEPARATORS = {
    ",": "commas",
    "\t": "tabs",
    ";": "semicolons",
    "|": "vertical bars",
    "::": "double colons",
    " ": "spaces",
}
OPTION_WORDS = {"\t": "tab", " ": "space"}
"""How ``--separator`` calls what can't be typed."""

Choose = Callable[[Sequence[str]], Sequence[str]]
"""Gives the columns that are wanted among all names."""

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
    time: str | None

    @property
    def names(self) -> list[str]:
        return [name for name in self if name is not None]


def choose_columns(
    found: Sequence[str], wanted: Columns, file: str, has_times: bool = True, are_lists: bool = False
) -> ChosenColumns:
    """Returns the different columns of `found` that hold the user, the item and, if there is one, the time.

    Args:
        are_lists: Whether items and times are lists, whose usual names are others.

    Raises:
        InputError: A column is not there, could be several, or would serve twice; all such columns are named.
    """
    sought = {
        "--user-column": (wanted.user, USER_NAMES),
        "--item-column": (wanted.item, ITEM_NAMES),
        "--time-column": (wanted.time, TIME_NAMES),
    }
    if not has_times:
        if wanted.time is not None:
            raise InputError("--time-column names times, and by --no-times there are none: leave one of them out.")
        del sought["--time-column"]
    matches = {option: _matches(found, *names, are_lists) for option, names in sought.items()}
    problems = {
        option: _problem(matches[option], *names) for option, names in sought.items() if len(matches[option]) != 1
    }
    if problems:
        ones = "one" if len(problems) == 1 else "ones"
        mend = f"name the right {ones} by {listed(list(problems))}"
        if list(problems) == ["--time-column"] and not matches["--time-column"] and wanted.time is None:
            mend += ", or add --no-times if the rows stand in order"
        raise _refusal(found, list(problems.values()), mend, file, has_separator_option=True)
    names = [name for (name,) in matches.values()]
    if len(set(names)) < len(names):
        raise InputError(_served_twice(names, list(matches), file))
    return ChosenColumns(*names, *(() if has_times else (None,)))


def _served_twice(names: Sequence[str], options: Sequence[str], file: str) -> str:
    roles = ["user", "item", "time"][: len(names)]
    number = {2: "two", 3: "three"}[len(names)]
    return (
        f"{file} would give {listed(roles)} by the columns {', '.join(names)}, which must be {number} different ones: "
        f"correct {', '.join(options[:-1])} or {options[-1]}."
    )


def choose_column(found: Sequence[str], usual: tuple[str, ...], mend: str, file: str) -> str:
    """Returns the one column with a usual name; a RecBole type suffix is ignored.

    Raises:
        InputError: There is none, or several.
    """
    matches = _matches(found, None, usual)
    if len(matches) != 1:
        raise _refusal(found, [_problem(matches, None, usual)], mend, file)
    return matches[0]


def columns_called(found: Sequence[str], usual: tuple[str, ...], are_lists: bool = False) -> list[str]:
    """Returns the columns with a usual name or, where there is none, with one of some source.

    Args:
        usual: `USER_NAMES`, `ITEM_NAMES` or `TIME_NAMES`, or other names.
        are_lists: Whether names of lists come first.
    """
    lists = LIST_NAMES.get(usual, ()) if are_lists else ()
    kinds = (usually_named(found, names) for names in (lists, usual, OF_SOURCES.get(usual, ())))
    return next(filter(None, kinds), [])


def lists_beside(found: Sequence[str], item: str) -> list[str]:
    """Returns the columns called as that of the items, with "list" behind: RecBole's, of the items before it."""
    return [name for name in found if _plain(name) == f"{_plain(item)}list"]


def _matches(found: Sequence[str], wanted: str | None, usual: tuple[str, ...], are_lists: bool = False) -> list[str]:
    if wanted is None:
        return columns_called(found, usual, are_lists)
    return [name for name in found if wanted in (name, without_type(name))]


def _problem(matches: Sequence[str], wanted: str | None, usual: Sequence[str]) -> str:
    number = f"{len(matches)} columns" if matches else "no column"
    if wanted is not None:
        return f"{number} called {wanted}"
    return f"{number} with a usual name ({', '.join(map(_shown, matches or usual))})"


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
    return InputError(f"{file} has {listed(problems)} among {listed_names(found)}: {mend}.")


def listed_names(names: Sequence[str]) -> str:
    """Returns the names as a message has them: the first few of many."""
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
