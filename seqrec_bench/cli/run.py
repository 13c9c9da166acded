"""``seqrec-bench run``: trains and tests cells and stores their records."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.catalogue import small_catalogue_note
from seqrec_bench.cli.cell_options import (
    AllOption,
    Asked,
    DimsOption,
    ModelsOption,
    SeedsOption,
    SelectOption,
    SetOption,
    SuiteOption,
    VariantOption,
    choose_cells,
    idle_options,
)
from seqrec_bench.cli.dataset_options import (
    DataNameOption,
    DatasetOption,
    InteractionsOption,
    ItemColumnOption,
    TagsOption,
    TimeColumnOption,
    UserColumnOption,
    load_dataset,
)
from seqrec_bench.cli.places import Place, cluster, count_cells, require_no_weights, this_machine
from seqrec_bench.cli.process_options import (
    DeviceOption,
    ExecutorOption,
    JobsOption,
    available_cores,
    require_device,
    require_executor,
)
from seqrec_bench.cli.progress import open_display
from seqrec_bench.cli.protocol_options import KCoreOption, ProtocolOption
from seqrec_bench.cli.results_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.cli.run_state import RunState
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.data import Columns, Dataset, describe
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.protocols import LOO_FULL, PROTOCOLS, find_protocol
from seqrec_bench.experiments.cell import Setting, setting_under
from seqrec_bench.experiments.execution import Attacks, Executor, Outcome, execute_by_protocol
from seqrec_bench.experiments.run import Plan, make_plan
from seqrec_bench.experiments.soundness import require_sound_evaluator
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records import PAPER_VARIANT, Store
from seqrec_bench.records.claims import has_locks


def run(
    all_cells: AllOption = False,
    suite: SuiteOption = None,
    models: ModelsOption = None,
    dims: DimsOption = None,
    seeds: SeedsOption = None,
    settings: SetOption = None,
    variant: VariantOption = PAPER_VARIANT,
    protocol: ProtocolOption = None,
    k_core: KCoreOption = None,
    select: SelectOption = SELECTION_METRIC,
    jobs: JobsOption = None,
    executor: ExecutorOption = None,
    device: DeviceOption = "cpu",
    results: ResultsOption = DEFAULT_RESULTS,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run finished cells again; replace records of other data too.")
    ] = False,
    dataset: DatasetOption = None,
    interactions: InteractionsOption = None,
    tags: TagsOption = None,
    user_column: UserColumnOption = None,
    item_column: ItemColumnOption = None,
    time_column: TimeColumnOption = None,
    data_name: DataNameOption = None,
) -> None:
    """Trains and tests models, and stores a record of each; what is done already is not run again.

    Example: seqrec-bench run --models fpmc,sequential-rules --dims 50,100 --seeds 0-2
    """
    asked = Asked(all_cells, suite, models, dims, seeds, settings or [], variant, protocol, k_core, select)
    require_device(device)
    require_executor(executor, jobs)
    state = RunState(results, fresh)
    with stops_in_time(state.say, state.is_storing):
        wanted = choose_cells(asked)
        for note in idle_options(asked, wanted):
            typer.echo(note, err=True)
        store = Store(results)
        store.require_writable()
        data = load_dataset(dataset, interactions, tags, Columns(user_column, item_column, time_column), data_name)
        warnings = _warnings(data, {cell.protocol for cell in wanted})
        with shown("looking at cells") as steps:
            plan = state.plan = make_plan(wanted, store, data, fresh, steps.track)
        plan.require_no_loss()
        _announce(plan)
        place = _place(plan, executor, jobs)
        for warning in warnings:  # only now that nothing more is refused
            typer.echo(f"Warning: {warning}", err=True)
        attacks = None if models is not None else _attack(data)
        _open_store(store)
        _execute(plan, place, partial(setting_under, dataset=data, device=device, store=store), attacks, state.outcome)
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


def _place(plan: Plan, executor: str | None, jobs: int | None) -> Place:
    if executor is None:
        return this_machine(jobs or available_cores())
    require_no_weights(plan)
    return cluster(executor.removeprefix("dask://"), {cell.model for cell in plan.pending})


def _execute(
    plan: Plan, place: Place, setting_under: Callable[[str], Setting], attacks: Attacks | None, outcome: Outcome
) -> None:
    jobs, open_executor = place
    with open_display(plan.pending, jobs) as display:

        def open_for(protocol: str) -> Executor:
            return open_executor(setting_under(protocol), display.advanced)

        execute_by_protocol(plan, open_for, display, attacks, outcome)


def _conclude(outcome: Outcome, results: Path) -> None:
    others = f"; {count_cells(len(outcome.elsewhere))} by other runs meanwhile" if outcome.elsewhere else ""
    typer.echo(f"Finished: {count_cells(len(outcome.finished))}, with records in {results}{others}.", err=True)
    for cell, complaint in outcome.without_weights:
        typer.echo(f"Weights not kept: {cell}: {complaint}", err=True)
    for cell, cause in outcome.failed:
        typer.echo(f"Failed: {cell}: {cause}", err=True)
    if outcome.failed:
        raise typer.Exit(ExitCode.CELLS_FAILED)
