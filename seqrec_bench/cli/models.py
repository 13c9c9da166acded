"""``seqrec-bench models``: the registered models, or one of them with its settings."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from seqrec_bench.cli.dataset_options import DEFAULT_DATASET
from seqrec_bench.cli.results_options import JsonOption
from seqrec_bench.cli.tables import print_table
from seqrec_bench.data import NamedDataset, named_dataset
from seqrec_bench.evaluation.model_description import ModelDescription, SettingDescription, describe_model
from seqrec_bench.evaluation.parameter_count import count_parameters
from seqrec_bench.evaluation.registry import registered


def models(
    name: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="Show this one.", show_default=False)] = None,
    dimension: Annotated[int, typer.Option(min=1, help="The dimension at which its parameters are counted.")] = 100,
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="The public data set for whose size they are counted.")
    ] = DEFAULT_DATASET,
    as_json: JsonOption = False,
) -> None:
    """Lists the models that are registered, your own too, or shows one: its paper, settings and parameters.

    Example: seqrec-bench models am-lstm --dimension 50
    """
    if name is None:
        found = [describe_model(each) for each in registered()]
        typer.echo(json.dumps([asdict(each) for each in found], indent=2)) if as_json else _list(found)
        return
    data = named_dataset(dataset)
    model = describe_model(name)
    parameters = count_parameters(name, dimension, data.n_users, data.n_items)
    if as_json:
        counted = {"dimension": dimension, "dataset": dataset, "parameters": parameters}
        typer.echo(json.dumps(asdict(model) | counted, indent=2))
    else:
        _show(model, dimension, data, parameters)


def _list(found: list[ModelDescription]) -> None:
    print_table(("model", "what it is", "from"), [(model.name, model.summary, model.made_by) for model in found])
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
        [(each.name, _plain(each.default), _meaning(each)) for each in model.settings],
    )


def _plain(value: object) -> str:
    """As `--set` reads it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _meaning(setting: SettingDescription) -> str:
    """A type of number or text is seen from the default; what else it accepts is said."""
    accepts = f" Accepts {setting.accepts}." if " or " in setting.accepts else ""
    return " ".join(setting.meaning.split()) + accepts
