import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import cast

import pytest

from seqrec_bench.cli import steps as module
from seqrec_bench.cli.main import app
from seqrec_bench.cli.showing import say_bytes, say_left
from seqrec_bench.cli.steps import State, Steps, shown


class Ticks:
    """An event that comes after some waits; during each, something may happen."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self.happenings, self.pauses = list(happenings), list[float]()

    def wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        if not self.happenings:
            return True
        self.happenings.pop(0)()
        return False


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, kind: str) -> Iterator[list[str]]:
    """Makes standard error a terminal inside; what it was sent is in the list afterwards."""
    master, slave = os.openpty()
    received: list[bytes] = []

    def read() -> None:
        with suppress(OSError):  # the other end is closed
            while piece := os.read(master, 4096):
                received.append(piece)

    reader = Thread(target=read)
    reader.start()
    seen: list[str] = []
    with monkeypatch.context() as patch, os.fdopen(slave, "w") as stderr:
        patch.setattr(sys, "stderr", stderr)
        patch.setenv("TERM", kind)
        patch.setenv("COLUMNS", "120")
        yield seen
    reader.join()
    os.close(master)
    seen.append(b"".join(received).decode())


def test_no_time_is_told_before_there_is_ground_for_it() -> None:
    assert State("reading", since=0.0).left(now=60.0) is None
    assert State("reading", since=0.0, n_all=4).left(now=60.0) is None
    assert State("reading", since=0.0, n_done=1).left(now=60.0) is None
    assert "not known yet" in State("reading", since=0.0, n_all=4).note(now=60.0)
    assert State("reading", since=59.5, n_done=1, n_all=4).left(now=60.0) is None
    assert State("reading", since=40.0, n_done=1, n_all=4).left(now=60.0) == 60.0


def test_what_is_told_fits_what_is_known() -> None:
    assert State("fetching", 0.0).note(now=12.0) == "for 12 s so far"
    assert State("receiving", 0.0, 2_500_000, None, say_bytes).note(now=12.0) == "2.5 MB so far"
    assert (
        State("receiving", 0.0, 2_500_000, 5_000_000, say_bytes).note(now=12.0) == "2.5 MB of 5.0 MB, about 10 s left"
    )
    assert State("reading", 0.0, 4, 4).note(now=12.0) == "4 of 4, nothing left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "a few seconds left"),
        (33.0, "about 35 s left"),
        (58.0, "about 1 min left"),
        (3661.0, "about 1 h 01 min left"),
    ],
)
def test_a_time_is_no_more_exact_than_it_is_known(seconds: float, words: str) -> None:
    assert say_left(seconds) == words


def test_quick_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("reading") as steps:
        assert list(steps.track("items", "abc")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_a_line_after_a_while_and_then_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps("reading")
    items = steps.track("items", "abc")
    ticks = Ticks(lambda: None, lambda: next(items), lambda: list(items))
    module._show_lines(steps, cast(Event, ticks))
    assert ticks.pauses[1:] == [30.0, 30.0, 30.0]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "reading: for 0 s so far",
        "items: 0 of 3, time left not known yet",
        "items: 3 of 3, nothing left",
    ]


def test_nothing_is_shown_once_the_work_has_failed() -> None:
    with pytest.raises(KeyboardInterrupt), shown("reading"):
        assert "steps" in [thread.name for thread in enumerate_threads()]
        raise KeyboardInterrupt
    assert "steps" not in [thread.name for thread in enumerate_threads()]


def test_a_terminal_has_one_bar_for_what_is_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    steps = Steps("loading")
    ticks = Ticks(lambda: None, lambda: list(steps.track("first", "ab")), lambda: list(steps.track("second", "abc")))
    module._show_bar(steps, cast(Event, ticks))
    shown_last = terminal.getvalue().rpartition("second")
    assert "3 of 3, nothing left" in shown_last[2]
    assert "first" not in shown_last[2]


def test_a_terminal_sees_bars_and_standard_output_stays_clean(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, note, reach = Event(), module.State.note, module.Steps.reach

    def note_drawn(self: module.State, now: float) -> str:
        if self.n_all == 8:
            drawn.set()
        return note(self, now)

    def wait_until_drawn(self: Steps, n_done: int) -> None:
        reach(self, n_done)
        drawn.wait(60)

    monkeypatch.setattr(module.State, "note", note_drawn)
    monkeypatch.setattr(module.Steps, "reach", wait_until_drawn)
    monkeypatch.setattr(module, "SECONDS_BEFORE_BAR", 0.0)
    monkeypatch.setenv("NO_COLOR", "1")
    with terminal(monkeypatch, "xterm") as seen:
        app(["attack", "popularity"], standalone_mode=False)
    assert "attacking" in seen[0]
    assert " of 8, " in seen[0]
    assert "\x1b[?25h" in seen[0].rpartition("\x1b[?25l")[2], "the cursor stays hidden"
    assert not re.search(r"\x1b\[[0-9;]*m", seen[0]), "there is colour"
    out = capsys.readouterr().out
    assert out.startswith("| attack")
    assert "\x1b" not in out


def test_a_terminal_that_can_move_no_cursor_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_BEFORE_LINE", 0.0)
    with terminal(monkeypatch, "dumb") as seen, shown("reading"):
        time.sleep(0.05)
    assert seen == ["reading: for 0 s so far\r\n"]
