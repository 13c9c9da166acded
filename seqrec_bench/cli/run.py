"""``seqrec-bench run``: trains and tests cells and stores their records."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.dataset_options import (
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
from seqrec_bench.cli.protocol_options import KCoreOption, ProtocolOption, choose_protocol
from seqrec_bench.cli.results_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.cli.run_state import RunState
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.data import Columns, Dataset, describe
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.protocols import LOO_FULL, PROTOCOLS
from seqrec_bench.evaluation.registry import parse_setting
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.experiments.cell import Setting, setting_under
from seqrec_bench.experiments.execution import Attacks, Executor, Outcome, execute_by_protocol
from seqrec_bench.experiments.run import Plan, make_plan
from seqrec_bench.experiments.soundness import require_sound_evaluator
from seqrec_bench.experiments.suite import MAX_DIMENSION, MAX_SEED, Group, cells, load_suite, suites
from seqrec_bench.records import PAPER_VARIANT, Store
from seqrec_bench.records.claims import has_locks

MAX_NUMBERS = 10_000
"""In one range of dimensions or seeds."""


def run(
    all_cells: Annotated[
        bool, typer.Option("--all", help="The whole paper: all its models, dimensions, seeds.")
    ] = False,
    suite: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"Another set of cells: {', '.join(suites())}.")
    ] = None,
    models: Annotated[str | None, typer.Option(metavar="A,B", help="Only these models, by name; your own too.")] = None,
    dims: Annotated[
        str | None, typer.Option(metavar="25,100", help="Embedding dimensions.", show_default="100, or the paper's")
    ] = None,
    seeds: Annotated[str | None, typer.Option(metavar="0-4", help="Seeds.", show_default="0-4")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="MODEL.KEY=VALUE", help="A hyperparameter; needs --variant.")
    ] = None,
    variant: Annotated[
        str, typer.Option(metavar="NAME", help="The name under which a changed model is recorded.")
    ] = PAPER_VARIANT,
    protocol: ProtocolOption = None,
    k_core: KCoreOption = None,
    jobs: JobsOption = None,
    executor: ExecutorOption = None,
    device: DeviceOption = "cpu",
    results: ResultsOption = DEFAULT_RESULTS,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run finished cells again.")] = False,
    dataset: DatasetOption = None,
    interactions: InteractionsOption = None,
    tags: TagsOption = None,
    user_column: UserColumnOption = None,
    item_column: ItemColumnOption = None,
    time_column: TimeColumnOption = None,
) -> None:
    """Trains and tests models, and stores a record of each; what is done already is not run again.

    Example: seqrec-bench run --models fpmc,sequential-rules --dims 50,100 --seeds 0-2
    """
    if [all_cells, suite is not None, models is not None].count(True) != 1:
        raise InputError("Say which cells to run: --all for the whole paper, --suite NAME, or --models A,B.")
    require_device(device)
    require_executor(executor, jobs)
    state = RunState(results, fresh)
    with stops_in_time(state.say, state.is_storing):
        if models is not None:
            groups = _model_groups(models, settings or [], variant)
        else:
            groups = _suite_groups("paper" if suite is None else suite, settings or [], variant)
        wanted = cells([_restrict(group, dims, seeds) for group in _under(groups, protocol, k_core, suite)])
        store = Store(results)
        store.require_writable()
        data = load_dataset(dataset, interactions, tags, Columns(user_column, item_column, time_column))
        _warn_of_repeats(data)
        plan = state.plan = make_plan(wanted, store, data, fresh)
        _announce(plan)
        place = _place(plan, executor, jobs)
        attacks = None if models is not None else _attack(data)
        _open_store(store)
        _execute(plan, place, partial(setting_under, dataset=data, device=device, store=store), attacks, state.outcome)
        store.tidy()
    _conclude(state.outcome, results)


def _suite_groups(suite: str, settings: list[str], variant: str) -> list[Group]:
    """What --all or --suite asks for."""
    if settings or variant != PAPER_VARIANT:
        raise InputError(
            "--set and --variant don't go with --all and --suite, whose settings stand fast: use --models."
        )
    return load_suite(suite)


def _model_groups(models: str, settings: list[str], variant: str) -> list[Group]:
    """What --models asks for: the dimension and the seeds of the paper's Table 1."""
    if settings and variant == PAPER_VARIANT:
        raise InputError(
            f"A model changed by --set is not the variant {PAPER_VARIANT!r}: give yours a name with --variant NAME."
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,99}", variant):
        raise InputError(
            f"--variant {variant!r} becomes part of a file's name: use at most 100 small letters, digits, dots, dashes."
        )
    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    if not names:
        raise InputError(f"--models {models!r} names no model: give names with commas between them.")
    paper = load_suite("paper")[0]
    return [Group(names, paper.dimensions[:1], paper.seeds, variant, parse_settings(settings, names))]


