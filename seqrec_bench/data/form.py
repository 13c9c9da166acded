"""What the name of a file of interactions does not say of how it is laid out."""

from dataclasses import dataclass

from seqrec_bench.data.row_blocks import Layout
from seqrec_bench.errors import InputError
from seqrec_bench.text import listed

LAYOUTS = ("rows", "pairs", "sequences", "sequences-without-users", "lists", "samples", "json")
"""What a row is:

- ``rows``: an interaction, with a column of users, one of items and one of times.
- ``pairs``: a user and an item, in two columns without names.
- ``sequences``: a user and then all items of that user.
- ``sequences-without-users``: all items of some user.
- ``lists``: a user, with a list of items and one of times.
- ``samples``: an interaction, with the list of all items before it, as RecBole has them.
- ``json``: an object of JSON with an interaction, whatever the file's name ends in.
"""

SEPARATORS = {
    "tab": Layout("\t", quoted=True),
    "space": Layout(" ", quoted=False, spaced=True),
    "::": Layout("\x1f", quoted=False, written="::"),
    ",": Layout(",", quoted=True),
    ";": Layout(";", quoted=True),
    "|": Layout("|", quoted=True),
}
"""What may stand between values; a space is as many spaces and tabs as there are."""

LINES = ("sequences", "sequences-without-users", "pairs")
"""Layouts of text alone, without column names and times."""


@dataclass(frozen=True)
class Form:
    """How a file is laid out, where that is not what its suffix says."""

    layout: str | None = None
    """One of `LAYOUTS`; None for rows, in which samples are looked for."""
    separator: str | None = None
    """What stands between values, one of `SEPARATORS`; None for what the suffix or the layout says."""
    has_header: bool = True
    """Whether the first line has column names; without, columns go by number, from 1."""
    has_times: bool = True
    """Whether there is a column of times; without, the order of the rows is the order of the interactions."""

    def __post_init__(self) -> None:
        if self.layout not in (None, *LAYOUTS):
            raise InputError(f"There is no layout {self.layout}: choose from {listed(LAYOUTS)}.")
        if self.separator not in (None, *SEPARATORS):
            raise InputError(f"There is no separator {self.separator!r}: choose from {listed(list(SEPARATORS))}.")
        if self.separator is not None and self.layout == "json":
            raise InputError("A file of JSON has no separator: leave --separator or --layout json out.")

    @property
    def is_of_lines(self) -> bool:
        """Whether a line of text is all that there is to a row."""
        return self.layout in LINES

    @property
    def delimiters(self) -> Layout | None:
        """How values stand in a line, as far as that is said here."""
        if self.separator is not None:
            return SEPARATORS[self.separator]
        return SEPARATORS["space"] if self.is_of_lines else None


PLAIN = Form()
"""What the suffix says."""
