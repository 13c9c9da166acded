"""Other candidates than the items that a user has not seen: the seen ones too, a sample, or those of a file."""

from dataclasses import replace

import numpy as np

from seqrec_bench.data.dataset import Dataset, find_ids
from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.negatives import GivenNegatives
from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Float64Array
from seqrec_bench.recommender import PADDING, Int32Array, Int64Array


def with_seen(split: Split) -> Split:
    """The same targets, each to be ranked against the whole catalogue, the user's history included."""
    return replace(
        split,
        validation=replace(split.validation, ranks_seen=True),
        test=replace(split.test, ranks_seen=True),
    )


def with_seen_zeroed(split: Split) -> Split:
    """As `with_seen`, with the scores of the history's items set to 0 beforehand, whatever they are."""
    return replace(
        split,
        validation=replace(split.validation, ranks_seen=True, zeroes_seen=True),
        test=replace(split.test, ranks_seen=True, zeroes_seen=True),
    )


def with_uniform_sample(split: Split, number: int, seed: int) -> Split:
    """The same targets, each to be ranked against so many unseen items, all of which are equally likely."""
    return _with_sample(split, np.ones(split.train.n_items + 1), number, seed)


def with_popular_sample(split: Split, number: int, seed: int) -> Split:
    """The same targets, each to be ranked against so many unseen items, likely as they are frequent in training."""
    return _with_sample(split, split.train.item_counts.astype(np.float64), number, seed)


def _with_sample(split: Split, weights: Float64Array, number: int, seed: int) -> Split:
    return replace(
        split,
        validation=replace(split.validation, negatives=sample_negatives(split.validation, weights, number, seed)),
        test=replace(split.test, negatives=sample_negatives(split.test, weights, number, seed)),
    )


def sample_negatives(holdout: Holdout, weights: Float64Array, number: int, seed: int) -> Int32Array:
    """Draws items for each target, one after another with probabilities proportional to their weights.

    No item is drawn twice, none of the user's history, nor a target of the user. Where fewer items than `number` have a
    weight, all of these are taken. A user's draw depends on the seed and the user's number, history and targets alone,
    and is one for all of the user's targets.

    Drawn as a race: each item arrives after an exponential time with its weight as rate, and the first are taken
    (Efraimidis & Spirakis 2006, in another form).

    Args:
        weights: (n_items + 1,) none of them negative.

    Returns:
        (n_targets, number) item ids in the order drawn, filled up with `PADDING`.
    """
    drawn = np.full((len(holdout.users), number), PADDING, dtype=np.int32)
    history = holdout.history
    for user in holdout.evaluated.tolist():
        theirs = slice(*np.searchsorted(holdout.users, [user, user + 1]))
        possible = weights > 0
        possible[PADDING] = False
        possible[holdout.targets[theirs]] = False
        possible[history.items[history.offsets[user] : history.offsets[user + 1]]] = False
        items = np.flatnonzero(possible)
        arrivals = np.random.default_rng([seed, user]).exponential(size=len(weights))[items] / weights[items]
        first = items[_least(arrivals, number)]
        drawn[theirs, : len(first)] = first
    return drawn


def _least(values: Float64Array, number: int) -> Int64Array:
    """Where the so many least values are, ascending, the first of equal ones: a fifth of the time of sorting all."""
    if len(values) <= number:
        return np.argsort(values, kind="stable")
    within = np.flatnonzero(values <= np.partition(values, number - 1)[number - 1])
    return within[np.argsort(values[within], kind="stable")[:number]]


def with_given(split: Split, dataset: Dataset, given: GivenNegatives) -> Split:
    """The same targets, each to be ranked against its user's items in the file, the same at validation and test.

    An item of the user's history stays, and so does one that a line has twice: the file is what it is.

    Args:
        dataset: What was split.

    Raises:
        InputError: The file has users or items that the data set has not, no line for somebody who is evaluated, or
            a target among its own negatives.
    """
    users = _numbers(given.user_ids, dataset.user_ids, "user", given, dataset)
    items = 1 + _numbers(given.item_ids, dataset.item_ids[1:], "item", given, dataset)
    line_of_user = np.full(len(dataset.user_ids), -1)
    line_of_user[users] = np.arange(len(users))
    return replace(
        split,
        validation=_with_lines(split.validation, line_of_user, items, given, dataset),
        test=_with_lines(split.test, line_of_user, items, given, dataset),
    )


def _with_lines(
    holdout: Holdout, line_of_user: Int64Array, items: Int64Array, given: GivenNegatives, dataset: Dataset
) -> Holdout:
    """The holdout with the negatives of each user's line, filled up with padding.

    Args:
        line_of_user: (n_users,) -1 where there is none.
        items: (n_items_of_file,) their numbers in the data set.
    """
    lines = line_of_user[holdout.users]
    if (absent := np.unique(holdout.users[lines < 0])).size:
        raise InputError(
            f"{given.file} has no line for {len(absent)} of the {len(holdout.evaluated)} evaluated users (the first is "
            f"{dataset.user_ids[absent[0]]!s}): give one with a line for each of them."
        )
    starts, lengths = given.offsets[lines], np.diff(given.offsets)[lines]
    places = np.arange(lengths.max())
    is_item = places < lengths[:, None]  # (n_targets, N)
    negatives = np.where(is_item, items[given.items[np.where(is_item, starts[:, None] + places, 0)]], PADDING)
    if (own := (negatives == holdout.targets[:, None]).any(axis=1)).any():
        row = int(own.argmax())
        user, target = dataset.user_ids[holdout.users[row]], dataset.item_ids[holdout.targets[row]]
        raise InputError(
            f"{given.file} has the target among its own negatives for {own.sum()} of the {len(lines)} evaluated users "
            f"(the first is {user!s}, with {target!s}): take it out, since a target is ranked in any case."
        )
    return replace(holdout, negatives=negatives.astype(np.int32))


def _numbers(ids: StrArray, known: StrArray, kind: str, given: GivenNegatives, dataset: Dataset) -> Int64Array:
    """The place of each id among the known ones."""
    places, unknown = find_ids(ids, known)
    if len(unknown):
        shown = ", ".join(map(repr, unknown[:3].tolist())) + (", ..." if len(unknown) > 3 else "")
        raise InputError(
            f"{given.file} has {len(unknown)} {kind}s that are not in {dataset.name} under this protocol ({shown}): "
            "give the negatives of these data, by the same ids."
        )
    return places
