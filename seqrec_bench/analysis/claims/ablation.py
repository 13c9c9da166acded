"""A model is worse without each of some parts."""

from collections.abc import Sequence
from dataclasses import replace

from seqrec_bench.analysis.claims.evidence import Evidence, above, published
from seqrec_bench.analysis.claims.part import Answer, Question, Statistic, measured
from seqrec_bench.analysis.statistics.families import LEVEL, holm
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.records import Configuration
from seqrec_bench.studies.claim import Ablation
from seqrec_bench.studies.view import View

_METHOD = "difference of means, runs paired by seed, for users like these"


def ablation_configurations(test: Ablation, view: View) -> list[Configuration]:
    variants = [Configuration(test.model, variant, view.dimension) for variant in test.variants]
    return [published(test.model, view.dimension), *variants]


def judge_ablation(test: Ablation, evidence: Evidence) -> Answer:
    """One-sided tests of the paired differences, by Holm since several parts are credited by one claim."""
    view = evidence.view
    margin, others = view.practical_margin(test.metric), [name for name in view.metrics if name != test.metric]
    questions, remarks = [], []
    for variant in test.variants:
        differences = _differences(test, variant, test.metric, evidence)
        questions.append(above(_says(test, variant, test.metric, evidence), [differences], [1], margin))
        if population([differences], [1]).p_below(margin) <= LEVEL:
            label = _label(test, variant, evidence)
            remarks.append(
                f"Ruled out: that {evidence.label(test.model)} gains the practical margin of {margin:g} or more in "
                f"{test.metric} over itself {label}."
            )
    shown = [_shown(test, variant, name, evidence) for name in others for variant in test.variants]
    return Answer(_by_holm(questions), shown, remarks)


def _by_holm(questions: Sequence[Question]) -> list[Question]:
    adjusted = holm([question.p_supported for question in questions])
    return [
        replace(question, statistic=replace(question.statistic, method=_METHOD), p_supported=p_value)
        for question, p_value in zip(questions, adjusted, strict=True)
    ]


def _shown(test: Ablation, variant: str, metric: str, evidence: Evidence) -> Statistic:
    inference: Inference = population([_differences(test, variant, metric, evidence)], [1])
    return measured(_says(test, variant, metric, evidence), _METHOD, inference)


def _differences(test: Ablation, variant: str, metric: str, evidence: Evidence) -> Runs:
    """The model as published less the variant, run by run: both have the same seeds, which they share things by."""
    whole = evidence.runs(published(test.model, evidence.view.dimension), metric)
    part = evidence.runs(Configuration(test.model, variant, evidence.view.dimension), metric)
    return whole.minus(part)


def _says(test: Ablation, variant: str, metric: str, evidence: Evidence) -> str:
    return f"{metric}: {evidence.label(test.model)} above itself {_label(test, variant, evidence)}"


def _label(test: Ablation, variant: str, evidence: Evidence) -> str:
    rows = evidence.view.ablations
    return next(row.label for row in rows if (row.model, row.variant) == (test.model, variant))
