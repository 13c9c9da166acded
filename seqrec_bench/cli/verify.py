"""``seqrec-bench verify``: can the records in a directory be trusted?"""

import random
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import Described, Without, with_bundles
from seqrec_bench.cli.data_options import DataOptions, ProtocolOptions
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.places import count_cells, this_machine
from seqrec_bench.cli.process_options import JobsOption, available_cores
from seqrec_bench.cli.progress import RunDisplay, open_display
from seqrec_bench.cli.steps import Steps, shown
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.cli.tables import FormatOptions, TextFormat
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.data import Dataset, is_public
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.evaluation.protocol_parts import Given
from seqrec_bench.evaluation.protocols import Protocol, known_protocol
from seqrec_bench.experiments.cell import cell_key, setting_under
from seqrec_bench.experiments.execution import Executor, RunOutcome, execute_by_protocol
from seqrec_bench.experiments.processes import Progress
from seqrec_bench.experiments.run import make_plan
from seqrec_bench.experiments.verification import cells_of_studies, check_contents, check_store
from seqrec_bench.experiments.verification.retraining import cells_to_train, check_quick, check_retrained, draw, quick
from seqrec_bench.records import CellKey, LockHolder, Record, Store
from seqrec_bench.records.check import Check, exit_code
from seqrec_bench.records.looking import is_folder
from seqrec_bench.rendering.verification import checks_document
from seqrec_bench.studies.cells import Cell

OpenDisplay = Callable[[Sequence[Cell], int], AbstractContextManager[RunDisplay]]
"""Opens the display of these cells, of which so many run side by side."""


@with_bundles
def verify(
    directory: Annotated[
        Path | None,
        typer.Argument(parser=named_path, metavar="[DIR]", help="The same as --results.", show_default=False),
    ] = None,
    results: ResultsOption = DEFAULT_RESULTS,
    retrain: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Run N cells, drawn at random, again and compare them.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="With --retrain: of the draw.", show_default="another each time")
    ] = None,
    jobs: JobsOption = None,
    *,
    output: Annotated[FormatOptions[TextFormat], Described("format", "json has every fault.", "text")],
    own: Annotated[DataOptions, Without("dataset")],
    protocol: Annotated[ProtocolOptions, Without("protocol", "k_core")],
) -> None:
    """Checks records: files, hashes, metrics from ranks, data, versions, completeness; runs again what takes seconds.

    --retrain runs others again too.

    Example: seqrec-bench verify results --retrain 2

    0: all is well; 2: wrong usage or input, or a file can't be read; 3: cells missing or stale, or the data are not
    here; 4: a record or file is invalid; 6: a cell that was run again differs; 7: one could not be run.
    """
    if directory is not None and results != DEFAULT_RESULTS:
        raise InputError(f"{directory} and --results {results} both name the directory: give one of them.")
    if retrain is None and seed is not None:
        raise InputError("--seed goes with --retrain N: give that too, or neither.")
    store = Store(directory or results)
    records, datasets, checks = _check(store, None if own == DataOptions() else own.load(), protocol)
    subject = f"{len(records)} records in {store.root}"
    at_once = jobs or available_cores()
    checks.append(_run_quick(records, datasets, at_once))
    if retrain is not None:
        seed = random.SystemRandom().randrange(2**32) if seed is None else seed
        drawn = _draw(records, datasets, retrain, seed, store)
        checks.append(check_retrained(drawn, *_run_again(drawn, datasets, at_once, open_display)))
        subject += f", and {count_cells(len(drawn))} run again (--retrain {retrain} --seed {seed})"
    typer.echo(checks_document(checks, subject).written(output.choose(TextFormat.TEXT)), nl=False)
    raise typer.Exit(exit_code(checks))


