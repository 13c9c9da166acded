"""``seqrec-bench run``: trains and tests cells and stores their records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import with_bundles
from seqrec_bench.cli.cautions import cautions_before
from seqrec_bench.cli.cell_options import CellOptions, KeepTopOption
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.places import Place, cluster, count_cells, require_no_weights, this_machine
from seqrec_bench.cli.process_options import ProcessOptions
from seqrec_bench.cli.progress import open_display
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.cli.study_data import choose_data, load_data
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.data import Dataset
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.metrics import require_choice
from seqrec_bench.evaluation.protocol_parts import Given, Negatives
from seqrec_bench.evaluation.protocols import Protocol, find_protocol, usual_protocol
from seqrec_bench.experiments.cell import Setting, setting_under
from seqrec_bench.experiments.execution import Attacks, Executor, RunOutcome, execute_by_protocol
from seqrec_bench.experiments.run import Plan, make_plan
from seqrec_bench.experiments.soundness import require_sound_evaluator
from seqrec_bench.records import PAPER_VARIANT, Store
from seqrec_bench.records.locks import has_locks
from seqrec_bench.studies.cells import Cell
from seqrec_bench.studies.published import as_published, published_settings
from seqrec_bench.text import listed


@dataclass
class Part:
    """A run's cells on one data set, and what has come of them."""

    dataset: Dataset
    plan: Plan
    outcome: RunOutcome = field(default_factory=RunOutcome)


