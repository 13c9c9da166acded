"""Every check catches the faults that it is named for, each planted in a recommender that is honest otherwise."""

import gc
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from seqrec_bench.data.split import Split
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.conformance import ALL_CHECKS, ConformanceError, Factory, check_recommender
from seqrec_bench.evaluation.conformance.small_fits import SmallFit, noise_split
from seqrec_bench.recommender import Checkpoint, Epoch, Explanation, FitContext, Sequences

PLANTED: list[tuple[Factory, str, str]] = []
"""Recommenders with the check that has to catch them, and its complaint."""


def planted(check: str, complaint: str) -> Callable[[Any], Any]:
    """Enters a class among the planted faults."""

    def enter(recommender: Any) -> Any:
        PLANTED.append((recommender, check, complaint))
        return recommender

    return enter


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


@dataclass
class Keeping(Honest):
    """Can be restored."""

    def state(self) -> dict[str, Any]:
        return {"counts": self.counts.copy(), "biases": self.biases.copy()}

    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        self.counts, self.biases = state["counts"], state["biases"]


@dataclass
class Explaining(Honest):
    """Takes its scores apart, and names its weights as attention."""

    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.n_users = train.n_users

    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        n_rows, length = histories.shape
        decays = self.decay ** np.arange(length)[::-1].astype(np.float32)
        contributions = decays[:, None] * self.counts[histories]
        contributions[:, -1] += self.biases
        contributions[histories == 0] = 0
        contributions[histories[:, -1] == 0, -1] = 0
        seen = (histories != 0)[:, :, None] & (histories != 0)[:, None, :] & np.tri(length, dtype=bool)
        items = (seen / np.maximum(seen.sum(axis=2, keepdims=True), 1)).astype(np.float32)
        parts = {"counts": self.score(users, histories) - self.biases, "biases": np.tile(self.biases, (n_rows, 1))}
        by_user = np.full((n_rows, self.n_users), 1 / self.n_users, dtype=np.float32)
        return Explanation(parts, contributions, items, by_user)


@pytest.mark.parametrize("make", [Honest, Keeping, Explaining])
def test_an_honest_recommender_passes(make: Factory) -> None:
    check_recommender(make)


@planted("check_is_a_dataclass_with_json_hyperparameters", "it is not a dataclass")
class NoDataclass:
    name = "planted"


@planted("check_is_a_dataclass_with_json_hyperparameters", "its fields are not plain hyperparameters")
@dataclass
class FieldWithoutJson(Honest):
    layers: set[int] = field(default_factory=set)


@planted("check_is_a_dataclass_with_json_hyperparameters", "its fields don't keep the values")
@dataclass
class FieldThatChanges(Honest):
    def __post_init__(self) -> None:
        self.decay *= 0.9


@planted("check_history_length_and_parameters_are_whole_numbers", "its history_length is 0")
class NoHistory(Honest):
    history_length = 0


@planted("check_history_length_and_parameters_are_whole_numbers", "its n_parameters is 1.5")
class FractionOfAParameter(Honest):
    n_parameters = 1.5


@planted("check_scores_have_one_column_per_item", "its scores are float64")
class DoublePrecision(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories).astype(np.float64)


@planted("check_scores_have_one_column_per_item", r"its scores are float32 \(60, 42\), not ")
class NoPaddingColumn(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories)[:, 1:]


