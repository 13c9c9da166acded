"""What a model says that it is doing beside its epochs, on its way to whoever waits for its cell."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from seqrec_bench.text import shortened

SECONDS_BETWEEN = 1.0
"""Between two things that are passed on: nobody reads faster."""


@dataclass(frozen=True)
class Doing:
    """What a model does that is no epoch, in its own words."""

    what: str
    """One line that can be printed."""


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
