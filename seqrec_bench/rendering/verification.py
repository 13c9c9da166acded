"""What checks of a results directory have found, for people and for programs."""

from collections.abc import Sequence

from seqrec_bench.records.check import Check, exit_code
from seqrec_bench.rendering.blocks import Grid, Verbatim, numbers, words
from seqrec_bench.rendering.document import Document

MOST = 10
"""Faults of one check that the text names; JSON has all of them."""


def checks_document(checks: Sequence[Check], subject: str) -> Document:
    """A table with a line for each check; below it what is wrong, what was not checked, and the exit code.

    Args:
        subject: What was checked, in words.
    """
    rows = [[check.name, f"{check.n_passed}", f"{len(check.faults)}"] for check in checks]
    notes = [
        *(f"Wrong: {fault}" for check in checks for fault in _shown(check)),
        *dict.fromkeys(note for check in checks for note in check.notes),
    ]
    code = exit_code(checks)
    notes += [f"Checked: {subject}.", f"Exit code {code.value}: {code.name.lower().replace('_', ' ')}."]
    blocks = [
        Grid("Checks", [*words("check"), *numbers("passed", "wrong")], rows),
        Verbatim("\n".join(f"- {note}" for note in notes)),
    ]
    found = [
        {
            "name": check.name,
            "passed": check.n_passed,
            "faults": list(check.faults),
            "notes": list(check.notes),
            "exit_code": check.code.value if check.faults else 0,
        }
        for check in checks
    ]
    return Document(blocks, {"subject": subject, "checks": found, "exit_code": code.value})


def _shown(check: Check) -> list[str]:
    others = len(check.faults) - MOST
    more = [f"{others} more of these ({check.name}): `--format json` has them all."] if others > 0 else []
    return [*check.faults[:MOST], *more]
