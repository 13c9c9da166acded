"""The options of the commands that train models."""

import os
import re
from dataclasses import dataclass
from typing import Annotated

import typer

from seqrec_bench.errors import InputError

JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Processes side by side.", show_default="the number of cores")
]


@dataclass(frozen=True)
class ProcessOptions:
    """Where models are trained, and how many at once."""

    jobs: JobsOption = None
    executor: Annotated[
        str | None,
        typer.Option(
            "--executor",
            metavar="dask://HOST:PORT",
            help="A Dask cluster to run cells on.",
            show_default="this machine",
        ),
    ] = None
    device: Annotated[str, typer.Option("--device", help="A torch device, for the models that use torch.")] = "cpu"

    def require_valid(self) -> None:
        """Raises `InputError` for what is no device or executor, or an executor that --jobs says nothing to."""
        if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", self.device):
            raise InputError(f"--device {self.device!r} is no device: give cpu, cuda, cuda:0 and so on, or mps.")
        if self.executor is None:
            return
        if not re.fullmatch(r"dask://[^/\s]+:\d+", self.executor):
            raise InputError(f"--executor {self.executor!r} is no executor: give a Dask scheduler's dask://HOST:PORT.")
        if self.jobs is not None:
            raise InputError(
                "--jobs is for this machine, and --executor for a cluster, whose workers say it: give one."
            )

    @property
    def n_here(self) -> int:
        """How many run side by side on this machine."""
        return self.jobs or available_cores()


def available_cores() -> int:
    """As `nproc` has it: those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
