"""Checks of what fitting does: to the data, to the process, and to what the recommender knows."""

import random
import sys
from dataclasses import replace
from math import isfinite, sqrt

import numpy as np

from seqrec_bench.evaluation.conformance.small_fits import (
    SEED,
    Factory,
    SmallFit,
    arrays_of,
    everyday_split,
    noise_split,
    orderly_split,
    require,
    shared_fit,
    with_targets_within_reach,
)
from seqrec_bench.recommender import Restorable


def check_inputs_are_left_alone(make: Factory) -> None:
    """Neither fitting nor scoring changes an array that was handed in."""
    fitted = SmallFit(make(), everyday_split()).fit(SEED)
    for given, original in zip(arrays_of(fitted.split.train), arrays_of(everyday_split().train), strict=True):
        require(np.array_equal(given, original), fitted.recommender, "fit() changed the training data")
    users, histories = fitted.inputs()
    fitted.recommender.score(given_users := users.copy(), given_histories := histories.copy())
    require(np.array_equal(given_users, users), fitted.recommender, "score() changed the users")
    require(np.array_equal(given_histories, histories), fitted.recommender, "score() changed the histories")


def check_same_seed_same_scores(make: Factory) -> None:
    """Two fits with one seed score exactly alike, whatever state the process's global generators are in."""
    expected = shared_fit(make)
    _draw_from_global_generators()
    again = SmallFit(make(), everyday_split()).fit(SEED)
    require(np.array_equal(again.scores(), expected.scores()), again.recommender, "one seed gives two sets of scores")


def check_global_random_state_is_left_alone(make: Factory) -> None:
    """Whatever is called leaves the process's global generators as they were, so that nobody else is disturbed."""
    recommender = make()
    _draw_from_global_generators()  # or seeding them twice with the same number would not show
    before = _global_random_states()
    fitted = SmallFit(recommender, everyday_split()).fit(SEED)
    fitted.scores()
    if isinstance(recommender, Restorable):
        recommender.restore(fitted.split.train, recommender.state())
    after = _global_random_states()
    for generator, state in before.items():
        require(after[generator] == state, recommender, f"it changes the global random state of {generator}")


def check_seed_matters_unless_deterministic(make: Factory) -> None:
    """Another seed changes the scores if, and only if, `deterministic` is False."""
    fitted = shared_fit(make)
    other = SmallFit(make(), everyday_split()).fit(SEED + 1)
    same = np.array_equal(fitted.scores(), other.scores())
    complaint = "ignores the seed but is not declared" if same else "depends on the seed but is declared"
    require(same == fitted.recommender.deterministic, fitted.recommender, f"it {complaint} deterministic")


def check_fit_forgets_the_last_fit(make: Factory) -> None:
    """A recommender fitted before scores exactly like a fresh one.

    It was fitted to other numbers of users and items, and then to as many of them with other histories.
    """
    used = SmallFit(make(), everyday_split(n_users=50, n_items=45)).fit(SEED).recommender
    used = SmallFit(used, everyday_split(seed=SEED + 1)).fit(SEED).recommender
    refitted = SmallFit(used, everyday_split()).fit(SEED)
    fresh = shared_fit(make)
    require(np.array_equal(refitted.scores(), fresh.scores()), used, "an earlier fit() changes its scores")


def check_test_targets_within_reach_change_no_score(make: Factory) -> None:
    """The scores are the same where other test targets lie within reach of `fit` and `score`.

    They do in the callers' local variables, in the memory that the training items are a part of, beside what `validate`
    ranks, and so among all objects. A cell's process has no test target; who looks for them is found out here.
    """
    expected = shared_fit(make).scores()
    fitted = SmallFit(make(), with_targets_within_reach(everyday_split())).fit(SEED)
    n_users = int((fitted.scores() != expected).any(axis=1).sum())
    complaint = f"its scores of {n_users} users depend on the test targets: it has looked for them"
    require(n_users == 0, fitted.recommender, complaint)


