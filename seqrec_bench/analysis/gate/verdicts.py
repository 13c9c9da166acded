"""What can be said of one difference, and the rules by which it is."""

from enum import StrEnum

from seqrec_bench.analysis.statistics.families import LEVEL
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.rounding import is_greater


class Verdict(StrEnum):
    """Of one figure."""

    REPRODUCED = "reproduced"
    EXCEEDS = "exceeds"
    AT_LEAST_REPRODUCED = "at least reproduced"
    """Not below the reported figure by the margin; whether above it by more than that is open."""
    FALLS_SHORT = "falls short"

    HOLDS_EXACTLY = "holds exactly"
    """All ranks are the same."""
    HOLDS = "holds"
    DECLINES = "holds, with a small decline"
    """Certainly below the reference, and certainly by less than the tolerance."""
    REGRESSED = "has regressed"
    DIFFERS = "differs"
    """Some rank is another one, where all were to be the same."""

    INCONCLUSIVE = "inconclusive"


def beside_reported(difference: Inference, margin: float) -> Verdict:
    """The verdict on a mean over seeds minus a reported figure, by its two-sided 90 % interval."""
    if is_greater(-margin, difference.high):
        return Verdict.FALLS_SHORT
    if not is_greater(difference.low, -margin):
        return Verdict.INCONCLUSIVE
    if is_greater(difference.low, margin):
        return Verdict.EXCEEDS
    return Verdict.REPRODUCED if is_greater(margin, difference.high) else Verdict.AT_LEAST_REPRODUCED


def beside_reference(difference: Inference, p_decline: float, tolerance: float) -> Verdict:
    """The verdict on a new mean minus that of the reference, by one-sided 95 % bounds.

    Args:
        p_decline: The p-value of "it has not declined", by Holm's procedure over all that is tested.
    """
    if is_greater(difference.low, -tolerance):
        return Verdict.DECLINES if is_greater(0, difference.high) else Verdict.HOLDS
    declined = p_decline <= LEVEL and is_greater(-tolerance, difference.mean)
    return Verdict.REGRESSED if declined else Verdict.INCONCLUSIVE
