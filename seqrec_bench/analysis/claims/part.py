"""What a claim comes down to, and the one rule by which every part of it is judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seqrec_bench.analysis.statistics.families import LEVEL, holm
from seqrec_bench.analysis.statistics.inference import Inference

CONFIDENCE = 0.9
"""Of the two-sided intervals that are shown: their ends are one-sided 95 % bounds, on which verdicts rest."""


class Verdict(StrEnum):
    """What the records say of a claim, or of a part of it."""

    SUPPORTED = "supported"
    REFUTED = "refuted here"
    """Under this protocol, with these implementations and settings; it does not say that the authors erred."""
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True)
class Statistic:
    """A number with its interval, or whatever else was found."""

    says: str
    """What is measured or, where it is judged, what is said of it."""
    method: str
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    """Two-sided, 90 %."""
    form: str = "+.4f"
    """How the numbers are written."""
    found: str | None = None
    """What was found where that is no number."""


@dataclass(frozen=True)
class Question:
    """A part of a claim before it is judged."""

    statistic: Statistic
    p_supported: float
    """The p-value of "what is said does not hold"."""
    p_refuted: float
    """The p-value of "it holds, or falls short by no more than the margin"."""
    takes: Callable[[], str]
    """What a verdict would take, where these records give none."""


@dataclass(frozen=True)
class Part:
    """A part of a claim."""

    statistic: Statistic
    verdict: Verdict | None = None
    """None for what is only shown."""
    p_supported: float | None = None
    """That of an ablation is by Holm too, as was fixed beforehand."""
    p_refuted: float | None = None
    """By Holm over the parts of the claim."""
    takes: str | None = None
    """What a verdict would take; None where there is one."""


@dataclass(frozen=True)
class Answer:
    """What the records say of a claim."""

    questions: Sequence[Question]
    shown: Sequence[Statistic] = ()
    remarks: Sequence[str] = ()
    """Sentences on what else was found, and on what the statistics can't show."""


def decide(questions: Sequence[Question]) -> list[Part]:
    """Each part's verdict at 5 %.

    That all parts are supported takes no correction, since each of them has to be; that any of them is refuted takes
    Holm's, since one is enough.
    """
    adjusted = holm([question.p_refuted for question in questions])
    return [_part(question, p_refuted) for question, p_refuted in zip(questions, adjusted, strict=True)]


def _part(question: Question, p_refuted: float) -> Part:
    if question.p_supported <= LEVEL:
        verdict = Verdict.SUPPORTED
    elif p_refuted <= LEVEL:
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.UNDECIDABLE
    takes = _takes(question) if verdict is Verdict.UNDECIDABLE else None
    return Part(question.statistic, verdict, question.p_supported, p_refuted, takes)


def _takes(question: Question) -> str:
    """What a verdict would take; says so where the interval lies wholly beyond the margin, which looks like one."""
    alone = question.p_refuted <= LEVEL
    return question.takes() + ("; refuted by itself, but not by Holm over the claim's parts" if alone else "")


def whole(parts: Sequence[Part]) -> Verdict:
    """The verdict on a claim that says all of this at once."""
    verdicts = {part.verdict for part in parts if part.verdict is not None}
    if Verdict.REFUTED in verdicts:
        return Verdict.REFUTED
    return Verdict.SUPPORTED if verdicts == {Verdict.SUPPORTED} else Verdict.UNDECIDABLE


def measured(says: str, method: str, inference: Inference, form: str = "+.4f") -> Statistic:
    """An estimate with its interval."""
    return Statistic(says, method, inference.mean, inference.interval(CONFIDENCE), form)
