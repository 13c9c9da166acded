"""Models over several data sets: a figure for each data set and metric, and paired tests within each data set.

Nothing is averaged or tested over data sets: a metric's level differs between them, and they are few.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import NamedTuple

from seqrec_bench.analysis.cautions import cautions_of
from seqrec_bench.analysis.compared import Compared, compared
from seqrec_bench.analysis.comparison import Pair, as_family, compare_configurations
from seqrec_bench.analysis.repeated import Apart, apart
from seqrec_bench.analysis.selection import estimate
from seqrec_bench.analysis.statistics.estimates import Estimate
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import Record
from seqrec_bench.studies.view import View


class Column(NamedTuple):
    """One of the table's columns of figures."""

    dataset: str
    metric: Metric


@dataclass(frozen=True)
class Figure:
    """A model's figure in one column."""

    estimate: Estimate
    rank: float | None
    """1 for the best of the column; models with equal figures share the mean of their ranks. None in a column of a
    metric of lists, which is about what is recommended and not about who is right."""
    is_best: bool
    pair: Pair | None = None
    """The primary model against this one, its p-value by Holm over all pairs of the table; None where there is none."""


@dataclass(frozen=True)
class SideRow:
    """One model."""

    label: str
    is_reference: bool
    figures: Mapping[Column, Figure]
    """Without the columns of the data sets on which it has no records."""
    models: Mapping[str, Compared]
    """By data set, where it has records."""
    mean_rank: float | None
    """Over the columns that have ranks, of the data sets on which all models have records; None without any."""
    wins: int | None
    """In how many of these columns it is the best, or as good as the best."""


@dataclass(frozen=True)
class SideBySide:
    """A row for each model, and columns for each data set and metric."""

    protocol: str
    columns: tuple[Column, ...]
    rows: tuple[SideRow, ...]
    primary: str | None
    """The label of the model that the others are tested against; None where no study names one."""
    complete: tuple[str, ...]
    """The data sets on which all models have records."""
    has_reported: bool
    """Whether the study has reported figures, which stand in the table of one data set."""
    cautions: tuple[str, ...] = ()
    """What makes these figures mean less than they seem to, with the data set that it is about."""
    apart: Mapping[str, Apart] = field(default_factory=dict)
    """By data set in which targets repeat items of the history, the figures of these and of the others."""

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column.dataset for column in self.columns))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(dict.fromkeys(column.metric for column in self.columns))

    @property
    def ranked(self) -> list[Column]:
        """The columns that mean ranks and wins are over."""
        return _ranked(self.columns, self.complete)

    @property
    def pairs(self) -> list[tuple[Column, SideRow, Pair]]:
        """All comparisons, which are one family."""
        figures = [(at, row, row.figures[at]) for at in self.columns for row in self.rows if at in row.figures]
        return [(at, row, figure.pair) for at, row, figure in figures if figure.pair]


def side_by_side(records: Sequence[Record], views: Sequence[View]) -> SideBySide:
    """The rows of a study, or all that there is where it has none, on each of several data sets.

    Args:
        views: Of one study, metrics and protocol; one for each data set, in the order of the columns.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    found = {view.dataset: {model.label: model for model in _models(records, view)} for view in views}
    first = views[0]
    own = [row.label for row in first.table_rows]
    labels = list(dict.fromkeys([*own, *(label for models in found.values() for label in models)]))
    columns = tuple(Column(view.dataset, metric) for view in views for metric in view.metrics)
    figures = {column: _figures(found[column.dataset], column.metric) for column in columns}
    primary = first.rows[-1].label if first.rows else None
    if primary is not None:
        _compare(figures, found, primary, views)
    complete = tuple(dataset for dataset, models in found.items() if all(label in models for label in labels))
    ranked = _ranked(columns, complete)
    references = {row.label for row in first.references}
    rows = (_row(label, label in references, figures, found, ranked) for label in labels)
    return SideBySide(
        first.protocol,
        columns,
        tuple(rows),
        primary,
        complete,
        any(view.has_reported for view in views),
        tuple(_cautions(found, first.metrics)),
        dict(_apart(found, first.metrics)),
    )


def _cautions(found: Mapping[str, Mapping[str, Compared]], metrics: Sequence[Metric]) -> Iterator[str]:
    for dataset, models in found.items():
        records = [record for model in models.values() for record in model.records]
        yield from (f"On {dataset}: {caution}" for caution in cautions_of(records, metrics))


def _apart(found: Mapping[str, Mapping[str, Compared]], metrics: Sequence[Metric]) -> Iterator[tuple[str, Apart]]:
    for dataset, models in found.items():
        if figures := apart({label: model.records for label, model in models.items()}, metrics):
            yield dataset, figures


def _ranked(columns: Sequence[Column], complete: Collection[str]) -> list[Column]:
    return [column for column in columns if column.dataset in complete and column.metric.is_of_ranks]


def _models(records: Sequence[Record], view: View) -> Iterator[Compared]:
    """What is there of the study's rows; without any, of all models."""
    configurations = {(row.model, row.variant) for row in view.table_rows}
    own = [
        record for record in records if not configurations or (record.key.model, record.key.variant) in configurations
    ]
    labels = {row.label for row in view.table_rows}
    yield from (model for model in compared(own, view) if not labels or model.label in labels)


def _figures(models: Mapping[str, Compared], metric: Metric) -> dict[str, Figure]:
    estimates = {label: estimate(model.records, metric) for label, model in models.items()}
    if not metric.is_of_ranks:
        return {label: Figure(found, None, False) for label, found in estimates.items()}
    values = {label: metric.sign * found.mean for label, found in estimates.items()}
    n_better = {label: sum(is_greater(other, value) for other in values.values()) for label, value in values.items()}
    n_equal = {
        label: sum(not is_greater(other, value) and not is_greater(value, other) for other in values.values())
        for label, value in values.items()
    }
    return {
        label: Figure(found, 1 + n_better[label] + (n_equal[label] - 1) / 2, not n_better[label])
        for label, found in estimates.items()
    }


def _compare(
    figures: Mapping[Column, dict[str, Figure]],
    found: Mapping[str, Mapping[str, Compared]],
    primary: str,
    views: Sequence[View],
) -> None:
    """Puts the comparisons with the primary model into the figures."""
    pairs: dict[tuple[Column, str], Pair] = {}
    for view in views:
        models = found[view.dataset]
        others = [label for label in models if label != primary]
        if primary in models and others and any(metric.is_per_user for metric in view.metrics):
            chosen = {models[label].configuration: models[label].records for label in (primary, *others)}
            comparison = compare_configurations(chosen, view)
            for metric, of_metric in comparison.pairs.items():
                pairs |= {
                    (Column(view.dataset, metric), label): pair for label, pair in zip(others, of_metric, strict=True)
                }
    for (column, label), pair in zip(pairs, as_family(pairs.values()), strict=True):
        figures[column][label] = replace(figures[column][label], pair=pair)


def _row(
    label: str,
    is_reference: bool,
    figures: Mapping[Column, Mapping[str, Figure]],
    found: Mapping[str, Mapping[str, Compared]],
    ranked: Sequence[Column],
) -> SideRow:
    own = {column: those[label] for column, those in figures.items() if label in those}
    counted = [own[column] for column in ranked]
    return SideRow(
        label,
        is_reference,
        own,
        {dataset: models[label] for dataset, models in found.items() if label in models},
        fmean(figure.rank for figure in counted if figure.rank is not None) if counted else None,
        sum(figure.is_best for figure in counted) if counted else None,
    )
