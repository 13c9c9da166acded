"""``seqrec-bench conform``: does a model keep the contract?"""

import inspect
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from seqrec_bench.cli.cell_options import parse_settings
from seqrec_bench.cli.tables import JsonOption
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.registry import build, load
from seqrec_bench.rendering.document import json_text
from seqrec_bench.studies.cells import MAX_DIMENSION

if TYPE_CHECKING:
    from seqrec_bench.evaluation.conformance import CheckResult


def conform(
    model: Annotated[str, typer.Argument(help="An installed model, by name.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="MODEL.KEY=VALUE", help="A hyperparameter with which it learns from little."),
    ] = None,
    dimension: Annotated[int, typer.Option(min=1, max=MAX_DIMENSION, help="The model's embedding dimension.")] = 25,
    as_json: JsonOption = False,
) -> None:
    """Checks one after another whether a model keeps the contract, on small synthetic data; ends with 6 if not.

    Example: seqrec-bench conform my-model --set my-model.window=5
    """
    from seqrec_bench.evaluation.conformance import ALL_CHECKS, examine  # here, since most commands do without

    recommender, values = load(model), parse_settings(settings or [], [model]).get(model, {})
    typer.echo(f"{model} is {recommender.__name__} in {inspect.getfile(recommender)}", err=as_json)
    make = partial(build, model, dimension, values)
    make()  # or each check would say that the settings are wrong
    found = examine(recommender, make, ALL_CHECKS)
    n_broken = _show_json(model, found) if as_json else sum(_show(finding) for finding in found)
    if n_broken:
        typer.echo(
            f"{n_broken} of {len(ALL_CHECKS)} checks fail. Mend the first and run this again; if it learns too little "
            f"from 200 sequences, give settings with which it does: --set {model}.KEY=VALUE.",
            err=True,
        )
        raise typer.Exit(ExitCode.FALLS_SHORT)
    typer.echo(f"All {len(ALL_CHECKS)} checks hold. Next: seqrec-bench run --models {model},sequential-rules", err=True)


def _show(finding: "CheckResult") -> bool:
    """Prints what a check has found; returns whether something is broken."""
    typer.echo(f"{'ok    ' if finding.complaint is None else 'BROKEN'}  {finding.name}")
    if finding.complaint is not None:
        usually = f"        usually: {finding.usually}\n" if finding.usually else ""
        typer.echo(f"        found: {finding.complaint}\n{usually}        demanded: {_demand(finding)}")
    return finding.complaint is not None


def _show_json(model: str, findings: Iterable["CheckResult"]) -> int:
    """Prints what all checks have found; returns how many demands are broken."""
    checks = [
        {"name": each.name, "demand": _demand(each), "complaint": each.complaint, "usually": each.usually}
        for each in findings
    ]
    typer.echo(json_text({"model": model, "checks": checks}), nl=False)
    return sum(check["complaint"] is not None for check in checks)


def _demand(finding: "CheckResult") -> str:
    return " ".join(finding.demand.split())
