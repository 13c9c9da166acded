"""Workers that are killed, and a scheduler that stands still; the last of these files, so that no other test needs new
ones."""

import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from seqrec_bench.experiments import dask_cells
from seqrec_bench.experiments.cell import FinishedCell, Lesson
from seqrec_bench.experiments.dask_cells import DaskCells
from seqrec_bench.experiments.processes import CellError
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

CELL = Cell("unruly", "paper", 0, 0)
Cells = DaskCells[Lesson, FinishedCell]
Cluster = Any
"""That of conftest.py."""


@pytest.fixture(autouse=True)
def no_torch_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """`unruly` does without it; new workers would import it since tests of other files have."""
    monkeypatch.setattr("seqrec_bench.experiments.dask_worker.uses_torch", lambda: False)


def test_a_worker_killed_in_the_middle_of_a_cell_costs_that_cells_retry(
    cluster: Cluster, cells: Cells, reports: list[tuple[Cell, Epoch | None]]
) -> None:
    once = Cell("unruly", "odd", 0, 0, {"fault": "sleeps-once"})
    slow = cells.submit(once)
    cluster.wait_for((cluster.folder / "slept").exists)
    [worker] = [worker for worker in cluster.alive() if cluster.cells_of(worker)]
    others = [replace(CELL, seed=seed) for seed in range(3)]
    futures = [cells.submit(other) for other in others]
    futures[0].result()
    cluster.end(worker)
    assert slow.result().record.key.variant == "odd"
    assert [future.result().record.key.seed for future in futures] == [0, 1, 2]
    starts = [cell for cell, epoch in reports if epoch is None]
    assert [starts.count(cell) for cell in (once, *others)] == [2, 1, 1, 1]


def test_a_cell_that_kills_its_worker_again_and_again_is_given_up(
    cluster: Cluster, cells: Cells, reports: list[tuple[Cell, Epoch | None]]
) -> None:
    killing = Cell("unruly", "odd", 0, 0, {"fault": "kills-its-parent"})
    given_up, sound = cells.submit(killing), cells.submit(CELL)
    for n_starts in (1, 2):
        cluster.wait_for(lambda n_starts=n_starts: reports.count((killing, None)) == n_starts)
        (cluster.folder / "known").touch()
    cluster.wait_for(lambda: not cluster.alive())
    third = cluster.start_worker()
    with pytest.raises(CellError, match=r"^it was given up, since 2 Dask workers were lost while they ran it"):
        given_up.result(timeout=120)
    assert sound.result().record.key.variant == "paper"
    cluster.wait_for(lambda: not cluster.cells_of(third))
    assert third.poll() is None  # the cell was ended there before it got as far as to kill it


def test_a_scheduler_that_falls_silent_is_lost(
    cluster: Cluster, open_cells: Callable[[int], Cells], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cells, "ASK_SECONDS", 0.1)
    cells = open_cells(1)
    monkeypatch.setattr(dask_cells, "SILENT_SECONDS", 0.5)  # only now: on a busy machine, to open them may take longer
    monkeypatch.setattr(dask_cells, "CONNECT_SECONDS", 0.5)
    under_way = cells.submit(Cell("unruly", "odd", 0, 0, {"fault": "sleeps"}))
    cluster.scheduler.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(CellError, match=r"^the connection to the Dask scheduler was lost"):
            under_way.result()
        with pytest.raises(CellError, match=r"^the connection to the Dask scheduler was lost"):
            cells.submit(CELL).result()
        cells.shutdown()
    finally:
        cluster.scheduler.send_signal(signal.SIGCONT)
