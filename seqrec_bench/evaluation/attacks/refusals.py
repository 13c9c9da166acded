"""Attacks with scores that are none."""

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.errors import ScoreError
from seqrec_bench.evaluation.attacks.attack import Attack, Deviation, Evaluator
from seqrec_bench.evaluation.attacks.expectations import history_of, parts
from seqrec_bench.evaluation.attacks.scorers import Spoilt


def nan_is_refused(evaluate: Evaluator, split: Split) -> str:
    """Not a number for one item of one user."""
    return _refused(evaluate, split, [np.nan])


def infinity_is_refused(evaluate: Evaluator, split: Split) -> str:
    """Infinity, and minus infinity, for one item of one user."""
    return _refused(evaluate, split, [np.inf, -np.inf])


def _refused(evaluate: Evaluator, split: Split, values: list[float]) -> str:
    n_refused = 0
    for part, holdout in parts(split):
        for user, item in _places(holdout):
            for value in values:
                try:
                    evaluate(Spoilt(split.train.n_items, user, item, value), holdout)
                except ScoreError:
                    n_refused += 1
                    continue
                raise Deviation(f"a score of {value} for item {item} of user {user} at {part} was ranked")
    return f"{n_refused} of {n_refused} refused"


def _places(holdout: Holdout) -> list[tuple[int, int]]:
    """The last target, another item of the first user, and an item of the first history that an evaluated user has."""
    first, last = int(holdout.users[0]), int(holdout.users[-1])
    other = 1 + int(holdout.targets[0]) % holdout.history.n_items
    seen = [(user, int(items[0])) for user in holdout.evaluated.tolist() if len(items := history_of(holdout, user))]
    return [(last, int(holdout.targets[-1])), (first, other), *seen[:1]]


ATTACKS = (
    Attack("ScoreError for a single NaN among all scores, wherever it stands", nan_is_refused),
    Attack("ScoreError for a single infinite score of either sign, wherever it stands", infinity_is_refused),
)
