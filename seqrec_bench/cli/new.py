"""``seqrec-bench new``: a plug-in to begin a model of one's own with."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.evaluation.plug_in import write_plug_in


def new(
    name: Annotated[str, typer.Argument(help="The model's name: small letters, digits and dashes.")],
    out: Annotated[
        Path, typer.Option(parser=named_path, metavar="DIR", help="The folder that the new one goes into.")
    ] = Path(),
) -> None:
    """Writes a small installable plug-in with a model of your own: a recommender that works, and its test.

    Example: seqrec-bench new my-model && pip install -e my-model && seqrec-bench conform my-model
    """
    for path in write_plug_in(name, out):
        typer.echo(path)
    folder = shlex.quote(str(out / name))
    typer.echo(f"Next: pip install -e {folder} && seqrec-bench conform {name}", err=True)
