import io
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from rich.progress import Progress

from seqrec_bench.cli import search_progress
from seqrec_bench.cli.search_progress import LiveSearch, open_search_display
from seqrec_bench.experiments.processes import Lost
from seqrec_bench.experiments.saying import Doing
from seqrec_bench.experiments.search import ModelSearch
from seqrec_bench.experiments.time_left import SearchTimeLeft
from seqrec_bench.recommender import Epoch
from seqrec_bench.records.search_log import Trial
from seqrec_bench.studies.cells import Cell

TRIAL = Cell("fpmc", "trial-1", 4, 0, {"epochs": 10})


def epoch(number: int) -> Epoch:
    return Epoch(number, 1.5, {"NDCG@50": 0.125}, 2.0)


def ended(number: int, value: float | None) -> Trial:
    return Trial(number, {"n": 1}, value, 2, None if value else "no luck", 12.0, {}, [])


@pytest.fixture
def search() -> ModelSearch:
    """A search of two trials, none done."""
    found: Any = SimpleNamespace(model="fpmc", n_trials=2, trials=[], best=None, selection="NDCG@50")
    return cast(ModelSearch, found)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets what the displays take for the time."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(search_progress.time, "monotonic", lambda: seconds)

    set_to(0.0)
    return set_to


def add(search: ModelSearch, trial: Trial) -> None:
    """As the search does before it tells of it."""
    cast(list[Trial], search.trials).append(trial)
    if trial.value is not None:
        vars(search)["best"] = trial


def test_a_trial_that_was_best_in_its_last_epoch_says_so(
    search: ModelSearch, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with open_search_display([search], jobs=1) as display:
        for number, allowed in ((1, 2), (2, 3)):
            display.advanced(TRIAL, None)
            add(search, replace(ended(number, 0.25), allowed=allowed))
            display.ended(search, search.trials[-1])
    first, second = capsys.readouterr().err.splitlines()
    assert "NDCG@50 0.2500 in epoch 2, the last allowed, 12 s" in first
    assert "NDCG@50 0.2500 in epoch 2, 12 s" in second


def test_a_log_has_a_line_for_each_trial_and_seldom_one_between(
    search: ModelSearch, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with open_search_display([search], jobs=1) as display:
        display.advanced(TRIAL, None)
        display.advanced(TRIAL, Doing("skip-gram, 1 of 20 passes"))
        for number in range(1, 5):
            clock(12.0 * number)
            display.advanced(TRIAL, epoch(number))
        clock(70.0)
        display.advanced(TRIAL, Doing("skip-gram, 2 of 20 passes"))
        clock(60.0)
        add(search, ended(1, 0.25))
        display.ended(search, search.trials[0])
        add(search, ended(2, None))
        display.ended(search, search.trials[1])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "fpmc trial-1: epoch 3/10, validation NDCG@50 0.1250",
        "fpmc trial-1: skip-gram, 2 of 20 passes",
        "fpmc 1/2 (n=1): NDCG@50 0.2500 in epoch 2, 12 s [1/2 trials, about 1 min left]",
        "fpmc 2/2 (n=1): failed: no luck in epoch 2, 12 s [2/2 trials, nothing left]",
    ]


def test_a_terminal_has_a_bar_for_the_search_and_one_for_each_model(
    search: ModelSearch, clock: Callable[[float], None]
) -> None:
    terminal = io.StringIO()
    bars = Progress(console=Console(file=terminal, width=120))
    display = LiveSearch(bars, [search], SearchTimeLeft({"fpmc": 2}, {}, jobs=1))

    def notes() -> list[tuple[str, float, str]]:
        return [(bar.description.strip(), bar.completed, bar.fields["note"]) for bar in bars.tasks]

    assert notes() == [("trials", 0, "time left not known yet"), ("fpmc", 0, "none sound yet")]
    display.advanced(TRIAL, None)
    assert notes()[0][2] == "time left not known yet"
    clock(30.0)
    display.advanced(TRIAL, epoch(1))
    assert notes() == [
        ("trials", 0, "about 10 min left"),
        ("fpmc", 0, "none sound yet, trial-1: epoch 1/10"),
    ]
    display.advanced(TRIAL, Doing("pass 2 [of 20]"))
    assert notes()[1][2] == r"none sound yet, trial-1: pass 2 \[of 20]"
    display.advanced(TRIAL, Lost("its process was killed by SIGKILL: was memory short?"))
    display.advanced(TRIAL, None)
    assert notes()[0][2] == "time left not known yet"
    clock(90.0)
    add(search, ended(1, 0.25))
    display.ended(search, search.trials[0])
    assert notes() == [("trials", 1, "about 1 min left"), ("fpmc", 1, "best NDCG@50 0.2500")]
    assert terminal.getvalue().splitlines() == [
        "fpmc trial-1: lost, and started once more: its process was killed by SIGKILL: was memory short?",
        "fpmc 1/2 (n=1): NDCG@50 0.2500 in epoch 2, 12 s",
    ]
