"""Cells in processes of their own: one at a time each, with one thread, so that neither a crash nor memory spreads."""

import logging
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Generic, TypeVar, cast

from seqrec_bench.errors import BenchError, ExitCode, ScoreError, in_words
from seqrec_bench.experiments.answers import explain
from seqrec_bench.experiments.cell import Examined, Learnt, conclude
from seqrec_bench.experiments.channel import Channel
from seqrec_bench.experiments.examining import Answer, Examination, Examinee, Marks, examine, stand_examination
from seqrec_bench.experiments.lifeline import die_with_parent, die_with_run
from seqrec_bench.experiments.orphans import adopt_orphans, end_orphans
from seqrec_bench.experiments.saying import News, Report
from seqrec_bench.experiments.shared import Shared
from seqrec_bench.experiments.software import uses_torch
from seqrec_bench.experiments.starting import (
    STARTING,
    block_interrupts,
    environment_of_cells,
    interrupts_blocked,
    start_patiently,
)
from seqrec_bench.experiments.temporary import settle_temporary_files
from seqrec_bench.studies.cells import Cell
from seqrec_bench.supervision import signal_name

SettingT = TypeVar("SettingT")
OutcomeT = TypeVar("OutcomeT")
Work = Callable[[Cell, SettingT, Report], OutcomeT | Learnt]
"""What a process does with its cell: `learn` or `run_trial`. It reports epochs as they end."""

MAX_TRIES = 2
"""How often a cell is started. Each time but the last, what ran it died: for lack of memory, say, which may pass."""

_SECONDS_TO_END = 2.0
"""How long a process that has given its outcome may take to end: a thread that a recommender left could keep it."""

_log = logging.getLogger(__name__)


class CellError(BenchError):
    """A cell could not be run to its end."""

    exit_code = ExitCode.CELLS_FAILED


class DeadProcessError(CellError):
    """The cell's process died without a word: nothing says that it would again."""


@dataclass(frozen=True)
class Lost:
    """What ran a cell died, so that the cell is started once more."""

    cause: str
    """In words."""


Progress = News | Lost | None
"""What is reported of a cell: news of it, that it was lost, or (None) that it has started."""


@dataclass(frozen=True)
class _Failure:
    """Why a cell ended in its process, in words."""

    cause: str
    traceback: str


class _Failed(Exception):
    """The process has sent a failure in the place of an answer."""

    def __init__(self, failure: _Failure) -> None:
        self.failure = failure


