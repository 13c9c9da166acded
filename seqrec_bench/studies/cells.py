"""Which cells an experiment consists of, and in which order they are worth having."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seqrec_bench.evaluation.metrics import USUAL_SELECTION, Metric
from seqrec_bench.evaluation.protocols import LOO_FULL, place_in_order
from seqrec_bench.evaluation.registry import has_dimension, load
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.records import PAPER_VARIANT, Configuration

DEFAULT_DATASET = "ml-100k"
DEFAULT_STUDY = "chen2020"
"""What commands are about where no study is named; ``--all`` means its cells."""
MAX_DIMENSION = 2**16
"""No model here is of use beyond; a number mistyped would ask for terabytes."""
MAX_SEED = 2**32 - 1
"""What all the libraries take that draw."""


@dataclass(frozen=True)
class Cell:
    """One model to be trained and tested once."""

    model: str
    variant: str
    dimension: int
    """0 for a model without a dimension."""
    seed: int
    settings: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """Values of hyperparameters that differ from the model's defaults."""
    protocol: str = LOO_FULL
    selection: Metric = USUAL_SELECTION
    """The validation metric that chooses."""

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.model, self.variant, self.dimension)

    def __str__(self) -> str:
        return f"{self.configuration}-s{self.seed}{self.under}"

    @property
    def under(self) -> str:
        """The protocol in words, where it is not the usual one; to be put behind the configuration."""
        return "" if self.protocol == LOO_FULL else f" under {self.protocol}"


@dataclass(frozen=True)
class Group:
    """Every one of the models at every dimension with every seed."""

    models: Sequence[str]
    dimensions: Sequence[int]
    """The first is the main one, at which the models are compared."""
    seeds: Sequence[int]
    variant: str = PAPER_VARIANT
    settings: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """By model."""
    protocols: Sequence[str] = (LOO_FULL,)
    selection: Metric = USUAL_SELECTION


def cells(groups: Sequence[Group]) -> list[Cell]:
    """The groups' cells in anytime order: whenever a run is stopped, what it has is the most useful part.

    One protocol after another, as `place_in_order` has them, so that what is trained comes before it is ranked again.
    Within one, first every model at its group's main dimension with the first seed, which is a complete table; then
    the other seeds there, one seed after another; then the other dimensions, one seed after another. A model without
    a dimension has cells at dimension 0 only, and a deterministic one has cells of the first seed only.
    """
    ordered = sorted(
        ((_stage(group, cell), cell) for group in groups for cell in _group_cells(group)), key=lambda pair: pair[0]
    )
    return [cell for _, cell in ordered]


def _stage(group: Group, cell: Cell) -> tuple[tuple[int, bool, str], int, int, int]:
    """Sorts cells; equal ones stay in the order of the models."""
    protocol, main = place_in_order(cell.protocol), group.dimensions[0]
    if cell.dimension in (0, main):
        return (protocol, 0 if cell.seed == group.seeds[0] else 1, cell.seed, 0)
    return (protocol, 2, cell.seed, group.dimensions.index(cell.dimension))


def _group_cells(group: Group) -> list[Cell]:
    found = []
    for model in group.models:
        recommender = load(model)
        dimensions = group.dimensions if has_dimension(recommender) else [0]
        seeds = group.seeds[:1] if recommender.deterministic else group.seeds
        settings = group.settings.get(model, {})
        found += [
            Cell(model, group.variant, dimension, seed, settings, protocol, group.selection)
            for protocol in group.protocols
            for dimension in dimensions
            for seed in seeds
        ]
    return found
