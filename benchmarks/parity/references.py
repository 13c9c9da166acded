"""What our models are held against: figures of other codes, each with its source, as references.toml has them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.studies.fields import NAMED, OWN, FieldSet, MetricName, ModelName, Share, Some, Text, faults_of
from seqrec_bench.studies.loading import load_study
from seqrec_bench.studies.study import Study, StudyRow

REFERENCES = Path(__file__).with_name("references.toml")


class OtherFigure(FieldSet):
    """A metric's mean over runs of another code."""

    mean: Annotated[float, Field(ge=0, le=1)]
    sd: Annotated[float, Field(gt=0)] | None = None
    """The standard deviation from run to run; None where nobody has told it."""


class Told(FieldSet):
    """Figures that somebody has published or noted."""

    code: Text
    """Whose it is, in a few words."""
    source: Text
    """Where the figures are from, and who has run it."""
    seeds: Annotated[int, Field(ge=1)]
    """How many runs the means are over."""
    figures: Annotated[Mapping[MetricName, OtherFigure], Field(min_length=1)]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(self.figures)

    @model_validator(mode="after")
    def _one_run_has_no_spread(self) -> Self:
        if self.seeds == 1 and any(figure.sd is not None for figure in self.figures.values()):
            raise ValueError("a single run has no standard deviation")
        return self


class Recorded(FieldSet):
    """Figures of records that the other code's scores were made, by `benchmarks.peer_runs` or `seqrec-bench score`."""

    code: Text
    source: Text
    record: Text
    """The name in the records."""
    metrics: Some[MetricName]


def _kind_of_other(value: object) -> str:
    """Of a table, or what stands in a table's place."""
    is_recorded = isinstance(value, Recorded) or (isinstance(value, Mapping) and "record" in value)
    return OWN if is_recorded else NAMED


Other = Annotated[
    Annotated[Told, Tag(NAMED)] | Annotated[Recorded, Tag(OWN)],
    Discriminator(
        lambda value: (
            OWN if isinstance(value, Recorded) or (isinstance(value, Mapping) and "record" in value) else NAMED
        )
    ),
]


class Pair(FieldSet):
    """A row of one of our studies, and what it is held against."""

    study: Text
    row: Text
    """Its label."""
    settings: Text
    """In words."""
    other: Other
    why: Text | None = None
    """What is known of a difference; shown unless all figures are equivalent."""


class Without(FieldSet):
    """Models with nothing to be held against."""

    models: Some[ModelName]
    why: Text


class References(FieldSet):
    """The whole file."""

    margin: Share
    """How far our mean may lie from the other's to be equivalent, as a share of the latter."""
    margin_reason: Text
    pairs: Some[Pair]
    without: tuple[Without, ...] = ()


def load_references(path: Path = REFERENCES) -> References:
    """What the file says.

    Raises:
        InputError: It can't be read, or has a key or value that it must not have; all such are named.
    """
    try:
        return References.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).") from error
    except ValidationError as error:
        raise InputError(f"{path} is not valid: {'; '.join(faults_of(error))}.") from error
    except ValueError as error:
        raise InputError(f"{path} is not valid: {error}.") from error


def row_of(pair: Pair) -> tuple[Study, StudyRow]:
    """The study's row that the pair is about.

    Raises:
        InputError: There is no such study, or it has no such row.
    """
    study = load_study(pair.study)
    for row in study.rows:
        if study.label_of(row) == pair.row:
            return study, row
    labels = ", ".join(map(study.label_of, study.rows))
    raise InputError(f"The study {pair.study} has no row {pair.row!r}: choose from {labels}.")
