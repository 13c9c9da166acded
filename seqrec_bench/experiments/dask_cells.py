"""Cells on an existing Dask cluster, behind the same interface as those in processes of this machine."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock, Thread
from typing import Any, Generic
from uuid import uuid4

import distributed
from dask.typing import Key
from distributed.client import ClosedClientError
from distributed.scheduler import KilledWorker

from seqrec_bench import __version__
from seqrec_bench.deadline import in_time
from seqrec_bench.errors import BenchError, InputError
from seqrec_bench.experiments.dask_client import CONNECT_SECONDS
from seqrec_bench.experiments.dask_worker import TOPIC, CellPlugin, FailedCell, bench_version, run_on_worker
from seqrec_bench.experiments.examining import Examination
from seqrec_bench.experiments.processes import MAX_TRIES, CellError, Lost, OutcomeT, Progress, SettingT, Work
from seqrec_bench.experiments.saying import Doing
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

MAX_SENT = 500
"""How many cells the cluster knows of at a time, those that wait there included; the others wait here."""

SILENT_SECONDS = 120.0
"""After so long without an answer, a scheduler is taken for lost, though the connection stands: it may be stopped."""
ASK_SECONDS = 10.0
"""Between one answer and the next question."""


@dataclass(eq=False)
class _Sent(Generic[OutcomeT]):
    """A cell on its way through the cluster: what Dask knows it by, and what our side waits for."""

    cell: Cell
    place: int
    """The how-manieth cell of the run it is: the first are run first."""
    outcome: Future[OutcomeT]
    task: distributed.Future[Any] = field(init=False)
    n_sent: int = 0
    n_starts: int = 0
    has_died: bool = False
    """Whether its process died without a word."""


class DaskCells(Generic[SettingT, OutcomeT]):
    """Runs each submitted cell in a fresh process of a worker, as many side by side as the workers have threads.

    Futures are those of `concurrent.futures`: they hold what came of the cell, or raise `CellError`. A cell whose
    worker is lost, or whose process dies without a word, is started once more.
    """

    n_at_once = MAX_SENT

    def __init__(
        self,
        client: distributed.Client,
        work: Work[SettingT, OutcomeT],
        setting: SettingT,
        fingerprint: str,
        models: Collection[str],
        warn: Callable[[str], None],
        report: Callable[[Cell, Progress], None],
        examination: Examination | None = None,
    ) -> None:
        """Sends the setting, data and all, to the workers: once to each, however many cells follow.

        Args:
            client: Closed by `shutdown`.
            work: Done with each cell in its process: a function of a module, as it is found there by name.
            fingerprint: That of the data; part of the name under which the workers keep the setting.
            models: Those that will be run.
            warn: Told, from another thread, of a worker that joins later and is refused.
            report: As `CellProcesses` has it.
            examination: As `CellProcesses` has it; taken before the workers.

        Raises:
            InputError: The scheduler or a worker has other software than this process.
        """
        self._client, self._warn, self._report = client, warn, report
        # Every run has a name of its own, so that none takes the data away from another.
        self._plugin = f"seqrec-bench-{fingerprint[:16]}-{uuid4().hex[:8]}"
        self._places = count()
        self._waiting: deque[_Sent[OutcomeT]] = deque()
        self._sent: dict[Key, _Sent[OutcomeT]] = {}
        self._lock = Lock()
        self._is_over, self._is_lost = Event(), False
        try:
            _require_bench(client)
            _register(client, CellPlugin(self._plugin, work, setting, examination, models))
        except BaseException:
            self.shutdown()
            raise
        client.subscribe_topic(TOPIC, self._hear)
        Thread(target=self._listen, name="asking the scheduler", daemon=True).start()

    def submit(self, cell: Cell) -> Future[OutcomeT]:
        sent = _Sent[OutcomeT](cell, next(self._places), Future())
        with self._lock:
            if self._is_lost:
                sent.outcome.set_exception(_disconnected())
                return sent.outcome
            self._waiting.append(sent)
        self._send_some()
        return sent.outcome

    def shutdown(self) -> None:
        """Ends the processes that run on the workers, forgets the cells that wait, and frees the workers' memory."""
        self._is_over.set()
        with self._lock:
            while self._waiting:
                self._waiting.pop().outcome.cancel()
        under_way = {key: sent for key, sent in list(self._sent.items()) if not sent.task.done()}
        for key, sent in under_way.items():
            if self._sent.pop(key, None):
                sent.outcome.cancel()
        wait([sent.outcome for sent in list(self._sent.values())])  # what workers have finished is still fetched
        with suppress(OSError, ValueError, ClosedClientError):  # the scheduler may be gone, or go just now
            in_time(lambda: self._leave([sent.task for sent in under_way.values()]), SILENT_SECONDS)
        self._client.status = "closed"  # or it would wait for the scheduler once more when it is forgotten

    def _leave(self, under_way: list[distributed.Future[Any]]) -> None:
        if self._client.status == "running" and not self._is_lost:
            self._client.cancel(under_way)
            self._client.unregister_worker_plugin(self._plugin)
        self._client.close(timeout=1 if self._is_lost else CONNECT_SECONDS)

    def _listen(self) -> None:
        """Gives all cells up once the scheduler is silent; that it is gone, Dask sees by itself."""
        client: Any = self._client
        while not self._is_over.wait(ASK_SECONDS):
            with suppress(Exception):
                answer = asyncio.run_coroutine_threadsafe(client.scheduler.identity(), client.loop.asyncio_loop)
                wait([answer], SILENT_SECONDS)
                if not answer.done():
                    self._lose()
                    return

    def _lose(self) -> None:
        with self._lock:
            self._is_lost = True
            lost = [*self._waiting]
            self._waiting.clear()
        lost += [sent for key in list(self._sent) if (sent := self._sent.pop(key, None))]
        for sent in lost:
            sent.outcome.set_exception(_disconnected())

    def _send_some(self) -> None:
        """Sends as many of the cells that wait here as there is room for."""
        with self._lock:
            while self._waiting and len(self._sent) < MAX_SENT:
                self._send(self._waiting.popleft())

    def _send(self, sent: _Sent[OutcomeT]) -> None:
        sent.n_sent += 1
        key = f"{self._plugin}-cell-{uuid4().hex}"
        try:
            sent.task = self._client.submit(run_on_worker, sent.cell, self._plugin, key=key, priority=-sent.place)
        except ClosedClientError:
            sent.outcome.set_exception(_disconnected())
            return
        self._sent[key] = sent
        sent.task.add_done_callback(self._settle)

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        """Passes on what a worker tells of itself or of a cell."""
        message = event[1]
        if "fault" not in message:
            self._advance(message)
        elif message["run"] == self._plugin:
            self._warn(message["fault"])

    def _advance(self, message: dict[str, Any]) -> None:
        """Passes on how far a cell is, and gives it up where it is started once too often."""
        sent = self._sent.get(message["key"])
        if sent is None:  # it is over, or another run's
            return
        if message["epoch"] is not None:
            self._report(sent.cell, Epoch(**message["epoch"]))
            return
        if message["doing"] is not None:
            self._report(sent.cell, Doing(message["doing"]))
            return
        sent.n_starts += 1
        if sent.n_starts <= MAX_TRIES:
            if sent.n_starts > 1 + sent.has_died:
                self._report(sent.cell, Lost("its Dask worker was lost."))
            self._report(sent.cell, None)
        elif self._sent.pop(message["key"], None):
            sent.task.release()  # its new worker ends it as soon as it hears of this
            sent.outcome.set_exception(_given_up())

    def _settle(self, task: distributed.Future[Any]) -> None:
        """Hands over what came of a task; called by Dask in a thread of its own, for one task after another."""
        if sent := self._sent.get(task.key):
            self._conclude(sent, task)
        self._send_some()

    def _conclude(self, sent: _Sent[OutcomeT], task: distributed.Future[Any]) -> None:
        outcome = self._fetch(task)
        if self._sent.pop(task.key, None) is None:
            return
        if isinstance(outcome, KilledWorker):
            if sent.n_sent < MAX_TRIES:  # Dask counts workers too that were lost while the cell only waited on them
                self._send(sent)
                return
            outcome = _given_up()
        if isinstance(outcome, FailedCell):
            if outcome.died and not sent.has_died and sent.n_starts < MAX_TRIES:
                sent.has_died = True
                self._report(sent.cell, Lost(outcome.cause))
                self._send(sent)
                return
            outcome = CellError(outcome.cause)
        if isinstance(outcome, Exception):
            sent.outcome.set_exception(outcome)
        else:
            sent.outcome.set_result(outcome)

    def _fetch(self, task: distributed.Future[Any]) -> Any:
        """What the worker returned, or the error that took its place."""
        try:
            return task.result()
        except CancelledError:
            return _disconnected()
        except Exception as error:
            return error


