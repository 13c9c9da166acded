"""What a study is, as its file has it: data sets x models x seeds, what is shown of them and, of a paper, what it says.

docs/studies.md has every key of such a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag, model_validator

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import USUAL_SELECTION, VALIDATION_METRICS, Metric
from seqrec_bench.evaluation.protocol_parts import Given
from seqrec_bench.evaluation.protocols import LOO_FULL, Protocol
from seqrec_bench.evaluation.registry import build, has_dimension, load
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.studies.cells import DEFAULT_DATASET, Group
from seqrec_bench.studies.claim import Claim, RelativeRise
from seqrec_bench.studies.fields import (
    NAMED,
    OWN,
    DatasetName,
    Dimension,
    FieldSet,
    Figure,
    Flag,
    Hits,
    LayoutName,
    Many,
    MetricName,
    ModelName,
    OwnName,
    ProtocolName,
    QuotingName,
    Seed,
    SeparatorName,
    Settings,
    Share,
    Some,
    TableDimension,
    Text,
    Users,
    VariantName,
)
from seqrec_bench.studies.view import ProtocolNotes, Row, View

DEFAULT_DIMENSION = 100
DEFAULT_SEEDS = (0, 1, 2, 3, 4)


class DataFile(FieldSet):
    """Data of one's own; files stand relative to the study's."""

    name: OwnName
    """What they are called in records."""
    interactions: Text | None = None
    train: Text | None = None
    """With `test`, and with or without `validation`, a split in place of `interactions`."""
    validation: Text | None = None
    test: Text | None = None
    tags: Text | None = None
    user_column: Text | None = None
    item_column: Text | None = None
    time_column: Text | None = None
    layout: LayoutName | None = None
    separator: SeparatorName | None = None
    no_header: Flag = False
    no_times: Flag = False
    quoting: QuotingName | None = None
    ids_as_written: Flag = False
    drop_negative_rows: Text | None = None

    @property
    def usual_protocol(self) -> str:
        """What they are evaluated under where nothing else is said."""
        return LOO_FULL if self.train is None else Protocol(split=Given(self.validation is not None)).name


Data = Annotated[
    Annotated[DatasetName, Tag(NAMED)] | Annotated[DataFile, Tag(OWN)],
    Discriminator(lambda value: OWN if isinstance(value, dict | DataFile) else NAMED),
]


def name_of(data: str | DataFile) -> str:
    """What the data are called in records."""
    return data if isinstance(data, str) else data.name


class StudyRow(FieldSet):
    """A model's row in the table."""

    model: ModelName
    label: Text | None = None
    """The model as the paper writes it; else its name, with the variant where that is not the study's."""
    variant: VariantName | None = None
    settings: Settings = Field(default={})
    """Values of hyperparameters that differ from the model's defaults."""
    dimension: Dimension | None = None
    """0 for a model without one; None for the study's, where the model has one."""
    seeds: Some[Seed] | None = None
    reference: Flag = False
    """Whether it stands below the others, for comparison: it is then no missing row where it has no record."""
    reported: Mapping[Text, Mapping[MetricName, Figure]] = Field(default={})
    """By data set and metric."""
    hits: Mapping[Text, Hits] = Field(default={})
    """By data set, how many of the users' targets the reported hit rate counts, where that is known."""


class Ablation(FieldSet):
    """A model of the rows without one of its parts."""

    label: Text
    model: ModelName
    variant: VariantName
    settings: Settings = Field(default={})


class CellGroup(FieldSet):
    """Every one of the models at every dimension with every seed under every protocol."""

    models: Some[ModelName]
    variant: VariantName | None = None
    dimensions: Some[Dimension] | None = None
    """The first is the main one, at which the models are compared."""
    seeds: Some[Seed] | None = None
    settings: Mapping[ModelName, Settings] = Field(default={})
    """By model."""
    protocols: Some[ProtocolName] | None = None


class Figures(FieldSet):
    """What Figure 1, Figure 2, ... show over the dimension."""

    metrics: Some[MetricName]
    dimensions: Some[Dimension]


