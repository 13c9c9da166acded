"""Checks of the contract that a recommender's author can run: each is a function named for the fact that holds.

A check takes a factory of fresh, unfitted recommenders (hashable, as classes and functions are) and raises
`ConformanceError` if the fact does not hold. ``check_recommender(MyRecommender)`` runs them all and stops at the first
that fails, `examine` goes on; with pytest, parametrize a test with `ALL_CHECKS`. The data is synthetic and small, 60 to
200 users of up to 10 items, so that a trained model needs seconds; give it hyperparameters with which it can learn from
so little.

Scores that ought to be equal may differ by float rounding where the shape of the batch differs, and not at all where
the very same call is repeated.
"""

from seqrec_bench.evaluation.conformance import explaining, fitting, restoring, scoring
from seqrec_bench.evaluation.conformance.examination import CheckResult, examine
from seqrec_bench.evaluation.conformance.small_fits import Check, ConformanceError, Factory

ALL_CHECKS: tuple[Check, ...] = scoring.CHECKS + fitting.CHECKS + restoring.CHECKS + explaining.CHECKS

__all__ = ["ALL_CHECKS", "Check", "CheckResult", "ConformanceError", "Factory", "check_recommender", "examine"]


def check_recommender(make: Factory) -> None:
    """Runs every check; the first fact that does not hold raises `ConformanceError`."""
    for check in ALL_CHECKS:
        check(make)
