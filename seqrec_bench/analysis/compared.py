"""The models that stand side by side, each with its records, and the one that the others are compared with.

It is chosen by a rule that never looks at test figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from seqrec_bench.analysis.selection import select, select_others, with_lists
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import PAPER_VARIANT, Configuration, Record
from seqrec_bench.studies.view import View


@dataclass(frozen=True)
class Compared:
    """A model as a table has it."""

    label: str
    configuration: Configuration
    records: Sequence[Record]
    """By seed; never none."""

    @property
    def is_published(self) -> bool:
        """Whether it is the model as published, not a variant of it."""
        return self.configuration.variant == PAPER_VARIANT


def compared(records: Iterable[Record], view: View) -> list[Compared]:
    """The rows of Table 1 that have records, in its order.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    records = list(records)
    labels = {row.configuration: row.label for row in view.table_rows}
    cells = select(records, view, list(labels)).cells
    own = [
        Compared(label, configuration, cells[configuration])
        for configuration, label in labels.items()
        if configuration in cells
    ]
    groups, _ = with_lists(select_others(records, view), view.metrics, are_all=not own)
    others = [Compared(label, group[0].key.configuration, group) for label, group in groups.items()]
    return [*own, *others]


@dataclass(frozen=True)
class Base:
    """One model, and why it is this one."""

    model: Compared
    others: Sequence[Compared]
    """In the order in which they are shown."""
    reason: str
    """Goes on after the model's name and a comma."""

    @property
    def models(self) -> list[Compared]:
        return [self.model, *self.others]


def choose_base(models: Sequence[Compared], view: View) -> Base:
    """With a study, its last row, which stands for its own model; if its rows are as published, among such models.

    Where that has no records, the first of its rows that has. Else the last model whose seed changes anything, else the
    first. Without rows, the model that validates best.

    Args:
        models: At least one, in the order of Table 1.
    """
    if not view.rows:
        chose = view.selection
        best, *others = sorted(models, key=lambda model: -chose.sign * _validates(model, chose))
        return Base(best, others, f"which has the best {chose} on validation")
    published = [model for model in models if model.is_published]
    are_published = all(row.variant == PAPER_VARIANT for row in view.rows)
    among = published if are_published and len(published) > 1 else models
    base, reason = _with_rows(among, view)
    return Base(base, [model for model in among if model is not base], reason)


def _with_rows(models: Sequence[Compared], view: View) -> tuple[Compared, str]:
    by_configuration = {model.configuration: model for model in models}
    rows = [
        by_configuration[configuration]
        for configuration in (row.configuration for row in view.rows)
        if configuration in by_configuration
    ]
    last = view.rows[-1]
    whose = "paper" if view.has_reported else "study"
    if last.configuration in by_configuration:
        return rows[-1], f"the last row of the {whose}'s table"
    if rows:
        return rows[0], f"the first of the {whose}'s rows that has records, since its last, {last.label}, has none"
    seeded = [model for model in models if not model.records[0].deterministic]
    if seeded:
        why = f"the last of these models whose seed changes anything, since no row of the {whose} has records"
        return seeded[-1], why
    why = f"the first of these models, since no row of the {whose} has records, and no seed changes anything"
    return models[0], why


def _validates(model: Compared, metric: Metric) -> float:
    return fmean(float(metric.values(record.validation).mean()) for record in model.records)
