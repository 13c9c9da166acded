"""Records against the figures that a paper reports."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from seqrec_bench.analysis.gate.report import Judgement, Report
from seqrec_bench.analysis.gate.verdicts import Verdict, beside_reported
from seqrec_bench.analysis.notes import Note, Topic
from seqrec_bench.analysis.selection import Missing, Selection, runs, select
from seqrec_bench.analysis.statistics.families import LEVEL, holm
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.questions import benchmark
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS, Runs, lacking_seeds
from seqrec_bench.errors import ExitCode, InputError, InvalidRecordError
from seqrec_bench.records import Record
from seqrec_bench.studies.view import Row, View

_AT_LEAST = {Verdict.REPRODUCED, Verdict.EXCEEDS, Verdict.AT_LEAST_REPRODUCED}


def check_reported(records: Iterable[Record], view: View, two_sided: bool = False) -> Report:
    """A verdict on every figure that is reported, in those of the view's metrics in which any is.

    Args:
        two_sided: Whether to demand figures that are no better than reported either.

    Raises:
        InputError: The study reports nothing in any of the view's metrics.
        InvalidRecordError: Records that would stand side by side were not made in the same way, or not for the users
            that the reported figures are means over.
    """
    view = _reported_part(view)
    selection = select(records, view, [row.configuration for row in view.rows])
    _require_users(selection, view)
    enough = [row for row in view.rows if _too_few(selection.cells.get(row.configuration, ())) == ()]
    judged = [
        (row, metric, runs(selection.cells[row.configuration], metric))
        for metric in view.metrics
        for row in enough
        if metric in row.reported
    ]
    differences = [_difference(found, row.reported[metric]) for row, metric, found in judged]
    judgements = tuple(
        _judgement(row, metric, found, difference, view.margins[metric], two_sided)
        for (row, metric, found), difference in zip(judged, differences, strict=True)
    )
    missing = tuple(_missing(selection, view))
    notes = [*_notes(view), *([] if missing else [Note(_whole_table(judgements, differences), Topic.WHOLE_TABLE)])]
    scope = f"{view.dataset} under {view.protocol} against {view.name}"
    return Report("reported", view.metrics, judgements, missing, tuple(notes), scope)


def require_reported(view: View) -> None:
    """Raises `InputError` where nothing is reported in one of the view's metrics."""
    for metric in view.metrics:
        if not any(metric in row.reported for row in view.rows):
            raise InputError(
                f"{view.name} reports no {metric} on {view.dataset}: leave it out of --metrics, or add it to its file."
            )


def _reported_part(view: View) -> View:
    """The rows and metrics of what is reported."""
    metrics = tuple(metric for metric in view.metrics if any(metric in row.reported for row in view.rows))
    if not metrics:
        raise InputError(
            f"{view.name} reports nothing on {view.dataset} in {', '.join(view.metrics)}: name another data set with "
            "--dataset, other metrics, or other records with --against DIR."
        )
    rows = tuple(row for row in view.rows if any(metric in row.reported for metric in metrics))
    return replace(view, metrics=metrics, rows=rows)


def _require_users(selection: Selection, view: View) -> None:
    for record in selection.records:
        if view.n_users is not None and record.test.n_users != view.n_users:
            raise InvalidRecordError(
                f"{record.key} ranks {record.test.n_users} users, and the figures of {view.name} are means over "
                f"{view.n_users}: run it on {view.dataset} as it is."
            )


def _too_few(records: Sequence[Record]) -> tuple[int, ...] | None:
    """The seeds to be run before there can be a verdict; None where there is no record at all."""
    if not records:
        return None
    return () if records[0].deterministic else tuple(lacking_seeds({record.key.seed for record in records}))


def _missing(selection: Selection, view: View) -> Iterable[str]:
    """The cells that are not there, though others are with their seeds, and those that are too few for a verdict."""
    absent = {missing.configuration: missing for missing in selection.missing}
    for configuration in (row.configuration for row in view.rows):
        too_few = _too_few(selection.cells.get(configuration, ()))
        if too_few:
            seeds = sorted({*too_few, *(absent[configuration].seeds if configuration in absent else ())})
            yield f"{Missing(configuration, tuple(seeds))} (a verdict takes {MIN_SEEDS} seeds)"
        elif configuration in absent:
            yield str(absent[configuration])


def _difference(found: Runs, reported: float) -> Inference:
    """The mean minus the reported figure, whose own error is in the margin and nowhere else."""
    mean = benchmark([found], [1])
    return Inference(mean.mean - reported, mean.variance, mean.degrees_of_freedom)


def _judgement(row: Row, metric: str, found: Runs, difference: Inference, margin: float, two_sided: bool) -> Judgement:
    verdict = beside_reported(difference, margin)
    return Judgement(
        subject=row.label,
        metric=metric,
        before=row.reported[metric],
        found=found.mean,
        bounds=(difference.low, difference.high),
        margin=margin,
        n_seeds=found.n_seeds,
        verdict=verdict,
        code=_code(verdict, two_sided),
        remark="" if found.deterministic else _remark(difference, found.n_seeds),
    )


def _code(verdict: Verdict, two_sided: bool) -> ExitCode:
    if verdict in ({Verdict.REPRODUCED} if two_sided else _AT_LEAST):
        return ExitCode.DONE
    certain = verdict in (Verdict.FALLS_SHORT, Verdict.EXCEEDS)
    return ExitCode.FALLS_SHORT if certain else ExitCode.INCONCLUSIVE


def _remark(difference: Inference, n_seeds: int) -> str:
    """Whether another run of ours might give the reported figure: v (S + 1) is the variance around one run."""
    one_run = Inference(difference.mean, difference.variance * (n_seeds + 1), difference.degrees_of_freedom)
    low, high = one_run.interval()
    is_outside = is_greater(low, 0) or is_greater(0, high)
    return f"{'outside' if is_outside else 'within'} one run's range"


def _notes(view: View) -> list[str]:
    margins = ", ".join(f"{metric} {view.margins[metric]:g}" for metric in view.metrics)
    return [
        Note(f"Reported: {view.citation}; dimension {view.dimension}.", Topic.REPORTED),
        "Bounds: one-sided 95 % bounds of found minus reported, on exactly these users and with models trained again. "
        "They cover no other users, no other settings and no other split.",
        f"Verdict, by the margin M of each metric ({margins}): reproduced if both bounds lie between -M and +M, "
        "exceeds if both lie above +M, at least reproduced if the lower one lies above -M, falls short if both lie "
        "below -M, else inconclusive.",
        Note(
            "One run's range: the 95 % prediction interval of a single run, which the reported figures seem to be. To "
            "lie within it proves no equality.",
            Topic.ONE_RUN,
        ),
    ]


def _whole_table(judgements: Sequence[Judgement], differences: Sequence[Inference]) -> str:
    """Whether some figure of the table falls short, with all that are tested taken into account."""
    p_values = [d.p_below(-j.margin) for j, d in zip(judgements, differences, strict=True)]
    short = [f"{j.subject} {j.metric}" for j, p in zip(judgements, holm(p_values), strict=True) if p <= LEVEL]
    family = f"by Holm's procedure over its {len(judgements)} figures"
    if short:
        return f"The table as a whole is not reproduced: {', '.join(short)} falls short, also {family}."
    if all(judgement.verdict in _AT_LEAST for judgement in judgements):
        return "The table as a whole is at least reproduced: every figure is."
    return (
        f"The table as a whole: that any figure falls short is not established {family}; nor that all are reproduced."
    )
