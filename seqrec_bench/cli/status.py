"""``seqrec-bench status``: which cells are done, running, stale or missing."""

import json
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import replace

import typer

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
from seqrec_bench.cli.protocol_options import KCoreOption, ProtocolOption
from seqrec_bench.cli.results_options import DEFAULT_RESULTS, JsonOption, ResultsOption
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.tables import print_table
from seqrec_bench.data import Columns
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.experiments.run import Plan, make_plan
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records import PAPER_VARIANT, CellKey, Claimant, Store

STATES = ("done", "running", "stale", "missing")
_NO_CHOICE = Asked(False, None, None, None, None, [], PAPER_VARIANT, None, None)


def status(
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
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: DatasetOption = None,
    interactions: InteractionsOption = None,
    tags: TagsOption = None,
    user_column: UserColumnOption = None,
    item_column: ItemColumnOption = None,
    time_column: TimeColumnOption = None,
    data_name: DataNameOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says of the cells that `run` would make with these options which are done, running, stale or missing.

    Without a choice, it is about the whole paper and whatever other records there are, which are done.

    Example: seqrec-bench status --results results
    """
    asked = Asked(all_cells, suite, models, dims, seeds, settings or [], variant, protocol, k_core, select)
    wanted = choose_cells(replace(asked, all_cells=all_cells or (suite is None and models is None)))
    data = load_dataset(dataset, interactions, tags, Columns(user_column, item_column, time_column), data_name)
    store = Store(results)
    with shown("looking at cells") as steps:
        plan = make_plan(wanted, store, data, fresh=False, track=steps.track)
    running = store.running()
    states = {cell: _state(cell, plan, running) for cell in wanted}
    if asked == _NO_CHOICE:
        states |= dict.fromkeys(
            _other_cells(store, data.name, {planned.key for planned in plan.planned.values()}), "done"
        )
    if as_json:
        typer.echo(json.dumps([_fields(cell, state) for cell, state in states.items()], indent=2))
        return
    _show(states)
    for key in (plan.planned[cell].key for cell, state in states.items() if state == "running"):
        typer.echo(f"Running: {key}, by {running[key]} since {running[key].since}.", err=True)
    for cell, reason in plan.stale:
        kept = (
            ", and `run` does not replace it without --fresh"
            if cell in plan.of_other_data or cell in plan.of_other_choice
            else ""
        )
        typer.echo(f"Stale: {cell} was {reason}{kept}.", err=True)


def _other_cells(store: Store, dataset: str, planned: Set[CellKey]) -> list[Cell]:
    """The other cells of these data that have records: under the usual protocol first, then by key."""
    others = [key for key in store.recorded() if key.dataset == dataset and key not in planned]
    others.sort(key=lambda key: (key.protocol != LOO_FULL, key))
    return [Cell(key.model, key.variant, key.dimension, key.seed, protocol=key.protocol) for key in others]


def _state(cell: Cell, plan: Plan, running: Mapping[CellKey, Claimant]) -> str:
    if plan.planned[cell].key in running:
        return "running"
    if cell in plan.done:
        return "done"
    return "stale" if any(cell == stale for stale, _ in plan.stale) else "missing"


def _show(states: Mapping[Cell, str]) -> None:
    """A line for each model, variant, dimension and protocol, and one for all of them."""
    counts: dict[str, Counter[str]] = {}
    for cell, state in states.items():
        counts.setdefault(cell.place, Counter())[state] += 1
    rows = [(place, *_figures(found)) for place, found in counts.items()]
    print_table(("cells", *STATES, "all"), [*rows, ("all", *_figures(Counter(states.values())))])


def _figures(found: Counter[str]) -> list[str]:
    return [*(str(found[state] or "") for state in STATES), str(found.total())]


def _fields(cell: Cell, state: str) -> dict[str, str | int]:
    return {
        "protocol": cell.protocol,
        "model": cell.model,
        "variant": cell.variant,
        "dimension": cell.dimension,
        "seed": cell.seed,
        "state": state,
    }
