"""What follows from a search: where its logs are, and the commands that run what was chosen."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from seqrec_bench.evaluation.metrics import USUAL_SELECTION
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.experiments.search import ModelSearch

VARIANT = "chosen"


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
    options = [*dimension, *(f"--set {setting}" for setting in settings), *select, f"--variant {VARIANT}"]
    return f"seqrec-bench run --models {cell.model} {' '.join(options)}"


def _text(value: Value) -> str:
    """The value as ``--set`` reads it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)
