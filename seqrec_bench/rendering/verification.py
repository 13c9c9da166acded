"""What checks of a results directory have found, for people and for programs."""

from collections.abc import Sequence

from seqrec_bench.records.check import Check, exit_code
from seqrec_bench.rendering.json_text import json_text
from seqrec_bench.rendering.markdown import markdown_table

MOST = 10
"""Faults of one check that the text names; JSON has all of them."""


def to_text(checks: Sequence[Check], subject: str) -> str:
    """A table with a line for each check; below it what is wrong, what was not checked, and the exit code.

    Args:
        subject: What was checked, in words.
    """
    lines = [["check", "passed", "wrong"]]
    lines += [[check.name, f"{check.n_passed}", f"{len(check.faults)}"] for check in checks]
    faults = [f"- Wrong: {fault}" for check in checks for fault in _shown(check)]
    notes = [f"- {note}" for note in dict.fromkeys(note for check in checks for note in check.notes)]
    code = exit_code(checks)
    end = [f"- Verified: {subject}.", f"- Exit code {code.value}: {code.name.lower().replace('_', ' ')}."]
    return markdown_table(lines) + "\n\n" + "\n".join([*faults, *notes, *end]) + "\n"


def _shown(check: Check) -> list[str]:
    others = len(check.faults) - MOST
    more = [f"{others} more of these ({check.name}): `--format json` has them all."] if others > 0 else []
    return [*check.faults[:MOST], *more]


def to_json(checks: Sequence[Check], subject: str) -> str:
    """The same as a JSON object."""
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
    return json_text({"subject": subject, "checks": found, "exit_code": exit_code(checks).value})
