"""The forest plot: one model against each of the others, by paired differences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from seqrec_bench.analysis.compared import Compared
from seqrec_bench.analysis.comparison import Comparison, Outcome, Pair, compare_configurations
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import Configuration
from seqrec_bench.rendering.blocks import Charts, Notes, Paragraph, Section
from seqrec_bench.rendering.charts import Series
from seqrec_bench.rendering.comparison import comparison_grids, forest_chart, notes
from seqrec_bench.rendering.report.sources import Sources, in_shell
from seqrec_bench.text import listed

_SAYS = {
    Outcome.BETTER: "is better than",
    Outcome.WORSE: "is worse than",
    Outcome.NOT_SEPARATED: "is not separated from",
    Outcome.TOO_FEW_USERS: "differs for too few users from",
    Outcome.TOO_FEW_SEEDS: "has too few seeds to be compared with",
}
_LEGEND = [
    Series("separated", Outcome.BETTER, is_joined=False),
    Series("not separated", Outcome.NOT_SEPARATED, is_joined=False),
]


def differences_section(sources: Sources) -> Section:
    """A panel for each metric."""
    models = sources.base.models
    section = partial(Section, "differences", "Paired differences")
    if len(models) < 2:
        return section([], lacking=[_too_few(sources)])
    comparison = _comparison(sources, models)
    labels = {model.configuration: model.label for model in models}
    first = models[0].label
    grids = comparison_grids(comparison, labels.__getitem__)
    charts = Charts(
        f"{first} minus each other model, with 95 % intervals for other users like these and other seeds.",
        replace(forest_chart(comparison, labels.__getitem__), legend=_LEGEND),
        grids[1:],
    )
    few = ", ".join(labels[each] for each in comparison.too_few)
    lacking = [f"A verdict takes {MIN_SEEDS} seeds of each model, and there are fewer of {few}."] if few else []
    blocks = [
        Paragraph(f"The base is {first}, {sources.base.reason}."),
        charts,
        grids[0],
        Notes(notes(comparison)),
    ]
    return section(blocks, _command(sources, models), lacking)


def _too_few(sources: Sources) -> str:
    first = sources.view.rows[-1].model if sources.view.rows else "popularity"
    is_study = sources.view.rows and "--study" in sources.options
    command = in_shell("run", *(sources.making if is_study else ["--models", f"{first},markov-chain"]))
    return f"This takes records of two models: `{command}` makes some."


def _configurations(models: Sequence[Compared]) -> list[Configuration]:
    return [model.configuration for model in models]


def _comparison(sources: Sources, models: Sequence[Compared]) -> Comparison:
    chosen = {model.configuration: model.records for model in models}
    return compare_configurations(chosen, sources.view)


def _command(sources: Sources, models: Sequence[Compared]) -> str | None:
    names = [f"{each.model}:{each.variant}@{each.dimension}" for each in _configurations(models)]
    return sources.command("compare", *names, accepts=["--dataset", "--protocol"])


def separated(sources: Sources) -> Iterator[str]:
    """A sentence on whom the base is separated from by the primary metric, and where the others say otherwise."""
    models = sources.base.models
    if len(models) > 1:
        comparison = _comparison(sources, models)
        labels = {model.configuration: model.label for model in models}
        primary, *secondary = comparison.metrics
        said = _outcomes(comparison.pairs[primary], labels)
        otherwise = [sentence for name in secondary for sentence in _otherwise(comparison, name, labels)]
        yield f"By paired tests on {primary}, {models[0].label} {'; '.join([said, *otherwise])}."


def _outcomes(pairs: Sequence[Pair], labels: Mapping[Configuration, str]) -> str:
    found = {outcome: [labels[pair.other] for pair in pairs if pair.outcome is outcome] for outcome in Outcome}
    return "; it ".join(f"{_SAYS[outcome]} {listed(others)}" for outcome, others in found.items() if others)


def _otherwise(comparison: Comparison, name: Metric, labels: Mapping[Configuration, str]) -> Iterator[str]:
    """What a secondary metric says of those of whom the primary one says something else."""
    primary = comparison.pairs[comparison.metrics[0]]
    pairs = [
        pair for pair, usual in zip(comparison.pairs[name], primary, strict=True) if pair.outcome is not usual.outcome
    ]
    if pairs:
        yield f"on {name}, it {_outcomes(pairs, labels)}"
