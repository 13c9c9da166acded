"""Attacks on the evaluator, and on a recommender: each has an outcome that is known beforehand, exactly.

``attack_evaluator(rank_targets, split)`` carries out `ATTACKS` and says of each what was expected and what was found.
What is attacked is handed in, so that wrong evaluators can be planted. An attack is a function named for the fact that
holds where the evaluator is honest. ``attack_model(rank_targets, MyRecommender)`` carries out `MODEL_ATTACKS`.
docs/attacks.md describes them all.
"""

from collections.abc import Sequence

from seqrec_bench.data.split import Split
from seqrec_bench.errors import BenchError, ExitCode
from seqrec_bench.evaluation.attacks import counting, extremes, invariances, leaks, models, refusals
from seqrec_bench.evaluation.attacks.attack import Attack, AttackResult, AttackVerdict, Deviation, Evaluator, carry_out
from seqrec_bench.evaluation.attacks.holdouts import excerpt
from seqrec_bench.evaluation.conformance import Factory
from seqrec_bench.tracking import Track, untracked

SUITE = 1
"""Raised whenever an attack on the evaluator is added or asks for something else: records name the suite that went
before them."""

ATTACKS: tuple[Attack[Split], ...] = (
    *extremes.ATTACKS,
    *refusals.ATTACKS,
    *counting.ATTACKS,
    *invariances.ATTACKS,
    *leaks.ATTACKS,
)
MODEL_ATTACKS: tuple[Attack[Factory], ...] = models.ATTACKS

__all__ = [
    "ATTACKS",
    "MODEL_ATTACKS",
    "SUITE",
    "Attack",
    "AttackError",
    "AttackResult",
    "AttackVerdict",
    "Deviation",
    "Evaluator",
    "attack_evaluator",
    "attack_model",
    "failed",
]


class AttackError(BenchError):
    """An attack has found a fault."""

    exit_code = ExitCode.FALLS_SHORT


def attack_evaluator(evaluate: Evaluator, split: Split, track: Track = untracked) -> list[AttackResult]:
    """Carries out `ATTACKS` on these data, or on an excerpt where they are large."""
    return carry_out(ATTACKS, evaluate, excerpt(split), track)


def attack_model(evaluate: Evaluator, make: Factory, track: Track = untracked) -> list[AttackResult]:
    """Carries out `MODEL_ATTACKS` on fresh recommenders.

    Args:
        make: Gives an unfitted recommender; hashable, as classes and functions are.
    """
    return carry_out(MODEL_ATTACKS, evaluate, make, track)


def failed(findings: Sequence[AttackResult]) -> list[AttackResult]:
    """Those that show a fault."""
    return [finding for finding in findings if finding.verdict == AttackVerdict.FAILED]
