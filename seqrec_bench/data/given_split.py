"""A split that files give: what stands in the validation's and the test's files are their users' targets."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.dataset import TEST, TRAIN, VALIDATION, Dataset
from seqrec_bench.data.split import Holdout, Split, only
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int64Array, Sequences

Codes = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

SUSPECT_SHARE = 0.5
"""Of the test's targets: with more of them in their user's history, one file may hold the other's rows."""


def split_as_given(dataset: Dataset) -> Split:
    """Splits a data set as its files have it.

    A user's targets are the different items of its validation and of its test; those of one part are ranked one by one,
    with the same history. Where no validation was given, it is each user's last training interaction, of the users who
    have two or more. At the test, the history is all training and validation interactions.

    Raises:
        InputError: Nobody is left to evaluate.
    """
    assert dataset.given is not None
    sequences, codes = dataset.sequences, dataset.given.codes
    if not dataset.given.has_validation:
        codes = _with_last_as_validation(sequences, codes)
    train, known = only(sequences, codes == TRAIN), only(sequences, codes != TEST)
    (users, targets), (test_users, test_targets) = (_targets(sequences, codes == part) for part in (VALIDATION, TEST))
    if len(users) == 0 or len(test_users) == 0:
        raise InputError(
            f"The given split of {dataset.name} leaves nobody to evaluate, with {len(users)} validation and "
            f"{len(test_users)} test targets: give a file with some for --validation and for --test."
        )
    has_one_each = np.array_equal(users, test_users) and len(np.unique(users)) == len(users)
    return Split(
        train=train,
        validation=Holdout(train, users, targets, names_users=not has_one_each),
        test=Holdout(known, test_users, test_targets, names_users=not has_one_each),
    )


def _with_last_as_validation(sequences: Sequences, codes: Codes) -> Codes:
    n_train = np.bincount(sequences.users[codes == TRAIN], minlength=sequences.n_users)
    last = sequences.offsets[:-1] + n_train - 1
    codes = codes.copy()
    codes[last[n_train > 1]] = VALIDATION
    return codes


def _targets(sequences: Sequences, chosen: BoolArray) -> tuple[Int64Array, Int64Array]:
    """The users and items of these interactions, each pair once, where it stands first."""
    users, items = sequences.users[chosen], sequences.items[chosen].astype(np.int64)
    _, first = np.unique(users * (sequences.n_items + 1) + items, return_index=True)
    first.sort()
    return users[first], items[first]


def say_given(dataset: Dataset) -> list[str]:
    """What has to be known of a given split before a figure is believed, in sentences: first how great its parts are.

    None for data that were given whole.

    Raises:
        InputError: Nobody is left to evaluate.
    """
    if dataset.given is None:
        return []
    split = split_as_given(dataset)
    return [_sizes(dataset, dataset.given.codes, split), *_doubts(dataset, dataset.given.codes, split)]


def _sizes(dataset: Dataset, codes: Codes, split: Split) -> str:
    assert dataset.given is not None
    n_train, n_validation, n_test = np.bincount(codes, minlength=3).tolist()
    validating = _count(split.validation)
    if dataset.given.has_validation:
        rows = f"{n_train:,} training, {n_validation:,} validation and {n_test:,} test interactions"
    else:
        rows = f"{n_train:,} training and {n_test:,} test interactions, without a validation"
        validating += ", each user's last training interaction,"
    return f"The split is given: {rows}; {validating} validate, {_count(split.test)} test."


def _count(holdout: Holdout) -> str:
    return f"{len(holdout.users):,} targets of {len(holdout.evaluated):,} users"


def _doubts(dataset: Dataset, codes: Codes, split: Split) -> Iterator[str]:
    sequences, test = dataset.sequences, split.test
    if n := _count_going_back(dataset, codes):
        yield (
            f"Of {n:,} of {sequences.n_users:,} users, an interaction of one part is later than one of the next: the "
            "parts stand as they were given."
        )
    if n := int(np.sum(split.train.item_counts[test.targets] == 0)):
        yield f"{n:,} of {len(test.targets):,} test targets are items that are never trained on."
    if n := int(np.sum(test.history.lengths[test.evaluated] == 0)):
        yield (
            f"{n:,} of {len(test.evaluated):,} test users have nothing but the test: they are ranked with an empty "
            "history, which says nothing of them."
        )
    if n := int(np.sum(codes == TEST)) - len(test.users):
        yield f"{n:,} test interactions repeat a target of their user, and an item is one target."
    seen = np.isin(test.users * (sequences.n_items + 1) + test.targets, test.history.pairs)
    if seen.mean() > SUSPECT_SHARE:
        yield (
            f"{int(seen.sum()):,} of {len(seen):,} test targets stand in their user's training or validation too: does "
            "one file hold the rows of another?"
        )


def _count_going_back(dataset: Dataset, codes: Codes) -> int:
    """How many users have an interaction that comes before one of an earlier part; none where there are no times."""
    if not dataset.has_times:
        return 0
    users, times = dataset.sequences.users, dataset.sequences.times
    goes_back = (users[1:] == users[:-1]) & (codes[1:] > codes[:-1]) & (times[1:] < times[:-1])
    return len(np.unique(users[1:][goes_back]))
