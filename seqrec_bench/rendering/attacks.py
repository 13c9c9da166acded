"""What came of attacks, for people and for programs."""

from collections.abc import Sequence

from seqrec_bench.evaluation.attacks import SUITE, AttackResult, AttackVerdict, failed
from seqrec_bench.rendering.blocks import Grid, Notes, words
from seqrec_bench.rendering.document import Document


def attacks_document(findings: Sequence[AttackResult], subject: str) -> Document:
    """A table with a line for each attack, and notes.

    Args:
        subject: What was attacked, and on what data, in words.
    """
    n_carried_out = sum(finding.verdict != AttackVerdict.NOT_APPLICABLE for finding in findings)
    notes = [
        f"Attacked: {subject}; version {SUITE} of the suite.",
        f"Passed: {n_carried_out - len(failed(findings))} of {n_carried_out}.",
    ]
    rows = [[finding.name, finding.expected, finding.found, finding.verdict] for finding in findings]
    attacks = [dict(zip(("name", "expected", "found", "verdict"), row, strict=True)) for row in rows]
    grid = Grid("Attacks", words("attack", "expected", "found", "verdict"), rows)
    return Document([grid, Notes(notes)], {"subject": subject, "suite": SUITE, "attacks": attacks})
