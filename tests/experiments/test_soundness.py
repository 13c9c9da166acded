import numpy as np
import pytest

from seqrec_bench.data import Dataset, Holdout, leave_one_out
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.attacks import ATTACKS, SUITE, AttackError
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.experiments.soundness import require_sound_evaluator
from seqrec_bench.recommender import Recommender
from seqrec_bench.records import Ranks


def against_the_target(recommender: Recommender, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
    """Counts ties against the target."""
    ranks = rank_targets(recommender, holdout, users)
    return Ranks(ranks.better + ranks.tied - 1, np.ones_like(ranks.tied))


def test_a_sound_evaluator_is_noted_with_the_suite(toy: Dataset) -> None:
    assert require_sound_evaluator(leave_one_out(toy.sequences)) == {"suite": SUITE, "passed": len(ATTACKS)}


def test_a_fault_is_one_sentence_and_falls_short(toy: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_bench.experiments.soundness.rank_targets", against_the_target)
    message = (
        rf"^The evaluator fails \d of {len(ATTACKS)} attacks \(constant scores tie every candidate, .*\), so nothing"
    )
    with pytest.raises(AttackError, match=message) as caught:
        require_sound_evaluator(leave_one_out(toy.sequences))
    assert caught.value.exit_code == ExitCode.FALLS_SHORT
