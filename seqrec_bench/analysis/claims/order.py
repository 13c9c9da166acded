"""Each model is better than the one before it."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from seqrec_bench.analysis.claims.evidence import Evidence, above, in_table
from seqrec_bench.analysis.claims.part import Answer
from seqrec_bench.analysis.statistics.families import LEVEL, holm
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.records import Configuration
from seqrec_bench.studies.claim import Order
from seqrec_bench.studies.view import View


def order_configurations(test: Order, view: View) -> list[Configuration]:
    return [in_table(model, view) for model in test.models]


def judge_order(test: Order, evidence: Evidence) -> Answer:
    """A one-sided test of each model and the next one, in each metric; and the order that is established."""
    metrics = sorted(test.metrics, key=lambda metric: metric != test.primary)
    questions = [
        above(
            f"{metric}: {evidence.label(better)} above {evidence.label(worse)}",
            [evidence.runs(in_table(model, evidence.view), metric) for model in (better, worse)],
            [1, -1],
            evidence.view.practical_margin(metric),
        )
        for metric in test.metrics
        for worse, better in pairwise(test.models)
    ]
    return Answer(questions, remarks=[_established(test, metric, evidence) for metric in metrics])


def _established(test: Order, metric: str, evidence: Evidence) -> str:
    """The partial order of all pairs, in words."""
    pairs = _separated(test.models, metric, evidence)
    n_pairs = len(test.models) * (len(test.models) - 1) // 2
    above = {model: sum(better == model for _, better in pairs) for model in reversed(test.models)}
    winners = sorted(filter(above.get, above), key=lambda model: -above[model])
    groups = [
        f"{', '.join(evidence.label(worse) for worse, other in pairs if other == better)} < {evidence.label(better)}"
        for better in winners
    ]
    rest = n_pairs - len(pairs)
    primary = ", the primary metric" if metric == test.primary else ""
    found = "; ".join(groups) or "no order"
    return (
        f"Established in {metric}{primary}: {found}. Not separated: {rest} of {n_pairs} pairs "
        "(two-sided tests for users like these, by Holm over all pairs)."
    )


def _separated(models: Sequence[str], metric: str, evidence: Evidence) -> list[tuple[str, str]]:
    """The pairs whose difference is significant by Holm over all pairs, the worse model of each first."""
    runs = {model: evidence.runs(in_table(model, evidence.view), metric) for model in models}
    pairs = list(combinations(models, 2))
    found = [population([runs[other], runs[one]], [1, -1]) for one, other in pairs]
    adjusted = holm([inference.p_other() for inference in found])
    return [
        pair if inference.mean > 0 else (pair[1], pair[0])
        for pair, inference, p_value in zip(pairs, found, adjusted, strict=True)
        if p_value <= LEVEL
    ]
