"""Every registered recommender passes every check, and every check catches the faults that it is named for."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from seqrec_bench.evaluation.conformance import (
    ALL_CHECKS,
    ConformanceError,
    Factory,
    check_recommender,
    fitting,
    scoring,
)
from seqrec_bench.evaluation.conformance.trials import noise_split
from seqrec_bench.evaluation.registry import build, registered
from seqrec_bench.recommender import Epoch, FitContext, Sequences


SETTINGS = {"caser": {"batch_size": 32, "learning_rate": 0.01}}
"""Where the defaults would take too few and too small steps on so little data."""


@cache
def factory(name: str) -> Factory:
    """One and the same factory at every call, so that the checks share its fits."""
    return partial(build, name, dimension=16, settings=SETTINGS.get(name, {}))


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", registered())
def test_registered_recommender(name: str, check: Callable[[Factory], None]) -> None:
    check(factory(name))


@dataclass
class Honest:
    """Keeps the contract: transition counts, the latest items weighing most, and small random biases."""

    decay: float = 0.1

    name: ClassVar[str] = "planted"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    @property
    def history_length(self) -> Any:
        return 3

    @property
    def n_parameters(self) -> Any:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self.counts = np.zeros((train.n_items + 1, train.n_items + 1), dtype=np.float32)
        steps = np.diff(train.users) == 0
        np.add.at(self.counts, (train.items[:-1][steps], train.items[1:][steps]), 1)
        self.biases = self.draw_biases(train, context.seed)
        for number in (1, 2):
            context.report(Epoch(number, 1 / number, validation={}, seconds=0.0))

    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).random(train.n_items + 1).astype(np.float32) / 100

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        weights = (self.decay ** np.arange(histories.shape[1])[::-1]).astype(np.float32)
        return np.einsum("l,bln->bn", weights, self.counts[histories]) + self.biases


def test_an_honest_recommender_passes() -> None:
    check_recommender(Honest)


class NoDataclass:
    name = "planted"


@dataclass
class FieldWithoutJson(Honest):
    layers: set[int] = field(default_factory=set)


@dataclass
class FieldThatChanges(Honest):
    def __post_init__(self) -> None:
        self.decay *= 0.9


class NoHistory(Honest):
    history_length = 0


class FractionOfAParameter(Honest):
    n_parameters = 1.5


class DoublePrecision(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories).astype(np.float64)


class NoPaddingColumn(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories)[:, 1:]


class ColdItemsAreNaN(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.where(self.counts.sum(axis=0) > 0, super().score(users, histories), np.float32(np.nan))


class ListOfScores(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> Any:
        return super().score(users, histories).tolist()


class EmptyHistoryIsNaN(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.where(histories.any(axis=1, keepdims=True), super().score(users, histories), np.float32(np.nan))


class Constant(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.ones_like(super().score(users, histories))


class CentresTheBatch(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        return scores - scores.mean(axis=0) if len(users) > 1 else scores


class SubtractsTheFirstRow(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        return scores - scores[0] if len(users) > 1 else scores


class LeavesDropoutOn(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        return scores * np.random.default_rng().integers(0, 2, scores.shape).astype(np.float32)


class RemembersTheLastBatch(Honest):
    last = np.zeros(1)

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        before, self.last = self.last, users.copy()
        return scores if np.array_equal(before, users) else scores + before.mean().astype(np.float32)


class CountsThePadding(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories) / np.float32(histories.shape[1])


class DeniesUsingOrder(Honest):
    uses_order = False


class ClaimsToUseOrder(Honest):
    history_length = None

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, np.sort(histories, axis=1))


class SortsTheTrainingItems(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        train.items.sort()


class ErasesTheTags(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        if train.tags:
            train.tags.ids[:] = 0


class ErasesHistories(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        histories[:] = 0
        return scores


class ShiftsUsers(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        users += 1
        return super().score(users, histories)


class TakesNoSeed(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return super().draw_biases(train, np.random.default_rng().integers(2**32))


class DrawsGlobally(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return np.random.random(train.n_items + 1).astype(np.float32)  # noqa: NPY002


class SeedsRandom(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        random.seed(seed)
        return super().draw_biases(train, seed)


class SeedsNumpy(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        np.random.seed(seed)  # noqa: NPY002
        return super().draw_biases(train, seed)


class SeedsTorch(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        torch.manual_seed(seed)
        return super().draw_biases(train, seed)


class IgnoresTheSeed(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return super().draw_biases(train, seed=0)


class DeniesUsingTheSeed(Honest):
    deterministic = True


class StartsFromTheLastFit(Honest):
    n_fits = 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.biases *= np.float32(0.5) ** self.n_fits
        self.n_fits += 1


class CountsEpochsFromZero(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        context.report(Epoch(0, 1.0, {}, 0.0))
        super().fit(train, context)


class LossIsNaN(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        context.report(Epoch(3, float("nan"), {}, 0.0))


class LearnsBackwards(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.counts = self.counts.T.copy()


class KnowsTheTargets(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.targets = noise_split().test.targets

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        scores[np.arange(len(users)), self.targets[users]] += 100
        return scores


PLANTED_FAULTS = [
    (NoDataclass, "check_is_a_dataclass_with_json_hyperparameters", "it is not a dataclass"),
    (FieldWithoutJson, "check_is_a_dataclass_with_json_hyperparameters", "its fields are not plain hyperparameters"),
    (FieldThatChanges, "check_is_a_dataclass_with_json_hyperparameters", "its fields don't keep the values"),
    (NoHistory, "check_history_length_and_parameters_are_whole_numbers", "its history_length is 0"),
    (FractionOfAParameter, "check_history_length_and_parameters_are_whole_numbers", "its n_parameters is 1.5"),
    (DoublePrecision, "check_scores_have_one_column_per_item", "its scores are float64"),
    (NoPaddingColumn, "check_scores_have_one_column_per_item", r"its scores are float32 \(60, 42\), not "),
    (ColdItemsAreNaN, "check_scores_have_one_column_per_item", "some of its scores are NaN"),
    (ListOfScores, "check_scores_have_one_column_per_item", "its scores are a list"),
    (EmptyHistoryIsNaN, "check_empty_history_still_scores", "some of its scores are NaN"),
    (Constant, "check_scores_tell_items_apart", "it scores all items alike for 100% of users"),
    (CentresTheBatch, "check_scores_do_not_depend_on_the_batch", "it scores a user otherwise alone"),
    (SubtractsTheFirstRow, "check_scores_do_not_depend_on_the_batch", "it scores a user otherwise alone"),
    (LeavesDropoutOn, "check_scoring_changes_nothing", "it scores the same batch otherwise again"),
    (RemembersTheLastBatch, "check_scoring_changes_nothing", "its scores depend on who was scored before"),
    (CountsThePadding, "check_more_padding_changes_nothing", "padding to length 3 changes its scores"),
    (DeniesUsingOrder, "check_order_matters_only_where_declared", "it uses order but is not declared to"),
    (ClaimsToUseOrder, "check_order_matters_only_where_declared", "it is declared to use order but does not"),
    (SortsTheTrainingItems, "check_inputs_are_left_alone", r"fit\(\) changed the training data"),
    (ErasesTheTags, "check_inputs_are_left_alone", r"fit\(\) changed the training data"),
    (ErasesHistories, "check_inputs_are_left_alone", r"score\(\) changed the histories"),
    (ShiftsUsers, "check_inputs_are_left_alone", r"score\(\) changed the users"),
    (TakesNoSeed, "check_same_seed_same_scores", "one seed gives two sets of scores"),
    (DrawsGlobally, "check_same_seed_same_scores", "one seed gives two sets of scores"),
    (SeedsRandom, "check_global_random_state_is_left_alone", "it changes the global random state of random"),
    (SeedsNumpy, "check_global_random_state_is_left_alone", "it changes the global random state of numpy"),
    (SeedsTorch, "check_global_random_state_is_left_alone", "it changes the global random state of torch"),
    (IgnoresTheSeed, "check_seed_matters_unless_deterministic", "it ignores the seed but is not declared"),
    (DeniesUsingTheSeed, "check_seed_matters_unless_deterministic", "it depends on the seed but is declared"),
    (StartsFromTheLastFit, "check_fit_forgets_the_last_fit", r"an earlier fit\(\) changes its scores"),
    (CountsEpochsFromZero, "check_every_epoch_is_reported", r"it reports the epochs \[0, 1, 2\]"),
    (LossIsNaN, "check_every_epoch_is_reported", r"it reports Epoch\(number=3, .* which is not finite"),
    (LearnsBackwards, "check_order_is_learned", r"its HR@5 is only 0\.\d\d"),
    (KnowsTheTargets, "check_nothing_is_learned_from_noise", r"its HR@10 on noise is 1\.00, chance 0\.32"),
]


@pytest.mark.parametrize(("make", "name", "complaint"), PLANTED_FAULTS)
def test_planted_fault_is_caught(make: Factory, name: str, complaint: str) -> None:
    check = {check.__name__: check for check in ALL_CHECKS}[name]
    with pytest.raises(ConformanceError, match=f"^planted: {complaint}"):
        check(make)


def test_every_check_has_a_planted_fault() -> None:
    assert {name for _, name, _ in PLANTED_FAULTS} == {check.__name__ for check in ALL_CHECKS}


def test_every_check_is_among_all_checks() -> None:
    defined = {name for module in (scoring, fitting) for name in vars(module) if name.startswith("check_")}
    assert defined == {check.__name__ for check in ALL_CHECKS}


def test_check_recommender_runs_the_checks() -> None:
    with pytest.raises(ConformanceError):
        check_recommender(KnowsTheTargets)
