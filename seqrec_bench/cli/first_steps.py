"""What ``seqrec-bench`` alone says: what to do first."""

import typer

from seqrec_bench import __version__

_STEPS = {
    "See whether all is here that it takes, and which models there are": ["doctor", "models"],
    "Compare two models on MovieLens 100K, in a minute or two": [
        "run --models sequential-rules,fpmc --seeds 0-2",
        "compare fpmc sequential-rules",
        "report",
    ],
    "Reproduce the paper: its Table 1 first, in minutes, then the rest, in hours": ["run --all", "table"],
    "Look at what is committed, if this is a clone": [
        "table --results results",
        "claims --results results",
        "check --results results",
    ],
}


def show_first_steps() -> None:
    """Prints the first steps, each with its commands."""
    typer.echo(f"seqrec-bench {__version__}: an honest bench for sequential recommendation.")
    for step, commands in _STEPS.items():
        typer.echo(f"\n{step}:")
        for command in commands:
            typer.echo(typer.style(f"  seqrec-bench {command}", fg=typer.colors.CYAN))
    typer.echo("\nAll commands: seqrec-bench --help. Tab completes them after: seqrec-bench --install-completion.")
