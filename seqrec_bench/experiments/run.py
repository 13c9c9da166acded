"""From cells to records: what is done already, what is left, and doing it."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.errors import in_words
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.experiments.cell import FinishedCell, cell_key, cell_recipe
from seqrec_bench.experiments.restoring import stale_weights
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.records import Record, Store

Attacks = Mapping[str, int]
"""What records say of the attacks that the evaluator has withstood; see `require_sound_evaluator`."""


@dataclass(frozen=True)
class Plan:
    """The cells of a run, sorted by what is there of them."""

    pending: Sequence[Cell]
    """To be run, in order; the stale ones are among them."""
    done: Sequence[Cell]
    stale: Sequence[tuple[Cell, str]]
    """Cells whose record is of no use, each with the reason."""


class Executor(Protocol):
    """Where cells are run: `concurrent.futures`, in short."""

    def submit(self, cell: Cell) -> Future[FinishedCell]: ...

    def shutdown(self) -> None: ...


@dataclass(frozen=True)
class Outcome:
    finished: Sequence[Cell]
    failed: Sequence[tuple[Cell, str]]
    """Each with its cause."""
    without_weights: Sequence[tuple[Cell, str]]
    """Finished cells whose recommender gave a state that can't be kept, each with what is wrong with it."""


def make_plan(cells: Sequence[Cell], store: Store, dataset: Dataset, fresh: bool) -> Plan:
    """Sorts the cells by whether the store has a record made by their recipe.

    Args:
        fresh: Whether every cell is to be run again, whatever is there.

    Raises:
        InputError: A model or its settings are not what they have to be: before anything is run.
        InvalidRecordError: A record that stands in a cell's place can't be read.
    """
    pending, done, stale = [], [], []
    arranged = {name: find_protocol(name).arrange(dataset) for name in {cell.protocol for cell in cells}}
    for cell in cells:
        recipe = cell_recipe(cell, arranged[cell.protocol])
        record = None if fresh else store.load(cell_key(cell, dataset))
        difference = record and (recipe.difference(record.recipe) or _stale_weights(cell, record, store))
        if record and not difference:
            done.append(cell)
            continue
        if difference:
            stale.append((cell, difference))
        pending.append(cell)
    return Plan(pending, done, stale)


def _stale_weights(cell: Cell, record: Record, store: Store) -> str | None:
    """What is wrong with the weights that the record was ranked with; None where it was trained, or they are right."""
    base = find_protocol(cell.protocol).base
    return base and stale_weights(record.weights, replace(record.key, protocol=base), store)


def execute_by_protocol(
    pending: Sequence[Cell],
    open_executor: Callable[[str], Executor],
    store: Store,
    ended: Callable[[Cell, Record | str], None],
    attacks: Attacks | None = None,
) -> Outcome:
    """Runs the cells of one protocol after those of another, since only cells of one have their data in common.

    Args:
        pending: Those of one protocol stand together.
        open_executor: Makes an executor for the cells of the protocol of that name.
        ended, attacks: As `execute` has them.
    """
    outcomes = [
        execute(list(cells), open_executor(protocol), store, ended, attacks)
        for protocol, cells in groupby(pending, key=lambda cell: cell.protocol)
    ]
    return Outcome(
        finished=[cell for outcome in outcomes for cell in outcome.finished],
        failed=[failure for outcome in outcomes for failure in outcome.failed],
        without_weights=[complaint for outcome in outcomes for complaint in outcome.without_weights],
    )


def execute(
    pending: Sequence[Cell],
    executor: Executor,
    store: Store,
    ended: Callable[[Cell, Record | str], None],
    attacks: Attacks | None = None,
) -> Outcome:
    """Runs the cells and stores what comes of each as it ends; a cell that fails keeps none of the others back.

    Args:
        ended: Called for each cell with its record, or with the cause of its failure.
        attacks: Noted in every record; None if there were none before this run.
    """
    finished: list[Cell] = []
    failed: list[tuple[Cell, str]] = []
    without_weights: list[tuple[Cell, str]] = []
    unsaved: dict[Future[FinishedCell], Cell] = {}
    try:
        unsaved.update((executor.submit(cell), cell) for cell in pending)
        for future in as_completed(list(unsaved)):
            cell = unsaved[future]
            if error := future.exception():
                cause = in_words(error)
                failed.append((cell, cause))
                ended(cell, cause)
                continue
            done = future.result()
            record = _keep(done, store, attacks)
            del unsaved[future]
            finished.append(cell)
            if done.complaint:
                without_weights.append((cell, done.complaint))
            ended(cell, record)
    finally:
        executor.shutdown()
        for future in unsaved:
            if not future.cancelled() and not future.exception():
                _keep(future.result(), store, attacks)
    return Outcome(finished, failed, without_weights)


def _keep(done: FinishedCell, store: Store, attacks: Attacks | None) -> Record:
    """Stores what came of a cell, with the attacks that went before, wherever it was run, and returns its record."""
    record = replace(done.record, environment={**done.record.environment, "attacks": attacks})
    store.save(record, done.weights)
    return record