def check_every_epoch_is_reported(make: Factory) -> None:
    """What is reported of epochs counts 1, 2, 3 and so on, and is finite; a model without epochs reports none."""
    fitted = shared_fit(make)
    numbers = [epoch.number for epoch in fitted.epochs]
    require(numbers == list(range(1, len(numbers) + 1)), fitted.recommender, f"it reports the epochs {numbers}")
    for epoch in fitted.epochs:
        finite = all(isfinite(value) for value in (epoch.loss, epoch.seconds, *epoch.validation.values()))
        require(finite, fitted.recommender, f"it reports {epoch}, which is not finite")


def check_a_stopped_training_ends_as_any_other(make: Factory) -> None:
    """What goes on from a checkpoint that it gave to `keep` reports the epochs after it, and ends as if never stopped.

    A recommender that gives none passes.
    """
    whole = shared_fit(make)
    numbers = [number for number in whole.checkpoints if number < len(whole.epochs)] or list(whole.checkpoints)
    if numbers:
        recommender = make()
        _draw_from_global_generators()
        before = _global_random_states()
        resumed = SmallFit(recommender, everyday_split()).fit(SEED, whole.checkpoints[numbers[-1]])
        expected = [replace(epoch, seconds=0) for epoch in whole.epochs[numbers[-1] :]]
        same = [replace(epoch, seconds=0) for epoch in resumed.epochs] == expected
        require(same, recommender, f"stopped after epoch {numbers[-1]}, it goes on with other epochs than unstopped")
        same = np.array_equal(resumed.scores(), whole.scores())
        require(same, recommender, f"stopped after epoch {numbers[-1]}, it ends with other scores than unstopped")
        same = _global_random_states() == before
        require(same, recommender, "what goes on from a checkpoint changes the process's global random state")


def check_order_is_learned(make: Factory) -> None:
    """A recommender that uses order finds the next item of most users where the last item determines it."""
    fitted = SmallFit(make(), orderly_split())
    if fitted.recommender.uses_order:
        hits = fitted.fit(SEED).hit_rate_on_test(5)
        require(hits > 0.5, fitted.recommender, f"its HR@5 is only {hits:.2f} where the last item determines the next")


def check_nothing_is_learned_from_noise(make: Factory) -> None:
    """Where the next item is any unseen one, the hit rate is chance, give or take 5 standard errors."""
    fitted = SmallFit(make(), noise_split()).fit(SEED)
    history, targets = fitted.split.test.history, fitted.split.test.targets
    hits = fitted.hit_rate_on_test(10)
    chance = float((10 / (history.n_items - history.lengths)).mean())
    margin = 5 * sqrt(chance * (1 - chance) / len(targets))
    require(abs(hits - chance) <= margin, fitted.recommender, f"its HR@10 on noise is {hits:.2f}, chance {chance:.2f}")


def _draw_from_global_generators() -> None:
    """Leaves them in a state that they were not in before; torch's only if something has imported torch."""
    random.random()
    np.random.random()  # noqa: NPY002 - the global generator is the very thing to be disturbed
    if torch := sys.modules.get("torch"):
        torch.rand(1)


def _global_random_states() -> dict[str, object]:
    """Their states by library, again without importing torch."""
    numpy_state = np.random.get_state(legacy=False)["state"]  # noqa: NPY002 - it is looked at, not drawn from
    numbers = (numpy_state["key"].tobytes(), numpy_state["pos"])
    states: dict[str, object] = {"random": random.getstate(), "numpy": numbers}
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.get_rng_state().numpy().tobytes()
    return states


CHECKS = (
    check_inputs_are_left_alone,
    check_same_seed_same_scores,
    check_global_random_state_is_left_alone,
    check_seed_matters_unless_deterministic,
    check_fit_forgets_the_last_fit,
    check_test_targets_within_reach_change_no_score,
    check_every_epoch_is_reported,
    check_a_stopped_training_ends_as_any_other,
    check_order_is_learned,
    check_nothing_is_learned_from_noise,
)
