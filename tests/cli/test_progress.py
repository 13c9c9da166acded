import errno
import io
import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress

from seqrec_bench.cli import progress
from seqrec_bench.cli.progress import COLUMNS, LiveDisplay, open_display
from seqrec_bench.experiments.processes import Lost
from seqrec_bench.experiments.saying import Doing, GoesOn, Remark
from seqrec_bench.experiments.time_left import TimeLeft
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import LockHolder, Ranks, Record
from seqrec_bench.studies.cells import Cell

CELL = Cell("fpmc", "paper", 4, 0, {"epochs": 10})


def epoch(number: int) -> Epoch:
    return Epoch(number, 1.5, {"NDCG@50": 0.125 + number / 1000}, 2.0)


RANKS = Ranks(better=np.array([0, 2]), tied=np.array([1, 1]))
"""NDCG@50 of 1 and of 1 / log2(4)."""
RECORD = cast(Record, SimpleNamespace(validation=RANKS, seconds={"fit": 11.0, "score": 1.0}, curve=[]))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets what the displays take for the time."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(progress.time, "monotonic", lambda: seconds)

    return set_to


def test_a_log_gets_lines_seldom(capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]) -> None:
    with open_display([CELL], jobs=1) as display:
        clock(0.0)
        display.advanced(CELL, None)
        for number in range(1, 5):
            clock(12.0 * number)
            display.advanced(CELL, epoch(number))
        display.ended(CELL, RECORD)
    assert capsys.readouterr().err.splitlines() == [
        "fpmc paper-d4-s0: started",
        "fpmc paper-d4-s0: epoch 3, loss 1.5000, validation NDCG@50 0.1280, 2.0 s",
        "fpmc paper-d4-s0: done in 12 s, validation NDCG@50 0.7500 [1/1 cells, nothing left]",
    ]


