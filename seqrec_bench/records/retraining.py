"""How a cell is trained again, in words for whoever lacks its record or its weights."""

import shlex
from pathlib import Path

from seqrec_bench.data.named import data_option
from seqrec_bench.records.record import CellKey


def training_command(root: Path | str, key: CellKey, data_options: str | None = None) -> str:
    """What trains the cell and stores it there, but for settings of its own.

    Args:
        data_options: How the data are named, where that is known; a key has no more than a name.
    """
    dimension = f"--dims {key.dimension} " if key.dimension else ""
    return (
        f"seqrec-bench run --models {key.model} {dimension}--seeds {key.seed} --variant {key.variant} "
        f"{data_options or data_option(key.dataset)} --results {shlex.quote(str(root))}"
    )


def advise_training(root: Path, key: CellKey) -> str:
    """How to have the cell's weights: in another directory, since the record that is here may be others' evidence."""
    return (
        "train the cell again, on the same data and with the same settings, by "
        f"`{training_command(f'{root}-again', key)}`, and go on with that directory."
    )
