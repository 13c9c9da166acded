"""Real processes, with a recommender that misbehaves in them."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import forkserver
from pathlib import Path
from threading import Event
from types import NoneType

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.experiments.cell import Setting, learn, run_cell
from seqrec_bench.experiments.processes import CellError, CellProcesses, Lost, Progress, _explain_death
from seqrec_bench.experiments.saying import Doing
from seqrec_bench.experiments.shared import Shared
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

pytestmark = pytest.mark.usefixtures("unruly")

Reports = list[tuple[Cell, Progress]]


@pytest.fixture
def reports() -> Reports:
    return []


def open_processes(jobs: int, setting: Setting, report: Callable[[Cell, Progress], None]) -> CellProcesses:
    return CellProcesses(jobs, learn, setting.lesson, report, setting.examination)


@pytest.fixture
def processes(toy: Dataset, reports: Reports) -> Iterator[CellProcesses]:
    found = open_processes(2, Setting(toy, "cpu"), lambda cell, epoch: reports.append((cell, epoch)))
    yield found
    found.shutdown()


def test_a_cell_gives_the_record_and_weights_that_it_gives_in_this_process(
    processes: CellProcesses, reports: Reports, toy: Dataset
) -> None:
    cell = Cell("unruly", "paper", 0, 0, {"says": "counting\n1 of 7"})
    finished, finished_here = processes.submit(cell).result(), run_cell(cell, Setting(toy, "cpu"), lambda epoch: None)
    record, here = finished.record, finished_here.record
    assert (record.key, record.recipe, record.test, record.validation) == (
        here.key, here.recipe, here.test, here.validation,
    )  # fmt: skip
    assert record.curve == here.curve
    assert finished.weights is not None and finished_here.weights is not None
    for name, value in finished_here.weights.items():
        np.testing.assert_array_equal(finished.weights[name], value)
    assert reports == [(cell, None), (cell, Doing("counting 1 of 7")), *((cell, epoch) for epoch in record.curve)]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("raises", r"^ZeroDivisionError: no luck \(module_of_unruly_\S+\.py, line \d+\)$"),
        ("nan-in-epoch-2", "^In epoch 2: unruly gave NaN"),
    ],
)
def test_a_cell_that_fails_says_why_and_leaves_the_others_alone(
    processes: CellProcesses, fault: str, cause: str
) -> None:
    failing = processes.submit(Cell("unruly", "odd", 0, 0, {"fault": fault}))
    sound = processes.submit(Cell("unruly", "paper", 0, 0))
    with pytest.raises(CellError, match=cause):
        failing.result()
    assert sound.result().record.key.variant == "paper"


def test_a_cell_whose_process_dies_is_tried_once_more_and_the_others_notice_nothing(
    processes: CellProcesses, reports: Reports
) -> None:
    dying = Cell("unruly", "odd", 0, 0, {"fault": "dies"})
    failing, sound = processes.submit(dying), processes.submit(Cell("unruly", "paper", 0, 0))
    with pytest.raises(CellError, match=r"^its process was killed by SIGKILL: was memory short"):
        failing.result()
    assert sound.result().record.key.variant == "paper"
    lost = Lost("its process was killed by SIGKILL: was memory short?")
    assert [progress for cell, progress in reports if cell == dying] == [None, lost, None]


def test_a_cell_that_dies_once_is_run_to_its_end(
    processes: CellProcesses, reports: Reports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cell = Cell("unruly", "odd", 0, 0, {"fault": "dies-once"})
    record = processes.submit(cell).result().record
    assert (tmp_path / "died").exists()
    assert [type(progress) for _, progress in reports] == [NoneType, Lost, NoneType, Epoch, Epoch, Epoch]
    assert len(record.curve) == 3


def test_a_cell_that_raises_is_not_tried_again(processes: CellProcesses, reports: Reports) -> None:
    with pytest.raises(CellError):
        processes.submit(Cell("unruly", "odd", 0, 0, {"fault": "raises"})).result()
    assert [progress for _, progress in reports] == [None]


@pytest.mark.parametrize(
    ("is_imported", "with_torch", "is_preloaded"),
    [(False, False, False), (True, False, True), (False, True, True)],
    ids=["models that count", "a model with torch", "a worker, which loads no model"],
)
def test_torch_is_imported_ahead_where_a_model_uses_it(
    toy: Dataset, monkeypatch: pytest.MonkeyPatch, is_imported: bool, with_torch: bool, is_preloaded: bool
) -> None:
    monkeypatch.setattr(forkserver, "ensure_running", lambda: None)
    monkeypatch.setitem(sys.modules, "torch", sys) if is_imported else monkeypatch.delitem(sys.modules, "torch", False)
    CellProcesses(1, learn, Setting(toy, "cpu").lesson, lambda cell, epoch: None, with_torch=with_torch).shutdown()
    modules = forkserver._forkserver._preload_modules
    assert ("seqrec_bench.experiments.preloaded_torch" in modules) is is_preloaded


def test_cells_have_one_thread_each_and_the_run_keeps_its_own(
    processes: CellProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    record = processes.submit(Cell("unruly", "paper", 0, 0)).result().record
    assert record.environment["threads"] == 1
    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_the_peak_of_memory_is_the_cells_own(processes: CellProcesses) -> None:
    ballast = np.ones(55_000_000)  # 440 MB in this process, which the cell's process must not count as its own
    record = processes.submit(Cell("unruly", "paper", 0, 0)).result().record
    assert 20_000_000 < record.peak_memory_bytes < 400_000_000 < ballast.nbytes


def test_a_display_that_fails_is_that_cells_failure_and_leaves_no_process(toy: Dataset) -> None:
    def fail(cell: Cell, epoch: Epoch | None) -> None:
        raise LookupError("no such bar")

    processes = open_processes(1, Setting(toy, "cpu"), fail)
    with pytest.raises(LookupError):
        processes.submit(Cell("unruly", "paper", 0, 0)).result()
    processes.shutdown()
    assert multiprocessing.active_children() == []


def test_shutting_down_ends_what_runs_and_what_waits(toy: Dataset) -> None:
    started = Event()
    processes = open_processes(1, Setting(toy, "cpu"), lambda cell, epoch: started.set())
    running = processes.submit(Cell("unruly", "odd", 0, 0, {"fault": "sleeps"}))
    waiting = processes.submit(Cell("unruly", "paper", 0, 0))
    assert started.wait(timeout=60)
    before = time.monotonic()
    processes.shutdown()
    assert time.monotonic() - before < 60  # it sleeps for 600
    with pytest.raises(CellError, match="killed by SIGKILL"):
        running.result()
    assert waiting.cancelled()


def test_a_setting_that_is_shared_already_serves_several(toy: Dataset) -> None:
    setting = Setting(toy, "cpu")
    with closing(Shared(setting.lesson)) as shared:
        for seed in (0, 1):
            processes = CellProcesses(1, learn, shared, lambda cell, epoch: None, setting.examination)
            assert processes.submit(Cell("unruly", "paper", 0, seed)).result().record.key.seed == seed
            processes.shutdown()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="a process's signals are looked up in /proc")
def test_ctrl_c_is_for_the_run_and_not_for_its_cells(processes: CellProcesses, reports: Reports) -> None:
    slow = processes.submit(Cell("unruly", "odd", 0, 0, {"fault": "sleeps"}))
    while not reports:
        time.sleep(0.01)
    (process,) = processes._running
    for number in (process.pid, forkserver._forkserver._forkserver_pid):
        status = Path(f"/proc/{number}/status").read_text()
        blocked = int(status.partition("SigBlk:")[2].split()[0], base=16)
        assert blocked >> (signal.SIGINT - 1) & 1
    processes.shutdown()
    assert slow.exception()


@pytest.mark.parametrize(
    ("exit_code", "says"),
    [
        (-signal.SIGKILL, "was memory short"),
        (-signal.SIGTERM, "by SIGTERM, by somebody else"),
        (-signal.SIGSEGV, "SIGSEGV: the recommender's native code has crashed"),
        (-40, "its process was ended by signal 40: the recommender's"),
        (3, "exit code 3 and no result"),
    ],
)
def test_a_death_is_told_by_its_exit_code(exit_code: int, says: str) -> None:
    assert says in _explain_death(exit_code)


@pytest.fixture
def forked_from_another(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The test may kill the process that cells are forked from: tests to come find none, and start their own."""
    monkeypatch.setattr("seqrec_bench.experiments.processes.uses_torch", lambda: False)
    yield
    forkserver._forkserver._stop()


@pytest.mark.usefixtures("forked_from_another")
def test_cells_are_run_though_the_process_that_they_are_forked_from_is_killed(
    processes: CellProcesses, reports: Reports
) -> None:
    slow = processes.submit(Cell("unruly", "odd", 0, 0, {"epochs": 1000}))
    while len(reports) < 2:
        time.sleep(0.01)
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    assert len(slow.result().record.curve) == 1000
    assert sum(isinstance(progress, Lost) for _, progress in reports) == 1
