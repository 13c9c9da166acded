"""``python -m benchmarks [NAME...]``: measures, and puts each table into its section of RESULTS.md."""

import datetime
import importlib
import os
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.machine import machine
from benchmarks.results import Measurement, UnavailableError, put_section

OWN = ("training", "cells", "evaluation", "data", "large_training", "user_memory")
PEERS = ("peers", "peer_ranking")
"""These install other libraries from the package index, in an environment that is thrown away."""
RARE = ("kernels",)
"""These take long, and tell nothing about speed."""
MODULES = OWN + PEERS + RARE
"""Modules of this package with a function ``measure() -> Measurement``, in the order of their sections."""

RESULTS = Path(__file__).with_name("RESULTS.md")
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

Names = Annotated[list[str] | None, typer.Argument(help=f"{', '.join(MODULES)}. [default: {', '.join(OWN)}]")]


def run(names: Names = None) -> None:
    """Runs these benchmarks with one thread, one after the other, and writes RESULTS.md after each."""
    unknown = sorted({*(names or ())} - {*MODULES})
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(MODULES)}.")
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is imported
    for name in names or OWN:
        typer.echo(f"{name} ...", err=True)
        try:
            measurement: Measurement = importlib.import_module(f"benchmarks.{name}").measure()
        except UnavailableError as error:
            typer.echo(f"{name}: skipped. {error}.", err=True)
            continue
        made = f"`python -m benchmarks {name}`, {datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}; {machine()}."
        text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        RESULTS.write_text(put_section(text, name, measurement, made, MODULES), encoding="utf-8")
        typer.echo(RESULTS.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")[2].partition("<!-- /")[0])


if __name__ == "__main__":
    typer.run(run)
