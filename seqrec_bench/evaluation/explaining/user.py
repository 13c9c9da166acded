"""Explains what a fitted model recommends to one user."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from seqrec_bench.data import Dataset, Split
from seqrec_bench.evaluation.explaining.content import (
    LATEST,
    HeldOut,
    Item,
    Memory,
    Neighbour,
    PastItem,
    ScoredItem,
    Spread,
    UserExplanation,
)
from seqrec_bench.evaluation.explaining.removal import effective_number, without_each
from seqrec_bench.evaluation.ranking import latest_items, rank_targets, score_as_ranked
from seqrec_bench.recommender import PADDING, Explainable, Explanation, Float32Array, Int64Array, Recommender
from seqrec_bench.records import CellKey, Ranks

NEAREST = 5
"""How many users of the memory are shown."""
N_NEXT = 3
"""How many items of each."""


@dataclass(frozen=True, eq=False)
class Question:
    """Which model is asked about which user."""

    recommender: Recommender
    """Fitted, and `Explainable`."""
    dataset: Dataset
    split: Split
    """The model was fitted to its training data; the test targets are what is explained."""
    user: int
    key: CellKey
    weights: str | None
    """sha256 of the file that the recommender was restored from."""

    @cached_property
    def target(self) -> int | None:
        """The held-out item, the first of a user with several targets."""
        found = self.split.test.targets[self.split.test.users == self.user]
        return int(found[0]) if len(found) else None

    @cached_property
    def given(self) -> Int64Array:
        """(1, L) the history as the model is given it."""
        return latest_items(self.split.test.history, np.array([self.user]), self.recommender.history_length)

    @cached_property
    def shown(self) -> list[int]:
        """The columns of `given` that are shown."""
        columns: list[int] = np.flatnonzero(self.given[0] != PADDING)[-LATEST:].tolist()
        return columns

    @cached_property
    def scores(self) -> Float32Array:
        """(n_items + 1,)"""
        return score_as_ranked(self.recommender, self.split.test.history, self.user)

    @cached_property
    def explanation(self) -> Explanation:
        """Of one row."""
        assert isinstance(self.recommender, Explainable)
        return self.recommender.explain(np.array([self.user]), self.given)

    @cached_property
    def candidates(self) -> Int64Array:
        """The items that the held-out one is ranked among, itself included, ascending; without the user's others."""
        history = self.split.test.history
        is_candidate = np.ones(history.n_items + 1, dtype=bool)
        is_candidate[history.items[history.offsets[self.user] : history.offsets[self.user + 1]]] = False
        is_candidate[self.split.test.targets[self.split.test.users == self.user]] = False
        is_candidate[PADDING] = False
        if self.target is not None:
            is_candidate[self.target] = True
        return np.flatnonzero(is_candidate)

    def rank(self) -> Ranks | None:
        """Where the held-out item stands, by the evaluator itself."""
        if self.target is None:
            return None
        return rank_targets(self.recommender, self.split.test, np.array([self.user]))


def explain_user(question: Question, top: int) -> UserExplanation:
    """Says what the model recommends to the user and why.

    Args:
        top: How many recommendations.

    Raises:
        ScoreError: As for `rank_targets`.
    """
    order = np.argsort(-question.scores[question.candidates], kind="stable")[:top]
    best = question.candidates[order].tolist()
    attention, history = question.explanation.items, question.split.test.history
    return UserExplanation(
        key=question.key,
        fingerprint=question.dataset.fingerprint,
        weights=question.weights,
        user=str(question.dataset.user_ids[question.user]),
        n_history=int(history.lengths[question.user]),
        n_given=int((question.given != PADDING).sum()),
        history=_past_items(question, best[0]),
        attention=None if attention is None else _rows(attention[0][np.ix_(question.shown, question.shown)]),
        memory=_memory(question),
        n_candidates=len(question.candidates),
        candidates=_spreads(question),
        recommendations=tuple(_scored(question, item) for item in best),
        held_out=_held_out(question),
    )


def _past_items(question: Question, first: int) -> tuple[PastItem, ...]:
    history, shown = question.split.test.history, question.shown
    end = history.offsets[question.user + 1]
    times = history.times[end - len(shown) : end]
    fewer = without_each(question.given[0], shown)
    scores = np.vstack([question.scores, question.recommender.score(np.full(len(fewer), question.user), fewer)])

    def effects(item: int) -> list[float]:
        leads = scores[:, item] - scores[:, question.candidates].mean(axis=1)
        lost: list[float] = (leads[0] - leads[1:]).tolist()
        return lost

    for_held_out = [None] * len(shown) if question.target is None else effects(question.target)
    return tuple(
        PastItem(_item(question.dataset, int(question.given[0, place])), time, for_first, for_target)
        for place, time, for_first, for_target in zip(shown, times.tolist(), effects(first), for_held_out, strict=True)
    )


def _memory(question: Question) -> Memory | None:
    if question.explanation.users is None:
        return None
    weights = question.explanation.users[0].astype(np.float64)
    nearest = np.argsort(-weights, kind="stable")[:NEAREST]
    return Memory(
        n_users=len(weights),
        effective_users=float(effective_number(weights)),
        nearest=tuple(_neighbour(question, user, float(weights[user])) for user in nearest.tolist()),
    )


def _neighbour(question: Question, user: int, weight: float) -> Neighbour:
    train = question.split.train
    items = train.items[train.offsets[user] : train.offsets[user + 1]]
    common = np.flatnonzero(items == question.given[0, -1])
    following = items[common[-1] + 1 :][:N_NEXT] if len(common) else items[:0]
    shown = following if len(following) else items[-N_NEXT:]
    named = tuple(_item(question.dataset, item) for item in shown.tolist())
    return Neighbour(str(question.dataset.user_ids[user]), weight, len(following) > 0, named)


def _spreads(question: Question) -> Mapping[str, Spread]:
    whole = {"score": question.scores} | {name: part[0] for name, part in (question.explanation.parts or {}).items()}
    return {
        name: Spread(float(values[question.candidates].mean()), float(values[question.candidates].std()))
        for name, values in whole.items()
    }


def _scored(question: Question, item: int) -> ScoredItem:
    found = question.explanation
    because_of = None
    if found.contributions is not None and question.shown:
        because_of = int(found.contributions[0, question.shown, item].argmax())
    parts = {name: float(part[0, item]) for name, part in (found.parts or {}).items()}
    return ScoredItem(_item(question.dataset, item), float(question.scores[item]), parts, because_of)


def _held_out(question: Question) -> HeldOut | None:
    rank = question.rank()
    if rank is None or question.target is None:
        return None
    return HeldOut(_scored(question, question.target), int(rank.better[0]), int(rank.tied[0]))


def _item(dataset: Dataset, item: int) -> Item:
    tags = dataset.sequences.tags
    numbers = [] if tags is None else tags.ids[tags.offsets[item] : tags.offsets[item + 1]].tolist()
    return Item(
        id=str(dataset.item_ids[item]),
        title=dataset.item_titles[item] if dataset.item_titles else "",
        tags=() if tags is None else tuple(tags.names[number] for number in numbers),
    )


def _rows(matrix: npt.NDArray[np.float32]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.astype(np.float64).tolist())
