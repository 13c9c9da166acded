"""The data options of a command as a shell takes them, for another command that is advised."""

import shlex
from pathlib import Path

from seqrec_bench.data import Columns


def data_arguments(
    dataset: str | None, interactions: Path | None, tags: Path | None, columns: Columns, data_name: str | None = None
) -> str:
    """Returns those that were given, such as ``--interactions ratings.csv``; empty where none was."""
    options = {
        "--dataset": dataset,
        "--interactions": interactions,
        "--tags": tags,
        "--user-column": columns.user,
        "--item-column": columns.item,
        "--time-column": columns.time,
        "--data-name": data_name,  # as every command has it
    }
    return " ".join(f"{option} {shlex.quote(str(value))}" for option, value in options.items() if value is not None)
