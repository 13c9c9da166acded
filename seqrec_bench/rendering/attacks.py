"""What came of attacks, for people and for programs."""

from collections.abc import Sequence

from seqrec_bench.evaluation.attacks import SUITE, AttackResult, AttackVerdict, failed
from seqrec_bench.rendering.json_text import json_text
from seqrec_bench.rendering.markdown import escape_markdown, markdown_notes, markdown_table


def to_markdown(findings: Sequence[AttackResult], subject: str) -> str:
    """A table with a line for each attack, and notes.

    Args:
        subject: What was attacked, and on what data, in words.
    """
    lines = [["attack", "expected", "found", "verdict"]]
    lines += [[finding.name, finding.expected, finding.found, finding.verdict] for finding in findings]
    cells = [[escape_markdown(cell) for cell in line] for line in lines]
    return f"{markdown_table(cells, n_left=4)}\n\n{markdown_notes(_notes(findings, subject))}\n"


def _notes(findings: Sequence[AttackResult], subject: str) -> list[str]:
    n_carried_out = sum(finding.verdict != AttackVerdict.NOT_APPLICABLE for finding in findings)
    return [
        f"Attacked: {subject}; version {SUITE} of the suite.",
        f"Passed: {n_carried_out - len(failed(findings))} of {n_carried_out}.",
    ]


def to_json(findings: Sequence[AttackResult], subject: str) -> str:
    """The same as a JSON object."""
    attacks = [
        {"name": finding.name, "expected": finding.expected, "found": finding.found, "verdict": finding.verdict}
        for finding in findings
    ]
    content = {"subject": subject, "suite": SUITE, "attacks": attacks}
    return json_text(content)