@planted("check_scores_have_one_column_per_item", "some of its scores are NaN")
class ColdItemsAreNaN(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.where(self.counts.sum(axis=0) > 0, super().score(users, histories), np.float32(np.nan))


@planted("check_scores_have_one_column_per_item", "its scores are a list")
class ListOfScores(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> Any:
        return super().score(users, histories).tolist()


@planted("check_empty_history_still_scores", "some of its scores are NaN")
class EmptyHistoryIsNaN(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.where(histories.any(axis=1, keepdims=True), super().score(users, histories), np.float32(np.nan))


@planted("check_scores_tell_items_apart", "it scores all items alike for 100% of users")
class Constant(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.ones_like(super().score(users, histories))


@planted("check_scores_do_not_depend_on_the_batch", "it scores a user otherwise alone")
class CentresTheBatch(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        return scores - scores.mean(axis=0) if len(users) > 1 else scores


@planted("check_scores_do_not_depend_on_the_batch", "a row's scores depend on its place in the batch")
class ForgetsTheSecondRow(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        scores[1:2] = 0
        return scores


@planted("check_scoring_changes_nothing", "it scores the same batch otherwise again")
class LeavesDropoutOn(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        return scores * np.random.default_rng().integers(0, 2, scores.shape).astype(np.float32)


@planted("check_scoring_changes_nothing", "its scores depend on who was scored before")
class RemembersTheLastBatch(Honest):
    last = np.zeros(1)

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        before, self.last = self.last, users.copy()
        return scores if np.array_equal(before, users) else scores + before.mean().astype(np.float32)


@planted("check_more_padding_changes_nothing", "padding to length 3 changes its scores")
class CountsThePadding(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories) / np.float32(histories.shape[1])


@planted("check_more_padding_changes_nothing", "padding to length 3 changes its scores")
class TakesThePaddingForTheLastItem(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        weights = (self.decay ** np.arange(histories.shape[1])[::-1]).astype(np.float32)
        return np.einsum("l,bln->bn", weights, self.counts[1:][histories - 1]) + self.biases


@planted("check_order_matters_only_where_declared", "it uses order but is not declared to")
class DeniesUsingOrder(Honest):
    uses_order = False


@planted("check_order_matters_only_where_declared", "it is declared to use order but does not")
class ClaimsToUseOrder(Honest):
    history_length = None

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, np.sort(histories, axis=1))


@planted("check_inputs_are_left_alone", r"fit\(\) changed the training data")
class SortsTheTrainingItems(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        train.items.sort()


@planted("check_inputs_are_left_alone", r"fit\(\) changed the training data")
class ErasesTheTags(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        if train.tags:
            train.tags.ids[:] = 0


@planted("check_inputs_are_left_alone", r"score\(\) changed the histories")
class ErasesHistories(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        histories[:] = 0
        return scores


@planted("check_inputs_are_left_alone", r"score\(\) changed the users")
class ShiftsUsers(Honest):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        users += 1
        return super().score(users, histories)


@planted("check_same_seed_same_scores", "one seed gives two sets of scores")
class TakesNoSeed(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return super().draw_biases(train, np.random.default_rng().integers(2**32))


@planted("check_same_seed_same_scores", "one seed gives two sets of scores")
class DrawsGlobally(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return np.random.random(train.n_items + 1).astype(np.float32)  # noqa: NPY002


@planted("check_global_random_state_is_left_alone", "it changes the global random state of random")
class SeedsRandom(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        random.seed(seed)
        return super().draw_biases(train, seed)


@planted("check_global_random_state_is_left_alone", "it changes the global random state of numpy")
class SeedsNumpy(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        np.random.seed(seed)  # noqa: NPY002
        return super().draw_biases(train, seed)


@planted("check_global_random_state_is_left_alone", "it changes the global random state of torch")
class SeedsTorch(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        torch.manual_seed(seed)
        return super().draw_biases(train, seed)


@planted("check_seed_matters_unless_deterministic", "it ignores the seed but is not declared")
class IgnoresTheSeed(Honest):
    def draw_biases(self, train: Sequences, seed: int) -> np.ndarray:
        return super().draw_biases(train, seed=0)


@planted("check_seed_matters_unless_deterministic", "it depends on the seed but is declared")
class DeniesUsingTheSeed(Honest):
    deterministic = True


@planted("check_fit_forgets_the_last_fit", r"an earlier fit\(\) changes its scores")
class StartsFromTheLastFit(Honest):
    n_fits = 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.biases *= np.float32(0.5) ** self.n_fits
        self.n_fits += 1


@planted("check_fit_forgets_the_last_fit", r"an earlier fit\(\) changes its scores")
class GoesOnCountingWhereTheShapeIsTheSame(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        before = getattr(self, "counts", np.zeros(0))
        super().fit(train, context)
        if before.shape == self.counts.shape:
            self.counts += before


class Looking(Honest):
    """Looks for test targets, of which there are as many as of validation, somewhere; the subclasses say where."""

    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.targets = next(iter(self.find(train, context)), None)

    def find(self, train: Sequences, context: FitContext) -> Iterator[np.ndarray]:
        raise NotImplementedError

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        return scores if self.targets is None else scores + np.float32(hash(self.targets.tobytes()) % 1000)


LOOKS = "check_test_targets_within_reach_change_no_score", r"its scores of 60 users depend on the test targets"


@planted(*LOOKS)
class LooksUpTheStack(Looking):
    def find(self, train: Sequences, context: FitContext) -> Iterator[np.ndarray]:
        frame = sys._getframe()
        while frame := frame.f_back:
            yield from (thing.split.test.targets for thing in frame.f_locals.values() if isinstance(thing, SmallFit))


@planted(*LOOKS)
class LooksAtWhatTheArraysAreViewsOf(Looking):
    def find(self, train: Sequences, context: FitContext) -> Iterator[np.ndarray]:
        if train.items.base is not None and len(train.items.base) > len(train.items):
            yield train.items.base[len(train.items) :]


@planted(*LOOKS)
class LooksAmongAllObjects(Looking):
    def find(self, train: Sequences, context: FitContext) -> Iterator[np.ndarray]:
        yield from (
            thing.test.targets for thing in gc.get_objects() if isinstance(thing, Split) and thing.train is train
        )


@planted(*LOOKS)
class LooksBehindValidate(Looking):
    def find(self, train: Sequences, context: FitContext) -> Iterator[np.ndarray]:
        contents = [cell.cell_contents for cell in context.validate.__closure__]
        yield from (thing.test.targets for thing in contents if isinstance(thing, Split))


@planted("check_every_epoch_is_reported", r"it reports the epochs \[0, 1, 2\]")
class CountsEpochsFromZero(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        context.report(Epoch(0, 1.0, {}, 0.0))
        super().fit(train, context)


@planted("check_every_epoch_is_reported", r"it reports Epoch\(number=3, .* which is not finite")
class LossIsNaN(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        context.report(Epoch(3, float("nan"), {}, 0.0))


@dataclass
class GoingOn(Honest):
    """Draws other biases every epoch, and can be stopped in between."""

    def fit(self, train: Sequences, context: FitContext) -> None:
        quiet = replace(context, report=lambda epoch: None)
        super().fit(train, quiet)
        self.rng, first = np.random.default_rng(context.seed), 1
        if context.resume:
            first = self.go_on_from(context.resume)
        for number in range(first, 4):
            self.biases += self.rng.random(len(self.biases), dtype=np.float32) / 100
            context.report(Epoch(number, 1 / number, {}, 0.0))
            context.keep(lambda number=number: Checkpoint({"biases": self.biases}, self.facts(number)))

    def facts(self, number: int) -> dict[str, Any]:
        return {"epoch": number, "rng": self.rng.bit_generator.state}

    def go_on_from(self, checkpoint: Checkpoint) -> int:
        self.biases[:] = checkpoint.arrays["biases"]
        self.rng.bit_generator.state = checkpoint.facts["rng"]
        return checkpoint.facts["epoch"] + 1


STOPPED = "check_a_stopped_training_ends_as_any_other"


@planted(STOPPED, "stopped after epoch 2, it ends with other scores")
class ForgetsItsRandomState(GoingOn):
    def go_on_from(self, checkpoint: Checkpoint) -> int:
        self.biases[:] = checkpoint.arrays["biases"]
        return checkpoint.facts["epoch"] + 1


@planted(STOPPED, "stopped after epoch 2, it goes on with other epochs")
class GivesCheckpointsAndTakesNone(GoingOn):
    def go_on_from(self, checkpoint: Checkpoint) -> int:
        return 1


@planted(STOPPED, "what goes on from a checkpoint changes the process's global random state")
class GoesOnInTheGlobalState(GoingOn):
    def go_on_from(self, checkpoint: Checkpoint) -> int:
        np.random.seed(5)  # noqa: NPY002 - the very fault
        return super().go_on_from(checkpoint)


@planted(STOPPED, r"its checkpoint can't be kept \(Object of type Generator is not JSON serializable\)")
class GivesWhatNoFileHolds(GoingOn):
    def facts(self, number: int) -> dict[str, Any]:
        return {"epoch": number, "rng": self.rng}


@planted("check_order_is_learned", r"its HR@5 is only 0\.\d\d")
class LearnsBackwards(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.counts = self.counts.T.copy()


@planted("check_nothing_is_learned_from_noise", r"its HR@10 on noise is 1\.00, chance 0\.32")
class KnowsTheTargets(Honest):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.targets = noise_split().test.targets

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        scores[np.arange(len(users)), self.targets[users]] += 100
        return scores


@planted("check_is_a_dataclass_with_json_hyperparameters", "it has a method 'state' but no method 'restore'")
class OnlyGivesAState(Honest):
    def state(self) -> dict[str, Any]:
        return {"counts": self.counts}


@planted("check_is_a_dataclass_with_json_hyperparameters", "it has a method 'restore' but no method 'state'")
class OnlyTakesAState(Honest):
    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        self.counts = state["counts"]


@planted("check_global_random_state_is_left_alone", "it changes the global random state of numpy")
class RestoresByDrawing(Keeping):
    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        np.random.random()  # noqa: NPY002
        super().restore(train, state)


@planted("check_state_can_be_kept", r"its state can't be kept \(The state has int under 'n_items'")
class StateWithANumber(Keeping):
    def state(self) -> dict[str, Any]:
        return super().state() | {"n_items": len(self.biases)}


@planted("check_state_can_be_kept", r"its state can't be kept \(The state is a bytes")
class StateInBytes(Keeping):
    def state(self) -> Any:
        return self.counts.tobytes()


@planted("check_state_is_a_copy", r"its scores change with the arrays that state\(\) gave")
class StateIsTheLiveArrays(Keeping):
    def state(self) -> dict[str, Any]:
        return {"counts": self.counts, "biases": self.biases}


@planted("check_restored_scores_are_the_same", "it scores otherwise once its state is restored")
class StateWithoutTheBiases(Keeping):
    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        self.counts, self.biases = state["counts"], np.zeros_like(state["biases"])


@planted("check_restored_scores_are_the_same", "it scores otherwise once its state is restored")
class StateInHalfPrecision(Keeping):
    def state(self) -> dict[str, Any]:
        return {name: array.astype(np.float16) for name, array in super().state().items()}

    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        super().restore(train, {name: array.astype(np.float32) for name, array in state.items()})


@planted("check_restored_scores_are_the_same", r"it refuses its own state \(no such state\)")
class RefusesEveryState(Keeping):
    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        raise InputError("no such state")


@planted("check_restoring_forgets_the_last_fit", r"an earlier fit\(\) changes its scores once its state is restored")
class RestoresOnTopOfTheLastFit(Keeping):
    n_fits = 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.n_fits += 1

    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        super().restore(train, state)
        self.biases = self.biases * np.float32(0.5) ** self.n_fits


@planted("check_restoring_leaves_its_inputs_alone", r"restore\(\) changed the state")
class RescalesTheState(Keeping):
    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        super().restore(train, {name: array.copy() for name, array in state.items()})
        state["biases"][:] *= 2


@planted("check_restoring_leaves_its_inputs_alone", r"restore\(\) changed the training data")
class SortsTheDataOfTheState(Keeping):
    def restore(self, train: Sequences, state: Mapping[str, Any]) -> None:
        super().restore(train, state)
        train.items.sort()


@planted("check_explanation_has_the_right_shapes", "its explanation is empty")
class ExplainsNothing(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        return Explanation()


@planted("check_explanation_has_the_right_shapes", "its explanation is a dict")
class ExplainsInADict(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        return vars(super().explain(users, histories))


@planted("check_explanation_has_the_right_shapes", "part 'counts' of its explanation is not finite float32")
class ExplainsWithoutThePadding(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, parts={name: part[:, 1:] for name, part in found.parts.items()})


@planted("check_explained_terms_sum_to_the_scores", "its parts do not sum to its scores")
class ForgetsAPart(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, parts={"counts": found.parts["counts"]})


@planted("check_explained_terms_sum_to_the_scores", "its contributions do not sum to its scores")
class DividesTheWrongScores(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, contributions=found.contributions * np.float32(0.5))


@planted("check_explained_terms_sum_to_the_scores", "it explains scores by padding")
class CreditsThePadding(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, contributions=np.roll(found.contributions, 1, axis=1))


@planted("check_attention_is_a_distribution", "it attends to padding or to later items")
class AttendsFromTheLeft(Explaining):
    """Its places are those of histories with the padding on the right."""

    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, items=found.items[:, ::-1, ::-1])


@planted("check_attention_is_a_distribution", "weights of its attention over items do not sum to 1")
class DropsAttention(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, items=found.items * np.float32(0.5))


@planted("check_attention_is_a_distribution", "a weight of its attention over users is negative")
class GivesLogits(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        return replace(found, users=np.log(found.users))


@planted("check_explaining_changes_nothing", r"explain\(\) changed its scores")
class ExplainsOnce(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        self.biases = self.biases + np.arange(len(self.biases), dtype=np.float32)
        return found


@planted("check_explaining_changes_nothing", r"explain\(\) changed its arguments")
class ExplainsInPlace(Explaining):
    def explain(self, users: np.ndarray, histories: np.ndarray) -> Any:
        found = super().explain(users, histories)
        histories[:, 0] = 0
        return found


@pytest.mark.parametrize(("make", "name", "complaint"), PLANTED, ids=[make.__name__ for make, _, _ in PLANTED])
def test_planted_fault_is_caught(make: Factory, name: str, complaint: str) -> None:
    check = {check.__name__: check for check in ALL_CHECKS}[name]
    with pytest.raises(ConformanceError, match=f"^planted: {complaint}"):
        check(make)


def test_what_can_be_stopped_passes() -> None:
    {check.__name__: check for check in ALL_CHECKS}[STOPPED](GoingOn)


def test_every_check_has_a_planted_fault() -> None:
    assert {name for _, name, _ in PLANTED} == {check.__name__ for check in ALL_CHECKS}


def test_check_recommender_runs_the_checks() -> None:
    with pytest.raises(ConformanceError, match="HR@10 on noise"):
        check_recommender(KnowsTheTargets)
