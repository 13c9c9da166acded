"""What a check of stored records has found: a line of `seqrec-bench verify`."""

from collections.abc import Sequence
from dataclasses import dataclass

from seqrec_bench.errors import ExitCode


@dataclass(frozen=True)
class Check:
    """One statement about a results directory, and whatever it does not hold for."""

    name: str
    """The statement."""
    n_passed: int
    """How many records, files or studies it holds for."""
    faults: Sequence[str]
    """What it does not hold for and why, one sentence each."""
    notes: Sequence[str] = ()
    """What could not be checked, or is not this check's business."""
    code: ExitCode = ExitCode.INVALID_RECORDS
    """The exit code if there are faults."""


ORDER = (
    ExitCode.INVALID_RECORDS,
    ExitCode.FALLS_SHORT,
    ExitCode.BAD_INPUT,
    ExitCode.CELLS_FAILED,
    ExitCode.CELLS_MISSING,
)
"""Which exit code goes before which: what is wrong, then what could not be looked at, then what is not there.

Whoever lets missing cells pass must not let through a record that is not what comes of its cell.
"""


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """The first of `ORDER` that a check with faults has; `ExitCode.DONE` without any."""
    found = {check.code for check in checks if check.faults}
    return next((code for code in ORDER if code in found), ExitCode.DONE)
