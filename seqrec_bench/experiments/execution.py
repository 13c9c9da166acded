"""Doing what a plan has left: each cell is locked, run and stored, beside other runs that may be doing the same."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Protocol

from seqrec_bench.errors import ScoreError, in_words
from seqrec_bench.experiments.cell import FinishedCell
from seqrec_bench.experiments.rescue import Rescue
from seqrec_bench.experiments.run import Plan
from seqrec_bench.records import Lock, LockHolder, Record
from seqrec_bench.studies.cells import Cell

Attacks = Mapping[str, int]
"""What records say of the attacks that the evaluator has withstood; see `require_sound_evaluator`."""

POLL_SECONDS = 0.5
"""How often a cell that another run has locked is looked at."""


class Executor(Protocol):
    """Where cells are run: `concurrent.futures`, in short."""

    n_at_once: int
    """How many cells it may have at a time, those included that wait there. All of them are locked."""

    def submit(self, cell: Cell) -> Future[FinishedCell]: ...

    def shutdown(self) -> None: ...


@dataclass
class RunOutcome:
    """What has come of a run, so far or in the end."""

    finished: list[Cell] = field(default_factory=list)
    elsewhere: list[Cell] = field(default_factory=list)
    """Run and stored by other runs meanwhile."""
    failed: list[tuple[Cell, str]] = field(default_factory=list)
    """Each with its cause."""
    without_weights: list[tuple[Cell, str]] = field(default_factory=list)
    """Finished cells whose recommender gave a state that can't be kept, each with what is wrong with it."""
    is_storing: bool = False
    """Whether a cell that has finished is being stored just now."""


class Audience(Protocol):
    """Told of what happens."""

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        """The cell has a record, or has failed for the cause given."""

    def waits(self, cell: Cell, holder: LockHolder) -> None:
        """Nothing else is left to be started, and the cell is being run by somebody else."""


def execute_by_protocol(
    plan: Plan,
    open_executor: Callable[[str], Executor],
    audience: Audience,
    attacks: Attacks | None = None,
    outcome: RunOutcome | None = None,
) -> RunOutcome:
    """Runs the pending cells of one protocol after those of another, since only cells of one share their data.

    Args:
        plan: Its pending cells of one protocol stand together.
        open_executor: Makes an executor for the cells of the protocol of that name.
        audience, attacks, outcome: As `execute` has them.
    """
    outcome = outcome or RunOutcome()
    for protocol, cells in groupby(plan.pending, key=lambda cell: cell.protocol):
        execute(replace(plan, pending=list(cells)), open_executor(protocol), audience, attacks, outcome)
    return outcome


def execute(
    plan: Plan,
    executor: Executor,
    audience: Audience,
    attacks: Attacks | None = None,
    outcome: RunOutcome | None = None,
) -> RunOutcome:
    """Runs the pending cells and stores what comes of each as it ends; a cell that fails keeps none of the others back.

    Each cell is locked before it is started. One that another run has locked is left for later; once that run has let
    go of it, its record is taken if it is of use, and else the cell is run here.

    Args:
        audience: Told of each cell as it ends, and of those that are waited for.
        attacks: Noted in every record; None if there were none before this run.
        outcome: Filled as cells end, so that who is interrupted has it; a new one if left out.

    Raises:
        InputError: The results directory can't be written any more. Cells that have finished are in another.
    """
    outcome = outcome or RunOutcome()
    _Execution(plan, executor, audience, attacks, outcome).run()
    return outcome


