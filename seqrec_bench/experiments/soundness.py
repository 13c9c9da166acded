"""Before many cells are run: is the evaluator sound on their data?"""

from collections.abc import Mapping

from seqrec_bench.data.split import Split
from seqrec_bench.evaluation.attacks import SUITE, AttackError, attack_evaluator, failed
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.tracking import Track, untracked


def require_sound_evaluator(split: Split, track: Track = untracked) -> Mapping[str, int]:
    """Attacks the evaluator on these data; returns what records say of that: the suite, and how many attacks passed.

    Raises:
        AttackError: An attack has found a fault.
    """
    findings = attack_evaluator(rank_targets, split, track)
    if faults := failed(findings):
        names = ", ".join(finding.name for finding in faults)
        raise AttackError(
            f"The evaluator fails {len(faults)} of {len(findings)} attacks ({names}), so nothing was run: "
            "`seqrec-bench attack` on the same data shows what was found."
        )
    return {"suite": SUITE, "passed": len(findings)}
