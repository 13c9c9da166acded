import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.experiments import dask_cells, dask_client
from seqrec_bench.experiments.cell import FinishedCell, Lesson, Setting, run_cell
from seqrec_bench.experiments.dask_cells import DaskCells
from seqrec_bench.experiments.dask_client import connect
from seqrec_bench.experiments.processes import CellError
from seqrec_bench.experiments.saying import Doing
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Store
from seqrec_bench.studies.cells import Cell, Group

CELL = Cell("unruly", "paper", 0, 0)
Cells = DaskCells[Lesson, FinishedCell]
Cluster = Any
"""That of conftest.py."""
Reports = list[tuple[Cell, Epoch | Doing | None]]


def test_starts_epochs_and_what_is_said_are_reported_as_they_happen(cells: Cells, reports: Reports) -> None:
    cell = replace(CELL, settings={"says": "counting"})
    record = cells.submit(cell).result().record
    assert reports == [(cell, None), (cell, Doing("counting")), *((cell, epoch) for epoch in record.curve)]


def test_lists_that_are_asked_for_come_with_the_cell(cells: Cells, toy: Dataset) -> None:
    there, here = cells.submit(CELL).result(), run_cell(CELL, Setting(toy, "cpu", keep_top=3), lambda epoch: None)
    assert there.top == here.top and here.top is not None


def test_a_cells_failure_is_its_own(cells: Cells, reports: Reports) -> None:
    raising = cells.submit(Cell("unruly", "odd", 0, 0, {"fault": "raises"}))
    dying = cells.submit(Cell("unruly", "odd", 0, 1, {"fault": "dies"}))
    sound = cells.submit(CELL)
    with pytest.raises(CellError, match=r"^ZeroDivisionError: no luck \(unruly_module.py, line \d+\)$"):
        raising.result()
    with pytest.raises(CellError, match=r"^its process was killed by SIGKILL: was memory short"):
        dying.result()
    assert sound.result().record.key.variant == "paper"
    assert len([epoch for _, epoch in reports if epoch is None]) == 4  # what died was tried twice


def test_cells_beyond_the_window_wait_here(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cells, "MAX_SENT", 1)
    futures = [cells.submit(replace(CELL, seed=seed)) for seed in range(3)]
    assert len(cells._sent) == 1
    assert [future.result().record.key.seed for future in futures] == [0, 1, 2]


def test_shutting_down_ends_what_runs_and_what_waits(
    cluster: Cluster, cells: Cells, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    futures = [cells.submit(Cell("unruly", "odd", 0, seed, {"fault": "sleeps"})) for seed in range(5)]
    monkeypatch.setattr(dask_cells, "MAX_SENT", 5)
    futures.append(cells.submit(CELL))
    cluster.wait_for(lambda: len(reports) == 2)
    assert all(cluster.cells_of(worker) for worker in cluster.alive())
    cells.shutdown()
    assert all(future.cancelled() for future in futures)
    cluster.wait_for(lambda: not any(cluster.cells_of(worker) for worker in cluster.alive()))


def test_the_data_go_to_each_worker_once_and_leave_it(cluster: Cluster, cells: Cells, toy: Dataset) -> None:
    def held(dask_worker: Any) -> dict[str, int]:
        return {name[:29]: id(plugin) for name, plugin in dask_worker.plugins.items() if name.startswith("seqrec")}

    with cluster.client(2) as client:
        before = client.run(held)
        assert [list(plugins) for plugins in before.values()] == [[f"seqrec-bench-{toy.fingerprint[:16]}"]] * 2
        for seed in range(4):
            cells.submit(replace(CELL, seed=seed))
        cells.submit(CELL).result()
        assert client.run(held) == before
        cells.shutdown()
        assert list(client.run(held).values()) == [{}, {}]


@pytest.mark.usefixtures("cells")
def test_the_command_runs_its_cells_there(cluster: Cluster, tmp_path: Path) -> None:
    rows = [f"{user},{(user + time) % 7},{time}" for user in range(9) for time in range(5)]
    (tmp_path / "ratings.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    arguments = ["--interactions", str(tmp_path / "ratings.csv"), "--results", str(tmp_path / "runs")]
    models = ["--models", "popularity,unruly", "--seeds", "0", "--executor", f"dask://{cluster.address}"]
    done = CliRunner().invoke(app, ["run", *arguments, *models])
    assert done.exit_code == 0, done.output
    assert f"Dask cluster {cluster.address}: 2 cells side by side." in done.stderr
    assert "unruly paper-d0-s0: started" in done.stderr
    assert "Finished: 2 cells" in done.stderr
    assert [record.key.model for record in Store(tmp_path / "runs").records()] == ["popularity", "unruly"]


@pytest.mark.usefixtures("cells")
def test_the_command_runs_one_protocol_after_another_there(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{user},{(user + place) % 7},{place // 2}" for user in range(9) for place in range(6)]
    (tmp_path / "ratings.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    protocols = ["loo-full-v1", "loo-full-reversed-ties-v1"]
    groups = [Group(["unruly"], [0], [0], "paper", {}, protocols)]
    monkeypatch.setattr(
        "seqrec_bench.cli.cell_options.load_study", lambda name: SimpleNamespace(groups=groups, negatives=None)
    )
    arguments = ["--interactions", str(tmp_path / "ratings.csv"), "--results", str(tmp_path / "runs")]
    done = CliRunner().invoke(app, ["run", "--study", "two", *arguments, "--executor", f"dask://{cluster.address}"])
    assert done.exit_code == 0, done.output
    reversed_ties, base = Store(tmp_path / "runs").records()
    assert [reversed_ties.key.protocol, base.key.protocol] == protocols[::-1]
    assert reversed_ties.recipe.dataset.fingerprint != base.recipe.dataset.fingerprint
    assert reversed_ties.test != base.test


HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
"""What a web server says to what it does not understand; Dask reads sizes of messages in it."""


@pytest.mark.parametrize("says", [None, b"", HTTP], ids=["nobody is there", "accepts and is silent", "a web server"])
def test_a_scheduler_that_cant_be_reached_is_one_sentence(says: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.6)  # 1 s when it is told
    asked = Event()

    def answer(server: socket.socket, says: bytes) -> None:
        with server.accept()[0] as peer:
            peer.send(says)
            asked.wait()

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as thread:
        address = f"127.0.0.1:{1 if says is None else server.getsockname()[1]}"
        if says is not None:
            thread.submit(answer, server, says)
        with pytest.raises(InputError, match=rf"^No Dask scheduler answers at {address} within 1 s: start one there"):
            connect(address)
        asked.set()
