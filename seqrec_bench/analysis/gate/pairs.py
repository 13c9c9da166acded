"""Records of one cell on two sides: new ones, and those of a reference."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from seqrec_bench.analysis.selection import require_side_by_side, runs
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.questions import benchmark
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS, Runs
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.view import View


class SeededConfiguration(NamedTuple):
    """One cell of a data set under a protocol."""

    configuration: Configuration
    seed: int

    @classmethod
    def of(cls, record: Record) -> "SeededConfiguration":
        key = record.key
        return cls(key.configuration, key.seed)


Cells = Mapping[SeededConfiguration, Record]


@dataclass(frozen=True, eq=False)
class Pair:
    """The records of one configuration on both sides, for the same seeds in the same order."""

    configuration: Configuration
    new: Sequence[Record]
    old: Sequence[Record]

    @cached_property
    def are_identical(self) -> bool:
        return all(
            new.test == old.test and new.validation == old.validation
            for new, old in zip(self.new, self.old, strict=True)
        )

    @property
    def are_enough(self) -> bool:
        """Whether there are runs enough on both sides for a verdict."""
        return all(side[0].deterministic or len(side) >= MIN_SEEDS for side in (self.new, self.old))

    def runs(self, metric: str) -> tuple[Runs, Runs]:
        """The new ones and the old ones."""
        return runs(self.new, metric), runs(self.old, metric)

    @cached_property
    def n_changed(self) -> tuple[int, int]:
        """How many test ranks are others than in the reference, and how many there are."""
        sides = [(new.test, old.test) for new, old in zip(self.new, self.old, strict=True)]
        changed = sum(int(((new.better != old.better) | (new.tied != old.tied)).sum()) for new, old in sides)
        return changed, sum(len(old.better) for _, old in sides)

    @property
    def changes(self) -> str | None:
        """In what the new records were made otherwise, in words, if they were."""
        old, new = self.old[0].recipe, self.new[0].recipe
        same_version = replace(old, version=new.version)
        found = [old.difference(new), same_version.difference(new) if old.version != new.version else None]
        return ", and ".join(filter(None, found)) or None


def difference(new: Runs, old: Runs) -> Inference:
    """The new mean minus the old one, for exactly these users and other seeds.

    Runs of one seed are paired where they have much in common: where the noise of their differences, which has about as
    many degrees of freedom as there are users, is less than half of what it would be for unrelated runs. Runs stay that
    much alike where little is changed; after another rounding long ones do not, nor do those of a model that was
    changed: they are new draws.
    """
    if not new.deterministic and not old.deterministic:
        differences = new.minus(old)
        if is_greater((new.interaction + old.interaction) / 2, differences.interaction):
            return benchmark([differences], [1])
    return benchmark([new, old], [1, -1])


def cells(records: Iterable[Record], view: View, dataset: str) -> dict[SeededConfiguration, Record]:
    """The records of this data set under the paper's protocol."""
    return {
        SeededConfiguration.of(record): record
        for record in records
        if (record.key.dataset, record.key.protocol) == (dataset, view.protocol)
    }


def make_pairs(expected: Collection[SeededConfiguration], new: Cells, old: Cells) -> list[Pair]:
    """The configurations of the expected cells that both sides have, each with all of these.

    Raises:
        InvalidRecordError: The two sides can't be compared, or the records of one side not averaged.
    """
    seeds = defaultdict(list)
    for configuration, seed in sorted(expected):
        if (configuration, seed) in new and (configuration, seed) in old:
            seeds[configuration].append(SeededConfiguration(configuration, seed))
    pairs = [
        Pair(configuration, [new[cell] for cell in both], [old[cell] for cell in both])
        for configuration, both in seeds.items()
    ]
    for pair in pairs:
        require_side_by_side({pair.configuration: pair.new})
        require_side_by_side({pair.configuration: pair.old}, "restore the reference's (from version control)")
        _require_comparable(pair.new[0], pair.old[0])
    return pairs


def require_protocol(
    records: Iterable[Record], missing: Collection[SeededConfiguration], view: View, dataset: str
) -> None:
    """No missing cell is there under another protocol.

    Raises:
        InvalidRecordError: One is.
    """
    for record in records:
        if record.key.dataset == dataset and SeededConfiguration.of(record) in missing:
            raise InvalidRecordError(
                f"{record.key} was run under {record.key.protocol} and can't be held against records of "
                f"{view.protocol}: run it under that, or make a new reference."
            )


def _require_comparable(new: Record, old: Record) -> None:
    mine, its = new.recipe.dataset, old.recipe.dataset
    if mine.fingerprint != its.fingerprint:
        raise _not_comparable(new, "made on different data")
    if mine.tags_fingerprint != its.tags_fingerprint:
        raise _not_comparable(new, "made with different item tags")
    if new.test.n_users != old.test.n_users:
        raise _not_comparable(new, "made for different numbers of users")
    if not new.test.has_same_targets(old.test):
        raise _not_comparable(new, "made for other targets")


def _not_comparable(new: Record, why: str) -> InvalidRecordError:
    return InvalidRecordError(
        f"{new.key} can't be held against its reference, since they were {why}: run it on the reference's data, or "
        "make a new reference."
    )
