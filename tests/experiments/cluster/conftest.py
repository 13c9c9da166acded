"""A real scheduler and real workers on loopback, some of which are killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from distributed import Client

from seqrec_bench.data import Dataset
from seqrec_bench.experiments.cell import FinishedCell, Lesson, Setting, learn
from seqrec_bench.experiments.dask_cells import DaskCells
from seqrec_bench.experiments.dask_client import connect
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

Cells = DaskCells[Lesson, FinishedCell]
Process = subprocess.Popen[bytes]

OTHERWISE = {
    "PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1",
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2"),
}
"""What the workers' environment has otherwise than that of the tests: no record may differ for it."""


@dataclass
class Cluster:
    """A scheduler and workers, each the leader of a group: a worker is killed with what it runs, as a machine is."""

    address: str
    folder: Path
    """Where they, and the processes of cells, run."""
    scheduler: Process
    workers: list[Process] = field(default_factory=list)

    def start_worker(self, *options: str, unruly: str = "1.0") -> Process:
        """Starts a worker that has that version of the recommender `unruly`."""
        fixed = ("--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(self.folder))
        worker = start(self.folder, unruly, "worker", self.address, *fixed, *(options or ("--no-nanny",)))
        self.workers.append(worker)
        return worker

    def alive(self) -> list[Process]:
        return [worker for worker in self.workers if worker.poll() is None]

    def client(self, n_workers: int) -> Client:
        client = connect(self.address)
        client.wait_for_workers(n_workers, timeout=120)
        return client

    @staticmethod
    def end(process: Process) -> None:
        """Kills the process with all that it has started."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @staticmethod
    def cells_of(worker: Process) -> list[str]:
        """The processes of cells that the worker has started: children of the one that they are forked from."""
        return [cell for child in children(worker.pid) if "forkserver" in command(child) for cell in children(child)]

    @staticmethod
    def wait_for(condition: Callable[[], bool]) -> None:
        for _ in range(6000):
            if condition():
                return
            time.sleep(0.02)
        raise TimeoutError


def start(folder: Path, unruly: str, *arguments: str) -> Process:
    path = os.pathsep.join([str(folder / unruly), *(path for path in sys.path if path)])
    command = [sys.executable, "-m", "dask", *arguments]
    environment = {**os.environ, **OTHERWISE, "PYTHONPATH": path, "SEQREC_BENCH_CACHE": str(folder / "cache")}
    return subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, unruly_source: str, planted_site: Path) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    for version in ("1.0", "2.0"):
        write_unruly(folder / version, version, unruly_source)
    shutil.copytree(planted_site, folder / "1.0", dirs_exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    alone = ("--no-dashboard", "--idle-timeout", "300")  # it and the workers end, were the tests killed
    scheduler = start(folder, "1.0", "scheduler", "--host", "127.0.0.1", "--port", port, *alone)
    found = Cluster(f"127.0.0.1:{port}", folder, scheduler)
    yield found
    for process in (*found.workers, scheduler):
        found.end(process)


def write_unruly(site: Path, version: str, source: str) -> None:
    """Installs that version of the distribution `unruly` into the folder."""
    metadata = site / f"unruly-{version}.dist-info"
    metadata.mkdir(parents=True)
    (site / "unruly_module.py").write_text(source)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: unruly\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text("[seqrec_bench.recommenders]\nunruly = unruly_module:Unruly\n")


@pytest.fixture(autouse=True)
def unruly_here(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(cluster.folder / "1.0"))


@pytest.fixture
def reports() -> list[tuple[Cell, Epoch | None]]:
    """What the driver is told of the cells."""
    return []


@pytest.fixture
def warnings() -> list[str]:
    """What the driver is told of workers that join late."""
    return []


@pytest.fixture
def open_cells(
    cluster: Cluster, toy: Dataset, reports: list[tuple[Cell, Epoch | None]], warnings: list[str]
) -> Callable[[int], Cells]:
    """Opens the cluster for a run, once it has so many workers."""

    def open_for(n_workers: int) -> Cells:
        setting = Setting(toy, "cpu", keep_top=3)
        return DaskCells(
            cluster.client(n_workers), learn, setting.lesson, toy.fingerprint, ["unruly", "fpmc"],
            warnings.append, lambda cell, epoch: reports.append((cell, epoch)), setting.examination,
        )  # fmt: skip

    return open_for


@pytest.fixture
def cells(cluster: Cluster, open_cells: Callable[[int], Cells]) -> Iterator[Cells]:
    """Two workers, whatever an earlier test has killed."""
    for _ in range(len(cluster.alive()), 2):
        cluster.start_worker()
    found = open_cells(2)
    yield found
    found.shutdown()


def children(process: int | str) -> list[str]:
    """Of all its threads."""
    try:
        return [
            child for file in Path(f"/proc/{process}/task").glob("*/children") for child in file.read_text().split()
        ]
    except OSError:  # it is over
        return []


def command(process: str) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:  # it is over
        return ""