def _check(
    store: Store, own: Dataset | None, protocol: ProtocolOptions
) -> tuple[list[Record], dict[str, Dataset], list[Check]]:
    """The records that can be read, the data sets of theirs that are here, and what was found."""
    if not is_folder(store.root):
        raise InputError(f"There is no results directory {store.root}: name another, or run first.")
    with shown("looking at files") as steps:
        records, checks = check_store(store, steps.track)
    if not records and not any(check.faults for check in checks):
        raise MissingCellsError(f"{store.root} has no records: run some models first, or name another directory.")
    protocols = {record.key.dataset: known_protocol(record.key.protocol) for record in records}
    found = {name: _find_data(name, own, protocols[name]) for name in sorted(protocols)}
    datasets = {name: data if isinstance(data, str) else protocol.equip(data) for name, data in found.items()}
    with shown("loading models") as steps:
        checks += check_contents(records, store, datasets, cells_of_studies(), steps.track)
    here = {name: dataset for name, dataset in datasets.items() if isinstance(dataset, Dataset)}
    return records, here, checks


def _find_data(name: str, own: Dataset | None, protocol: Protocol | None) -> Dataset | str:
    """The data set of this name, or in words why it is not here.

    Args:
        protocol: That of a record on it.
    """
    if own is not None and own.name == name:
        return own
    if not is_public(name):
        files = "its file with --interactions"
        if protocol is not None and isinstance(protocol.split, Given):
            files = f"its files with --train, {'--validation ' if protocol.split.has_validation else ''}and --test"
        return (
            f"Name {files}, as `run` was given it, to have {name} checked "
            f"(and --name {name}, if the file is called otherwise)."
        )
    try:
        return DataOptions(name).load()
    except InputError as error:
        return str(error)


def _draw(records: list[Record], datasets: dict[str, Dataset], number: int, seed: int, store: Store) -> list[Record]:
    drawn = draw(records, datasets, number, seed)
    if not drawn:
        raise MissingCellsError(
            f"--retrain: no record in {store.root} can be made again with the models that are installed and the data "
            "that are here: install what made them, and give data of your own by --interactions FILE."
        )
    return drawn


def _run_quick(records: Sequence[Record], datasets: dict[str, Dataset], jobs: int) -> Check:
    """Runs what takes seconds again, without a line for each."""
    chosen = quick(records, datasets)
    with shown("running again what takes seconds") as steps:
        steps.begin("running again what takes seconds", len(chosen))
        again, causes = _run_again(chosen, datasets, jobs, lambda cells, jobs: nullcontext(_Counted(steps)))
    return check_quick(records, chosen, again, causes)


class _Counted:
    """Counts the cells that have ended."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def advanced(self, cell: Cell, progress: Progress) -> None:
        """Cells of seconds are not followed within."""

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        self._steps.reach(self._steps.state.n_done + 1)

    def waits(self, cell: Cell, holder: LockHolder) -> None:
        """Nobody else runs anything in a directory of its own."""


def _run_again(
    chosen: Sequence[Record], datasets: dict[str, Dataset], jobs: int, display_of: OpenDisplay
) -> tuple[dict[CellKey, Record], dict[CellKey, str]]:
    """Runs the cells of these records again, in a directory that is thrown away.

    Returns:
        What came of them, and why others failed.
    """
    again: dict[CellKey, Record] = {}
    causes: dict[CellKey, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, dataset in datasets.items():
            cells = cells_to_train([record for record in chosen if record.key.dataset == name])
            store = Store(Path(folder))
            outcome = _run(cells, dataset, store, jobs, display_of)
            causes |= {cell_key(cell, dataset): cause for cell, cause in outcome.failed}
            again |= {record.key: record for record in store.records()}
    return again, causes


def _run(cells: Sequence[Cell], dataset: Dataset, store: Store, jobs: int, display_of: OpenDisplay) -> RunOutcome:
    _, open_executor = this_machine(jobs)
    setting = partial(setting_under, dataset=dataset, device="cpu", store=store)
    stopped = "Stopped: what was run again is thrown away, and no record was changed."
    with stops_in_time(lambda: stopped), display_of(cells, jobs) as display:

        def open_for(protocol: str) -> Executor:
            return open_executor(setting(protocol), display.advanced)

        return execute_by_protocol(make_plan(cells, store, dataset, fresh=True), open_for, display)
