"""What the name of a file of interactions does not say of how it is laid out."""

from dataclasses import dataclass

from seqrec_bench.data.reading.delimited import COMMAS, TABS
from seqrec_bench.data.reading.row_blocks import Layout
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
    "tab": TABS,
    "space": Layout(" ", quoted=False, spaced=True),
    "::": Layout("\x1f", quoted=False, written="::"),
    ",": COMMAS,
    ";": COMMAS._replace(delimiter=";"),
    "|": COMMAS._replace(delimiter="|"),
}
"""What may stand between values; a space is as many spaces and tabs as there are."""

QUOTING = ("none", "double")

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
    quoting: str | None = None
    """What a quotation mark before a value is, one of `QUOTING`: with ``none``, a part of it; with ``double``, the
    beginning of a quoted value, over several lines too, in which marks are doubled. None for what the suffix says, and
    a refusal where that is in doubt."""
    ids_as_written: bool = False
    """Whether ids that most likely are none, such as NA, are ids all the same."""
    drop_negative_rows: str | None = None
    """A column of which 0 or false says that a row is no interaction, so that it is left out."""

    def __post_init__(self) -> None:
        if self.quoting not in (None, *QUOTING):
            raise InputError(f"There is no quoting {self.quoting}: choose from {listed(QUOTING)}.")
        if self.quoting == "double" and (self.layout == "json" or self.separator in ("space", "::")):
            raise InputError("Spaces, :: and JSON leave no choice of quotation marks: leave --quoting out.")
        if self.layout not in (None, *LAYOUTS):
            raise InputError(f"There is no layout {self.layout}: choose from {listed(LAYOUTS)}.")
        if self.separator not in (None, *SEPARATORS):
            known = [name if name.isalpha() else repr(name) for name in SEPARATORS]
            raise InputError(f"There is no separator {self.separator!r}: choose from {listed(known)}.")
        if self.drop_negative_rows is not None and self.layout in (*LINES, "lists", "samples"):
            raise InputError(f"With --layout {self.layout}, no column tells negatives: leave --drop-negative-rows out.")
        if self.separator is not None and self.layout == "json":
            raise InputError("A file of JSON has no separator: leave --separator or --layout json out.")

    @property
    def delimiters(self) -> Layout | None:
        """How values stand in a line, as far as that is said here."""
        if self.separator is not None:
            return SEPARATORS[self.separator]
        return SEPARATORS["space"] if self.layout in LINES else None

    def marked(self, layout: Layout) -> Layout:
        """The layout, with what is said here of its quotation marks."""
        return (
            layout if self.quoting is None else layout._replace(quoted=self.quoting == "double", doubt="", swallowed="")
        )


PLAIN = Form()
"""What the suffix says."""