class _StoreFault(Exception):
    """The store can't be written; the cause says why."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause


class _Execution:
    def __init__(
        self, plan: Plan, executor: Executor, audience: Audience, attacks: Attacks | None, outcome: RunOutcome
    ) -> None:
        self._plan, self._executor, self._audience = plan, executor, audience
        self._attacks, self._outcome = attacks, outcome
        self._waiting = dict.fromkeys(plan.pending)
        self._running: dict[Future[FinishedCell], tuple[Cell, Lock]] = {}
        self._waited_for: set[Cell] = set()

    def run(self) -> None:
        try:
            while self._waiting or self._running:
                self._start_some()
                self._wait()
        except _StoreFault as fault:
            self._close(fault.cause)
        except BaseException:
            self._close()
            raise
        self._close()

    def _start_some(self) -> None:
        """Starts as many of the cells that are nobody's as there is room for."""
        for cell in list(self._waiting):
            if len(self._running) >= self._executor.n_at_once:
                return
            if lock := self._lock(cell):
                del self._waiting[cell]
                try:
                    self._start(cell, lock)
                except BaseException:
                    lock.release()
                    raise

    def _lock(self, cell: Cell) -> Lock | None:
        try:
            return self._plan.store.lock(self._plan.planned[cell].key)
        except OSError as error:
            raise _StoreFault(error) from error

    def _start(self, cell: Cell, lock: Lock) -> None:
        """Starts the cell, unless another run has finished it meanwhile."""
        if record := self._plan.stored_since(cell):
            lock.release()
            self._outcome.elsewhere.append(cell)
            self._audience.ended(cell, record)
        else:
            if self._plan.fresh:
                self._forget_training(cell)
            self._running[self._executor.submit(cell)] = cell, lock

    def _forget_training(self, cell: Cell) -> None:
        try:
            self._plan.store.forget_training(self._plan.planned[cell].key)
        except OSError as error:
            raise _StoreFault(error) from error

    def _wait(self) -> None:
        """Until a cell has ended, or those that others have are to be looked at again."""
        has_room = len(self._running) < self._executor.n_at_once
        if not self._running:
            self._tell_of_waiting()
            time.sleep(POLL_SECONDS if self._waiting else 0)
            return
        timeout = POLL_SECONDS if self._waiting and has_room else None
        done, _ = wait(self._running, timeout, FIRST_COMPLETED)
        while done:
            self._end(done.pop())

    def _tell_of_waiting(self) -> None:
        for cell in self._waiting:
            found = self._plan.store.lock_holder(self._plan.planned[cell].key)
            if found and cell not in self._waited_for:
                self._waited_for.add(cell)
                self._audience.waits(cell, found)

    def _end(self, future: Future[FinishedCell]) -> None:
        cell, lock = self._running[future]
        if error := future.exception():
            del self._running[future]
            lock.release()
            self._outcome.failed.append((cell, in_words(error)))
            self._audience.ended(cell, in_words(error))
            return
        try:
            record = self._keep(cell, future.result())
        except OSError as fault:
            raise _StoreFault(fault) from fault
        except ScoreError as error:  # no record could hold it
            self._outcome.failed.append((cell, in_words(error)))
            end: Record | str = in_words(error)
        else:
            end = record
        del self._running[future]
        lock.release()
        self._audience.ended(cell, end)

    def _keep(self, cell: Cell, done: FinishedCell) -> Record:
        """Stores what came of the cell, with the attacks that went before, wherever it was run."""
        record = self._with_attacks(done)
        self._outcome.is_storing = True
        try:
            self._plan.store.save(record, done.weights, done.top)
        finally:
            self._outcome.is_storing = False
        self._outcome.finished.append(cell)
        if done.complaint:
            self._outcome.without_weights.append((cell, done.complaint))
        return record

    def _with_attacks(self, done: FinishedCell) -> Record:
        made_by = done.record.environment  # one whose lists alone are new names those of its own run
        return replace(done.record, environment={**made_by, "attacks": made_by.get("attacks", self._attacks)})

    def _close(self, fault: OSError | None = None) -> None:
        """Ends what runs, stores what has finished but is not stored yet, and lets go of all cells.

        Args:
            fault: Why the run ends, if it is the store.

        Raises:
            InputError: The store can't be written: for that fault, or because it shows now.
        """
        self._executor.shutdown()
        rescue = Rescue(self._plan.store.root)
        for future, (cell, lock) in self._running.items():
            is_stored = cell in self._outcome.finished  # as when it was interrupted just after that
            if not (is_stored or future.cancelled() or future.exception()):
                try:
                    self._keep(cell, future.result())
                except ScoreError as error:
                    self._outcome.failed.append((cell, in_words(error)))
                except OSError as error:
                    fault = fault or error
                    rescue.keep(self._with_attacks(future.result()), future.result().weights, future.result().top)
            lock.release()
        self._running.clear()
        if fault:
            raise rescue.explain(fault) from fault
