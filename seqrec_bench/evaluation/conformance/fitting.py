"""Checks of what fitting does: to the data, to the process, and to what the recommender knows."""

import random
import sys
from dataclasses import replace
from math import isfinite, sqrt

import numpy as np

from seqrec_bench.evaluation.conformance.small_fits import (
    SEED,
    SHARED_MEMORY,
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
        complaint = "fit() changed the training data"
        require(np.array_equal(given, original), fitted.recommender, complaint, SHARED_MEMORY)
    users, histories = fitted.inputs()
    fitted.recommender.score(given_users := users.copy(), given_histories := histories.copy())
    require(np.array_equal(given_users, users), fitted.recommender, "score() changed the users", SHARED_MEMORY)
    same = np.array_equal(given_histories, histories)
    require(same, fitted.recommender, "score() changed the histories", SHARED_MEMORY)


def check_same_seed_same_scores(make: Factory) -> None:
    """Two fits with one seed score exactly alike, whatever state the process's global generators are in."""
    expected = shared_fit(make)
    _draw_from_global_generators()
    again = SmallFit(make(), everyday_split()).fit(SEED)
    usual = (
        "something is drawn from a global generator, or from one without a seed: draw from "
        "`np.random.default_rng(context.seed)`, and make and train a net inside `seeded(context.seed, context.device)`"
    )
    same = np.array_equal(again.scores(), expected.scores())
    require(same, again.recommender, "one seed gives two sets of scores", usual)


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
        complaint = f"it changes the global random state of {generator}"
        require(after[generator] == state, recommender, complaint, _OWN_GENERATOR[generator])


def check_seed_matters_unless_deterministic(make: Factory) -> None:
    """Another seed changes the scores if, and only if, `deterministic` is False."""
    fitted = shared_fit(make)
    other = SmallFit(make(), everyday_split()).fit(SEED + 1)
    same = np.array_equal(fitted.scores(), other.scores())
    complaint = "ignores the seed but is not declared" if same else "depends on the seed but is declared"
    ignored = "context.seed is not used, but a seed of the model's own, or nothing is drawn: then deterministic is True"
    usual = ignored if same else "deterministic has to be False, so that the model is run with several seeds"
    require(same == fitted.recommender.deterministic, fitted.recommender, f"it {complaint} deterministic", usual)


def check_fit_forgets_the_last_fit(make: Factory) -> None:
    """A recommender fitted before scores exactly like a fresh one.

    It was fitted to other numbers of users and items, and then to as many of them with other histories.
    """
    used = SmallFit(make(), everyday_split(n_users=50, n_items=45)).fit(SEED).recommender
    used = SmallFit(used, everyday_split(seed=SEED + 1)).fit(SEED).recommender
    refitted = SmallFit(used, everyday_split()).fit(SEED)
    fresh = shared_fit(make)
    usual = (
        "the net, its optimiser, counts or a generator are made before fit(), or kept if they are there: make all anew"
    )
    require(np.array_equal(refitted.scores(), fresh.scores()), used, "an earlier fit() changes its scores", usual)


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
    complaint = f"it reports the epochs {numbers}"
    counted = "`range(epochs)` begins at 0: `fit_epochs` counts, validates and reports"
    require(numbers == list(range(1, len(numbers) + 1)), fitted.recommender, complaint, counted)
    for epoch in fitted.epochs:
        finite = all(isfinite(value) for value in (epoch.loss, epoch.seconds, *epoch.validation.values()))
        diverged = "the training has diverged, or a mean is over nothing: try a smaller learning rate"
        require(finite, fitted.recommender, f"it reports {epoch}, which is not finite", diverged)


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
        complaint = f"stopped after epoch {numbers[-1]}, it goes on with other epochs than unstopped"
        require(same, recommender, complaint, _NOT_IN_CHECKPOINT)
        same = np.array_equal(resumed.scores(), whole.scores())
        complaint = f"stopped after epoch {numbers[-1]}, it ends with other scores than unstopped"
        require(same, recommender, complaint, _NOT_IN_CHECKPOINT)
        same = _global_random_states() == before
        complaint = "what goes on from a checkpoint changes the process's global random state"
        require(same, recommender, complaint, _OWN_GENERATOR["torch"])


def check_order_is_learned(make: Factory) -> None:
    """A recommender that uses order finds the next item of most users where the last item determines it.

    Where it does not after 200 sequences of 10 items, in which one that is made for more data takes few steps, it has
    to after 200 of 30.
    """
    recommender = make()
    if not recommender.uses_order or SmallFit(recommender, orderly_split()).fit(SEED).hit_rate_on_test(5) > 0.5:
        return
    fitted = SmallFit(make(), orderly_split(n_items=100, length=30)).fit(SEED)
    hits = fitted.hit_rate_on_test(5)
    complaint = f"its HR@5 is only {hits:.2f} where the last item determines the next"
    require(hits > 0.5, recommender, complaint, _no_order(fitted))


def check_nothing_is_learned_from_noise(make: Factory) -> None:
    """Where the next item is any unseen one, the hit rate is chance, give or take 5 standard errors."""
    fitted = SmallFit(make(), noise_split()).fit(SEED)
    history, targets = fitted.split.test.history, fitted.split.test.targets
    hits = fitted.hit_rate_on_test(10)
    chance = float((10 / (history.n_items - history.lengths)).mean())
    margin = 5 * sqrt(chance * (1 - chance) / len(targets))
    known = "it knows the targets: from where, `seqrec-bench attack` may tell" if hits > chance else None
    complaint = f"its HR@10 on noise is {hits:.2f}, chance {chance:.2f}"
    require(abs(hits - chance) <= margin, fitted.recommender, complaint, known)


_OWN_GENERATOR = {
    "random": "`random.seed`: use `np.random.default_rng(context.seed)`",
    "numpy": "`np.random.seed`, or a call of np.random itself: use `np.random.default_rng(context.seed)`",
    "torch": "`torch.manual_seed`, or a net made outside: do all inside `seeded(context.seed, context.device)`",
}
"""What moves a global generator, and what to do in its place."""

_NOT_IN_CHECKPOINT = (
    "something moves in an epoch that no checkpoint has, an optimiser, a schedule, a generator, an order of samples: "
    "name it in `moving` of `fit_epochs`, or draw it anew in each epoch"
)


def _no_order(fitted: SmallFit) -> str:
    """Why the next item is not found, as far as the scores tell."""
    users, histories = fitted.inputs()
    scores = fitted.recommender.score(users, histories)[:, 1:]
    best, latest = 1 + scores.argmax(axis=1), histories[:, -1]
    if (best == latest).mean() > 0.5:
        return "it finds the latest item itself: inputs and targets are one sequence, and have to be a place apart"
    shifted = np.roll(scores, 1, axis=1), np.roll(scores, -1, axis=1)
    targets = fitted.split.test.targets - 1
    if any((turned.argmax(axis=1) == targets).mean() > 0.5 for turned in shifted):
        return "its columns are shifted by one: column 0 is the padding item's, and column i scores item i"
    return (
        "it takes too few steps, or too small ones, for 200 sequences (give settings: more epochs, a smaller batch, a "
        "higher learning rate), or sees in training what comes after a place (attention without a causal mask)"
    )


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
