"""``seqrec-bench run``: trains and tests cells and stores their records."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import with_bundles
from seqrec_bench.cli.catalogue import small_catalogue_note
from seqrec_bench.cli.cell_options import CellOptions, KeepTopOption
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.places import Place, cluster, count_cells, require_no_weights, this_machine
from seqrec_bench.cli.process_options import ProcessOptions
from seqrec_bench.cli.progress import open_display
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.data import Dataset, describe
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.protocols import LOO_FULL, PROTOCOLS, find_protocol
from seqrec_bench.experiments.cell import Setting, setting_under
from seqrec_bench.experiments.execution import Attacks, Executor, RunOutcome, execute_by_protocol
from seqrec_bench.experiments.run import Plan, make_plan
from seqrec_bench.experiments.soundness import require_sound_evaluator
from seqrec_bench.records import Store
from seqrec_bench.records.locks import has_locks


class RunState:
    """How far a run has come, for the sentence that it ends with when it is stopped; filled as it goes on."""

    def __init__(self, results: Path, fresh: bool) -> None:
        self._results, self._fresh = results, fresh
        self.plan: Plan | None = None
        self.outcome = RunOutcome()

    def is_storing(self) -> bool:
        return self.outcome.is_storing

    def say(self) -> str:
        """What is done, and how to go on."""
        if self.plan is None:
            return "Stopped before any cell was run; the same command begins again."
        n_run, n_cells = len(self.outcome.finished) + len(self.outcome.elsewhere), len(self.plan.planned)
        if self._fresh:
            return (
                f"Stopped: {n_run} of {n_cells} cells were run afresh, with records in {self._results}; the same "
                "command would run these again too: name the others by --models, --dims and --seeds to go on."
            )
        return (
            f"Stopped: {len(self.plan.done) + n_run} of {n_cells} cells are done, with records in {self._results}; the "
            "same command goes on from there."
        )


@with_bundles
def run(
    cells: CellOptions,
    processes: ProcessOptions,
    data: DataOptions,
    results: ResultsOption = DEFAULT_RESULTS,
    keep_top: KeepTopOption = 0,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run finished cells again; replace records of other data too.")
    ] = False,
) -> None:
    """Trains and tests models, and stores a record of each; what is done already is not run again.

    Example: seqrec-bench run --models fpmc,sequential-rules --dims 50,100 --seeds 0-2
    """
    processes.require_valid()
    state = RunState(results, fresh)
    with stops_in_time(state.say, state.is_storing):
        wanted = cells.choose()
        for note in cells.idle(wanted):
            typer.echo(note, err=True)
        store = Store(results)
        store.require_writable()
        dataset = data.load()
        warnings = _warnings(dataset, {cell.protocol for cell in wanted})
        with shown("looking at cells") as steps:
            plan = state.plan = make_plan(wanted, store, dataset, fresh, steps.track, keep_top)
        plan.require_no_loss()
        _announce(plan)
        place = _place(plan, processes)
        for warning in warnings:  # only now that nothing more is refused
            typer.echo(f"Warning: {warning}", err=True)
        attacks = None if cells.models is not None else _attack(dataset)
        _open_store(store)
        setting = partial(
            setting_under, dataset=dataset, device=processes.device, store=store, keep_top=keep_top, fresh=fresh
        )
        _execute(plan, place, setting, attacks, state.outcome)
        store.tidy()
    _conclude(state.outcome, results)


def _warnings(dataset: Dataset, protocols: Collection[str]) -> list[str]:
    """What figures on these data do not say, or not as they should."""
    cores = [keep(dataset) for keep in {find_protocol(name).keep for name in protocols} if keep]
    n_items = min(data.sequences.n_items for data in (dataset, *cores))
    return list(filter(None, (describe(dataset).repeats_note, small_catalogue_note(n_items))))


def _announce(plan: Plan) -> None:
    typer.echo(f"To run: {count_cells(len(plan.pending))}; done already: {count_cells(len(plan.done))}.", err=True)
    for cell, reason in plan.stale:
        typer.echo(f"Stale, so run again: {cell} was {reason}.", err=True)


def _attack(dataset: Dataset) -> Attacks:
    """Attacks the evaluator on the data of the run, which is not begun if that shows a fault."""
    with shown("splitting the data") as steps:
        attacks = require_sound_evaluator(PROTOCOLS[LOO_FULL].hold_out(dataset), steps.track)
    typer.echo(f"Attacks on the evaluator: all {attacks['passed']} passed.", err=True)
    return attacks


def _open_store(store: Store) -> None:
    """Makes sure of the directory before hours of work, and removes what runs that were killed have left in it."""
    store.open()
    store.tidy()
    if not has_locks(store.root):
        typer.echo(
            f"Warning: {store.root} is on a file system without locks: start only one run at a time there.",
            err=True,
        )


def _place(plan: Plan, processes: ProcessOptions) -> Place:
    if processes.executor is None:
        return this_machine(processes.n_here)
    require_no_weights(plan)
    return cluster(processes.executor.removeprefix("dask://"), {cell.model for cell in plan.pending})


def _execute(
    plan: Plan, place: Place, setting_under: Callable[[str], Setting], attacks: Attacks | None, outcome: RunOutcome
) -> None:
    jobs, open_executor = place
    with open_display(plan.pending, jobs) as display:

        def open_for(protocol: str) -> Executor:
            return open_executor(setting_under(protocol), display.advanced)

        execute_by_protocol(plan, open_for, display, attacks, outcome)


def _conclude(outcome: RunOutcome, results: Path) -> None:
    others = f"; {count_cells(len(outcome.elsewhere))} by other runs meanwhile" if outcome.elsewhere else ""
    typer.echo(f"Finished: {count_cells(len(outcome.finished))}, with records in {results}{others}.", err=True)
    for cell, complaint in outcome.without_weights:
        typer.echo(f"Weights not kept: {cell}: {complaint}", err=True)
    for cell, cause in outcome.failed:
        typer.echo(f"Failed: {cell}: {cause}", err=True)
    if outcome.failed:
        raise typer.Exit(ExitCode.CELLS_FAILED)