def test_what_a_model_says_is_shown_as_seldom_as_epochs(
    capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    with open_display([CELL], jobs=1) as display:
        clock(0.0)
        display.advanced(CELL, None)
        for number in range(1, 5):
            clock(12.0 * number)
            display.advanced(CELL, Doing(f"skip-gram, {number} of 20 passes"))
        clock(80.0)
        display.advanced(CELL, epoch(1))
    assert capsys.readouterr().err.splitlines() == [
        "fpmc paper-d4-s0: started",
        "fpmc paper-d4-s0: skip-gram, 3 of 20 passes",
        "fpmc paper-d4-s0: epoch 1, loss 1.5000, validation NDCG@50 0.1260, 2.0 s",
    ]


def test_a_training_that_goes_on_says_from_where_and_what_keeps_it_from_that() -> None:
    terminal = io.StringIO()
    bars = Progress("{task.description}", *COLUMNS, console=Console(file=terminal, width=120))
    display = LiveDisplay(bars, [CELL], TimeLeft([CELL], jobs=1))
    display.advanced(CELL, None)
    display.advanced(CELL, GoesOn(7))
    display.advanced(CELL, Remark("no luck [red]at all[/]"))
    assert bars.tasks[1].completed == 7
    assert [line.rstrip() for line in terminal.getvalue().splitlines()] == [
        "fpmc paper-d4-s0: going on from epoch 7",
        "fpmc paper-d4-s0: no luck [red]at all[/]",
    ]


def test_what_goes_on_is_a_line_of_the_log_and_known_to_the_time_left(
    capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    other = Cell("fpmc", "paper", 4, 1, {"epochs": 10})
    with open_display([CELL, other], jobs=1) as display:
        clock(0.0)
        display.advanced(CELL, None)
        display.advanced(CELL, GoesOn(5))
        clock(600.0)
        display.ended(CELL, "no luck")  # before an epoch has ended: that says nothing of how long one takes
        display.advanced(other, None)
        display.advanced(other, GoesOn(8))
        clock(660.0)
        display.advanced(other, epoch(9))
    lines = capsys.readouterr().err.splitlines()
    assert lines[1:3] == [
        "fpmc paper-d4-s0: going on from epoch 5",
        "fpmc paper-d4-s0: failed: no luck [1/2 cells, time left not known yet]",
    ]
    assert lines[4] == "fpmc paper-d4-s1: going on from epoch 8"


def test_a_bar_has_what_a_model_says_until_an_epoch_ends() -> None:
    terminal = io.StringIO()
    bars = Progress("{task.description}", *COLUMNS, console=Console(file=terminal, width=120))
    display = LiveDisplay(bars, [CELL], TimeLeft([CELL], jobs=1))
    display.advanced(CELL, None)
    display.advanced(CELL, Doing("[red]pass[/] 3 [of 20]"))
    with bars:
        pass
    assert "[red]pass[/] 3 [of 20]" in terminal.getvalue()
    display.advanced(CELL, epoch(1))
    assert bars.tasks[1].fields["note"] == "validation NDCG@50 0.1260"


def test_a_model_that_ranks_every_validation_target_first_is_doubted(
    capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    clock(0.0)
    seen = SimpleNamespace(
        validation=Ranks(better=np.array([0, 0]), tied=np.array([1, 1])), seconds={"fit": 11.0, "score": 1.0}, curve=[]
    )
    with open_display([CELL], jobs=1) as display:
        display.ended(CELL, cast(Record, seen))
    assert capsys.readouterr().err == (
        "fpmc paper-d4-s0: done in 12 s, validation NDCG@50 1.0000 (in all metrics: a model that ranks every target "
        "first has almost surely seen them) [1/1 cells, nothing left]\n"
    )


def test_a_run_that_was_best_in_its_last_epoch_says_so(
    make_record: Callable[..., Record], capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    clock(0.0)
    with open_display([CELL], jobs=1) as display:
        for allowed in (3, 4):
            record = make_record("fpmc", 4, better=[0] * 40, hyperparameters={"epochs": allowed})
            curve = [epoch(number) for number in range(1, 4)]
            display.ended(CELL, replace(record, validation=RANKS, curve=curve))
    first, second = capsys.readouterr().err.splitlines()
    said = ", best in epoch 3, the last allowed: it may still have been learning (fpmc.epochs)"
    assert f"validation NDCG@50 0.7500{said} [" in first
    assert "validation NDCG@50 0.7500 [" in second


def test_a_log_says_what_failed_and_how_long_it_takes(
    capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    other = Cell("fpmc", "paper", 4, 1, {"epochs": 10})
    with open_display([CELL, other], jobs=1) as display:
        clock(0.0)
        display.advanced(CELL, None)
        clock(7200.0)
        display.ended(CELL, "no luck")
    assert "fpmc paper-d4-s0: failed: no luck [1/2 cells, about 2 h 00 min left]" in capsys.readouterr().err


def test_while_a_model_has_shown_no_pace_the_others_say_what_is_left_at_least(
    capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    other, unseen = Cell("fpmc", "paper", 4, 1, {"epochs": 10}), Cell("caser", "paper", 4, 0)
    with open_display([CELL, other, unseen], jobs=1) as display:
        clock(0.0)
        display.advanced(CELL, None)
        clock(600.0)
        display.ended(CELL, RECORD)
    assert "[1/3 cells, at least about 10 min left]" in capsys.readouterr().err


def test_a_terminal_gets_bars(monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with open_display([CELL], jobs=1) as display:
        clock(0.0)
        display.advanced(CELL, None)
        clock(60.0)
        display.advanced(CELL, epoch(1))
        display.ended(CELL, RECORD)
    shown = terminal.getvalue()
    assert "1/1" in shown
    assert "fpmc paper-d4-s0: done in 12 s, validation NDCG@50 0.7500" in shown


def test_a_cell_that_starts_anew_has_one_bar() -> None:
    bars = Progress(console=Console(file=io.StringIO()))
    display = LiveDisplay(bars, [CELL], TimeLeft([CELL], jobs=1))
    display.advanced(CELL, None)
    display.advanced(CELL, epoch(1))
    display.advanced(CELL, None)
    assert [(bar.description.strip(), bar.completed) for bar in bars.tasks] == [("cells", 0), (str(CELL), 0)]


def test_what_is_lost_and_what_is_waited_for_are_named(
    capsys: pytest.CaptureFixture[str], clock: Callable[[float], None]
) -> None:
    clock(0.0)
    terminal = io.StringIO()
    bars = Progress(console=Console(file=terminal, width=120))
    with open_display([CELL], jobs=1) as log:
        for display in (log, LiveDisplay(bars, [CELL], TimeLeft([CELL], jobs=1))):
            display.advanced(CELL, None)
            display.advanced(CELL, Lost("its process was killed by SIGKILL: was memory short?"))
            display.advanced(CELL, None)
            display.waits(CELL, LockHolder("a-host", 123, "2026-01-01T00:00:00+00:00"))
    lost = "fpmc paper-d4-s0: lost, and started once more: its process was killed by SIGKILL: was memory short?"
    waiting = "fpmc paper-d4-s0: waiting for process 123 on a-host, which is running it"
    started = "fpmc paper-d4-s0: started"
    assert capsys.readouterr().err.splitlines() == [started, lost, started, waiting]
    assert terminal.getvalue().splitlines() == [lost, waiting]


def test_a_log_that_cant_be_written_costs_no_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    with open_display([CELL], jobs=1) as display:
        display.advanced(CELL, None)
        display.ended(CELL, RECORD)
