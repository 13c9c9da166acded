"""How far the conclusions depend on the protocol: figures and ranks under variants of it, and pairs that flip."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from seqrec_bench.analysis.selection import Missing, select
from seqrec_bench.analysis.statistics.estimates import Estimate, estimate_over_seeds
from seqrec_bench.analysis.statistics.families import LEVEL
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.rounding import is_greater, settled
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.analysis.variants import BASE, RANDOM, RANKED_AGAIN, TRAINED_AGAIN, VARIANTS, Variant
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation.metrics import Metric, metric
from seqrec_bench.evaluation.protocols import LOO_FULL, find_protocol, place_in_order
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.view import View


@dataclass(frozen=True)
class Standing:
    """One model under one variant by one metric."""

    estimate: Estimate
    rank: int
    """1 for the best of the models that have a figure under the variant; equal ones share the better rank."""
    moved: int
    """Ranks won from the base protocol, where the same models are ranked; negative for ranks lost."""


@dataclass(frozen=True)
class Flip:
    """Two models that the base protocol and a variant order differently."""

    first: str
    """The label of the one that leads in the base protocol."""
    second: str
    lead: float
    """The first's figure minus the second's in the base protocol: above 0."""
    lead_there: float
    """The same under the variant: below 0."""
    is_clear: bool
    """Whether neither difference is within its 95 % interval for other users like these, trained again."""


@dataclass(frozen=True)
class Column:
    """All models under one variant by one metric."""

    variant: Variant
    standings: Mapping[str, Standing]
    """By model; without those that have no record."""
    flips: tuple[Flip, ...]
    n_users: int

    @property
    def n_pairs(self) -> int:
        return len(self.standings) * (len(self.standings) - 1) // 2

    @property
    def tau(self) -> float | None:
        """Kendall's tau between the variant's order and the base's, equal models not counted as a flip.

        None for fewer than two models.
        """
        return 1 - 2 * len(self.flips) / self.n_pairs if self.n_pairs else None


@dataclass(frozen=True)
class MissingUnder:
    """Cells that a variant lacks."""

    protocol: str
    cells: Missing

    def __str__(self) -> str:
        return f"{self.cells} under {self.protocol}"


@dataclass(frozen=True)
class Audit:
    """All figures, and what is not there."""

    metrics: tuple[Metric, ...]
    labels: Mapping[str, str]
    """Of the paper's models and references, by model, in its order."""
    columns: Mapping[Metric, Mapping[str, Column]]
    """By metric and by the variant's name; without variants that have no record."""
    order_spread: Mapping[Metric, Mapping[str, float]]
    """By metric and model, the standard deviation of the figure over random orders of ties; where there are two."""
    missing: tuple[MissingUnder, ...]
    main_metric: Metric
    """The metric that chooses epochs, or the first one."""
    not_audited: tuple[Metric, ...] = ()
    """Metrics of lists, of which ranks that are counted otherwise say nothing."""

    @property
    def is_empty(self) -> bool:
        return not any(self.columns.values())


Cells = Mapping[str, Mapping[str, Sequence[Record]]]
"""Records by protocol and model."""


def audit(records: Iterable[Record], view: View) -> Audit:
    """The paper's models and references under every variant of the protocol.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
        InputError: All metrics are of lists.
    """
    records = list(records)
    names = row_names(view)
    labels = {names[row.configuration]: row.label for row in view.table_rows}
    selections = {name: select(records, replace(view, protocol=name), list(names)) for name in _audited()}
    cells = {
        name: {names[configuration]: found for configuration, found in selection.cells.items()}
        for name, selection in selections.items()
    }
    _require_base_models(cells)
    missing = [MissingUnder(LOO_FULL, gap) for gap in selections[LOO_FULL].missing]
    metrics = tuple(metric for metric in view.metrics if metric.is_of_ranks) or view.metrics
    return Audit(
        metrics,
        labels,
        {name: _columns(labels, cells, name) for name in metrics},
        {name: _order_spread(labels, cells, name) for name in metrics},
        (*missing, *_missing(cells, names)),
        next((metric for metric in view.by_importance if metric in metrics), metrics[0]),
        tuple(metric for metric in view.metrics if metric not in metrics),
    )


def _audited() -> list[str]:
    """The protocols of all variants, in the order in which they are run."""
    return sorted({name for variant in VARIANTS for name in variant.protocols}, key=place_in_order)


def row_names(view: View) -> dict[Configuration, str]:
    """What each row is called in an audit: its model, but the whole configuration where a model has several rows."""
    n_rows = Counter(row.model for row in view.table_rows)
    configurations = [row.configuration for row in view.table_rows]
    return {each: each.model if n_rows[each.model] == 1 else str(each) for each in configurations}


