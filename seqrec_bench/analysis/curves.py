"""The paper's figures: a metric over the dimension, one curve a model."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from seqrec_bench.analysis.cautions import cautions_of
from seqrec_bench.analysis.selection import Missing, estimate, select
from seqrec_bench.analysis.statistics.estimates import Estimate
from seqrec_bench.records import PAPER_VARIANT, Configuration, Record
from seqrec_bench.studies.view import Row, View


@dataclass(frozen=True)
class Curve:
    """One model."""

    row: Row
    points: tuple[Estimate | None, ...]
    """One for each of the figure's dimensions; None where the model's records are missing."""


@dataclass(frozen=True)
class Curves:
    """All that a figure shows."""

    metric: str
    dimensions: tuple[int, ...]
    curves: tuple[Curve, ...]
    """In the paper's order; a model without any record has a curve without points."""
    missing: tuple[Missing, ...]
    cautions: tuple[str, ...] = ()
    """What makes the figures of this metric, and of the others, mean less than they seem to."""

    @property
    def is_empty(self) -> bool:
        return all(point is None for curve in self.curves for point in curve.points)


def rows_of_others(records: Iterable[Record], view: View) -> View:
    """A paper that says nothing about its data and protocol, with a row for each model recorded there at a dimension.

    Its figures are over the dimensions that there are.
    """
    keys = [record.key for record in records if record.key.dimension and view.is_about(record.key)]
    rows = tuple(
        Row(model if variant == PAPER_VARIANT else f"{model}, {variant}", model, {}, view.dimension, variant)
        for model, variant in sorted({(key.model, key.variant) for key in keys})
    )
    dimensions = tuple(sorted({key.dimension for key in keys}))
    return replace(view, rows=rows, references=(), ablations=(), figure_dimensions=dimensions)


def dimension_curves(records: Iterable[Record], view: View, metric: str) -> Curves:
    """The metric of each of the study's models that have a dimension at each of the figures'.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    dimensions = view.figure_dimensions
    rows = [row for row in view.rows if row.dimension]
    configurations = [[Configuration(row.model, row.variant, dimension) for dimension in dimensions] for row in rows]
    selection = select(records, view, [configuration for curve in configurations for configuration in curve])
    curves = []
    for row, curve in zip(rows, configurations, strict=True):
        cells = [selection.cells.get(configuration) for configuration in curve]
        curves.append(Curve(row, tuple(estimate(cell, metric) if cell else None for cell in cells)))
    return Curves(
        metric, dimensions, tuple(curves), selection.missing, tuple(cautions_of(selection.records, view.figure_metrics))
    )
