"""``seqrec-bench doctor``: what is here, what is missing, and the command that mends it."""

import json
from dataclasses import asdict

import typer

from seqrec_bench.cli.process_options import available_cores
from seqrec_bench.cli.tables import JsonOption
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.errors import ExitCode
from seqrec_bench.experiments.installation import Diagnosis, State, examine

_COLOURS = {State.OK: "green", State.OPTIONAL: "yellow", State.BROKEN: "red"}


def doctor(results: ResultsOption = DEFAULT_RESULTS, as_json: JsonOption = False) -> None:
    """Says what is here, what is missing, and the command that mends it. Ends with 2 if something is broken.

    Example: seqrec-bench doctor --results results
    """
    findings = []
    for finding in examine(results, available_cores()):
        findings.append(finding)
        if not as_json:
            _show(finding)  # at once: to import what models need takes seconds
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    if any(finding.state is State.BROKEN for finding in findings):
        raise typer.Exit(ExitCode.BAD_INPUT)


def _show(finding: Diagnosis) -> None:
    label = typer.style(f"{finding.state:<10}", fg=_COLOURS[finding.state])
    typer.echo(f"{label}{finding.topic}: {finding.fact}")
    if finding.mend:
        purpose = "to mend it" if finding.state is State.BROKEN else "to have it"
        typer.echo(f"{'':10}{purpose}: {finding.mend}")
