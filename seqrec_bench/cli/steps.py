"""How far a command has come: nothing while it is quick, then a bar on a terminal, or a line now and then in a log."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import TypeVar

from seqrec_bench.cli.showing import SECONDS_BETWEEN_LINES, is_live, new_bars, print_line, say_left

SECONDS_BEFORE_BAR, SECONDS_BEFORE_LINE = 1.0, 3.0
"""What is done sooner shows nothing."""
_SECONDS_BETWEEN_BARS = 0.1
_LEAST_GROUND = 1.0
"""Seconds before a pace is one: the first item may have to wait for an import."""

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class State:
    """What is being done at the moment."""

    what: str
    since: float
    n_done: int = 0
    n_all: int | None = None
    """None where nobody knows."""
    say: Callable[[int], str] = str
    """A number of what is counted, in words."""

    def left(self, now: float) -> float | None:
        """Seconds until all is done, at the pace so far; None while there is no ground to tell it."""
        if self.n_done == self.n_all:
            return 0.0
        if self.n_all is None or not self.n_done or now - self.since < _LEAST_GROUND:
            return None
        return (now - self.since) / self.n_done * (self.n_all - self.n_done)

    def note(self, now: float) -> str:
        """How much is done and how long the rest takes; the time so far where nothing else is known."""
        if self.n_all is None:
            return f"{self.say(self.n_done)} so far" if self.n_done else f"for {now - self.since:.0f} s so far"
        return f"{self.say(self.n_done)} of {self.say(self.n_all)}, {say_left(self.left(now))}"


class Steps:
    """Told by the thread that works, and read by the one that shows it."""

    def __init__(self, what: str) -> None:
        self.state = State(what, time.monotonic())

    def begin(self, what: str, n_all: int | None, say: Callable[[int], str] = str) -> None:
        """Something else is being done from now on."""
        self.state = State(what, time.monotonic(), 0, n_all, say)

    def reach(self, n_done: int) -> None:
        """So much of it is done."""
        self.state = replace(self.state, n_done=n_done)

    def track(self, what: str, items: Sequence[ItemT], /) -> Iterator[ItemT]:
        """Goes through the items, which are the steps; a `Track`."""
        self.begin(what, len(items))
        for n_done, item in enumerate(items):
            self.reach(n_done)
            yield item
        self.reach(len(items))


@contextmanager
def shown(what: str) -> Iterator[Steps]:
    """Shows how far the work inside has come, on standard error; it must print nothing to standard output meanwhile.

    Args:
        what: What is done until the work says something else.
    """
    steps, done = Steps(what), Event()
    thread = Thread(target=_show_bar if is_live() else _show_lines, args=(steps, done), name="steps", daemon=True)
    thread.start()
    try:
        yield steps
    finally:
        done.set()
        thread.join()


def _show_bar(steps: Steps, done: Event) -> None:
    if done.wait(SECONDS_BEFORE_BAR):
        return
    with new_bars("{task.fields[note]}", transient=True) as bars:
        shown, task = None, None
        while True:
            state = steps.state
            note = state.note(time.monotonic())
            if task is None or shown != state.since:
                if task is not None:
                    bars.remove_task(task)
                task = bars.add_task(state.what, total=state.n_all, note=note)
                shown = state.since
            bars.update(task, completed=state.n_done, note=note)
            if done.wait(_SECONDS_BETWEEN_BARS):
                return


def _show_lines(steps: Steps, done: Event) -> None:
    pause = SECONDS_BEFORE_LINE
    while not done.wait(pause):
        state = steps.state
        print_line(f"{state.what}: {state.note(time.monotonic())}")
        pause = SECONDS_BETWEEN_LINES
