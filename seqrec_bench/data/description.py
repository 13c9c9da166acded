"""What there is to know about a data set before a number computed on it is believed."""

from dataclasses import dataclass

import numpy as np

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.interactions import NegativeRows
from seqrec_bench.data.repeats import count_repeats
from seqrec_bench.data.split import Split, leave_one_out
from seqrec_bench.data.targets import count_tied, seen_items, tied_with_previous
from seqrec_bench.recommender import Int64Array


@dataclass(frozen=True)
class LengthSummary:
    """How long the users' sequences are."""

    minimum: int
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: int
    mean: float


@dataclass(frozen=True)
class Description:
    """The facts about a data set that bear on its evaluation."""

    name: str
    fingerprint: str
    tags_fingerprint: str | None
    n_users: int
    n_items: int
    n_interactions: int
    n_train_interactions: int
    lengths: LengthSummary
    density: float
    """Share of all (user, item) pairs that occur."""
    has_times: bool
    """False where the order of the file's rows is all that is known."""
    tied_interactions: float | None
    """Share of interactions that have their (user, time) in common with another one; None without times."""
    zero_gaps: float | None
    """Share of neighbours within a user's sequence that have one time; None without times."""
    n_ambiguous_targets: int | None
    """Evaluated users whose test target has its time in common with a neighbour, so that the file's order decides;
    none in a given split, which says what is a target, and None without times."""
    n_evaluated_users: int
    """With a test target."""
    n_short_users: int
    """Users who have not the interactions to be evaluated, or none in the test of a given split."""
    n_test_targets: int
    n_validation_targets: int
    cold_items: tuple[str, ...]
    """Raw ids of the items without a training interaction."""
    n_cold_test_targets: int
    n_cold_validation_targets: int
    n_repeated_test_targets: int
    """Test targets that their users have had before."""
    n_repeats: int
    """Interactions of a user with an item that the user had before."""
    negative_rows: tuple[NegativeRows, ...] = ()
    """What the file says of rows that are no interactions: those left out, and those that count all the same."""


def describe(dataset: Dataset, split: Split | None = None) -> Description:
    """Returns the facts about a data set.

    Args:
        split: What a protocol holds out of it; None for leave-one-out.

    Raises:
        InputError: No user has enough interactions to be evaluated.
    """
    sequences = dataset.sequences
    split = split or leave_one_out(sequences)
    tied = tied_with_previous(sequences)
    cold = split.train.item_counts == 0
    cold[0] = False
    n_repeats = count_repeats(sequences)
    return Description(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        tags_fingerprint=dataset.tags_fingerprint,
        n_users=sequences.n_users,
        n_items=sequences.n_items,
        n_interactions=sequences.n_interactions,
        n_train_interactions=split.train.n_interactions,
        lengths=_summarise(sequences.lengths),
        density=(sequences.n_interactions - n_repeats) / (sequences.n_users * sequences.n_items),
        has_times=dataset.has_times,
        tied_interactions=float(np.mean(tied | np.append(tied[1:], False))) if dataset.has_times else None,
        zero_gaps=float(np.sum(tied)) / (sequences.n_interactions - sequences.n_users) if dataset.has_times else None,
        n_ambiguous_targets=count_tied(dataset, split),
        n_evaluated_users=len(split.test.evaluated),
        n_short_users=sequences.n_users - len(split.test.evaluated),
        n_test_targets=len(split.test.users),
        n_validation_targets=len(split.validation.users),
        cold_items=tuple(dataset.item_ids[cold].tolist()),
        n_cold_test_targets=int(np.sum(cold[split.test.targets])),
        n_cold_validation_targets=int(np.sum(cold[split.validation.targets])),
        n_repeated_test_targets=int(seen_items(split.test)[1].sum()),
        n_repeats=n_repeats,
        negative_rows=dataset.negative_rows,
    )


def _summarise(lengths: Int64Array) -> LengthSummary:
    lower, median, upper = np.quantile(lengths, [0.25, 0.5, 0.75]).tolist()
    return LengthSummary(int(lengths.min()), lower, median, upper, int(lengths.max()), mean=float(lengths.mean()))
