"""What tables, figures and pages show: of a study, its part on one data set under one protocol."""

from collections.abc import Mapping
from dataclasses import dataclass

from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import PAPER_VARIANT, CellKey, Configuration
from seqrec_bench.studies.claim import Claim


@dataclass(frozen=True)
class Row:
    """A model's row in the table."""

    label: str
    """The model as the paper writes it."""
    model: str
    """The name under which the model is registered."""
    reported: Mapping[str, float]
    """What the paper reports, by metric (``"HR@50"``); empty for nothing. Of all metrics, shown or not."""
    dimension: int
    """0 for a model without a dimension."""
    variant: str = PAPER_VARIANT
    hits: int | None = None
    """How many of the users' targets the reported hit rate counts, where that is known."""

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.model, self.variant, self.dimension)


@dataclass(frozen=True)
class ProtocolNotes:
    """Sentences on how the paper's figures came about, to be shown where its claims are judged."""

    stated: tuple[str, ...] = ()
    """What the paper says."""
    inferred: tuple[str, ...] = ()
    """What it does not say, and was concluded or chosen."""
    disclosed: tuple[str, ...] = ()
    """What a reader has to know of how its claims came to be judged."""


@dataclass(frozen=True)
class View:
    """What a study shows of one data set under one protocol: every table, figure and page is made from one."""

    name: str
    citation: str
    dataset: str
    protocol: str
    metrics: tuple[Metric, ...]
    """The table's metrics in order, such as ``"HR@50"``."""
    selection: Metric
    """The validation metric that chooses epochs."""
    dimension: int
    """The table's dimension."""
    n_users: int | None
    """How many users the reported figures are means over, where that is known."""
    rows: tuple[Row, ...]
    """The reported models, in the paper's order."""
    references: tuple[Row, ...]
    """Models that stand below them, for comparison."""
    ablations: tuple[Row, ...]
    """Variants of its models with a part taken out, each to be compared with the model as published."""
    figure_metrics: tuple[Metric, ...]
    """What Figure 1, Figure 2, ... show over the dimension."""
    figure_dimensions: tuple[int, ...]
    margins: Mapping[str, float]
    """By metric, how far a mean over seeds may lie from a reported figure and still reproduce it."""
    margins_reason: str
    protocol_notes: ProtocolNotes = ProtocolNotes()
    claims: tuple[Claim, ...] = ()
    """What it claims, in the paper's order."""

    @property
    def table_rows(self) -> tuple[Row, ...]:
        """All that the table has, in its order."""
        return (*self.rows, *self.references)

    def is_about(self, key: CellKey) -> bool:
        """Whether the cell is of these data under this protocol."""
        return (key.dataset, key.protocol) == (self.dataset, self.protocol)

    @property
    def has_reported(self) -> bool:
        """Whether there is anything to hold figures against."""
        return any(metric in row.reported for row in self.rows for metric in self.metrics)

    @property
    def by_importance(self) -> tuple[Metric, ...]:
        """The metrics with the primary one first: the one that chooses epochs or, where it is not shown, the first.

        Without those that have one value a run, by which nothing can be tested; unless there are no others.
        """
        tested = [metric for metric in self.metrics if metric.is_per_user] or self.metrics
        return tuple(sorted(tested, key=lambda metric: metric != self.selection))

    def practical_margin(self, metric: str) -> float:
        """The smallest difference between two models that matters: half of what a reported figure may be off."""
        return self.margins[metric] / 2
