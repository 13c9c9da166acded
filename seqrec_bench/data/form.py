"""What the name of a file of interactions does not say of how it is laid out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """How a file is laid out, where that is not what its suffix says."""

    layout: str | None = None
    """One of `readers.FORMS`; None for a row an interaction, with column names on top."""
    separator: str | None = None
    """What stands between values; None for what the suffix says."""
    has_header: bool = True
    """Whether the first line has column names; without, columns go by number, from 1."""
    has_times: bool = True
    """Whether there is a column of times; without, the order of the rows is the order of the interactions."""
