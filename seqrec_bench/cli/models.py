"""``seqrec-bench models``: the registered models, or one of them with its settings."""

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.tables import FormatOptions, print_table
from seqrec_bench.data import NamedDataset, named_dataset
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.model_description import ModelDescription, describe_model
from seqrec_bench.evaluation.parameter_count import count_parameters
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.rendering.blocks import Grid, words
from seqrec_bench.rendering.markdown import to_markdown
from seqrec_bench.rendering.model_settings import meaning, plain, settings_markdown
from seqrec_bench.studies.cells import DEFAULT_DATASET, MAX_DIMENSION
from seqrec_bench.text import one_line


class ModelsFormat(StrEnum):
    TEXT = "text"
    MD = "md"
    JSON = "json"


@with_bundles
def models(
    name: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="Show this one.", show_default=False)] = None,
    dimension: Annotated[
        int, typer.Option(min=1, max=MAX_DIMENSION, help="The dimension at which its parameters are counted.")
    ] = 100,
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="The public data set for whose size they are counted.")
    ] = DEFAULT_DATASET,
    *,
    output: Annotated[
        FormatOptions[ModelsFormat],
        Described("format", "md is made for a page: one model's settings, or the list.", "text"),
    ],
) -> None:
    """Lists the models that are registered, your own too, or shows one: its paper, settings and parameters.

    Example: seqrec-bench models am-lstm --dimension 50
    """
    chosen = output.choose(ModelsFormat.TEXT)
    if name is None:
        _list_all(chosen)
        return
    data, model = named_dataset(dataset), describe_model(name)
    if chosen is ModelsFormat.MD:
        typer.echo(settings_markdown(model), nl=False)
        return
    if data.n_users is None or data.n_items is None:
        raise InputError(
            f"How many users and items {dataset} has is not stated: name a data set of which `data list` shows it."
        )
    parameters = count_parameters(name, dimension, data.n_users, data.n_items)
    if chosen is ModelsFormat.JSON:
        counted = {"dimension": dimension, "dataset": dataset, "parameters": parameters}
        typer.echo(json.dumps(asdict(model) | counted, indent=2))
    else:
        _show(model, dimension, data, parameters)


def _list_all(format: ModelsFormat) -> None:
    """Lists all that can be described; then says what is wrong with the others, and ends with 2 if there are any."""
    found, faults = [], []
    for name in registered():
        try:
            found.append(describe_model(name))
        except InputError as error:
            faults.append(error)
    _list(found, format)
    for fault in faults:
        typer.echo(f"Broken: {one_line(str(fault))}", err=True)
    if faults:
        raise typer.Exit(ExitCode.BAD_INPUT)


def _list(found: list[ModelDescription], format: ModelsFormat) -> None:
    head = ("model", "what it is", "from")
    rows = [(model.name, model.summary, model.made_by) for model in found]
    if format is ModelsFormat.JSON:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    elif format is ModelsFormat.MD:
        typer.echo(to_markdown([Grid("Models", words(*head), rows)]), nl=False)
    else:
        print_table(head, rows)
        typer.echo("Settings and parameters of one: seqrec-bench models MODEL", err=True)


def _show(model: ModelDescription, dimension: int, data: NamedDataset, parameters: int | None) -> None:
    typer.echo(model.about)
    at = f" at dimension {dimension}" if model.has_dimension else ""
    count = "not linear in users and items: run it to know" if parameters is None else f"{parameters:,}"
    typer.echo("")
    print_table(
        ("fact", "value"),
        [
            ("model", model.name),
            ("version", str(model.version)),
            ("from", model.made_by),
            ("embedding dimension", "set by --dims" if model.has_dimension else "none"),
            ("seed", "changes nothing" if model.deterministic else "matters: intervals are over seeds"),
            ("order of the history", "matters" if model.uses_order else "does not matter"),
            (f"parameters on {data.name}{at}", count),
        ],
    )
    typer.echo("")
    print_table(
        (f"--set {model.name}.KEY=VALUE", "default", "meaning"),
        [(each.name, plain(each.default), meaning(each)) for each in model.settings],
    )
