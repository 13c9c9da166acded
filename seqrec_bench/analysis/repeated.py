"""Test targets that their users have had before, and all others: figures of each apart.

A model that ranks the history first has a hit rate of its own on the former, so that a mean over both is neither's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from seqrec_bench.analysis.selection import estimate
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records import Record


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the test targets."""

    name: str
    places: Int64Array
    """(n,) where they stand among all; never none."""

    @property
    def head(self) -> str:
        """What heads a column of their figures."""
        return f"{self.name} ({len(self.places):,})"

    def of(self, records: Iterable[Record]) -> list[Record]:
        """The records as if there were no other targets."""
        return at(records, self.places)


def at(records: Iterable[Record], places: Int64Array) -> list[Record]:
    """The records as if there were no other targets than those at these places, and no lists."""
    return [replace(record, test=record.test.at(places), top=None) for record in records]


def parts(records: Iterable[Record]) -> tuple[Part, ...]:
    """Repeated targets and others; none where nothing repeats, or where the records, which are of one data set under
    one protocol, do not say so."""
    record = next((record for record in records if record.targets is not None), None)
    if record is None or record.targets is None or len(record.targets.repeated) == 0:
        return ()
    repeated = record.targets.repeated
    others = np.setdiff1d(np.arange(record.test.n_targets), repeated)
    both = (Part("repeated targets", repeated), Part("other targets", others))
    return tuple(part for part in both if len(part.places))


@dataclass(frozen=True)
class Apart:
    """The figures of several models for each of the parts."""

    parts: tuple[Part, ...]
    means: Mapping[str, Mapping[str, Sequence[float]]]
    """By metric and by the model's label, over users and seeds, one for each part."""


def apart(models: Mapping[str, Sequence[Record]], metrics: Iterable[str]) -> Apart | None:
    """The figures by metrics of ranks; None where there is nothing to tell apart.

    Args:
        models: By label, the records of each, all on one data set under one protocol.
    """
    found = parts(record for records in models.values() for record in records)
    of_ranks = [metric for metric in map(Metric, metrics) if metric.is_of_ranks]
    if not found or not of_ranks:
        return None
    return Apart(found, {metric: dict(_means(models, found, metric)) for metric in of_ranks})


def _means(
    models: Mapping[str, Sequence[Record]], found: Sequence[Part], metric: str
) -> Iterator[tuple[str, list[float]]]:
    for label, records in models.items():
        if records:
            yield label, [estimate(part.of(records), metric).mean for part in found]
