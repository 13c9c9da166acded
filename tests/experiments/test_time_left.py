import pytest

from seqrec_bench.experiments.suite import Cell
from seqrec_bench.experiments.time_left import TimeLeft

SLOW, SLOW_TOO = Cell("fpmc", "paper", 4, 0, {"epochs": 10}), Cell("fpmc", "paper", 4, 1, {"epochs": 10})
QUICK = Cell("popularity", "paper", 0, 0)


def test_nothing_is_known_before_every_model_has_shown_its_pace() -> None:
    time_left = TimeLeft([SLOW, QUICK], jobs=2)
    time_left.advance(SLOW, 0, now=0.0)
    time_left.advance(SLOW, 1, now=5.0)
    time_left.advance(QUICK, 0, now=5.0)
    assert time_left.estimate(now=5.0) is None
    time_left.end(QUICK, now=6.0)
    assert time_left.estimate(now=6.0) == pytest.approx(44.0)


def test_a_running_cell_takes_its_pace_to_its_last_epoch() -> None:
    time_left = TimeLeft([SLOW], jobs=1)
    time_left.advance(SLOW, 0, now=100.0)
    time_left.advance(SLOW, 2, now=106.0)
    assert time_left.estimate(now=106.0) == pytest.approx(24.0)
    assert time_left.estimate(now=110.0) == pytest.approx(20.0)


def test_waiting_cells_take_as_long_as_those_of_their_model_and_share_the_processes() -> None:
    time_left = TimeLeft([SLOW, SLOW_TOO], jobs=2)
    time_left.advance(SLOW, 0, now=0.0)
    time_left.advance(SLOW, 5, now=10.0)
    assert time_left.estimate(now=10.0) == pytest.approx(15.0)  # (10 + 20) / 2
    time_left.end(SLOW, now=30.0)
    assert time_left.estimate(now=30.0) == pytest.approx(15.0)  # one cell of 30 s, two processes
    time_left.advance(SLOW_TOO, 0, now=30.0)
    assert time_left.estimate(now=30.0) == pytest.approx(30.0)  # one process alone must do it
    time_left.end(SLOW_TOO, now=60.0)
    assert time_left.estimate(now=60.0) == 0.0


def test_a_cell_that_starts_anew_is_judged_from_there() -> None:
    time_left = TimeLeft([SLOW], jobs=1)
    time_left.advance(SLOW, 0, now=0.0)
    time_left.advance(SLOW, 5, now=100.0)
    time_left.advance(SLOW, 0, now=200.0)
    assert time_left.estimate(now=200.0) is None
    time_left.advance(SLOW, 2, now=206.0)
    assert time_left.estimate(now=206.0) == pytest.approx(24.0)


def test_a_failed_cell_counts_as_ended() -> None:
    time_left = TimeLeft([QUICK], jobs=1)
    time_left.end(QUICK, now=1.0)
    assert time_left.estimate(now=1.0) == 0.0


def test_epochs_are_those_of_the_cell() -> None:
    assert TimeLeft([SLOW, QUICK], jobs=1).n_epochs == {SLOW: 10, QUICK: None}
