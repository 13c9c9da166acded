"""All verdicts of one check, and the exit code that they come to."""

from dataclasses import dataclass

from seqrec_bench.analysis.gate.verdicts import Verdict
from seqrec_bench.errors import ExitCode

_IN_WORDS = {
    ExitCode.DONE: "passed",
    ExitCode.CELLS_MISSING: "cells are missing",
    ExitCode.INCONCLUSIVE: "inconclusive",
    ExitCode.FALLS_SHORT: "failed",
}
_SEEDS_AT_ONCE = 5
"""Advised are whole fives of seeds, of which the paper's table has one."""


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
    """Cells that have to be run before there can be a verdict, in words."""
    notes: tuple[str, ...]
    """How to read the figures."""
    scope: str
    """What was judged and by what, in words: ``ml-100k under loo-full-v1 against chen2020``."""
    missing_before: tuple[str, ...] = ()
    """Cells that those which the figures are held against lack, in words."""
    warnings: tuple[str, ...] = ()
    """What is not as one might think, though no verdict says so: what was not judged, what was made otherwise."""

    @property
    def code(self) -> ExitCode:
        """A missing cell weighs more than a bad figure, and that more than an open question."""
        if self.absent:
            return ExitCode.CELLS_MISSING
        codes = {judgement.code for judgement in self.judgements}
        return next(code for code in (ExitCode.FALLS_SHORT, ExitCode.INCONCLUSIVE, ExitCode.DONE) if code in codes)

    @property
    def absent(self) -> tuple[str, ...]:
        """All cells without which there can't be a verdict, in words."""
        return self.missing + self.missing_before

    @property
    def outcome(self) -> str:
        """The exit code in a sentence, with its cause, and what would tell if it is an open question."""
        decisive = [judgement for judgement in self.judgements if judgement.code is self.code]
        if self.code is ExitCode.DONE:
            cause = f"all {len(self.judgements)} figures"
        else:
            cause = "; ".join(self.absent or map(str, decisive))
        more = ""
        if self.code is ExitCode.INCONCLUSIVE:
            n_seeds = (
                max(judgement.n_seeds for judgement in decisive) // _SEEDS_AT_ONCE * _SEEDS_AT_ONCE + _SEEDS_AT_ONCE
            )
            more = f" More seeds would tell: run --seeds 0-{n_seeds - 1}."
        return f"Outcome: {_IN_WORDS[self.code]} (exit code {self.code.value}), {self.scope}: {cause}.{more}"
