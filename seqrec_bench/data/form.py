"""What the name of a file of interactions does not say of how it is laid out."""

from dataclasses import dataclass
from typing import Literal

Quoting = Literal["none", "double"]


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
    quoting: Quoting | None = None
    """What a quotation mark before a value is: with ``none``, a part of it; with ``double``, the beginning of a quoted
    value, over several lines too, in which marks are doubled. None for what the suffix says, and a refusal where that
    is in doubt."""
