"""A model learns faster than one of its variants, by the learning curves in the records."""

import math
from collections.abc import Sequence
from statistics import fmean, median

from seqrec_bench.analysis.claims.evidence import Evidence, about_seeds, published
from seqrec_bench.analysis.claims.part import Answer, Question, Statistic
from seqrec_bench.analysis.statistics.exact import permutation_p_smaller, shift_interval
from seqrec_bench.analysis.statistics.power import values_needed
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.evaluation.metrics import selection_of
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.claim import Convergence
from seqrec_bench.studies.view import View

_METHOD = "median of all differences between two runs; exact permutation test over seeds"


def convergence_configurations(test: Convergence, view: View) -> list[Configuration]:
    return [published(test.model, view.dimension), Configuration(test.model, test.than, view.dimension)]


def judge_convergence(test: Convergence, evidence: Evidence) -> Answer:
    """Epochs and seconds until the validation figure that chooses the epoch has reached a share of what both reach."""
    groups = [evidence.cells[configuration] for configuration in convergence_configurations(test, evidence.view)]
    if not all(record.curve for group in groups for record in group):
        return Answer([_without_curves(test)])
    questions = _questions(test, test.share, groups)
    shown = [question.statistic for share in test.shown_shares for question in _questions(test, share, groups)]
    return Answer(questions, shown, _remarks(test, groups))


def time_to_reach(record: Record, threshold: float) -> tuple[float, float]:
    """Epochs and seconds until the validation figure reaches the threshold; infinite where it never does.

    Both are negative where less of the metric is better.

    Between two epochs the figure is taken to be on a line; what was reached in the first one counts as one epoch.
    Seconds are all of the fit's up to there but the epochs still to come: what comes before the first epoch is
    counted, and so are all validations.
    """
    figures = _merits(record)
    after = next(
        (configuration for configuration, figure in enumerate(figures) if not is_greater(threshold, figure)), None
    )
    if after is None:
        return math.inf, math.inf
    share = 1.0
    if after > 0:
        share = (threshold - figures[after - 1]) / (figures[after] - figures[after - 1])
    spent = [epoch.seconds for epoch in record.curve]
    return after + share, outside_epochs(record) + math.fsum(spent[:after]) + share * spent[after]


def outside_epochs(record: Record) -> float:
    """Seconds of the fit that belong to no epoch's training."""
    return record.seconds["fit"] - math.fsum(epoch.seconds for epoch in record.curve)


def threshold(groups: Sequence[Sequence[Record]], share: float) -> float:
    """The share of the lower of the groups' mean best validation figures, which are negative where less is better."""
    least = min(fmean(max(_merits(record)) for record in group) for group in groups)
    return share * least if least > 0 else least / share


def _merits(record: Record) -> list[float]:
    """After each epoch, the validation figure that chooses; its negative where less of it is better."""
    metric = selection_of([record])
    return [metric.sign * epoch.validation[metric] for epoch in record.curve]


def _questions(test: Convergence, share: float, groups: Sequence[Sequence[Record]]) -> list[Question]:
    limit = threshold(groups, share)
    times = [[time_to_reach(record, limit) for record in group] for group in groups]
    metric = selection_of(record for group in groups for record in group)
    says = f"to a validation {metric} of {abs(limit):.4f} ({share:.0%}): fewer than {test.than}"
    return [
        _sooner(f"{unit} {says}", form, *([time[configuration] for time in group] for group in times))
        for configuration, (unit, form) in enumerate((("Epochs", "+.2f"), ("Seconds", "+.0f")))
    ]


def _sooner(says: str, form: str, times: Sequence[float], others: Sequence[float]) -> Question:
    """The times are smaller than the others; a run that never got there is only known to be later than all."""
    censored = [sum(map(math.isinf, group)) for group in (times, others)]
    if any(censored):
        found = f"never reached by {censored[0]} of {len(times)} runs against {censored[1]} of {len(others)}"
        statistic = Statistic(says, _METHOD, found=found)
    else:
        shift = median(time - other for time in times for other in others)
        statistic = Statistic(says, _METHOD, shift, shift_interval(times, others), form)
    return Question(
        statistic,
        permutation_p_smaller(times, others),
        permutation_p_smaller(others, times),
        lambda: "more seeds" if any(censored) else _seeds(times, others),
    )


def _seeds(times: Sequence[float], others: Sequence[float]) -> str:
    needed = values_needed(times, others)
    return "more seeds than anybody trains" if needed is None else about_seeds(needed)


def _without_curves(test: Convergence) -> Question:
    statistic = Statistic(f"Epochs and seconds: fewer than {test.than}", _METHOD, found="no learning curves")
    return Question(statistic, 1.0, 1.0, lambda: "records with learning curves")


def _remarks(test: Convergence, groups: Sequence[Sequence[Record]]) -> list[str]:
    outside = [median(outside_epochs(record) for record in group) for group in groups]
    last = [[record.curve[-1].number for record in group] for group in groups]
    return [
        f"The runs do not end at a common epoch (at {min(last[0])} to {max(last[0])}, and at {min(last[1])} to "
        f"{max(last[1])} of {test.than}): one that has not got there by then counts as later than all that have.",
        "Seconds are wall time on machines that did other work too, so they are worth less than epochs. They include "
        f"what belongs to no epoch's training (median {outside[0]:.1f} s, and {outside[1]:.1f} s of {test.than}): "
        "starting vectors, unless they came from a cache, which the records do not say, and all validations.",
    ]
