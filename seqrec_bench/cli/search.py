"""``seqrec-bench search``: chooses what a paper leaves open, on validation alone and with equal effort."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import Without, with_bundles
from seqrec_bench.cli.cell_options import SelectOption
from seqrec_bench.cli.data_options import DataOptions, ProtocolOptions
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.process_options import ProcessOptions
from seqrec_bench.cli.search_progress import open_search_display, say_settings
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.cli.tables import print_table
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.metrics import USUAL_SELECTION, require_choice, selection_metric
from seqrec_bench.evaluation.protocols import LOO_FULL, Protocol
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.experiments.cell import TrialSetting, run_trial
from seqrec_bench.experiments.processes import CellProcesses
from seqrec_bench.experiments.sampler import require_optuna
from seqrec_bench.experiments.search import ModelSearch, run_searches
from seqrec_bench.experiments.search_file import Search, load_search
from seqrec_bench.records.locks import lock_holder, lock_path, try_lock
from seqrec_bench.text import one_line

DEFAULT_OUT = Path("runs/search")
CHOSEN_VARIANT = "chosen"
"""Under which what was chosen is to be run."""


@with_bundles
def search(
    source: Annotated[
        str, typer.Argument(metavar="NAME", help="A search that comes with the package, or a .toml file of your own.")
    ] = "paper",
    models: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only these models of it.", show_default="all")
    ] = None,
    out: Annotated[
        Path, typer.Option(parser=named_path, metavar="DIR", help="The directory of the logs.")
    ] = DEFAULT_OUT,
    select: SelectOption = None,
    *,
    protocol: Annotated[ProtocolOptions, Without("negatives")],
    processes: Annotated[ProcessOptions, Without("executor")],
    data: DataOptions,
) -> None:
    """Tries settings of models, chooses on validation figures, and logs every trial; test targets are not ranked.

    Every model has the same number of trials. The same command goes on where the logs end. Other data, another
    protocol or --select need another --out.

    Example: seqrec-bench search paper --models fpmc,caser --jobs 2
    """
    chosen = _restrict(load_search(Path(source) if source.endswith(".toml") else source), models)
    under, selection = (
        _require_trained(protocol.choose(data.usual_protocol)),
        USUAL_SELECTION if select is None else selection_metric(select),
    )
    processes.require_valid()
    require_optuna()
    folder = out / chosen.name
    with stops_in_time(lambda: f"Stopped: finished trials are in {folder}; the same command goes on from there."):
        dataset = under.arrange(data.load())

        def open_logs() -> list[ModelSearch]:
            return [
                ModelSearch(chosen, space, dataset, processes.device, folder, under.name, selection)
                for space in chosen.models
            ]

        validation = under.hold_out(dataset).validation
        require_choice(selection, validation)
        open_logs()  # refuses what can't be searched before anything is written
        _require_writable(folder)
        with _locked([folder / f"{space.model}.jsonl" for space in chosen.models]):
            searches = open_logs()
            _announce(chosen, searches)
            setting = TrialSetting(validation, processes.device)
            _run(searches, processes.n_here, setting)
    _show(searches)
    for line in say_next(searches, folder, data.arguments(), under.name):
        typer.echo(one_line(line), err=True)
    if any(search.best is None for search in searches):
        raise typer.Exit(ExitCode.CELLS_FAILED)


def _restrict(search: Search, models: str | None) -> Search:
    """The search of those models that were named, in its own order."""
    if models is None:
        return search
    named = {name.strip() for name in models.split(",") if name.strip()}
    known = [space.model for space in search.models]
    if not named or not named.issubset(known):
        raise InputError(f"--models {models!r} must name models of the search {search.name}: {', '.join(known)}.")
    return replace(search, models=[space for space in search.models if space.model in named])


def _require_trained(protocol: Protocol) -> Protocol:
    """Raises `InputError` for a protocol that trains nothing: its settings are those of the models it ranks again."""
    if protocol.base is not None:
        raise InputError(
            f"{protocol.name} ranks models again that were trained under {protocol.base}, whose settings are chosen "
            "there: search under that."
        )
    return protocol


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Logs can't be written to {folder} ({error.strerror}): name another --out.") from error


@contextmanager
def _locked(logs: Sequence[Path]) -> Iterator[None]:
    """Keeps other searches from these logs.

    Raises:
        InputError: Another search writes one of them.
    """
    with ExitStack() as stack:
        for log in logs:
            found = try_lock(log)
            if found is None:
                other = lock_holder(lock_path(log))
                raise InputError(
                    f"{log} is being written by another search ({other}): wait for it, or name another --out."
                )
            stack.callback(found.release)
        yield


def _announce(chosen: Search, searches: Sequence[ModelSearch]) -> None:
    for search in searches:
        note = f"{search.n_trials} trials, {len(search.trials)} of them done already"
        if search.n_combinations < chosen.n_trials:
            note += f"; no more than {search.n_combinations} settings are possible, so fewer than {chosen.n_trials}"
        typer.echo(f"{search.model}: {note}.", err=True)


def _run(searches: Sequence[ModelSearch], jobs: int, setting: TrialSetting) -> None:
    with open_search_display(searches, jobs) as display:
        processes = CellProcesses(jobs, run_trial, setting, display.advanced)
        run_searches(searches, processes, jobs, setting.device, display.ended)


def _show(searches: Sequence[ModelSearch]) -> None:
    """Prints the best trial of each model."""
    header = ["model", "trials", "failed", "minutes", f"best {searches[0].selection}", "epoch", "trial", "settings"]
    print_table(header, [_row(search) for search in searches])


def _row(search: ModelSearch) -> list[str]:
    failed = sum(trial.value is None for trial in search.trials)
    minutes = sum(trial.seconds for trial in search.trials) / 60
    start = [search.model, str(len(search.trials)), str(failed), f"{minutes:.1f}"]
    if (best := search.best) is None:
        return [*start, "", "", "", ""]
    epoch = "" if best.epoch is None else str(best.epoch)
    return [*start, f"{best.value:.4f}", epoch, str(best.number), say_settings(best.settings)]


def say_next(searches: Sequence[ModelSearch], folder: Path, data_options: str, protocol: str) -> Iterator[str]:
    """Yields a line on the logs, and one for each model of which a trial was chosen.

    Args:
        folder: Where the logs are.
        data_options: How a command names the data.
    """
    logs = shlex.quote(str(folder))
    yield f"Every trial is logged in {folder}: `seqrec-bench trials {logs}` prints them."
    where = [data_options, "" if protocol == LOO_FULL else f"--protocol {protocol}"]
    for search in searches:
        if search.best is not None:
            yield f"To run what was chosen: `{' '.join(filter(None, [_command(search), *where]))}`."


def _command(search: ModelSearch) -> str:
    """Runs the model with the settings of its best trial, and with what was set in all of them."""
    assert search.best is not None
    cell = search.cell(search.best.settings)
    settings = [shlex.quote(f"{cell.model}.{key}={_text(value)}") for key, value in cell.settings.items()]
    dimension = [f"--dims {cell.dimension}"] if cell.dimension else []
    select = [] if cell.selection == USUAL_SELECTION else [f"--select {cell.selection}"]
    options = [*dimension, *(f"--set {setting}" for setting in settings), *select, f"--variant {CHOSEN_VARIANT}"]
    return f"seqrec-bench run --models {cell.model} {' '.join(options)}"


def _text(value: Value) -> str:
    """The value as ``--set`` reads it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)
