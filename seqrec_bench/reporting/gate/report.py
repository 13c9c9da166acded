"""All verdicts of one check, and the exit code that they come to."""

from dataclasses import dataclass

from seqrec_bench.errors import ExitCode
from seqrec_bench.reporting.gate.verdicts import Verdict

_IN_WORDS = {
    ExitCode.DONE: "passed",
    ExitCode.CELLS_MISSING: "cells are missing",
    ExitCode.INCONCLUSIVE: "inconclusive",
    ExitCode.FALLS_SHORT: "failed",
}


@dataclass(frozen=True)
class Judgement:
    """One figure beside what it is held against."""

    subject: str
    """Whose figure it is."""
    metric: str
    before: float
    """What it is held against."""
    found: float
    """The mean over seeds and users."""
    bounds: tuple[float, float] | None
    """One-sided 95 % bounds of found minus before, the ends of a two-sided 90 % interval; None without a test."""
    margin: float
    n_seeds: int
    verdict: Verdict
    code: ExitCode
    """DONE, INCONCLUSIVE or FALLS_SHORT: what the verdict means for what was demanded."""
    remark: str

    @property
    def difference(self) -> float:
        return self.found - self.before

    def __str__(self) -> str:
        return f"{self.subject} {self.metric} {self.verdict}"


@dataclass(frozen=True)
class Report:
    """What a check says."""

    before: str
    """What the figures are held against, in a word."""
    metrics: tuple[str, ...]
    judgements: tuple[Judgement, ...]
    missing: tuple[str, ...]
    """Cells without which there can't be a verdict, in words."""
    notes: tuple[str, ...]

    @property
    def code(self) -> ExitCode:
        """A missing cell weighs more than a bad figure, and that more than an open question."""
        if self.missing:
            return ExitCode.CELLS_MISSING
        codes = {judgement.code for judgement in self.judgements}
        return next(code for code in (ExitCode.FALLS_SHORT, ExitCode.INCONCLUSIVE, ExitCode.DONE) if code in codes)

    @property
    def outcome(self) -> str:
        """The exit code in a sentence, with its cause."""
        if self.code is ExitCode.DONE:
            cause = f"all {len(self.judgements)} figures"
        elif self.missing:
            cause = "; ".join(self.missing)
        else:
            cause = "; ".join(str(judgement) for judgement in self.judgements if judgement.code is self.code)
        return f"Outcome: {_IN_WORDS[self.code]} (exit code {self.code.value}): {cause}."
