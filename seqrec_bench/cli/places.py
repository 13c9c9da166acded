"""Where `seqrec-bench run` runs its cells: this machine, or a Dask cluster."""

from collections.abc import Callable, Collection

import typer

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.experiments.cell import FinishedCell, Lesson, Setting, learn
from seqrec_bench.experiments.execution import Executor
from seqrec_bench.experiments.processes import CellProcesses, Progress
from seqrec_bench.experiments.run import Plan
from seqrec_bench.studies.cells import Cell
from seqrec_bench.text import one_line

Place = tuple[int, Callable[[Setting, Callable[[Cell, Progress], None]], Executor]]
"""How many cells run there side by side, and what makes the executor of a setting, which reports starts and epochs."""


def this_machine(jobs: int) -> Place:
    """This machine."""

    def open_here(setting: Setting, report: Callable[[Cell, Progress], None]) -> Executor:
        here: CellProcesses[Lesson, FinishedCell]
        here = CellProcesses(jobs, learn, setting.lesson, report, setting.examination)
        return here

    return jobs, open_here


def require_no_weights(plan: Plan) -> None:
    """Raises `InputError` for cells that a cluster's workers could not run."""
    for cell in plan.pending:
        if find_protocol(cell.protocol).base:
            raise InputError(
                f"Cells of {cell.protocol} are ranked with the weights in --results, which no Dask worker sees: run "
                "them on this machine, without --executor."
            )


def cluster(address: str, models: Collection[str]) -> Place:
    """The Dask cluster whose scheduler is at the address."""
    try:
        from seqrec_bench.experiments.dask_cells import DaskCells
        from seqrec_bench.experiments.dask_client import connect, n_threads
    except ImportError as error:
        raise InputError(
            "--executor needs Dask: install it with `pip install 'seqrec-bench[dask]'`, here and on the cluster."
        ) from error
    with connect(address) as client:
        jobs = n_threads(client)
    waits = "" if jobs else "; cells wait until a worker joins"
    typer.echo(f"Dask cluster {address}: {count_cells(jobs)} side by side{waits}.", err=True)

    def open_there(setting: Setting, report: Callable[[Cell, Progress], None]) -> Executor:
        client, lesson, fingerprint = connect(address), setting.lesson, setting.dataset.fingerprint
        there: DaskCells[Lesson, FinishedCell]
        there = DaskCells(client, learn, lesson, fingerprint, models, _warn, report, setting.examination)
        return there

    return max(1, jobs), open_there


def _warn(message: str) -> None:
    typer.echo(one_line(message), err=True)


def count_cells(n_cells: int) -> str:
    return f"{n_cells} cell{'' if n_cells == 1 else 's'}"
