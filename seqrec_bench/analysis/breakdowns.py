"""Figures of each model by kinds of users: how long their history is, how popular their target item is, and whether
they have had it before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqrec_bench.analysis.compared import Compared
from seqrec_bench.analysis.repeated import parts
from seqrec_bench.analysis.selection import runs
from seqrec_bench.analysis.statistics.estimates import population_half_width
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.data import Holdout, Split
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records import Record

N_LENGTH_GROUPS = 4
MIN_USERS = 10
"""Fewer say nothing about others like them."""
HEAD_SHARE, TORSO_SHARE = 0.5, 0.8
"""Of the training interactions: what the head's items have, and what they and the torso's have together."""


@dataclass(frozen=True, eq=False)
class Group:
    """Evaluated users, or targets, of one kind."""

    name: str
    title: str
    """The name with what it stands for in these data."""
    users: Int64Array
    """(n,) their places among the evaluated users; never none."""
    targets: Int64Array
    """(m,) the places of their targets of this kind among all targets, user by user."""


@dataclass(frozen=True)
class GroupFigure:
    """A metric's mean over seeds and over the users of a group."""

    mean: float
    half_width: float | None
    """Half the 95 % interval for users like these, trained again.

    None where seeds or users are too few, and where all users have the same figure: their spread is then not known.
    """


def by_history_length(holdout: Holdout) -> list[Group]:
    """Users in about equal parts by the length of the history that precedes their targets."""
    evaluated = holdout.evaluated
    lengths = holdout.history.lengths[evaluated]
    edges = np.unique(np.quantile(lengths, np.arange(1, N_LENGTH_GROUPS) / N_LENGTH_GROUPS, method="inverted_cdf"))
    part = np.searchsorted(edges, lengths)  # users of one length are in one part
    groups = [np.flatnonzero(part == number) for number in np.unique(part)]
    extents = [_extent(lengths[users]) for users in groups]
    return [
        Group(extent, f"{extent} items", users, holdout.places_of(evaluated[users]))
        for extent, users in zip(extents, groups, strict=True)
    ]


def by_target_popularity(split: Split) -> list[Group]:
    """Targets by their interactions in training: head, torso, tail, and cold where there are none.

    A user with targets of several kinds is in several groups, each time with the targets of that kind alone.

    The head is the most popular items that together have half of the training interactions, the torso those that have
    the next 30 %. Items with equal counts are in one group.
    """
    counts = split.train.item_counts
    descending = np.sort(counts)[::-1]
    reached = np.cumsum(descending)
    head, torso = (descending[np.searchsorted(reached, share * reached[-1])] for share in (HEAD_SHARE, TORSO_SHARE))
    of_target = counts[split.test.targets]
    kinds = {
        "head": of_target >= head,
        "torso": (of_target < head) & (of_target >= torso),
        "tail": (of_target < torso) & (of_target > 0),
        "cold": of_target == 0,
    }
    place_of_user = np.searchsorted(split.test.evaluated, split.test.users)
    return [
        Group(name, f"{name} ({_extent(of_target[those])})", np.unique(place_of_user[those]), those)
        for name, of_kind in kinds.items()
        if len(those := np.flatnonzero(of_kind)) > 0
    ]


def by_repeats(records: Sequence[Record]) -> list[Group]:
    """Targets by whether their user has had them before; none where nobody has, or where no record says so."""
    return [Group(part.name, part.name, records[0].test.users_at(part.places), part.places) for part in parts(records)]


def _extent(numbers: Int64Array) -> str:
    low, high = numbers.min(), numbers.max()
    return f"{low}" if low == high else f"{low} to {high}"


def figures(model: Compared, groups: Sequence[Group], metrics: Sequence[str]) -> Mapping[str, list[GroupFigure]]:
    """By metric, the model's figure in each group."""
    return {name: [_figure(model.records, Metric(name), group) for group in groups] for name in metrics}


def _figure(records: Sequence[Record], metric: Metric, group: Group) -> GroupFigure:
    of_all = runs(records, metric)
    values = of_all.values[:, group.users]
    if metric.is_of_ranks and records[0].test.users is not None:
        values = np.stack([metric.values(record.test.at(group.targets)) for record in records])
    of_group = Runs(values, of_all.deterministic)
    known = of_group.n_users >= MIN_USERS and is_greater(of_group.values.max(), of_group.values.min())
    return GroupFigure(of_group.mean, population_half_width(of_group) if known else None)
