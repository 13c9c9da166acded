"""The options of the commands that train models."""

import os
import re
from typing import Annotated

import typer

from seqrec_bench.errors import InputError

JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Processes side by side.", show_default="the number of cores")
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor", metavar="dask://HOST:PORT", help="A Dask cluster to run cells on.", show_default="this machine"
    ),
]
DeviceOption = Annotated[str, typer.Option("--device", help="A torch device, for the models that use torch.")]


def require_device(device: str) -> None:
    """Raises `InputError` for what is not the name of a device."""
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", device):
        raise InputError(f"--device {device!r} is no device: give cpu, cuda, cuda:0 and so on, or mps.")


def require_executor(executor: str | None, jobs: int | None) -> None:
    """Raises `InputError` for what is no executor, or one that --jobs says nothing to."""
    if executor is None:
        return
    if not re.fullmatch(r"dask://[^/\s]+:\d+", executor):
        raise InputError(f"--executor {executor!r} is no executor: give a Dask scheduler's dask://HOST:PORT.")
    if jobs is not None:
        raise InputError("--jobs is for this machine, and --executor for a cluster, whose workers say it: give one.")


def available_cores() -> int:
    """As `nproc` has it: those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
