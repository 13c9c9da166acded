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

    None where the data have no times, so that the order of rows is all that is known.
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
    candidates = n_candidates(test)
    return TargetFacts(
        fewest=int(candidates.min()),
        most=int(candidates.max()),
        tied=int(tied_targets(dataset.sequences, test).sum()) if dataset.has_times else None,
        untrained=int(np.sum(split.train.item_counts[test.targets] == 0)),
        repeated=np.flatnonzero(seen_items(test)[1]),
    )


def seen_items(holdout: Holdout) -> tuple[Int64Array, BoolArray]:
    """(n_evaluated,) how many items of the catalogue the user has had, and (n_evaluated,) whether the target is one."""
    history = holdout.history
    width, pairs = history.n_items + 1, history.pairs
    n_seen = np.bincount(pairs // width, minlength=history.n_users)[holdout.users]
    return n_seen, np.isin(holdout.users * width + holdout.targets, pairs)


def tied_targets(sequences: Sequences, holdout: Holdout) -> BoolArray:
    """(n_evaluated,) whether a target has its user and time in common with the interaction before or after it.

    Args:
        sequences: All interactions, of which the holdout's history are each user's first.
    """
    tied = tied_with_previous(sequences)
    places = sequences.offsets[holdout.users] + holdout.history.lengths[holdout.users]
    found: BoolArray = tied[places] | np.append(tied, False)[places + 1]
    return found


def tied_with_previous(sequences: Sequences) -> BoolArray:
    """(n_interactions,) whether an interaction has its user and time in common with the one before it."""
    users, times = sequences.users, sequences.times
    return np.append(False, (users[1:] == users[:-1]) & (times[1:] == times[:-1]))


def n_candidates(holdout: Holdout) -> Int64Array:
    """(n_evaluated,) what each target is ranked among, itself included."""
    if holdout.negatives is not None:
        sampled: Int64Array = 1 + (holdout.negatives != PADDING).sum(axis=1)
        return sampled
    everything = np.full(len(holdout.users), holdout.history.n_items)
    if holdout.ranks_seen:
        return everything
    n_seen, target_seen = seen_items(holdout)
    counts: Int64Array = everything - n_seen + target_seen
    return counts
