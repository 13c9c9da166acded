"""Attacks on a recommender, fitted to small synthetic data: the subject is a factory, as in the conformance checks.

Four of those checks are attacks as well, and stand here as they are. The others are of the contract, not the figures.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from seqrec_bench.data.split import Holdout
from seqrec_bench.evaluation.attacks.attack import Attack, Deviation, Evaluator, NotApplicable
from seqrec_bench.evaluation.attacks.expectations import require_ranks
from seqrec_bench.evaluation.attacks.holdouts import rename_items
from seqrec_bench.evaluation.attacks.scorers import WithPadding
from seqrec_bench.evaluation.conformance import Factory, fitting, scoring
from seqrec_bench.evaluation.conformance.small_fits import SEED, everyday_split, shared_fit
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS, validation_figures
from seqrec_bench.evaluation.ranking import latest_items
from seqrec_bench.recommender import FitContext, Float32Array, Recommender
from seqrec_bench.records import Ranks

_PADDING_SCORES = (float(np.finfo(np.float32).max), np.nan)
_BEST_EPOCH = 3
_ROUNDING = 1e-4
"""Relative to the greatest score: sums that run over items in another order differ by less."""


def held_out_targets_do_not_reach_the_scores(evaluate: Evaluator, make: Factory) -> str:
    """Two fits to the same training data, with other targets and the same figures told of them."""
    validation = everyday_split().validation
    others = 1 + validation.targets % validation.history.n_items
    expected = _scores(_fit(make(), evaluate, validation), validation)
    found = _scores(_fit(make(), evaluate, replace(validation, targets=others)), validation)
    if not np.array_equal(found, expected):
        n_users = np.count_nonzero((found != expected).any(axis=1))
        raise Deviation(f"the scores of {n_users} of {len(found)} users depend on the validation targets")
    return f"equal for {found.size:,} scores"


def padding_scores_change_no_rank(evaluate: Evaluator, make: Factory) -> str:
    """The fitted recommender with the highest score for the padding, and with NaN."""
    fitted = shared_fit(make)
    holdout = fitted.split.test
    expected = evaluate(fitted.recommender, holdout)
    for score in _PADDING_SCORES:
        found = evaluate(WithPadding(fitted.recommender, score), holdout)
        require_ranks(found, expected, holdout.users, f"the test with a padding score of {score:.3g}")
    return f"equal for {len(holdout.users)} targets with {len(_PADDING_SCORES)} padding scores"


def ranks_do_not_depend_on_who_is_asked_for(evaluate: Evaluator, make: Factory) -> str:
    """Each user alone, in turned order, after all of them at once."""
    fitted = shared_fit(make)
    holdout = fitted.split.test
    everyone = evaluate(fitted.recommender, holdout)
    for place in reversed(range(len(holdout.users))):
        users, own = holdout.users[[place]], slice(place, place + 1)
        alone = evaluate(fitted.recommender, holdout, users)
        require_ranks(alone, Ranks(everyone.better[own], everyone.tied[own]), users, "the test, alone")
    return f"equal for {len(holdout.users)} targets"


def scores_follow_renumbered_items(evaluate: Evaluator, make: Factory) -> str:
    """A fit to the same data with other numbers for the items, the tags left out on both sides."""
    if not (make().deterministic and shared_fit(make).recommender.n_parameters == 0):
        raise NotApplicable("it is trained, so other numbers lead to another start and another order of the sums")
    split = everyday_split()
    n_items = split.train.n_items
    names = np.concatenate([[0], 1 + np.random.default_rng(SEED).permutation(n_items)])
    before, after = rename_items(split.validation, np.arange(n_items + 1)), rename_items(split.validation, names)
    expected = _scores(_fit(make(), evaluate, before), before)
    found = _scores(_fit(make(), evaluate, after), after)[:, names[1:] - 1]
    if not np.allclose(found, expected, rtol=0, atol=_ROUNDING * float(np.abs(expected).max())):
        raise Deviation(f"scores change by up to {np.abs(found - expected).max():.3g} with the items' numbers")
    return f"equal for {expected.size:,} scores"


def _fit(recommender: Recommender, evaluate: Evaluator, validation: Holdout) -> Recommender:
    """Fits it with figures that say nothing of the targets: they depend on how often they were asked for alone."""
    n_asked = 0

    def validate() -> Mapping[str, float]:
        nonlocal n_asked
        n_asked += 1
        validation_figures(evaluate(recommender, validation))
        return dict.fromkeys(VALIDATION_METRICS, 1 / (1 + abs(n_asked - _BEST_EPOCH)))

    recommender.fit(validation.history, FitContext(SEED, "cpu", validate, lambda epoch: None))
    return recommender


def _scores(recommender: Recommender, holdout: Holdout) -> Float32Array:
    """(n_users, n_items) scores of all users, without the padding."""
    users = np.arange(holdout.history.n_users)
    return recommender.score(users, latest_items(holdout.history, users, recommender.history_length))[:, 1:]


def _conformance(check: Callable[[Factory], None], name: str) -> Callable[[Evaluator, Factory], str]:
    """A conformance check as an attack of that name."""

    def attack(evaluate: Evaluator, make: Factory) -> str:
        check(make)
        return "so, by the conformance check"

    attack.__name__ = name
    return attack


ATTACKS = (
    Attack(
        "finite float32 scores for every user and item, one column an item",
        _conformance(scoring.check_scores_have_one_column_per_item, "scores_are_finite"),
    ),
    Attack(
        "a user's scores are the same alone, among others and in another order, but for rounding",
        _conformance(scoring.check_scores_do_not_depend_on_the_batch, "scores_do_not_depend_on_the_batch"),
    ),
    Attack("the same better and tied for each user, alone or among all", ranks_do_not_depend_on_who_is_asked_for),
    Attack(
        "the same better and tied with the highest score for the padding, and with NaN", padding_scores_change_no_rank
    ),
    Attack(
        "bit for bit the same scores after a fit with other validation targets and the same figures",
        held_out_targets_do_not_reach_the_scores,
    ),
    Attack(
        "bit for bit the same scores where other test targets lie within reach",
        _conformance(fitting.check_test_targets_within_reach_change_no_score, "test_targets_do_not_reach_the_scores"),
    ),
    Attack(
        "HR@10 is chance, within 5 standard errors, where the next item is any unseen one",
        _conformance(fitting.check_nothing_is_learned_from_noise, "nothing_is_learned_from_noise"),
    ),
    Attack("the same scores once the items are renumbered, but for rounding", scores_follow_renumbered_items),
)
