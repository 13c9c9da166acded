"""The records that a paper's claims are put to, and questions about weighted sums of their means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqrec_bench.analysis.claims.part import Question, measured
from seqrec_bench.analysis.selection import Missing, runs
from seqrec_bench.analysis.statistics.power import seeds_needed_for_sum
from seqrec_bench.analysis.statistics.questions import population, too_few_differ
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.analysis.statistics.runs import Runs, lacking_seeds
from seqrec_bench.records import PAPER_VARIANT, Configuration, Record
from seqrec_bench.studies.view import View

POPULATION = "difference of means, for users like these"
MORE_USERS = "no number of seeds; it takes more users"


@dataclass(frozen=True)
class Evidence:
    """The records of a paper's data and protocol."""

    view: View
    cells: Mapping[Configuration, Sequence[Record]]
    """The records of each configuration that has any, by seed."""

    def runs(self, configuration: Configuration, metric: str) -> Runs:
        return runs(self.cells[configuration], metric)

    @property
    def n_users(self) -> int:
        return next(iter(self.cells.values()))[0].test.n_users

    def label(self, model: str) -> str:
        return next(row.label for row in self.view.rows if row.model == model)


def published(model: str, dimension: int) -> Configuration:
    """A model as published, at a dimension of the figures."""
    return Configuration(model, PAPER_VARIANT, dimension)


def in_table(model: str, view: View) -> Configuration:
    """A model as published, with the dimension of its row: 0 for one that has none."""
    rows = (row.configuration for row in view.rows if row.model == model and row.variant == PAPER_VARIANT)
    return next(rows, published(model, view.dimension))


def incomplete(
    cells: Mapping[Configuration, Sequence[Record]], configurations: Sequence[Configuration]
) -> tuple[Missing, ...]:
    """What has to be run before these can be compared: the same seeds for all, and no fewer than three."""
    groups = {configuration: cells.get(configuration, ()) for configuration in configurations}
    seeds = {record.key.seed for group in groups.values() for record in group if not record.deterministic}
    seeds.update(lacking_seeds(seeds))
    missing = []
    for configuration, group in groups.items():
        absent = seeds - {record.key.seed for record in group}
        if absent and not (group and group[0].deterministic):
            missing.append(Missing(configuration, tuple(sorted(absent))))
    return tuple(missing)


def in_words(missing: Sequence[Missing]) -> str:
    """The cells to be run, models and dimensions with the same seeds together."""
    dimensions: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
    for cell in missing:
        configuration = cell.configuration
        dimensions.setdefault((configuration.model, configuration.variant, cell.seeds), []).append(
            configuration.dimension
        )
    models: dict[tuple[str, tuple[int, ...], tuple[int, ...]], list[str]] = {}
    for (model, variant, seeds), numbers in dimensions.items():
        models.setdefault((variant, tuple(numbers), seeds), []).append(model)
    return "; ".join(
        f"{', '.join(names)} ({variant}), d = {', '.join(map(str, numbers))}, seeds {', '.join(map(str, seeds))}"
        for (variant, numbers, seeds), names in models.items()
    )


def above(says: str, runs: Sequence[Runs], weights: Sequence[float], margin: float) -> Question:
    """The weighted sum of means is above 0; it is not where it is below minus the margin."""
    inference = population(runs, weights)
    return Question(
        measured(says, POPULATION, inference),
        inference.p_above(0),
        inference.p_below(-margin),
        lambda: seeds_for(runs, weights, max(inference.mean, -margin - inference.mean)),
    )


def markedly_below(says: str, runs: Sequence[Runs], weights: Sequence[float], margin: float) -> Question:
    """The weighted sum of means is below minus the margin; it is not where it is above 0."""
    inference = population(runs, weights)
    return Question(
        measured(says, POPULATION, inference),
        inference.p_below(-margin),
        inference.p_above(0),
        lambda: seeds_for(runs, weights, max(inference.mean, -margin - inference.mean)),
    )


def seeds_for(runs: Sequence[Runs], weights: Sequence[float], distance: float) -> str:
    """What it would take to tell the weighted sum of means from a limit at this distance, if what is observed holds."""
    if not is_greater(distance, 0):
        return (
            "no number of seeds if what is observed holds: it lies between the limits, where neither verdict is given"
        )
    n_seeds = None if too_few_differ(runs, weights) else seeds_needed_for_sum(runs, weights, distance)
    return MORE_USERS if n_seeds is None else about_seeds(n_seeds)


def about_seeds(n_seeds: int) -> str:
    return f"about {n_seeds} seeds of each, if what is observed holds"
