"""What a long sweep on a Dask cluster costs besides its cells: ``python -m benchmarks.dask_sweep 10000``.

The cells return at once and start no process, so that only Dask's and the driver's work is left. A scheduler and two
workers run beside the driver, as processes of this machine. Prints a Markdown table. Linux only.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from benchmarks.timing import MB, memory_in_use
from seqrec_bench.experiments import dask_cells
from seqrec_bench.experiments.dask_cells import DaskCells
from seqrec_bench.experiments.dask_client import connect
from seqrec_bench.experiments.dask_worker import CellPlugin
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

RESULT_SIZE = 20_000
"""Whole numbers that a cell returns, of 8 bytes each: the ranks of 5,000 users."""

Result = npt.NDArray[np.int64]
Rows = list[tuple[str, str]]


class TrivialCells(CellPlugin[None, Result]):
    """Takes the part of the worker; it gets there by value, since it stands in the module that is run."""

    def run(self, cell: Cell, key: str) -> Result:
        self._report(key, None)
        return np.full(RESULT_SIZE, cell.seed)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures a sweep of trivial cells on a Dask cluster.")
    parser.add_argument("n_cells", nargs="?", type=int, default=10_000)
    n_cells: int = parser.parse_args().n_cells
    with local_cluster(n_workers=2) as (address, scheduler), mock.patch.object(dask_cells, "CellPlugin", TrivialCells):
        client = connect(address)
        client.wait_for_workers(2)
        cells = DaskCells(client, no_work, None, "0" * 64, [], warn=print, report=lambda cell, epoch: None)
        rows = measure(cells, n_cells)
        rows.append(("the scheduler's memory at the end", f"{memory_in_use(scheduler) / MB:.0f} MB"))
        cells.shutdown()
    show(rows)


def no_work(cell: Cell, setting: None, report: Callable[[Epoch], None]) -> Result:
    raise NotImplementedError  # `TrivialCells` starts no process that would do it


def measure(cells: DaskCells[None, Result], n_cells: int) -> Rows:
    """Runs the cells, and notes the driver's memory before the first, and after each fifth of them."""
    memory = [("0", memory_in_use() / MB)]
    started, worked = time.perf_counter(), time.process_time()
    futures = {cells.submit(Cell("trivial", "paper", 0, seed)): seed for seed in range(n_cells)}
    for n_done, future in enumerate(as_completed(list(futures)), start=1):
        assert future.result()[-1] == futures.pop(future)
        if n_done % max(1, n_cells // 5) == 0:
            memory.append((f"{n_done:,}", memory_in_use() / MB))
    wall, driver = time.perf_counter() - started, time.process_time() - worked
    return [
        ("cells", f"{n_cells:,}"),
        ("wall time per cell", f"{1000 * wall / n_cells:.1f} ms"),
        ("of it, processor time of the driver", f"{1000 * driver / n_cells:.1f} ms"),
        *((f"the driver's memory after {n_done} cells", f"{size:.0f} MB") for n_done, size in memory),
    ]


def show(rows: Rows) -> None:
    for left, right in [("what", "measured"), ("---", "---"), *rows]:
        print(f"| {left} | {right} |")  # noqa: T201


@contextmanager
def local_cluster(n_workers: int) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many workers of one thread, and the scheduler's process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        host, port = address.split(":")
        scheduler = start("scheduler", "--host", host, "--port", port)
        options = ("--host", host, "--nthreads", "1", "--no-nanny", "--local-directory", folder)
        workers = [start("worker", address, *options) for _ in range(n_workers)]
        try:
            yield address, scheduler.pid
        finally:
            for process in (*workers, scheduler):
                process.kill()
                process.wait()


def start(*arguments: str) -> "subprocess.Popen[Any]":
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