def _columns(labels: Mapping[str, str], cells: Cells, name: Metric) -> dict[str, Column]:
    base = _runs(BASE, labels, cells, name)
    columns = {}
    for variant in VARIANTS:
        there = {model: runs for model, runs in _runs(variant, labels, cells, name).items() if model in base}
        if there:
            columns[variant.name] = Column(
                variant,
                {model: _standing(model, there, base, name.sign) for model in there},
                tuple(_flips(labels, base, there, name.sign)),
                next(iter(there.values())).n_users,
            )
    return columns


def _runs(variant: Variant, models: Iterable[str], cells: Cells, name: str) -> dict[str, Runs]:
    """By model, without those that have no record."""
    found = {}
    for model in models:
        records = [record for protocol in variant.protocols for record in cells[protocol].get(model, ())]
        if records:
            ranks = [variant.recount(record.test) if variant.recount else record.test for record in records]
            exact = records[0].deterministic and len(variant.protocols) == 1
            found[model] = Runs(np.stack([metric(each, name) for each in ranks]), exact)
    return found


def _standing(model: str, there: Mapping[str, Runs], base: Mapping[str, Runs], sign: int) -> Standing:
    rank, before = (
        1 + sum(is_greater(sign * of[other].mean, sign * of[model].mean) for other in there) for of in (there, base)
    )
    runs = there[model]
    return Standing(estimate_over_seeds(runs), rank, before - rank)


def _flips(labels: Mapping[str, str], base: Mapping[str, Runs], there: Mapping[str, Runs], sign: int) -> Iterator[Flip]:
    """In the base protocol's order."""
    for first, second in combinations(sorted(there, key=lambda model: -sign * base[model].mean), 2):
        lead, lead_there = (settled(of[first].mean - of[second].mean) for of in (base, there))
        if sign * lead > 0 > sign * lead_there:
            clear = all(_is_clear(of[first], of[second]) for of in (base, there))
            yield Flip(labels[first], labels[second], lead, lead_there, clear)


def _is_clear(runs: Runs, others: Runs) -> bool:
    """Whether the difference of two models is significant for other users like these, trained again."""
    if runs.n_users < 2 or not (runs.are_enough and others.are_enough):
        return False
    return population([runs, others], [1, -1]).p_other() <= LEVEL


def _order_spread(models: Iterable[str], cells: Cells, name: str) -> dict[str, float]:
    """The standard deviation, over random orders of ties, of each model's mean over seeds."""
    spread = {}
    for model in models:
        orders = [cells[protocol].get(model, ()) for protocol in RANDOM.protocols]
        means = [np.mean([metric(record.test, name).mean() for record in order]) for order in orders if order]
        if len(means) > 1:
            spread[model] = float(np.std(means, ddof=1))
    return spread


def _missing(cells: Cells, names: Mapping[Configuration, str]) -> Iterator[MissingUnder]:
    """What the base protocol has a record of and a variant has not.

    The trained models' cells of protocols that would train them again are on request, so these are never missing.
    """
    ranked = {protocol for variant in RANKED_AGAIN for protocol in variant.protocols}
    trained = {protocol for variant in TRAINED_AGAIN for protocol in variant.protocols} - ranked
    for protocol in (name for name in cells if name in ranked | trained):
        for configuration, row in names.items():
            base, there = (cells[name].get(row, ()) for name in (LOO_FULL, protocol))
            if protocol in trained and not all(record.deterministic for record in base):
                continue
            absent = {record.key.seed for record in base} - {record.key.seed for record in there}
            if absent:
                yield MissingUnder(protocol, Missing(configuration, tuple(sorted(absent)) if there else ()))


def _require_base_models(cells: Cells) -> None:
    """Every record was made as the base protocol's record of the same model, from the same weights where it can be."""
    base = {record.key: record for found in cells[LOO_FULL].values() for record in found}
    for protocol in (name for name in cells if name != LOO_FULL):
        for record in (record for found in cells[protocol].values() for record in found):
            trained = base.get(replace(record.key, protocol=LOO_FULL))
            difference = trained and _difference(trained, record)
            if difference:
                raise InvalidRecordError(
                    f"{record.key} under {protocol} can't stand beside that under {LOO_FULL}, since it was "
                    f"{difference}: run its cell again."
                )


def _difference(trained: Record, record: Record) -> str | None:
    if find_protocol(record.key.protocol).base is None:  # it has training data of its own
        return trained.recipe.difference(replace(record.recipe, dataset=trained.recipe.dataset))
    if trained.weights and record.weights and trained.weights != record.weights:
        return "made with other weights"
    return trained.recipe.difference(record.recipe)
