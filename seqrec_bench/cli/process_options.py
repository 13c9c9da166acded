"""The options of the commands that train models, and how such a command ends."""

import os
import re
import signal
from typing import Annotated

import typer

from seqrec_bench.errors import InputError

JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Processes side by side.", show_default="the number of cores")
]
DeviceOption = Annotated[str, typer.Option("--device", help="A torch device, for the models that use torch.")]


def require_device(device: str) -> None:
    """Raises `InputError` for what is not the name of a device."""
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", device):
        raise InputError(f"--device {device!r} is no device: give cpu, cuda, cuda:0 and so on, or mps.")


def available_cores() -> int:
    """As `nproc` has it: those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_as_by_interrupt() -> None:
    """From now on, whoever ends this process ends those that it started, as Ctrl-C does."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