def _disconnected() -> CellError:
    return CellError("the connection to the Dask scheduler was lost.")


def _given_up() -> CellError:
    return CellError(
        f"it was given up, since {MAX_TRIES} Dask workers were lost while they ran it: does it need more memory or "
        "time than they have?"
    )


def _register(client: distributed.Client, plugin: CellPlugin[Any, Any]) -> None:
    """Raises `InputError` if a worker can't run the cells."""
    try:
        client.register_plugin(plugin)
    except BenchError:
        raise
    except Exception as error:
        raise InputError(
            f"A Dask worker can't take cells ({type(error).__name__}: {error}): install seqrec-bench {__version__} "
            "and the recommenders that are run on all workers."
        ) from error


def _require_bench(client: distributed.Client) -> None:
    """Raises `InputError` if the scheduler can't read cells: it unpacks what it passes on."""
    try:
        found = in_time(lambda: client.run_on_scheduler(bench_version), SILENT_SECONDS)
    except Exception as error:
        raise InputError(
            f"The Dask scheduler can't import seqrec-bench ({type(error).__name__}: {error}): install seqrec-bench "
            f"{__version__} there, and on the workers."
        ) from error
    if found != __version__:
        raise InputError(
            f"The Dask scheduler has seqrec-bench {found}, and the driver {__version__}: install one version on both."
        )
