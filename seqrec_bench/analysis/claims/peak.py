"""Curves over the dimension are highest, or lowest, at a stated one."""

from collections.abc import Sequence

from seqrec_bench.analysis.claims.evidence import (
    MORE_USERS,
    Evidence,
    about_seeds,
    above,
    markedly_below,
    published,
)
from seqrec_bench.analysis.claims.part import Answer, Question, Statistic
from seqrec_bench.analysis.claims.trend import fixed_settings
from seqrec_bench.analysis.statistics.peaks import peak_p_values, possible_peaks
from seqrec_bench.analysis.statistics.power import seeds_needed
from seqrec_bench.analysis.statistics.questions import too_few_differ
from seqrec_bench.analysis.statistics.rounding import is_greater, settled
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.records import Configuration
from seqrec_bench.studies.claim import Peak
from seqrec_bench.studies.view import View

_METHOD = "95 % set, by multiple comparisons with the best"


def peak_configurations(test: Peak, view: View) -> list[Configuration]:
    models = (*test.highest, *test.lowest)
    return [published(model, dimension) for model in models for dimension in view.figure_dimensions]


def judge_peak(test: Peak, evidence: Evidence) -> Answer:
    """For each curve the set of dimensions where its peak or low may be; what is claimed of its rise and fall."""
    questions = [question for model in test.highest for question in _highest(test, model, evidence)]
    for model in test.lowest:
        curve = _curve(test, model, evidence)
        questions.append(_only_place(_names(test, model, evidence), curve, test, evidence.view, sign=-1))
    return Answer(questions, remarks=[fixed_settings(evidence.view)])


def _highest(test: Peak, model: str, evidence: Evidence) -> list[Question]:
    view, curve = evidence.view, _curve(test, model, evidence)
    names, margin = _names(test, model, evidence), view.practical_margin(test.metric)
    first, last = view.figure_dimensions[0], view.figure_dimensions[-1]
    at = curve[view.figure_dimensions.index(test.at)]
    questions = [_only_place(names, curve, test, view, sign=1)]
    if test.rises:
        questions.insert(0, above(f"{names}: {test.at} above {first}", [at, curve[0]], [1, -1], margin))
    if test.falls:
        says = f"{names}: {last} below {test.at} by more than {margin:g}"
        questions.append(markedly_below(says, [curve[-1], at], [1, -1], margin))
    return questions


def _only_place(names: str, curve: Sequence[Runs], test: Peak, view: View, sign: int) -> Question:
    """The stated dimension is the only one where the peak (or low, for a sign of -1) may be."""
    p_values, at = peak_p_values(curve, sign), view.figure_dimensions.index(test.at)
    possible = [view.figure_dimensions[configuration] for configuration in possible_peaks(p_values)]
    extreme = "peak" if sign > 0 else "low"
    says = f"{names}: the {extreme} is at {test.at}, and may be nowhere else"
    return Question(
        Statistic(says, _METHOD, found=f"{{{', '.join(map(str, possible))}}}"),
        max(p for configuration, p in enumerate(p_values) if configuration != at),
        p_values[at],
        lambda: _seeds(curve, at, p_values, sign),
    )


def _seeds(curve: Sequence[Runs], at: int, p_values: Sequence[float], sign: int) -> str:
    """What it would take to rule out, pair by pair, each other place that is left or, if one is above, the stated one.

    At least: the comparison with all places at once takes more.
    """
    heights = [sign * run.mean for run in curve]
    rivals = [configuration for configuration in possible_peaks(p_values) if configuration != at]
    best = max(
        (configuration for configuration in range(len(curve)) if configuration != at),
        key=lambda configuration: heights[configuration],
    )
    if not is_greater(heights[at], heights[best]):
        rivals = [best]
    if any(too_few_differ([curve[at], curve[rival]], [1, -1]) for rival in rivals):
        return MORE_USERS
    needed = [seeds_needed(curve[at], curve[rival], settled(heights[at] - heights[rival])) for rival in rivals]
    numbers = [number for number in needed if number is not None]
    return f"at least {about_seeds(max(numbers))}" if len(numbers) == len(needed) else MORE_USERS


def _curve(test: Peak, model: str, evidence: Evidence) -> list[Runs]:
    dimensions = evidence.view.figure_dimensions
    return [evidence.runs(published(model, dimension), test.metric) for dimension in dimensions]


def _names(test: Peak, model: str, evidence: Evidence) -> str:
    return f"{test.metric} of {evidence.label(model)}"
