"""``seqrec-bench status``: which cells are done, running, stale or missing."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import typer

from seqrec_bench.analysis.cautions import learning_notes
from seqrec_bench.cli.bundles import with_bundles
from seqrec_bench.cli.cell_options import CellOptions
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.study_data import choose_data, load_data
from seqrec_bench.cli.tables import JsonOption, print_table
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.errors import InvalidRecordError, UnreadableError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.evaluation.training_end import TrainingEnd, training_end
from seqrec_bench.experiments.run import Plan, make_plan
from seqrec_bench.records import CellKey, LockHolder, Store
from seqrec_bench.studies.cells import Cell
from seqrec_bench.studies.published import as_published

STATES = ("done", "running", "stale", "missing")


@dataclass(frozen=True)
class Part:
    """The cells on one data set."""

    dataset: str
    plan: Plan
    running: Mapping[CellKey, LockHolder]
    states: Mapping[Cell, str]
    ends: Mapping[Cell, TrainingEnd]
    """How training ended, of what is done."""


@with_bundles
def status(
    cells: CellOptions,
    data: DataOptions,
    results: ResultsOption = DEFAULT_RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Says of the cells that `run` would make with these options which are done, running, stale or missing.

    Without a choice, it is about the whole paper and whatever other records there are, which are done.

    Example: seqrec-bench status --results results
    """
    chosen = cells if cells.name_some else replace(cells, all_cells=True)
    wanted = chosen.choose(data.usual_protocol)
    store = Store(results)
    parts = []
    for dataset in load_data(choose_data(data, chosen.named_study)):
        here = as_published(wanted, dataset.name)
        with shown("looking at cells") as steps:
            plan = make_plan(here, store, dataset, fresh=False, track=steps.track)
        running, ends = store.running(), dict(plan.ends)
        states = {cell: _state(cell, plan, running) for cell in here}
        if cells == CellOptions():
            planned = {each.key for each in plan.planned.values()}
            others = _other_keys(store, dataset.name, planned)
            states |= {_cell(key): "done" for key in others}
            ends |= {_cell(key): end for key in others if (end := _end(store, key))}
        parts.append(Part(dataset.name, plan, running, states, ends))
    if as_json:
        fields = [_fields(part, cell, state) for part in parts for cell, state in part.states.items()]
        typer.echo(json.dumps(fields, indent=2))
        return
    _show(parts)
    for part in parts:
        for key in (part.plan.planned[cell].key for cell, state in part.states.items() if state == "running"):
            typer.echo(f"Running: {key}, by {part.running[key]} since {part.running[key].since}.", err=True)
        for cell, state in part.states.items():
            if cell not in part.plan.pending or state == "running":
                continue
            wished = part.plan.planned[cell]
            if epoch := store.begun(wished.key, wished.recipe):
                typer.echo(f"Begun: {cell}, which `run` goes on with from epoch {epoch}.", err=True)
        for cell, reason in part.plan.stale:
            is_kept = cell in part.plan.of_other_data or cell in part.plan.of_other_choice
            kept = ", and `run` does not replace it without --fresh" if is_kept else ""
            typer.echo(f"Stale: {cell} was {reason}{kept}.", err=True)
        for note in learning_notes(part.ends.values()):
            where = f"On {part.dataset}, " if len(parts) > 1 else ""
            typer.echo(f"{where}{note}", err=True)


def _other_keys(store: Store, dataset: str, planned: Set[CellKey]) -> list[CellKey]:
    """The other cells of these data that have records: under the usual protocol first, then by key."""
    others = [key for key in store.recorded() if key.dataset == dataset and key not in planned]
    return sorted(others, key=lambda key: (key.protocol != LOO_FULL, key))


def _cell(key: CellKey) -> Cell:
    return Cell(key.model, key.variant, key.dimension, key.seed, protocol=key.protocol)


def _end(store: Store, key: CellKey) -> TrainingEnd | None:
    """How training ended, of a record that nobody asked for: of one that is not valid, `verify` tells."""
    try:
        record = store.load(key)
    except (InvalidRecordError, UnreadableError):
        return None
    return training_end(record) if record else None


def _state(cell: Cell, plan: Plan, running: Mapping[CellKey, LockHolder]) -> str:
    if plan.planned[cell].key in running:
        return "running"
    if cell in plan.done:
        return "done"
    return "stale" if any(cell == stale for stale, _ in plan.stale) else "missing"


def _show(parts: Sequence[Part]) -> None:
    """A line for each model, variant, dimension and protocol of each data set, and one for all of them."""
    counts: dict[str, Counter[str]] = {}
    for part in parts:
        where = f"{part.dataset}: " if len(parts) > 1 else ""
        for cell, state in part.states.items():
            counts.setdefault(f"{where}{cell.configuration}{cell.under}", Counter())[state] += 1
    rows = [(place, *_figures(found)) for place, found in counts.items()]
    total = sum(counts.values(), Counter())
    print_table(("cells", *STATES, "all"), [*rows, ("all", *_figures(total))])


def _figures(found: Counter[str]) -> list[str]:
    return [*(str(found[state] or "") for state in STATES), str(found.total())]


def _fields(part: Part, cell: Cell, state: str) -> dict[str, str | int | bool | None]:
    end = part.ends.get(cell)
    return {
        "dataset": part.dataset,
        "protocol": cell.protocol,
        "model": cell.model,
        "variant": cell.variant,
        "dimension": cell.dimension,
        "seed": cell.seed,
        "state": state,
        "best_at_last_epoch": end and end.is_best_at_last,
    }
