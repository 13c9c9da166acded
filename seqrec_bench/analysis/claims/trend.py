"""A model's metric rises with the dimension."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from seqrec_bench.analysis.claims.evidence import POPULATION, Evidence, above, published, seeds_for
from seqrec_bench.analysis.claims.part import Answer, Question, measured
from seqrec_bench.analysis.statistics.families import LEVEL, holm
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.records import Configuration
from seqrec_bench.studies.claim import Trend
from seqrec_bench.studies.view import View


def trend_configurations(test: Trend, view: View) -> list[Configuration]:
    return [published(test.model, dimension) for dimension in view.figure_dimensions]


def judge_trend(test: Trend, evidence: Evidence) -> Answer:
    """A line through the curve rises, and nowhere does the curve fall by more than the margin."""
    view, dimensions = evidence.view, evidence.view.figure_dimensions
    curve = [evidence.runs(configuration, test.metric) for configuration in trend_configurations(test, view)]
    margin, first, last = view.practical_margin(test.metric), dimensions[0], dimensions[-1]
    names = f"{test.metric} of {evidence.label(test.model)}"
    questions = [
        above(f"{names}: the line through it rises from {first} to {last}", curve, rise_of_line(dimensions), margin),
        _never_falls(names, curve, dimensions, margin),
    ]
    remarks = [fixed_settings(view)]
    if population([curve[-1], curve[0]], [1, -1]).p_below(margin) <= LEVEL:
        remarks.append(f"Ruled out: that {last} is above {first} by the practical margin of {margin:g} or more.")
    return Answer(questions, remarks=remarks)


def rise_of_line(dimensions: Sequence[int]) -> list[float]:
    """Weights of the means with which they add up to how far their least-squares line rises over the whole range."""
    centred = np.array(dimensions) - np.mean(dimensions)
    weights: list[float] = (centred / (centred**2).sum() * (dimensions[-1] - dimensions[0])).tolist()
    return weights


def fixed_settings(view: View) -> str:
    """What every verdict on a curve is conditional on."""
    return (
        f"Settings fixed at their d = {view.dimension} values, which favours a peak there; only the dimensions "
        f"{', '.join(map(str, view.figure_dimensions))} were run."
    )


def _never_falls(names: str, curve: Sequence[Runs], dimensions: Sequence[int], margin: float) -> Question:
    """No larger dimension is worse than a smaller one by more than the margin; the pair that comes closest is shown."""
    pairs = list(combinations(range(len(curve)), 2))
    found = [population([curve[larger], curve[smaller]], [1, -1]) for smaller, larger in pairs]
    p_above = [inference.p_above(-margin) for inference in found]
    worst = max(range(len(pairs)), key=lambda pair: (p_above[pair], -found[pair].mean))
    smaller, larger = pairs[worst]
    says = (
        f"{names}: no larger dimension below a smaller one by more than {margin:g}; "
        f"closest to it, {dimensions[larger]} less {dimensions[smaller]}"
    )
    return Question(
        measured(says, POPULATION, found[worst]),
        p_above[worst],
        min(holm([inference.p_below(-margin) for inference in found])),
        lambda: seeds_for([curve[larger], curve[smaller]], [1, -1], abs(found[worst].mean + margin)),
    )