class CellProcesses(Generic[SettingT, OutcomeT]):
    """Runs each submitted cell in a fresh process, `jobs` of them side by side, all with the same data in memory.

    Processes are forked from one that has only imports behind it, so that a cell starts at once. They end with this
    one, however it ends, and what they have started ends with them. Test targets are ranked here: they stay in this
    process, and the process of a cell has none at any time.

    Futures are those of `concurrent.futures`: they hold what came of the cell (its record, say), or raise `CellError`.
    """

    def __init__(
        self,
        jobs: int,
        work: Work[SettingT, OutcomeT],
        setting: SettingT | Shared[SettingT],
        report: Callable[[Cell, Progress], None],
        examination: Examination | None = None,
        max_tries: int = MAX_TRIES,
        with_torch: bool = False,
    ) -> None:
        """Starts only the process that others are forked from; it ends with the thread that this is called in.

        Args:
            work: Done with each cell in its process: a function of a module, as it is found there by name.
            setting: What the cells have in common. One that is shared already stays open at the end.
            report: Called from another thread when a cell starts, after each of its epochs, with what it says that it
                does beside them, and when it is lost.
            examination: Taken here by what comes of `learn`, whose outcome is then a `FinishedCell`.
            max_tries: How often a cell is started whose process dies without a word. One that raises is not retried.
            with_torch: Whether cells find torch imported though no model that was loaded here has imported it.
        Raises:
            InputError: The setting can't be shared, or there is no place for a socket.
        """
        settle_temporary_files()
        self._threads = ThreadPoolExecutor(max_workers=jobs, initializer=block_interrupts)
        self._context = multiprocessing.get_context("forkserver")
        torch = ["seqrec_bench.experiments.preloaded_torch"] if with_torch or uses_torch() else []
        self._context.set_forkserver_preload(["seqrec_bench.experiments.preloaded", *torch])
        self.n_at_once = jobs
        self._work, self._report, self._examination, self._max_tries = work, report, examination, max_tries
        self._owns_setting = not isinstance(setting, Shared)
        self._setting = cast(Shared[SettingT], Shared(setting) if self._owns_setting else setting)
        self._running: set[BaseProcess] = set()
        self._stopped = False
        self._lock = Lock()
        resource_tracker.ensure_running()  # first, since it unblocks Ctrl-C
        with environment_of_cells(), interrupts_blocked():
            forkserver.ensure_running()

    def submit(self, cell: Cell) -> Future[OutcomeT]:
        return self._threads.submit(self._run, cell)

    def shutdown(self) -> None:
        """Ends the processes that run and forgets the cells that wait."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        if self._owns_setting:
            self._setting.close()

    def _run(self, cell: Cell) -> OutcomeT:
        for _ in range(self._max_tries - 1):
            try:
                return self._try(cell)
            except DeadProcessError as error:
                if self._stopped:
                    raise
                self._report(cell, Lost(str(error)))
        return self._try(cell)

    def _try(self, cell: Cell) -> OutcomeT:
        here, there = Channel.pair()
        process = self._context.Process(target=_live, args=(self._work, cell, self._setting, there), name=str(cell))
        try:
            self._start(process)
            there.close()
            here.watch(process.sentinel)
            self._report(cell, None)
            outcome = self._receive(cell, here)
        except BaseException:
            if process.pid is not None:
                process.kill()  # it would wait for ever for somebody to take the weights that it sends
            raise
        finally:
            here.close()
            there.close()
            self._end(process)
        if outcome is None:
            raise DeadProcessError(_explain_death(process.exitcode))
        if isinstance(outcome, _Failure):
            _log.debug("%s failed:\n%s", cell, outcome.traceback)
            raise CellError(outcome.cause)
        return outcome

    def _end(self, process: BaseProcess) -> None:
        """Ends the process, if it was started, and all that it has started."""
        if process.pid is None:
            return
        process.join(_SECONDS_TO_END)
        process.kill()
        process.join()
        with self._lock:
            self._running.discard(process)
        with STARTING:  # nothing is started meanwhile, so that what is there is known
            end_orphans(forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]

    def _start(self, process: BaseProcess) -> None:
        with self._lock, environment_of_cells():
            if self._stopped:
                raise CellError("it was not started, since the run was stopped.")
            try:
                start_patiently(process)
            except (EOFError, OSError) as error:  # the process that it is forked from may be gone
                raise DeadProcessError(f"its process could not be started ({in_words(error)}).") from error
            self._running.add(process)

    def _receive(self, cell: Cell, channel: Channel) -> OutcomeT | _Failure | None:
        """What came of the cell; None if its process dies without a word."""
        try:
            found = None
            while isinstance(message := self._next(cell, channel), Examinee):
                if self._examination is None or found is not None:  # nobody may try out scores on the test targets
                    return _Failure("its process asked for another ranking of the test targets.", "")
                found = self._examine(cell, message, self._examination, channel)
        except EOFError:  # it died before or in the middle of a message
            return None
        except _Failed as failed:
            return failed.failure
        except ScoreError as error:
            return _Failure(explain(error), "".join(traceback.format_exception(error)))
        if self._examination is None:
            return cast(OutcomeT, message)
        if found is None or not isinstance(message, Examined):
            return _Failure("its process ended without a ranking of the test targets.", "")
        try:
            return cast(OutcomeT, message.finished(found))
        except ScoreError as error:
            return _Failure(explain(error), "".join(traceback.format_exception(error)))

    def _examine(self, cell: Cell, examinee: Examinee, examination: Examination, channel: Channel) -> Marks:
        def receive_answer() -> None:
            if not isinstance(self._next(cell, channel), Answer):
                raise _Failed(_Failure("its process sent something else than scores.", ""))

        return examine(examinee, examination, cell.seed, channel, receive_answer)

    def _next(self, cell: Cell, channel: Channel) -> object:
        """The next message that is neither news, which are reported, nor a failure, which is raised."""
        while isinstance(message := channel.receive(), News):
            self._report(cell, message)
        if isinstance(message, _Failure):
            raise _Failed(message)
        return message


def _live(work: Work[SettingT, OutcomeT], cell: Cell, setting: SettingT, channel: Channel) -> None:
    """The process's whole life: do the work, and send the news of the cell and what came of it."""
    die_with_parent()
    die_with_run()
    adopt_orphans()
    os.register_at_fork(after_in_child=channel.close)  # what a recommender forks is not to speak for it
    process = os.getpid()
    try:
        outcome: object = work(cell, setting, channel.send)
        if isinstance(outcome, Learnt):
            stand_examination(outcome.recommender, outcome.n_items, channel)
            outcome = conclude(outcome)
    except BaseException as error:  # a recommender may call sys.exit, say
        outcome = _Failure(explain(error), "".join(traceback.format_exception(error)))
    if os.getpid() != process:  # a recommender forked, and did not end what came of it
        os._exit(ExitCode.DONE)
    with suppress(EOFError):  # the run may have given the cell up
        channel.send(outcome)


def _explain_death(exit_code: int | None) -> str:
    if exit_code == -signal.SIGKILL:
        return "its process was killed by SIGKILL: was memory short?"
    if exit_code == -signal.SIGTERM:
        return "its process was ended by SIGTERM, by somebody else."
    if exit_code is not None and exit_code < 0:
        return f"its process was ended by {signal_name(-exit_code)}: the recommender's native code has crashed."
    return f"its process ended with exit code {exit_code} and no result."
