"""A report as text, as JSON, and as the annotations of a GitHub workflow."""

from collections.abc import Iterator
from typing import Any

from seqrec_bench.analysis.gate.report import Judgement, Report
from seqrec_bench.analysis.gate.verdicts import Verdict
from seqrec_bench.errors import ExitCode
from seqrec_bench.rendering.blocks import Column, Grid, Kind, Notes, Verbatim, numbers
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, escape_markdown, number
from seqrec_bench.text import one_line

_DIGITS = 6
"""Of numbers in JSON: the same on every machine, and more than anybody needs."""
_LEVELS = {ExitCode.DONE: "notice", ExitCode.INCONCLUSIVE: "warning"}
"""Of one figure; a whole report that did not pass is an error, since the job fails."""


def check_document(report: Report) -> Document:
    """A table for each metric, the notes, and the outcome in the last line; or annotations."""
    notes = [*report.notes, *report.warnings]
    fields = {
        "exit_code": report.code.value,
        "outcome": report.outcome,
        "against": report.before,
        "missing": report.absent,
        "judgements": [_fields(judgement) for judgement in report.judgements],
        "notes": notes,
    }
    grids = [_grid(report, metric) for metric in report.metrics if report.judgements]
    blocks = [*grids, Notes(notes), Verbatim(escape_markdown(report.outcome))]
    return Document(blocks, fields, {"github": lambda: "".join(_commands(report))})


def _grid(report: Report, metric: str) -> Grid:
    judgements = [judgement for judgement in report.judgements if judgement.metric == metric]
    remarks = [Column("remark", Kind.REMARK)] if any(judgement.remark for judgement in judgements) else []
    heads = numbers(report.before, "found", "difference", "bounds", "seeds")
    columns = [Column(metric), *heads, Column("verdict", Kind.VERDICT), *remarks]
    return Grid(metric, columns, [_cells(judgement)[: len(columns)] for judgement in judgements])


def _cells(judgement: Judgement) -> list[str]:
    return [
        judgement.subject,
        number(judgement.before),
        number(judgement.found),
        number(judgement.difference, "+.4f"),
        _bounds(judgement),
        str(judgement.n_seeds),
        judgement.verdict.value,
        judgement.remark,
    ]


def _bounds(judgement: Judgement) -> str:
    return NONE if judgement.bounds is None else " .. ".join(number(bound, "+.4f") for bound in judgement.bounds)


def _fields(judgement: Judgement) -> dict[str, Any]:
    lower, upper = judgement.bounds or (None, None)
    numbers = {
        "before": judgement.before,
        "found": judgement.found,
        "difference": judgement.difference,
        "lower_bound": lower,
        "upper_bound": upper,
        "margin": judgement.margin,
    }
    return {
        "subject": judgement.subject,
        "metric": judgement.metric,
        **{name: None if value is None else round(value, _DIGITS) + 0.0 for name, value in numbers.items()},
        "n_seeds": judgement.n_seeds,
        "verdict": judgement.verdict.value,
        "exit_code": judgement.code.value,
        "remark": judgement.remark,
    }


def _commands(report: Report) -> Iterator[str]:
    """What GitHub shows as annotations: all that is not as demanded, warnings, and the outcome."""
    for cell in report.absent:
        yield workflow_command("error", f"Missing: {cell}", "There is no verdict without it.")
    for judgement in report.judgements:
        if judgement.code is not ExitCode.DONE or judgement.verdict is Verdict.DECLINES:
            yield workflow_command(
                _LEVELS.get(judgement.code, "error"), str(judgement), _in_words(judgement, report.before)
            )
    for warning in report.warnings:
        yield workflow_command("warning", "seqrec-bench check", warning)
    yield workflow_command("error" if report.code else "notice", "seqrec-bench check", report.outcome)


def _in_words(judgement: Judgement, before: str) -> str:
    bounds = f", bounds {_bounds(judgement)}" if judgement.bounds else ""
    return (
        f"{number(judgement.found)} against {number(judgement.before)} ({before}), difference "
        f"{number(judgement.difference, '+.4f')}{bounds}, margin {judgement.margin:g}, {judgement.n_seeds} seeds. "
        f"{judgement.remark}"
    ).strip()


def workflow_command(level: str, title: str, message: str) -> str:
    """One line that makes an annotation; nothing in the texts can end it or begin another one."""
    escaped = _escape(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={escaped}::{_escape(message)}\n"


def _escape(text: str) -> str:
    return one_line(text).replace("%", "%25")
