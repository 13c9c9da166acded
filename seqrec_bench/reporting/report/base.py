"""The model that the others are compared with, chosen by a rule that never looks at test figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.reporting.compared import Compared
from seqrec_bench.reporting.selection import Place
from seqrec_bench.studies.view import View


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
    """With a paper, among the models as published if there are two: its last row, which stands for its own model.

    Where that has no records, the first of its rows that has. Else the last model whose seed changes anything, else the
    first. Without a paper, the model that validates best.

    Args:
        models: At least one, in the order of Table 1.
    """
    if not view.has_reported:
        chose = view.selection
        best, *others = sorted(models, key=lambda model: -chose.sign * _validates(model, chose))
        return Base(best, others, f"which has the best {chose} on validation")
    published = [model for model in models if model.is_published]
    among = published if len(published) > 1 else models
    base, reason = _with_paper(among, view)
    return Base(base, [model for model in among if model is not base], reason)


def _with_paper(models: Sequence[Compared], view: View) -> tuple[Compared, str]:
    by_place = {model.place: model for model in models}
    rows = [by_place[place] for place in map(Place.of, view.rows) if place in by_place]
    last = view.rows[-1]
    if Place.of(last) in by_place:
        return rows[-1], "the last row of the paper's table"
    if rows:
        return rows[0], f"the first of the paper's rows that has records, since its last, {last.label}, has none"
    seeded = [model for model in models if not model.records[0].deterministic]
    if seeded:
        return seeded[-1], "the last of these models whose seed changes anything, since no row of the paper has records"
    return models[0], "the first of these models, since no row of the paper has records, and no seed changes anything"


def _validates(model: Compared, metric: Metric) -> float:
    return fmean(float(metric.values(record.validation).mean()) for record in model.records)
