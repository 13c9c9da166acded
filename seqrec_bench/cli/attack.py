"""``seqrec-bench attack``: the evaluator, or a model, in cases whose outcome is known beforehand."""

import sys
from contextlib import redirect_stdout
from functools import partial
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.tables import SHOWN_RENDERED, FormatOptions, PageFormat
from seqrec_bench.data import Dataset
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.attacks import AttackResult, attack_evaluator, attack_model, failed
from seqrec_bench.evaluation.protocols import usual_protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build, has_dimension, load
from seqrec_bench.rendering.attacks import attacks_document
from seqrec_bench.studies.cells import MAX_DIMENSION
from seqrec_bench.supervision import foretold

Attacked = tuple[list[AttackResult], str]
"""What was found, and what was attacked, in words."""


@with_bundles
def attack(
    model: Annotated[
        str | None, typer.Argument(metavar="[MODEL]", help="Attack this model, on synthetic data.", show_default=False)
    ] = None,
    dimension: Annotated[int, typer.Option(min=1, max=MAX_DIMENSION, help="The model's embedding dimension.")] = 25,
    *,
    output: Annotated[FormatOptions[PageFormat], Described("format", f"md is for a page, and {SHOWN_RENDERED}", "md")],
    data: DataOptions,
) -> None:
    """Attacks the evaluator on a data set, or a model, and says what was expected and what was found.

    `run --all` and `run --study` do the former before they begin. Ends with 6 if an attack finds a fault.

    Example: seqrec-bench attack sequential-rules
    """
    if model is None:
        findings, subject = _attack_evaluator(data.load())
    elif data != DataOptions():
        raise InputError("A model is attacked on synthetic data: leave the data set out, or the model.")
    else:
        findings, subject = _attack_model(model, dimension)
    output.show(attacks_document(findings, subject), PageFormat.MD)
    if failed(findings):
        raise typer.Exit(ExitCode.FALLS_SHORT)


def _attack_evaluator(data: Dataset) -> Attacked:
    protocol = usual_protocol(data)
    with shown("splitting the data") as steps:
        findings = attack_evaluator(rank_targets, protocol.hold_out(data), steps.track)
    return findings, f"the evaluator, on {data.name} (fingerprint {data.fingerprint[:12]}), protocol {protocol.name}"


def _attack_model(name: str, dimension: int) -> Attacked:
    has_one = has_dimension(load(name))
    ended = foretold(ExitCode.FALLS_SHORT, f"The recommender {name!r} has ended the command's process under attack")
    with ended, redirect_stdout(sys.stderr), shown("attacking") as steps:  # what a model prints is no finding
        findings = attack_model(rank_targets, partial(build, name, dimension, {}), steps.track)
    return findings, f"{name}{f' at dimension {dimension}' if has_one else ''}, on synthetic data"