class Notes(FieldSet):
    """As `ProtocolNotes` has them."""

    stated: Many[Text] = ()
    inferred: Many[Text] = ()
    disclosed: Many[Text] = ()


class Study(FieldSet):
    """One study."""

    name: str
    """Its file's, without the ending."""
    folder: Path
    """Where its file is."""
    title: Text | None = None
    """For a paper, its citation."""
    datasets: Some[Data] = (DEFAULT_DATASET,)
    protocol: ProtocolName = LOO_FULL
    """Where the file has none and the data are given as splits, that of them."""
    negatives: Text | None = None
    """The file of negatives of whatever protocols are ``negatives-...``, relative to the study's."""
    metrics: Some[MetricName] = VALIDATION_METRICS
    """What tables show, in order."""
    select: MetricName = USUAL_SELECTION
    """The validation metric that chooses epochs."""
    variant: VariantName = PAPER_VARIANT
    """Of the rows and cells that name none."""
    dimension: TableDimension = DEFAULT_DIMENSION
    """The table's."""
    seeds: Some[Seed] = DEFAULT_SEEDS
    users: Mapping[Text, Users] = Field(default={})
    """By data set, how many users the reported figures are means over, where that is known."""
    rows: tuple[StudyRow, ...] = ()
    ablations: tuple[Ablation, ...] = ()
    cells: tuple[CellGroup, ...] = ()
    """What is run; where there are none, the rows' cells."""
    figures: Figures | None = None
    margins: Mapping[MetricName, Share] = Field(default={})
    """By metric, how far a mean over seeds may lie from a reported figure and still reproduce it."""
    margins_reason: Text | None = None
    protocol_notes: Notes = Notes()
    claims: tuple[Any, ...] = ()
    """As `loading` turns them into `Claim`s."""

    @model_validator(mode="after")
    def _under_the_given_split(self) -> Self:
        if "protocol" not in self.model_fields_set:
            usual = {data.usual_protocol if isinstance(data, DataFile) else LOO_FULL for data in self.datasets}
            if len(usual) == 1:
                object.__setattr__(self, "protocol", usual.pop())
        return self

    @property
    def dataset_names(self) -> tuple[str, ...]:
        return tuple(map(name_of, self.datasets))

    @property
    def has_reported(self) -> bool:
        """Whether there is anything to hold figures against; without, a study is a comparison."""
        return any(row.reported for row in self.rows)

    @cached_property
    def groups(self) -> list[Group]:
        """What is run on each data set.

        Raises:
            InputError: A model can't have the dimension or the settings that it has here; all such are named. This
                is not seen when the file is read, since the models have to be imported for it, which takes seconds.
        """
        groups = [self._group(cells) for cells in self.cells] or self._groups_of_rows()
        places = [f"cells[{number}]" for number in range(len(self.cells))] or [
            *(f"rows[{number}]" for number in range(len(self.rows))),
            *(f"ablations[{number}]" for number in range(len(self.ablations))),
        ]
        faults = [fault for where, group in zip(places, groups, strict=True) for fault in _unbuildable(group, where)]
        faults += [fault for number, row in enumerate(self.rows) for fault in _misfit(row, f"rows[{number}]")]
        if faults:
            raise InputError(f"The study {self.name} is not valid: {'; '.join(faults)}.")
        return groups

    def view(
        self, dataset: str | None = None, protocol: str | None = None, metrics: Sequence[Metric] | None = None
    ) -> View:
        """What the study shows of one data set under one protocol.

        What it reports and claims is about its own data sets and protocol. On others, and a paper's models under
        another protocol, there are no rows but those of whatever there is.

        Args:
            dataset: The first of the study's where none is named.
            protocol: The study's where none is named.
            metrics: The study's where none are named.
        """
        dataset = self.dataset_names[0] if dataset is None else dataset
        under = self.protocol if protocol is None else protocol
        is_own = dataset in self.dataset_names and under == self.protocol
        has_rows = is_own or (dataset in self.dataset_names and not self.has_reported)
        rows = self.rows if has_rows else ()
        shown = tuple(metrics or self.metrics)
        return View(
            name=self.name,
            citation=self.title or self.name,
            dataset=dataset,
            protocol=under,
            metrics=shown,
            selection=self.select,
            dimension=self.dimension,
            n_users=self.users.get(dataset),
            rows=tuple(self._row(row, dataset) for row in rows if not row.reference),
            references=tuple(self._row(row, dataset) for row in rows if row.reference),
            ablations=tuple(
                Row(each.label, each.model, {}, self.dimension, each.variant) for each in self.ablations if has_rows
            ),
            figure_metrics=tuple(metrics or (self.figures.metrics if self.figures else self.metrics)),
            figure_dimensions=self.figures.dimensions if self.figures else (self.dimension,),
            margins={metric: margin for metric, margin in self.margins.items()},
            margins_reason=self.margins_reason or "",
            protocol_notes=ProtocolNotes(**dict(self.protocol_notes)),
            claims=tuple(claim for claim in self.claims if has_rows and self._can_be_judged(claim, dataset)),
        )

    def _can_be_judged(self, claim: Claim, dataset: str) -> bool:
        """A rise over another model is judged by what is reported of both for the data set."""
        if not isinstance(claim.test, RelativeRise):
            return True
        figures = [
            row.reported.get(dataset, {}) for row in self.rows if row.model in (claim.test.model, claim.test.over)
        ]
        return all(of_row.get(metric) for of_row in figures for metric in claim.test.claimed)

    def _row(self, row: StudyRow, dataset: str) -> Row:
        return Row(
            self.label_of(row),
            row.model,
            {str(metric): figure for metric, figure in row.reported.get(dataset, {}).items()},
            self.dimension_of(row),
            row.variant or self.variant,
            row.hits.get(dataset),
        )

    def label_of(self, row: StudyRow) -> str:
        """What the row is called in tables."""
        variant = row.variant or self.variant
        return row.label or (row.model if variant == self.variant else f"{row.model} {variant}")

    def dimension_of(self, row: StudyRow) -> int:
        """The row's dimension; whether its model has one is looked up where the file does not say it."""
        if row.dimension is not None:
            return row.dimension
        return self.dimension if has_dimension(load(row.model)) else 0

    def _group(self, cells: CellGroup) -> Group:
        return Group(
            models=cells.models,
            dimensions=cells.dimensions or (self.dimension,),
            seeds=cells.seeds or self.seeds,
            variant=cells.variant or self.variant,
            settings=cells.settings,
            protocols=cells.protocols or (self.protocol,),
            selection=self.select,
        )

    def _groups_of_rows(self) -> list[Group]:
        """The rows at their dimension and, for those of a figure, at the figure's others; then the ablations."""
        others = self.figures.dimensions if self.figures else ()
        rows = [
            (row.model, row.variant, row.settings, row.dimension or self.dimension, row.seeds, row.reference)
            for row in self.rows
        ]
        rows += [(each.model, each.variant, each.settings, self.dimension, None, True) for each in self.ablations]
        return [
            Group(
                models=(model,),
                dimensions=(dimension,) if is_apart else tuple(dict.fromkeys((dimension, *others))),
                seeds=seeds or self.seeds,
                variant=variant or self.variant,
                settings={model: settings},
                protocols=(self.protocol,),
                selection=self.select,
            )
            for model, variant, settings, dimension, seeds, is_apart in rows
        ]


def _unbuildable(group: Group, where: str) -> Iterator[str]:
    for model, settings in group.settings.items():
        if settings:
            try:
                build(model, group.dimensions[0], settings)
            except InputError as error:
                yield f"{where}.settings: {str(error).rstrip('.')}"


def _misfit(row: StudyRow, where: str) -> Iterator[str]:
    if row.dimension is not None and has_dimension(load(row.model)) != (row.dimension > 0):
        why = f"{row.model} has one" if row.dimension == 0 else f"{row.model} has none: leave it out"
        yield f"{where}.dimension is {row.dimension}, and {why}"