def _under(groups: list[Group], protocol: str | None, k_core: int | None, suite: str | None) -> list[Group]:
    """The groups under the protocol that is asked for, if one is."""
    if protocol is None and k_core is None:
        return groups
    if suite is not None:
        raise InputError("--protocol and --k-core don't go with --suite, which names its protocols: use --models.")
    name = choose_protocol(protocol, k_core).name
    return [replace(group, protocols=[name]) for group in groups]


def _restrict(group: Group, dims: str | None, seeds: str | None) -> Group:
    if dims is not None:
        numbers = parse_numbers(dims, "--dims", least=1, most=MAX_DIMENSION)
        # Whatever order they are named in, the main dimension still comes first: it makes the table.
        group = replace(group, dimensions=sorted(numbers, key=lambda number: number != group.dimensions[0]))
    if seeds is not None:
        group = replace(group, seeds=parse_numbers(seeds, "--seeds", least=0, most=MAX_SEED))
    return group


def parse_numbers(text: str, option: str, least: int, most: int) -> list[int]:
    """The numbers in ``0-2,7``, in the order given.

    Raises:
        InputError: The text is not such a list, has too many numbers, or one that is too small or too great.
    """
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal() or part.endswith("-"):
            raise InputError(f"{option} {text!r} is not a list of numbers: give it like 0-4 or 25,100.")
        span = _number(first), _number(last or first)
        if span[0] > span[1] or span[0] < least or span[1] > most:
            raise InputError(
                f"{option} {text!r} must name numbers from {least} to {most}, the smaller end of a range first."
            )
        if span[1] - span[0] >= MAX_NUMBERS:
            raise InputError(f"{option} {text!r} names more than {MAX_NUMBERS:,} numbers: name fewer.")
        numbers += range(span[0], span[1] + 1)
    return list(dict.fromkeys(numbers))


def _number(digits: str) -> int:
    """The number, or one just as great for all that it matters: Python reads no more than 4300 digits."""
    return int(digits[-100:]) + (len(digits) > 100) * 10**100


def parse_settings(settings: list[str], models: list[str]) -> dict[str, dict[str, Value]]:
    """Values of hyperparameters by model and name, from MODEL.KEY=VALUE.

    Raises:
        InputError: One of them is not of that form, or names a model that is not among `models`, or no setting of it.
    """
    parsed: dict[str, dict[str, Value]] = {}
    for setting in settings:
        place, equals, text = setting.partition("=")
        model, dot, key = place.partition(".")
        if not equals or not dot:
            raise InputError(f"--set {setting!r} is not MODEL.KEY=VALUE: give it like fpmc.epochs=20.")
        if model not in models:
            raise InputError(f"--set {setting!r} is for another model than {', '.join(models)}: leave it out.")
        if key in parsed.setdefault(model, {}):
            raise InputError(f"--set gives {place} twice: give it once.")
        parsed[model][key] = parse_setting(model, key, text)
    return parsed


def _warn_of_repeats(dataset: Dataset) -> None:
    note = describe(dataset).repeats_note
    if note:
        typer.echo(f"Warning: {note}", err=True)


def _announce(plan: Plan) -> None:
    typer.echo(f"To run: {count_cells(len(plan.pending))}; done already: {count_cells(len(plan.done))}.", err=True)
    for cell, reason in plan.stale:
        typer.echo(f"Stale, so run again: {cell} was {reason}.", err=True)


def _attack(dataset: Dataset) -> Attacks:
    """Attacks the evaluator on the data of the run, which is not begun if that shows a fault."""
    attacks = require_sound_evaluator(PROTOCOLS[LOO_FULL].hold_out(dataset))
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
