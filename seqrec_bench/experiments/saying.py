"""What is told of a cell while it is run: its epochs, and what its model and its process say beside them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from seqrec_bench.recommender import Epoch
from seqrec_bench.text import shortened

SECONDS_BETWEEN = 1.0
"""Between two things that are passed on: nobody reads faster."""


@dataclass(frozen=True)
class Doing:
    """What a model does that is no epoch, in its own words."""

    what: str
    """One line that can be printed."""


@dataclass(frozen=True)
class GoesOn:
    """A training goes on after this epoch, which is one of an earlier sitting."""

    epoch: int


@dataclass(frozen=True)
class Remark:
    """What the user ought to know of a cell that is run all the same, in words."""

    text: str


News = Epoch | Doing | GoesOn | Remark
"""What is told of a cell while it is run."""

Report = Callable[[News], None]


def said_seldom(tell: Callable[[Doing], None]) -> Callable[[str], None]:
    """What a model may call however often: the first thing is told, and later ones a second after the last that was."""
    last: float | None = None

    def say(what: str) -> None:
        nonlocal last
        now = time.monotonic()
        if last is None or now - last >= SECONDS_BETWEEN:
            last = now
            tell(Doing(shortened(str(what))))

    return say
