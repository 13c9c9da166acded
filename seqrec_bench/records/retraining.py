"""How a cell is trained again, in words for whoever lacks its record or its weights."""

import shlex
from pathlib import Path

from seqrec_bench.data import data_option
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records.record import CellKey, Record


def training_command(
    root: Path | str, key: CellKey, data_options: str | None = None, selection: str | None = None
) -> str:
    """What trains the cell and stores it there, but for settings of its own.

    Args:
        data_options: How the data are named, where that is known; a key has no more than a name.
        selection: The metric that is to choose, where it is known.
    """
    select = "" if selection in (None, SELECTION_METRIC) else f"--select {selection} "
    dimension = f"--dims {key.dimension} " if key.dimension else ""
    return (
        f"seqrec-bench run --models {key.model} {dimension}--seeds {key.seed} --variant {key.variant} {select}"
        f"{data_options or data_option(key.dataset, key.protocol)} --results {shlex.quote(str(root))}"
    )


def advise_training(root: Path, record: Record) -> str:
    """How to have the cell's weights: in another directory, since the record that is here may be others' evidence."""
    return (
        "train the cell again, on the same data and with the same settings, by "
        f"`{training_command(f'{root}-again', record.key, selection=record.recipe.selection)}`, and go on with that "
        "directory."
    )
