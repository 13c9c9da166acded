"""What is kept of one cell: its key, how it was made, and the ranks that every metric is computed from."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import Any, NamedTuple

from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.recommender import SELECTION_METRIC, Epoch
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.top import TopFile

SCHEMA = 1
"""The version of the record's layout where each evaluated user has one target."""
SCHEMA_OF_TARGETS = 2
"""Where ranks say whose they are. A store with records of a later one is refused."""


PAPER_VARIANT = "paper"
"""The variant of a model as published."""

STEM = r"(?P<variant>.+)-d(?P<dimension>0|[1-9][0-9]*)-s(?P<seed>0|[1-9][0-9]*)"
"""A record's name without its ending. A variant may end like the rest ("x-d8-s0"), and takes all that it can."""


class Configuration(NamedTuple):
    """What the cells of all seeds have in common, on one data set under one protocol: a row of a table."""

    model: str
    variant: str
    """`PAPER_VARIANT`, or another name where anything about the model is changed."""
    dimension: int
    """0 for a model without a dimension."""

    def __str__(self) -> str:
        return f"{self.model} {self.variant}-d{self.dimension}"


@dataclass(frozen=True, order=True)
class CellKey:
    """Names one cell of an experiment: one model, trained and tested once."""

    dataset: str
    protocol: str
    model: str
    variant: str
    dimension: int
    seed: int

    def path(self) -> PurePosixPath:
        """Where the cell's record stands, relative to the results directory."""
        file = f"{self.variant}-d{self.dimension}-s{self.seed}.json"
        return PurePosixPath(self.dataset, self.protocol, self.model, file)

    @classmethod
    def of_path(cls, path: PurePath) -> "CellKey":
        """The key of the cell whose record stands at that path, relative to the results directory.

        Raises:
            ValueError: No record stands at such a path.
        """
        dataset, protocol, model, file = path.parts
        found = re.fullmatch(rf"{STEM}\.json", file)
        if found is None:
            raise ValueError(f"{path} is not the path of a record")
        return cls(dataset, protocol, model, found["variant"], int(found["dimension"]), int(found["seed"]))

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.model, self.variant, self.dimension)

    def __str__(self) -> str:
        return f"{self.configuration}-s{self.seed}"


BY_TIME, BY_ROW = "times", "rows"


@dataclass(frozen=True)
class DatasetIdentity:
    """Which data a cell was run on."""

    name: str
    fingerprint: str
    """sha256 of the re-indexed ids, times and order."""
    tags_fingerprint: str | None
    """sha256 of the items' tags; None where there are none."""
    order: str = BY_TIME
    """What puts each user's interactions in order: `BY_TIME`, or `BY_ROW` where the data have no times."""


@dataclass(frozen=True)
class Recipe:
    """All that decides a cell's numbers beside its key: two cells with one key and one recipe are the same cell."""

    dataset: DatasetIdentity
    version: int
    """The model's version."""
    hyperparameters: Mapping[str, Any]
    selection: str | None = SELECTION_METRIC
    """The validation metric that chose, epochs first of all; None where none did, since the model never asked."""
    absent: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """By setting, what a recipe means that lacks it: the installed model says it, so no record has this."""

    def is_of_same_data(self, other: "Recipe") -> bool:
        """Whether `other` was made from the same data and item tags."""
        mine, its = self.dataset, other.dataset
        return (mine.fingerprint, mine.tags_fingerprint) == (its.fingerprint, its.tags_fingerprint)

    def other_choice(self, other: "Recipe") -> str | None:
        """Says in a few words how `other` was chosen otherwise, or None where it was not, or nothing was chosen."""
        if self.selection == other.selection or None in (self.selection, other.selection):
            return None
        return f"made with epochs chosen by {other.selection}, not {self.selection}"

    def difference(self, other: "Recipe") -> str | None:
        """Says in a few words how `other` differs from this recipe, or None where it does not."""
        if self.dataset.fingerprint != other.dataset.fingerprint:
            return "made on other data"
        if self.dataset.tags_fingerprint != other.dataset.tags_fingerprint:
            return "made with other item tags"
        if self.version != other.version:
            return f"made by version {other.version} of the model, not {self.version}"
        implied = {name: value for name, value in self.absent.items() if name not in other.hyperparameters}
        mine, its = _as_recorded(self.hyperparameters), _as_recorded({**other.hyperparameters, **implied})
        changed = [
            f"{name} = {its.get(name, 'absent')}{' (which it means by not saying it)' if name in implied else ''}, "
            f"not {mine.get(name, 'absent')}"
            for name in sorted({*mine, *its})
            if mine.get(name) != its.get(name)
        ]
        return "made with " + ", ".join(changed) if changed else self.other_choice(other)


def _as_recorded(hyperparameters: Mapping[str, Any]) -> dict[str, str]:
    """The JSON of each, in which a tuple and the list that is read back from a record are the same."""
    return {name: json.dumps(value, sort_keys=True) for name, value in hyperparameters.items()}


@dataclass(frozen=True)
class Record:
    """The outcome of one cell."""

    key: CellKey
    recipe: Recipe
    deterministic: bool
    """Whether the model declares that its seed changes nothing."""
    validation: Ranks
    test: Ranks
    curve: Sequence[Epoch]
    """One entry an epoch; empty for a model that does not train in epochs."""
    seconds: Mapping[str, float]
    """``fit`` and ``score``: wall time of each; ``fit_cpu``: processor time of the former, which early records lack."""
    peak_memory_bytes: int
    """The greatest resident size of the cell's process."""
    parameters: int
    """Trained numbers; 0 for a model that only counts."""
    environment: Mapping[str, Any]
    """Package versions, platform, git commit, threads; the attacks that the evaluator withstood before, or None."""
    weights: str | None = None
    """sha256 of the file that holds the recommender's state; None where none was kept.

    The file stands beside the record or, where the recommender was restored, beside the record of the protocol that
    trained it.
    """
    top: TopFile | None = None
    """What is recommended to the test users, where that was kept."""
    targets: TargetFacts | None = None
    """What makes figures on the test targets mean less than they seem to; None in records from before it was kept."""
