"""A model is better than another by a stated share: that it is, and by how much, are judged apart."""

import math
from collections.abc import Sequence

from seqrec_bench.analysis.claims.evidence import Evidence, about_seeds, above, in_table
from seqrec_bench.analysis.claims.part import CONFIDENCE, Answer, Question, Statistic
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.power import seeds_needed_on_these_users
from seqrec_bench.analysis.statistics.questions import benchmark, welch
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.records import Configuration
from seqrec_bench.studies.claim import RelativeRise
from seqrec_bench.studies.view import View


def relative_rise_configurations(test: RelativeRise, view: View) -> list[Configuration]:
    return [in_table(model, view) for model in (test.model, test.over)]


def judge_relative_rise(test: RelativeRise, evidence: Evidence) -> Answer:
    """In each metric, the direction for users like these, and the size on exactly these users."""
    questions = []
    for metric, share in test.claimed.items():
        runs = [
            evidence.runs(configuration, metric) for configuration in relative_rise_configurations(test, evidence.view)
        ]
        names = f"{metric}: {evidence.label(test.model)} above {evidence.label(test.over)}"
        questions.append(above(names, runs, [1, -1], evidence.view.practical_margin(metric)))
        questions.append(_size(names, runs, math.log1p(share), log_margin(test, metric, evidence.view)))
    remark = (
        "The size is the ratio of means less 1. It is compared with the claimed one on the logarithm, within what the "
        "margins of the two reported figures allow."
    )
    return Answer(questions, remarks=[remark])


def log_margin(test: RelativeRise, metric: str, view: View) -> float:
    """How far the logarithm of a ratio of reported figures may be off: M sqrt(1 / R_A^2 + 1 / R_B^2)."""
    reported = [row.reported[metric] for row in view.rows if row.model in (test.model, test.over)]
    return view.margins[metric] * math.hypot(*(1 / figure for figure in reported))


def log_ratio(runs: Sequence[Runs]) -> Inference:
    """The logarithm of the ratio of two means above 0, on exactly these users, by the delta method."""
    one, other = (benchmark([run], [1]) for run in runs)
    relative = [(part.variance / part.mean**2, part.degrees_of_freedom) for part in (one, other)]
    return welch(math.log(one.mean / other.mean), relative)


def _size(names: str, runs: Sequence[Runs], claimed: float, margin: float) -> Question:
    """The ratio of means is the claimed one, within the margin; it is not where it is outside of the margin."""
    low, high = claimed - margin, claimed + margin
    says = f"{names} by {math.expm1(claimed):+.2%}, within {math.expm1(low):+.1%} and {math.expm1(high):+.1%}"
    method = "ratio of means less 1, on exactly these users"
    if not all(is_greater(run.mean, 0) for run in runs):
        return Question(Statistic(says, method, found="no ratio"), 1.0, 1.0, lambda: "means above 0")
    ratio = log_ratio(runs)
    ends = ratio.interval(CONFIDENCE)
    statistic = Statistic(says, method, math.expm1(ratio.mean), (math.expm1(ends[0]), math.expm1(ends[1])), "+.2%")
    return Question(
        statistic,
        max(ratio.p_above(low), ratio.p_below(high)),
        min(ratio.p_above(high), ratio.p_below(low)),
        lambda: _seeds(ratio, max(run.n_seeds for run in runs), abs(abs(ratio.mean - claimed) - margin)),
    )


def _seeds(ratio: Inference, n_seeds: int, distance: float) -> str:
    needed = seeds_needed_on_these_users(ratio, n_seeds, distance)
    return "more seeds than anybody trains; it lies on the limit" if needed is None else about_seeds(needed)
