"""What a Dask worker does for a run: it gets the data once, and starts each cell in a fresh process."""

import multiprocessing
from collections.abc import Callable, Collection
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Generic, cast

from dask.typing import Key
from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from seqrec_bench import __version__
from seqrec_bench.errors import InputError
from seqrec_bench.experiments.examining import Examination
from seqrec_bench.experiments.processes import (
    CellError,
    CellProcesses,
    DeadProcessError,
    OutcomeT,
    Progress,
    SettingT,
    Work,
)
from seqrec_bench.experiments.saying import Doing
from seqrec_bench.experiments.shared import Shared
from seqrec_bench.experiments.software import difference, software, uses_torch
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

TOPIC = "seqrec-bench"
"""The Dask topic of the events that workers tell drivers of: how far a cell is, and that a worker can't run cells."""


@dataclass(frozen=True)
class FailedCell:
    """Why a cell failed: a result, so that Dask neither takes it for a failure of its own nor logs it as one."""

    cause: str
    died: bool
    """Whether its process died without a word, and not of an error of its own."""


def bench_version() -> str:
    return __version__


class CellPlugin(WorkerPlugin, Generic[SettingT, OutcomeT]):
    """Holds what the cells of a run have in common. The scheduler sends it once to every worker, late ones too."""

    def __init__(
        self,
        name: str,
        work: Work[SettingT, OutcomeT],
        setting: SettingT,
        examination: Examination | None,
        models: Collection[str],
    ) -> None:
        """
        Args:
            name: What Dask knows it by.
            work: What is done with a cell in its process.
            examination: As `CellProcesses` has it.
            models: Those that will be run; a worker must have the software for them that this process has.
        """
        self.name, self._work, self._setting, self._models = name, work, setting, models
        self._examination = examination
        self._expected = software(models)
        self._with_torch = uses_torch()  # asked where the models are loaded, which workers leave to the cells
        self._running: dict[Key, CellProcesses[SettingT, OutcomeT]] = {}
        self._tell: Callable[[dict[str, Any]], None]
        self._leave: Callable[[], None]
        self._shared: Shared[SettingT]
        self._fault: str | None

    def setup(self, worker: Worker) -> None:
        """Raises `InputError` if this worker can't run the cells.

        The driver gets it from workers that are there when it registers this. Of one that joins later Dask only logs
        it, so the driver is told by an event too.
        """
        self._tell = lambda message: worker.log_event(TOPIC, message)
        self._leave = lambda: worker.loop.add_callback(worker.close_gracefully, reason="it can't run cells")
        self._fault = self._find_fault(f"The Dask worker {worker.address}")
        if self._fault:
            self._tell({"run": self.name, "fault": self._fault})
            raise InputError(self._fault)
        self._shared = Shared(self._setting)

    def teardown(self, worker: Worker) -> None:
        """The run is over, or this worker is."""
        for key in list(self._running):
            self._stop(key)
        if not self._fault:
            self._shared.close()

    def transition(self, key: Key, start: str, finish: str, **kwargs: Any) -> None:
        """Ends a cell's process once nobody waits for the cell any more: Dask itself can't stop what has begun."""
        if finish in ("released", "cancelled", "forgotten"):
            self._stop(key)

    def run(self, cell: Cell, key: str) -> OutcomeT | FailedCell:
        """Runs the cell in a fresh process, and reports its start and its epochs under the key of its task."""
        if self._fault:  # it joined late, and would get every cell that others have no room for
            self._leave()
            raise Reschedule
        processes = CellProcesses(
            1, self._work, self._shared, lambda cell, progress: self._report(key, progress), self._examination,
            max_tries=1, with_torch=self._with_torch,
        )  # fmt: skip
        self._running[key] = processes
        try:
            return processes.submit(cell).result()
        except (CellError, CancelledError) as error:
            if key not in self._running:  # it did not fail, it was stopped
                raise Reschedule from error
            return FailedCell(str(error), isinstance(error, DeadProcessError))
        finally:
            self._stop(key)

    def _stop(self, key: Key) -> None:
        if processes := self._running.pop(key, None):
            processes.shutdown()

    def _report(self, key: str, progress: Progress) -> None:
        fields = isinstance(progress, Epoch) and {
            "number": progress.number,
            "loss": progress.loss,
            "validation": dict(progress.validation),
            "seconds": progress.seconds,
        }
        doing = progress.what if isinstance(progress, Doing) else None
        self._tell({"key": key, "epoch": fields or None, "doing": doing})

    def _find_fault(self, me: str) -> str | None:
        """Why this worker can't run the cells, in one sentence; None if it can."""
        if multiprocessing.current_process().daemon:
            return (
                f"{me} may not start processes, in which cells are run: start it with --no-nanny, or with "
                "DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment."
            )
        found = difference(software(self._models), self._expected)
        return found and f"{me} and the driver {found}"


def run_on_worker(cell: Cell, plugin: str) -> object:
    """The task that Dask sees: runs the cell through the plugin of that name, on the worker that this is called on."""
    worker = get_worker()
    found = cast(CellPlugin[Any, Any], worker.plugins[plugin])
    return found.run(cell, str(worker.get_current_task()))
