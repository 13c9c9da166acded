"""``python -m benchmarks.soak``: the trials, as a Markdown table; ends with 1 if anything is wrong."""

import random
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.machine import machine
from benchmarks.soak.bench import Bench
from benchmarks.soak.trials import Findings, Trial
from seqrec_bench.rendering.markdown import markdown_table

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
MAX_KILLS = 3
"""Of a trial in which one run follows another."""

_HEADER = [
    "killed by",
    "trials",
    "kills",
    "stored before",
    "trainings gone on with",
    "lost",
    "run twice",
    "files left",
    "orphans",
    "slowest end, s",
]


def soak(
    trials: Annotated[int, typer.Option(help="Of each kind: three signals, one run alone or two at once.")] = 8,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
) -> None:
    """Kills runs at random moments and continues them."""
    rows, faults, n_gone_on = [], [], 0
    with tempfile.TemporaryDirectory(prefix="seqrec-bench-soak-") as folder:
        bench = Bench(Path(folder), with_torch=True)
        for n_at_once in (1, 2):
            for by in SIGNALS:
                findings = Findings()
                for number in range(trials):
                    name = f"{by.name}-{n_at_once}-{number}"
                    trial = Trial(bench, by, random.Random(f"{seed}-{name}"), findings, name)
                    if n_at_once == 1:
                        trial.alone(trial.chance.randint(1, MAX_KILLS))
                    else:
                        trial.two_at_once()
                    typer.echo(f"{name}: {findings}", err=True)
                rows.append(_row(f"{by.name}{', two at once' if n_at_once == 2 else ''}", findings))
                faults += findings.faults
                n_gone_on += findings.gone_on
    typer.echo(markdown_table([_HEADER, *rows]))
    typer.echo(f"\n`python -m benchmarks.soak --trials {trials} --seed {seed}`; {machine()}.")
    if not n_gone_on:
        faults.append("no training was gone on with: none was stopped in its middle")
    for fault in faults:
        typer.echo(fault, err=True)
    sys.exit(1 if faults else 0)


def _row(kind: str, found: Findings) -> list[str]:
    counts = [found.trials, found.kills, found.stored, found.gone_on]
    faults = [found.lost, found.twice, found.left, found.orphans]
    return [kind, *map(str, counts + faults), f"{found.slowest:.2f}"]


if __name__ == "__main__":
    typer.run(soak)
