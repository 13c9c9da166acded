"""Attacks on what is counted: ties, targets that were seen before, and the padding."""

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.evaluation.attacks.attack import Attack, Evaluator
from seqrec_bench.evaluation.attacks.expectations import count_ranks, count_targets, parts, require_ranks
from seqrec_bench.evaluation.attacks.holdouts import see_targets
from seqrec_bench.evaluation.attacks.scorers import Hashed

_LEVELS = (3, 1000)
_PADDING_SCORES = (float(np.finfo(np.float32).max), np.inf, -np.inf, np.nan)


def tied_scores_are_counted_one_by_one(evaluate: Evaluator, split: Split) -> str:
    """Scores of a few levels, a single float apart, beside a literal count of every user's candidates."""
    for part, holdout in parts(split):
        _require_literal_ranks(evaluate, holdout, part)
    return f"so for {count_targets(split)}, with {_LEVELS[0]} and {_LEVELS[1]:,} levels of scores"


def a_target_seen_before_is_a_candidate(evaluate: Evaluator, split: Split) -> str:
    """The same where each target stands in its user's history too."""
    for part, holdout in parts(split):
        _require_literal_ranks(evaluate, see_targets(holdout), part)
    return f"so for {count_targets(split)}, with {_LEVELS[0]} and {_LEVELS[1]:,} levels of scores"


def padding_ranked_first_changes_nothing(evaluate: Evaluator, split: Split) -> str:
    """The padding scored above every item, or with what would be refused for an item."""
    for part, holdout in parts(split):
        expected = evaluate(Hashed(split.train.n_items, 100), holdout)
        for score in _PADDING_SCORES:
            found = evaluate(Hashed(split.train.n_items, 100, padding=score), holdout)
            require_ranks(found, expected, holdout.users, f"{part} with a padding score of {score:.3g}")
    return f"equal for {count_targets(split)} with {len(_PADDING_SCORES)} padding scores"


def _require_literal_ranks(evaluate: Evaluator, holdout: Holdout, part: str) -> None:
    for n_levels in _LEVELS:
        scorer = Hashed(holdout.history.n_items, n_levels)
        require_ranks(evaluate(scorer, holdout), count_ranks(scorer, holdout), holdout.users, part)


ATTACKS = (
    Attack("better and tied equal those of a literal count, user by user", tied_scores_are_counted_one_by_one),
    Attack(
        "better and tied equal those of a literal count in which the target is a candidate",
        a_target_seen_before_is_a_candidate,
    ),
    Attack(
        "the same better and tied with the highest score for the padding, with NaN and with either infinity",
        padding_ranked_first_changes_nothing,
    ),
)
