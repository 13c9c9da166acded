"""A real scheduler and real workers on loopback, some of which are killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from distributed import Client
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.experiments import dask_cells, dask_worker
from seqrec_bench.experiments.cell import FinishedCell, Setting, run_cell
from seqrec_bench.experiments.dask_cells import DaskCells, connect
from seqrec_bench.experiments.processes import CellError
from seqrec_bench.experiments.run import execute
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Store

CELL = Cell("unruly", "paper", 0, 0)
Cells = DaskCells[Setting, FinishedCell]
Reports = list[tuple[Cell, Epoch | None]]


@dataclass
class Cluster:
    """A scheduler and workers, each the leader of a group: a worker is killed with what it runs, as a machine is."""

    address: str
    environment: dict[str, str]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", *arguments]
        process = subprocess.Popen(command, env={**self.environment, **environment}, start_new_session=True)
        self.processes.append(process)
        return process

    def start_worker(self, *options: str, **environment: str) -> "subprocess.Popen[bytes]":
        fixed = ("--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", "--local-directory")
        place = self.environment["TMPDIR"]
        return self.start("worker", self.address, *fixed, place, *(options or ("--no-nanny",)), **environment)

    def client(self, n_workers: int) -> Client:
        client = connect(self.address)
        client.wait_for_workers(n_workers, timeout=120)
        return client


def end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, unruly_source: str) -> Iterator[Cluster]:
    """A scheduler and two workers that have the recommender `unruly`."""
    folder = tmp_path_factory.mktemp("cluster")
    write_plugin(folder / "site", unruly_source)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = os.pathsep.join([str(folder / "site"), *(path for path in sys.path if path)])
    found = Cluster(
        f"127.0.0.1:{port}",
        {**os.environ, "PYTHONPATH": path, "SLEPT": str(folder / "slept"), "TMPDIR": str(folder)},
    )
    found.start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    found.start_worker()
    found.start_worker()
    yield found
    for process in found.processes:
        end(process)


def write_plugin(site: Path, source: str) -> None:
    """Installs version 1.0 of the distribution `unruly` into the folder."""
    metadata = site / "unruly-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "unruly_module.py").write_text(source)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: unruly\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[seqrec_bench.recommenders]\nunruly = unruly_module:Unruly\n")


@pytest.fixture(autouse=True)
def unruly_here(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(cluster.environment["TMPDIR"]) / "site"))


@pytest.fixture
def reports() -> Reports:
    return []


@pytest.fixture
def cells(cluster: Cluster, toy: Dataset, reports: Reports) -> Iterator[Cells]:
    n_alive = sum(process.poll() is None for process in cluster.processes) - 1
    for _ in range(n_alive, 2):  # an earlier test has killed some
        cluster.start_worker()
    found = open_cells(cluster, toy, reports)
    yield found
    found.shutdown()


def open_cells(cluster: Cluster, toy: Dataset, reports: Reports) -> Cells:
    return DaskCells(
        cluster.client(2), run_cell, Setting(toy, "cpu"), toy.fingerprint, ["unruly"],
        lambda cell, epoch: reports.append((cell, epoch)),
    )  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError


def test_records_weights_and_epochs_are_those_of_a_local_run(
    cells: Cells, reports: Reports, toy: Dataset, tmp_path: Path
) -> None:
    fpmc = Cell("fpmc", "short", 4, 0, {"epochs": 2})
    pending = [fpmc, CELL]
    store = Store(tmp_path / "there")
    outcome = execute(pending, cells, store, lambda cell, record: None)
    assert set(outcome.finished) == set(pending)
    here = Store(tmp_path / "here")
    for cell in pending:
        finished = run_cell(cell, Setting(toy, "cpu"), lambda epoch: None)
        here.save(finished.record, finished.weights)
    for record, local in zip(store.records(), here.records(), strict=True):
        assert record.environment["threads"] == 1
        assert_same_but_for_timings(store, here, record.key.path())
        assert record.weights == local.weights is not None
    assert [epoch for cell, epoch in reports if cell == CELL][1:] == list(here.records()[1].curve)


def assert_same_but_for_timings(store: Store, other: Store, path: object) -> None:
    """Compares the files line by line: a line is a field."""
    skipped = ('"curve"', '"seconds"', '"peak_memory_bytes"', '"environment"', '"weights"')
    lines = [(root / str(path)).read_text().splitlines() for root in (store.root, other.root)]
    mine, its = ([line for line in found if not line.lstrip().startswith(skipped)] for found in lines)
    assert mine == its


def test_a_cells_failure_is_its_own(cells: Cells, reports: Reports) -> None:
    raising = cells.submit(Cell("unruly", "odd", 0, 0, {"fault": "raises"}))
    dying = cells.submit(Cell("unruly", "odd", 0, 1, {"fault": "dies"}))
    sound = cells.submit(CELL)
    with pytest.raises(CellError, match=r"^ZeroDivisionError: no luck \(unruly_module.py, line \d+\)$"):
        raising.result()
    with pytest.raises(CellError, match=r"^its process was killed by SIGKILL: was memory short"):
        dying.result()
    assert sound.result().record.key.variant == "paper"
    assert len([epoch for _, epoch in reports if epoch is None]) == 3


def test_a_worker_killed_in_the_middle_of_a_cell_costs_that_cells_retry(
    cluster: Cluster, cells: Cells, reports: Reports
) -> None:
    once = Cell("unruly", "odd", 0, 0, {"fault": "sleeps-once"})
    slow = cells.submit(once)
    wait_for(Path(cluster.environment["SLEPT"]).exists)
    others = [cells.submit(replace(CELL, seed=seed)) for seed in range(3)]
    end(next(worker for worker in cluster.processes[1:] if worker.poll() is None and cells_of(worker)))
    assert slow.result().record.key.variant == "odd"
    assert [other.result().record.key.seed for other in others] == [0, 1, 2]
    starts = [cell for cell, epoch in reports if epoch is None]
    assert sorted(starts.count(cell) for cell in set(starts)) == [1, 1, 1, 2]


def cells_of(worker: "subprocess.Popen[bytes]") -> list[str]:
    """The processes that the worker has started."""
    children = Path(f"/proc/{worker.pid}/task").glob("*/children")
    return [child for file in children for child in file.read_text().split() if "spawn_main" in command(child)]


def command(process: str) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:  # it is over
        return ""


def test_a_cell_that_kills_its_worker_again_and_again_is_given_up(cluster: Cluster, cells: Cells) -> None:
    killing = cells.submit(Cell("unruly", "odd", 0, 0, {"fault": "kills-its-parent"}))
    sound = cells.submit(CELL)
    wait_for(lambda: sum(process.poll() is None for process in cluster.processes) == 1)
    third = cluster.start_worker()
    with pytest.raises(CellError, match=r"^it was given up, since 2 Dask workers were lost while they ran it"):
        killing.result()
    assert sound.result().record.key.variant == "paper"
    wait_for(lambda: not cells_of(third))
    assert third.poll() is None  # the cell was ended there before it got as far as to kill it


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
    wait_for(lambda: len(reports) == 2)
    cells.shutdown()
    assert all(future.cancelled() for future in futures)
    wait_for(lambda: not any(cells_of(worker) for worker in cluster.processes[1:] if worker.poll() is None))


def test_the_data_go_to_each_worker_once_and_leave_it(cluster: Cluster, cells: Cells, toy: Dataset) -> None:
    names = [f"seqrec-bench-{toy.fingerprint[:16]}"]
    with cluster.client(2) as client:
        held = client.run(lambda dask_worker: [n[:29] for n in dask_worker.plugins if n.startswith("seqrec")])
        assert list(held.values()) == [names, names]
        cells.shutdown()
        held = client.run(lambda dask_worker: [n[:29] for n in dask_worker.plugins if n.startswith("seqrec")])
        assert list(held.values()) == [[], []]


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


def test_a_scheduler_that_cant_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cells, "CONNECT_SECONDS", 1.0)
    with pytest.raises(InputError, match=r"^No Dask scheduler answers at 127\.0\.0\.1:1 within 1 s: start one there"):
        connect("127.0.0.1:1")


@pytest.mark.parametrize(
    ("where", "name", "value", "message"),
    [
        (dask_worker, "__version__", "0.0.0", "The Dask worker .* has seqrec-bench .*, and the driver has 0.0.0"),
        (dask_cells, "__version__", "0.0.0", "The Dask scheduler has seqrec-bench .*, and the driver 0.0.0"),
        (dask_cells, "distributions", lambda m: {"unruly": "unruly 2.0"}, "unruly from unruly 1.0, and the driver"),
        (dask_cells, "distributions", lambda m: {"rare": "rare 1.0"}, "no recommender 'rare': install rare 1.0 there"),
    ],
)
@pytest.mark.usefixtures("cells")
def test_other_software_there_is_refused_in_one_sentence(
    cluster: Cluster,
    toy: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    value: object,
    message: str,
) -> None:
    monkeypatch.setattr(where, name, value)
    with pytest.raises(InputError, match=message):
        open_cells(cluster, toy, [])


def test_a_worker_that_may_not_start_processes_says_how_it_may(cluster: Cluster, cells: Cells, toy: Dataset) -> None:
    nanny = cluster.start_worker("--nanny")
    try:
        cluster.client(3).close()
        with pytest.raises(InputError, match=r"may not start processes, .* start it with --no-nanny"):
            open_cells(cluster, toy, [])
    finally:
        end(nanny)
