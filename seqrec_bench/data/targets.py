"""Facts about test targets without which figures on them are misread; a record keeps them, since data may be far."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.recommender import PADDING, Int64Array, Sequences

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TargetFacts:
    """What is known of a protocol's test targets on one data set, whatever a model says of them."""

    fewest: int
    """The fewest candidates that a target is ranked among, itself included."""
    most: int
    tied: int | None
    """Targets that have a neighbour of the same user and time, so that the order of ties has made them the target.

    None where the data have no times, so that the order of rows is all that is known; 0 where the split was given.
    """
    untrained: int
    """Targets that no user has in the training data."""
    repeated: Int64Array
    """(n,) which of the targets stand in their user's history, ascending: their places among all targets."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TargetFacts):
            return NotImplemented
        mine, its = ((each.fewest, each.most, each.tied, each.untrained) for each in (self, other))
        return mine == its and np.array_equal(self.repeated, other.repeated)

    __hash__ = None  # type: ignore[assignment]


def target_facts(dataset: Dataset, split: Split) -> TargetFacts:
    """The facts about the test targets.

    Args:
        dataset: What was split, as its protocol arranges it.
    """
    test = split.test
    seen = seen_items(test)
    candidates = _count_candidates(test, seen)
    return TargetFacts(
        fewest=int(candidates.min()),
        most=int(candidates.max()),
        tied=count_tied(dataset, split),
        untrained=int(np.sum(split.train.item_counts[test.targets] == 0)),
        repeated=np.flatnonzero(seen[1]),
    )


def seen_items(holdout: Holdout) -> tuple[Int64Array, BoolArray]:
    """How many items of the catalogue the user has had, and whether the target is one; (n_targets,) each.

    The user's other targets are left out, as they are no candidates.
    """
    history = holdout.history
    width, pairs = history.n_items + 1, history.pairs
    wanted = holdout.users * width + holdout.targets
    target_seen: BoolArray = np.append(pairs, -1)[np.searchsorted(pairs, wanted)] == wanted
    n_seen = np.bincount(pairs // width, minlength=history.n_users)
    n_seen -= np.bincount(holdout.users[target_seen], minlength=history.n_users)
    return n_seen[holdout.users] + target_seen, target_seen


def count_tied(dataset: Dataset, split: Split) -> int | None:
    """How many test targets have their user and time in common with the interaction before or after.

    Returns:
        As `TargetFacts` has it.
    """
    if dataset.given is not None:
        return 0
    if not dataset.has_times:
        return None
    test, tied = split.test, tied_with_previous(dataset.sequences)
    places = dataset.sequences.offsets[test.users] + test.history.lengths[test.users]
    return int(np.sum(tied[places] | np.append(tied, False)[places + 1]))


def tied_with_previous(sequences: Sequences) -> BoolArray:
    """(n_interactions,) whether an interaction has its user and time in common with the one before it."""
    users, times = sequences.users, sequences.times
    return np.append(False, (users[1:] == users[:-1]) & (times[1:] == times[:-1]))


def n_candidates(holdout: Holdout) -> Int64Array:
    """(n_targets,) what each target is ranked against, itself included."""
    excludes_seen = holdout.negatives is None and not holdout.ranks_seen
    return _count_candidates(holdout, seen_items(holdout) if excludes_seen else None)


def _count_candidates(holdout: Holdout, seen: tuple[Int64Array, BoolArray] | None) -> Int64Array:
    """The same, with what `seen_items` has found, where the history is taken out of the candidates."""
    if holdout.negatives is not None:
        sampled: Int64Array = 1 + (holdout.negatives != PADDING).sum(axis=1)
        return sampled
    n_targets = np.bincount(holdout.users, minlength=holdout.history.n_users)[holdout.users]
    everything: Int64Array = holdout.history.n_items - (n_targets - 1)
    if holdout.ranks_seen or seen is None:
        return everything
    n_seen, target_seen = seen
    counts: Int64Array = everything - n_seen + target_seen
    return counts
