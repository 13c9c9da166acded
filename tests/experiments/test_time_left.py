import pytest

from seqrec_bench.experiments.time_left import SearchTimeLeft, TimeLeft
from seqrec_bench.studies.cells import Cell

SLOW, SLOW_TOO = Cell("fpmc", "paper", 4, 0, {"epochs": 10}), Cell("fpmc", "paper", 4, 1, {"epochs": 10})
QUICK = Cell("popularity", "paper", 0, 0)


def test_nothing_is_known_before_every_model_has_shown_its_pace() -> None:
    time_left = TimeLeft([SLOW, QUICK], jobs=2)
    time_left.advance(SLOW, 0, now=0.0)
    time_left.advance(SLOW, 1, now=5.0)
    time_left.advance(QUICK, 0, now=5.0)
    assert time_left.estimate(now=5.0) is None
    assert time_left.at_least(now=5.0) == pytest.approx(45.0)
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


def test_a_cell_that_can_not_go_on_after_all_is_judged_from_its_beginning() -> None:
    time_left = TimeLeft([SLOW], jobs=1)
    time_left.advance(SLOW, 0, now=0.0)
    time_left.go_on(SLOW, 8)
    time_left.advance(SLOW, 1, now=10.0)
    assert time_left.estimate(now=10.0) == pytest.approx(90.0)


def test_a_failed_cell_counts_as_ended() -> None:
    time_left = TimeLeft([QUICK], jobs=1)
    time_left.end(QUICK, now=1.0)
    assert time_left.estimate(now=1.0) == 0.0


def test_epochs_are_those_of_the_cell() -> None:
    assert TimeLeft([SLOW, QUICK], jobs=1).n_epochs == {SLOW: 10, QUICK: None}


def trial(model: str, number: int) -> Cell:
    return Cell(model, f"trial-{number}", 4, 0, {"epochs": 10} if model == "fpmc" else {})


def test_of_a_search_nothing_is_known_before_every_model_has_shown_its_pace() -> None:
    time_left = SearchTimeLeft({"fpmc": 3, "popularity": 2}, {}, jobs=2)
    assert time_left.estimate(now=0.0) is None
    time_left.advance(trial("fpmc", 1), 0, now=0.0)
    time_left.advance(trial("fpmc", 1), 1, now=5.0)
    assert time_left.estimate(now=5.0) is None
    time_left.advance(trial("popularity", 1), 0, now=5.0)
    time_left.end("popularity", now=6.0)
    assert time_left.estimate(now=6.0) == pytest.approx(44.0 + 100.0)  # this trial's rest and two more


def test_a_search_that_goes_on_is_judged_by_its_log() -> None:
    assert SearchTimeLeft({"fpmc": 3}, {"fpmc": [10.0, 30.0]}, jobs=1).estimate(now=0.0) == pytest.approx(60.0)
    assert SearchTimeLeft({"fpmc": 0}, {"fpmc": [10.0]}, jobs=1).estimate(now=0.0) == 0.0


def test_trials_of_one_model_never_run_side_by_side() -> None:
    taken = {"a": [10.0], "b": [4.0], "c": [3.0]}
    waiting = {"a": 2, "b": 2, "c": 3}
    expected = {1: 37.0, 2: 20.0, 3: 20.0, 9: 20.0}  # with two: a's 20 s beside b's 8 and c's 9
    for jobs, seconds in expected.items():
        assert SearchTimeLeft(waiting, taken, jobs).estimate(now=0.0) == pytest.approx(seconds)


def test_a_trial_that_starts_anew_or_never_started_is_one_trial() -> None:
    time_left = SearchTimeLeft({"popularity": 3}, {"popularity": [10.0]}, jobs=1)
    time_left.advance(trial("popularity", 1), 0, now=0.0)
    time_left.advance(trial("popularity", 1), 0, now=5.0)
    assert time_left.estimate(now=5.0) == pytest.approx(30.0)
    time_left.end("popularity", now=15.0)
    time_left.end("popularity", now=15.0)
    assert time_left.estimate(now=15.0) == pytest.approx(10.0)


def test_a_cell_that_goes_on_is_judged_by_the_epochs_of_this_sitting() -> None:
    time_left = TimeLeft([SLOW, SLOW_TOO], jobs=1)
    time_left.advance(SLOW, 0, now=0.0)
    time_left.go_on(SLOW, 6)
    assert time_left.estimate(now=0.0) is None
    time_left.advance(SLOW, 8, now=10.0)
    assert time_left.estimate(now=10.0) == pytest.approx(60.0)  # two epochs of this one, ten of the other
    time_left.end(SLOW, now=20.0)
    assert time_left.estimate(now=20.0) == pytest.approx(80.0)  # 20 s for its two epochs of eight
