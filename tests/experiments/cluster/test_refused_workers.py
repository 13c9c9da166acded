import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.experiments import dask_cells, dask_worker
from seqrec_bench.experiments.cell import FinishedCell, Lesson
from seqrec_bench.experiments.dask_cells import DaskCells
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

Cells = DaskCells[Lesson, FinishedCell]
Cluster = Any
"""That of conftest.py."""

OTHER_UNRULY = (
    r"^The Dask worker tcp://127\.0\.0\.1:\d+ and the driver differ in recommender unruly \(unruly 2\.0 with source "
    r"[0-9a-f]{12} there, unruly 1\.0 with source [0-9a-f]{12} here\): install what is here, and restart it\.$"
)


@pytest.mark.usefixtures("cells")
def test_a_worker_with_other_software_is_refused_before_anything_is_run(
    cluster: Cluster, open_cells: Callable[[int], Cells]
) -> None:
    other = cluster.start_worker(unruly="2.0")
    try:
        with pytest.raises(InputError, match=OTHER_UNRULY):
            open_cells(3)
        assert other.poll() is None  # it may be of use to others
    finally:
        cluster.end(other)


def test_a_worker_with_other_software_that_joins_late_leaves_and_costs_no_cell(
    cluster: Cluster, cells: Cells, reports: list[tuple[Cell, Epoch | None]], warnings: list[str]
) -> None:
    waiting = Cell("unruly", "odd", 0, 0, {"fault": "waits"})
    pending = [replace(waiting, seed=seed) for seed in range(4)]
    futures = [cells.submit(cell) for cell in pending]
    cluster.wait_for(lambda: len(reports) == 2)
    other = cluster.start_worker(unruly="2.0")
    cluster.wait_for(lambda: other.poll() is not None)
    (cluster.folder / "go").touch()
    assert [future.result().record.key.seed for future in futures] == [0, 1, 2, 3]
    assert sorted(cell.seed for cell, epoch in reports if epoch is None) == [0, 1, 2, 3]
    assert len(warnings) == 1
    assert re.search(OTHER_UNRULY, warnings[0])


@pytest.mark.parametrize(
    ("where", "name", "value", "message"),
    [
        (
            dask_worker, "software", lambda models: {"numpy": "0.1"},
            r"^The Dask worker .* and the driver differ in numpy \(\d.* there, 0\.1 here\): install what is here",
        ),
        (
            dask_worker, "software", lambda models: {"recommender rare": "rare 1.0"},
            r"differ in recommender rare \(none there, rare 1\.0 here\)",
        ),
        (dask_cells, "__version__", "0.0.0", r"^The Dask scheduler has seqrec-bench .*, and the driver 0\.0\.0"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("cells")
def test_other_software_is_refused_in_one_sentence(
    open_cells: Callable[[int], Cells],
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    value: object,
    message: str,
) -> None:
    monkeypatch.setattr(where, name, value)
    with pytest.raises(InputError, match=message):
        open_cells(2)


@pytest.mark.usefixtures("cells")
def test_a_worker_that_may_not_start_processes_says_how_it_may(
    cluster: Cluster, open_cells: Callable[[int], Cells]
) -> None:
    nanny = cluster.start_worker("--nanny")
    try:
        with pytest.raises(InputError, match=r"may not start processes, .* start it with --no-nanny"):
            open_cells(3)
    finally:
        cluster.end(nanny)
