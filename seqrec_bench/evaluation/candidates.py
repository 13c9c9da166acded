"""Other candidates than the items that a user has not seen: the seen ones too, or a sample."""

from dataclasses import replace

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.evaluation.metrics import Float64Array
from seqrec_bench.recommender import PADDING, Int32Array


def with_seen(split: Split) -> Split:
    """The same targets, each to be ranked against the whole catalogue, the user's history included."""
    return replace(
        split,
        validation=replace(split.validation, ranks_seen=True),
        test=replace(split.test, ranks_seen=True),
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
        first = items[np.argsort(arrivals, kind="stable")[:number]]
        drawn[theirs, : len(first)] = first
    return drawn