class RunState:
    """How far a run has come, for the sentence that it ends with when it is stopped; filled as it goes on."""

    def __init__(self, results: Path, fresh: bool) -> None:
        self._results, self._fresh = results, fresh
        self.parts: Sequence[Part] = ()
        """Empty until all cells of all data sets are planned."""

    def is_storing(self) -> bool:
        return any(part.outcome.is_storing for part in self.parts)

    def say(self) -> str:
        """What is done, and how to go on."""
        if not self.parts:
            return "Stopped before any cell was run; the same command begins again."
        n_run = sum(len(part.outcome.finished) + len(part.outcome.elsewhere) for part in self.parts)
        n_cells = sum(len(part.plan.planned) for part in self.parts)
        n_done = sum(len(part.plan.done) for part in self.parts)
        if self._fresh:
            return (
                f"Stopped: {n_run} of {n_cells} cells were run afresh, with records in {self._results}; the same "
                "command would run these again too: name the others by --models, --dims and --seeds to go on."
            )
        return (
            f"Stopped: {n_done + n_run} of {n_cells} cells are done, with records in {self._results}; the "
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

    A study's cells are run on all its data sets, one after another, unless --dataset, --interactions or --train names
    others.

    Example: seqrec-bench run --models fpmc,sequential-rules --dims 50,100 --seeds 0-2
    """
    processes.require_valid()
    state = RunState(results, fresh)
    with stops_in_time(state.say, state.is_storing):
        wanted = cells.choose(data.usual_protocol)
        for note in cells.idle(wanted):
            typer.echo(note, err=True)
        store = Store(results)
        store.require_writable()
        datasets = [cells.equip(dataset) for dataset in load_data(choose_data(data, cells.named_study))]
        _require_possible(datasets, wanted)
        warnings = cautions_before(wanted, datasets)
        state.parts = _plan(wanted, datasets, store, fresh, keep_top)
        place = _place([part.plan for part in state.parts], processes)
        for warning in warnings:  # only now that nothing more is refused
            typer.echo(f"Warning: {warning}", err=True)
        attacks = None if cells.models is not None else _attack(datasets)
        _open_store(store)
        for number, part in enumerate(state.parts, start=1):
            if len(datasets) > 1:
                typer.echo(f"Data set {number} of {len(datasets)}: {part.dataset.name}", err=True)
            setting = partial(
                setting_under,
                dataset=part.dataset,
                device=processes.device,
                store=store,
                keep_top=keep_top,
                fresh=fresh,
                is_here=processes.executor is None,
            )
            _execute(part, place, setting, attacks)
        store.tidy()
    _conclude(state.parts, results)


def _plan(wanted: Sequence[Cell], datasets: Sequence[Dataset], store: Store, fresh: bool, keep_top: int) -> list[Part]:
    """All cells on all data sets, of which nothing is run before none is refused."""
    parts = []
    for dataset in datasets:
        with shown("looking at cells") as steps:
            here = as_published(wanted, dataset.name)
            parts.append(Part(dataset, make_plan(here, store, dataset, fresh, steps.track, keep_top)))
        parts[-1].plan.require_no_loss()
    for part in parts:
        _announce(part, named=len(parts) > 1)
    return parts


def _require_possible(datasets: Sequence[Dataset], wanted: Sequence[Cell]) -> None:
    """The data can be held out as the cells' protocols have it, before the cells of others are run for hours.

    Raises:
        InputError: Nobody is left to evaluate; they have no point in time, no negatives or no parts as a protocol needs
            them; or users have several targets, of which the metric that chooses is none.
    """
    for name, dataset in product(sorted({cell.protocol for cell in wanted}), datasets):
        protocol = find_protocol(name)
        has_negatives, is_given = isinstance(protocol.candidates, Negatives), isinstance(protocol.split, Given)
        asked = protocol if has_negatives or protocol.base is None else find_protocol(protocol.base)
        if has_negatives or is_given or protocol.split.needs_times or asked == Protocol():
            validation = asked.hold_out(asked.arrange(dataset)).validation
            for selection in {cell.selection for cell in wanted if cell.protocol == name}:
                require_choice(selection, validation)


def _announce(part: Part, named: bool) -> None:
    plan, where = part.plan, f"On {part.dataset.name}, to" if named else "To"
    typer.echo(f"{where} run: {count_cells(len(plan.pending))}; done already: {count_cells(len(plan.done))}.", err=True)
    for cell, reason in plan.stale:
        typer.echo(f"Stale, so run again: {cell} was {reason}.", err=True)
    for model in dict.fromkeys(cell.model for cell in plan.pending if cell.variant == PAPER_VARIANT):
        if settings := published_settings(model, part.dataset.name):
            has = listed([f"{key} = {value}" for key, value in settings.items()])
            typer.echo(
                f"On {part.dataset.name} the variant {PAPER_VARIANT} of {model} has {has}, as its published records "
                "have; any other variant begins with the model's defaults.",
                err=True,
            )


def _attack(datasets: Sequence[Dataset]) -> Attacks:
    """Attacks the evaluator on the data of the run, which is not begun if that shows a fault."""
    with shown("splitting the data") as steps:
        attacks, *_ = [require_sound_evaluator(usual_protocol(data).hold_out(data), steps.track) for data in datasets]
    where = f" on each of {len(datasets)} data sets" if len(datasets) > 1 else ""
    typer.echo(f"Attacks on the evaluator: all {attacks['passed']} passed{where}.", err=True)
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


def _place(plans: Sequence[Plan], processes: ProcessOptions) -> Place:
    if processes.executor is None:
        return this_machine(processes.n_here)
    for plan in plans:
        require_no_weights(plan)
    models = {cell.model for plan in plans for cell in plan.pending}
    return cluster(processes.executor.removeprefix("dask://"), models)


def _execute(part: Part, place: Place, setting_under: Callable[[str], Setting], attacks: Attacks | None) -> None:
    jobs, open_executor = place
    with open_display(part.plan.pending, jobs) as display:

        def open_for(protocol: str) -> Executor:
            return open_executor(setting_under(protocol), display.advanced)

        execute_by_protocol(part.plan, open_for, display, attacks, part.outcome)


def _conclude(parts: Sequence[Part], results: Path) -> None:
    """One summary of all data sets, which are named where there are several."""
    outcomes = [part.outcome for part in parts]
    n_elsewhere = sum(len(outcome.elsewhere) for outcome in outcomes)
    others = f"; {count_cells(n_elsewhere)} by other runs meanwhile" if n_elsewhere else ""
    n_finished = sum(len(outcome.finished) for outcome in outcomes)
    typer.echo(f"Finished: {count_cells(n_finished)}, with records in {results}{others}.", err=True)
    for part in parts:
        where = f" on {part.dataset.name}" if len(parts) > 1 else ""
        for cell, complaint in part.outcome.without_weights:
            typer.echo(f"Weights not kept: {cell}{where}: {complaint}", err=True)
        for cell, cause in part.outcome.failed:
            typer.echo(f"Failed: {cell}{where}: {cause}", err=True)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(ExitCode.CELLS_FAILED)
