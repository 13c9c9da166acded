"""``seqrec-bench new``: a plug-in to begin a model of one's own with, or the file of a study."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.plug_in import COUNTING, TORCH, write_plug_in
from seqrec_bench.studies.new import write_study


def new(
    name: Annotated[str, typer.Argument(help="The model's or study's name: small letters, digits and dashes.")],
    out: Annotated[
        Path, typer.Option(parser=named_path, metavar="DIR", help="The folder that the new one goes into.")
    ] = Path(),
    torch: Annotated[bool, typer.Option("--torch", help="Begin with a PyTorch model, not one that counts.")] = False,
    study: Annotated[bool, typer.Option("--study", help="Write a study's file, NAME.toml, and no model.")] = False,
) -> None:
    """Writes a small installable plug-in with a model of your own: a recommender that works, and its test.

    With --torch, it is a recurrent net with the epoch loop, seeding and padding of the bench's own models. With
    --study, the file of a study: the data sets, models, settings, seeds and metrics of an experiment.

    Example: seqrec-bench new my-model && pip install -e my-model && seqrec-bench conform my-model
    """
    if study and torch:
        raise InputError("--torch is for a model, and --study writes none: give one of the two.")
    if study:
        path = write_study(name, out)
        typer.echo(path)
        place = shlex.quote(str(path))
        typer.echo(f"Next: name your data and models in it, then seqrec-bench run --study {place}", err=True)
        return
    for path in write_plug_in(name, out, TORCH if torch else COUNTING):
        typer.echo(path)
    folder = shlex.quote(str(out / name))
    typer.echo(f"Next: pip install -e {folder} && seqrec-bench conform {name}", err=True)
