"""Whether a model's attention tells anything, over all test users: how concentrated it is, and whether it is faithful.

The effect of an item is by how much the first recommendation's lead over the mean candidate changes, up or down, when
the item is taken out of the history (leave one out, as Jain & Wallace 2019 have it for words).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data import Holdout
from seqrec_bench.evaluation.explaining.removal import effective_number
from seqrec_bench.evaluation.ranking import block_size, latest_items
from seqrec_bench.recommender import PADDING, Explainable, Int64Array, Recommender, Sequences
from seqrec_bench.tracking import Track, untracked

LEAST_ITEMS = 3
"""Histories of fewer have no order of items that is worth a rank correlation."""

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ItemSummary:
    """The attention over items that the last item pays."""

    last_weight: float
    """Mean weight that it gives itself."""
    effective_items: float
    """Median of exp(entropy)."""
    attention_and_effect: float
    """Mean of Spearman's correlation, within a user, between the items' weights and effects."""
    recency_and_effect: float
    """The same with the items' places in the place of their weights."""


@dataclass(frozen=True)
class UserSummary:
    """The weights over the users of the memory."""

    n_users: int
    """In the memory."""
    effective_users: float
    """Median of exp(entropy)."""
    greatest_weight: float
    """Median, as a multiple of what each user has where all weigh alike."""
    n_nearest: int
    """How many different users have the greatest weight for somebody."""


@dataclass(frozen=True)
class AttentionSummary:
    """What one trained model's attention looks like; None for what it has not."""

    seed: int
    n_users: int
    """Users with a test target."""
    items: ItemSummary | None
    users: UserSummary | None
    parts: Mapping[str, float]
    """By name: the mean over users of its standard deviation over the catalogue, which is what it can decide."""


def summarise(recommender: Recommender, holdout: Holdout, seed: int, track: Track = untracked) -> AttentionSummary:
    """Looks at what is behind the answers for all users who have a target; the recommender is `Explainable`."""
    assert isinstance(recommender, Explainable)
    evaluated = holdout.evaluated
    histories = latest_items(holdout.history, evaluated, recommender.history_length)  # (n, L)
    last: list[npt.NDArray[np.float32]] = []
    effects: list[Float64Array] = []
    recalled: list[npt.NDArray[np.float32]] = []
    spreads: list[Mapping[str, Float64Array]] = []
    size = block_size(holdout.history.n_items)
    for first in track(f"seed {seed}, blocks of users", range(0, len(histories), size)):
        users, given = evaluated[first : first + size], histories[first : first + size]
        found = recommender.explain(users, given)
        spreads.append({name: part[:, 1:].std(axis=1, dtype=np.float64) for name, part in (found.parts or {}).items()})
        if found.items is not None:
            last.append(found.items[:, -1])
            effects.append(_effects(recommender, holdout.history, users, given))
        if found.users is not None:
            recalled.append(found.users)
    return AttentionSummary(
        seed=seed,
        n_users=len(histories),
        items=_of_items(histories, np.concatenate(last), np.concatenate(effects)) if last else None,
        users=_of_users(np.concatenate(recalled)) if recalled else None,
        parts={name: float(np.concatenate([spread[name] for spread in spreads]).mean()) for name in spreads[0]},
    )


def _effects(recommender: Recommender, history: Sequences, users: Int64Array, given: Int64Array) -> Float64Array:
    """(B, L) the effect of each item; 0 at padding."""
    rows = np.arange(len(users))
    is_candidate = np.ones((len(users), history.n_items + 1), dtype=bool)
    is_candidate[:, PADDING] = False
    for row, user in enumerate(users.tolist()):
        is_candidate[row, history.items[history.offsets[user] : history.offsets[user + 1]]] = False
    scores = recommender.score(users, given)
    best = np.where(is_candidate, scores, -np.inf).argmax(axis=1)

    def leads(scores: npt.NDArray[np.float32]) -> Float64Array:
        lead: Float64Array = scores[rows, best] - np.mean(scores, axis=1, where=is_candidate, dtype=np.float64)
        return lead

    padding = np.full((len(users), 1), PADDING)
    fewer = (np.hstack([padding, np.delete(given, place, axis=1)]) for place in range(given.shape[1]))
    without = np.stack([leads(recommender.score(users, left)) for left in fewer], axis=1)
    return np.where(given != PADDING, np.abs(leads(scores)[:, None] - without), 0)


def _of_items(histories: Int64Array, last: npt.NDArray[np.float32], effects: Float64Array) -> ItemSummary:
    correlations = []
    for history, weights, effect in zip(histories, last, effects, strict=True):
        places = np.flatnonzero(history != PADDING)
        if len(places) >= LEAST_ITEMS:
            correlations.append([spearman(values, effect[places]) for values in (weights[places], places)])
    attention, recency = np.array(correlations).reshape(-1, 2).T
    return ItemSummary(
        last_weight=float(last[:, -1].mean()),
        effective_items=float(np.median(effective_number(last))),
        attention_and_effect=float(attention.mean()),
        recency_and_effect=float(recency.mean()),
    )


def _of_users(weights: npt.NDArray[np.float32]) -> UserSummary:
    """Of weights over users, (n, n_users)."""
    n_users = weights.shape[1]
    return UserSummary(
        n_users=n_users,
        effective_users=float(np.median(effective_number(weights))),
        greatest_weight=float(np.median(weights.max(axis=1))) * n_users,
        n_nearest=len(np.unique(weights.argmax(axis=1))),
    )


def spearman(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """The correlation of the ranks, ties at their mean; 0 where all values of one of the two are equal."""
    from scipy.stats import rankdata

    ranks = np.stack([rankdata(first), rankdata(second)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    product = float(np.sqrt(np.prod((ranks**2).sum(axis=1))))
    return float(np.prod(ranks, axis=0).sum()) / product if product else 0.0
