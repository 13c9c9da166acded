from collections.abc import Callable

import pytest

from seqrec_bench.experiments import saying
from seqrec_bench.experiments.saying import Doing, said_seldom


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(saying.time, "monotonic", lambda: seconds)

    return set_to


def test_what_comes_within_a_second_of_what_was_told_is_left_out(clock: Callable[[float], None]) -> None:
    told: list[Doing] = []
    say = said_seldom(told.append)
    for tenths in range(25):
        clock(50 + tenths / 10)
        say(f"pass {tenths}")
    assert told == [Doing("pass 0"), Doing("pass 10"), Doing("pass 20")]


def test_what_is_told_is_one_short_line_that_can_be_printed() -> None:
    told: list[Doing] = []
    said_seldom(told.append)("pass 1\n\x1b[2J" + 10_000 * "x")
    assert told[0].what.startswith("pass 1 \\x1b[2Jxxx")
    assert len(told[0].what) < 510


def test_what_is_no_text_is_told_as_one() -> None:
    told: list[Doing] = []
    said_seldom(told.append)(7)  # type: ignore[arg-type]
    assert told == [Doing("7")]
