"""All claims of a paper, put to the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seqrec_bench.analysis.claims.ablation import ablation_configurations, judge_ablation
from seqrec_bench.analysis.claims.convergence import convergence_configurations, judge_convergence
from seqrec_bench.analysis.claims.evidence import Evidence, in_words, incomplete
from seqrec_bench.analysis.claims.order import judge_order, order_configurations
from seqrec_bench.analysis.claims.part import Answer, Part, Verdict, decide, whole
from seqrec_bench.analysis.claims.peak import judge_peak, peak_configurations
from seqrec_bench.analysis.claims.relative_rise import judge_relative_rise, relative_rise_configurations
from seqrec_bench.analysis.claims.trend import judge_trend, trend_configurations
from seqrec_bench.analysis.notes import Note, Topic, target_notes
from seqrec_bench.analysis.selection import Missing, select
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.claim import (
    Ablation,
    Claim,
    ClaimTest,
    Convergence,
    Order,
    Peak,
    RelativeRise,
    Trend,
)
from seqrec_bench.studies.view import View


@dataclass(frozen=True)
class Entry:
    """One claim, what was found on it, and the verdict."""

    claim: Claim
    verdict: Verdict
    parts: tuple[Part, ...]
    """Empty where cells are missing: then nothing is judged."""
    remarks: tuple[str, ...]
    missing: tuple[Missing, ...]
    """What has to be run first."""


@dataclass(frozen=True)
class Ledger:
    """All claims of a paper."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    missing: tuple[Missing, ...]
    """What has to be run before all claims can be judged."""


def claims_ledger(records: Iterable[Record], view: View) -> Ledger:
    """Each of the paper's claims with its verdict from the records of the paper's data and protocol.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    configurations = list(
        dict.fromkeys(configuration for claim in view.claims for configuration in _configurations(claim.test, view))
    )
    evidence = Evidence(view, select(records, view, configurations).cells)
    entries = tuple(_entry(claim, evidence) for claim in view.claims)
    missing = _merged(cell for entry in entries for cell in entry.missing)
    return Ledger(entries, tuple(_notes(evidence, missing)), missing)


def _entry(claim: Claim, evidence: Evidence) -> Entry:
    missing = incomplete(evidence.cells, _configurations(claim.test, evidence.view))
    if missing:
        return Entry(claim, Verdict.UNDECIDABLE, (), (), missing)
    if evidence.n_users < 2:
        return Entry(claim, Verdict.UNDECIDABLE, (), ("What it would take: more than one test user.",), ())
    answer = _answer(claim.test, evidence)
    judged = decide(answer.questions)
    shown = [Part(statistic) for statistic in answer.shown]
    return Entry(claim, whole(judged), (*judged, *shown), tuple(answer.remarks), ())


def _configurations(test: ClaimTest, view: View) -> Sequence[Configuration]:
    """Where the records are that the test needs."""
    match test:
        case Order():
            return order_configurations(test, view)
        case RelativeRise():
            return relative_rise_configurations(test, view)
        case Trend():
            return trend_configurations(test, view)
        case Peak():
            return peak_configurations(test, view)
        case Ablation():
            return ablation_configurations(test, view)
        case Convergence():
            return convergence_configurations(test, view)


def _answer(test: ClaimTest, evidence: Evidence) -> Answer:
    match test:
        case Order():
            return judge_order(test, evidence)
        case RelativeRise():
            return judge_relative_rise(test, evidence)
        case Trend():
            return judge_trend(test, evidence)
        case Peak():
            return judge_peak(test, evidence)
        case Ablation():
            return judge_ablation(test, evidence)
        case Convergence():
            return judge_convergence(test, evidence)


def _merged(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Each configuration once, with the seeds that any claim misses there."""
    seeds: dict[Configuration, set[int]] = {}
    for cell in missing:
        seeds.setdefault(cell.configuration, set()).update(cell.seeds)
    return tuple(Missing(configuration, tuple(sorted(numbers))) for configuration, numbers in seeds.items())


def _notes(evidence: Evidence, missing: Sequence[Missing]) -> list[str]:
    view, protocol = evidence.view, evidence.view.protocol_notes
    margins = ", ".join(f"{metric} {view.practical_margin(metric):g}" for metric in view.margins)
    notes = [
        f"{view.citation}. {_judged_from(evidence.cells, view)}",
        "Intervals are two-sided, 90 %: their ends are the one-sided 95 % bounds that verdicts rest on. They are for "
        "users like these, trained again, but in the size of a rise for exactly these users. None covers another "
        "choice of settings, another order of ties in time, another split or other data.",
        f"Refuted here: outside of what is said by more than the practical margin ({margins}), by Holm over a claim's "
        "parts, under this protocol, with these implementations and settings. It does not say that the authors erred. "
        f"Each claim is judged at 5 %; there are {len(view.claims)}.",
        *target_notes(record for group in evidence.cells.values() for record in group),
        *protocol.disclosed,
        *(f"Stated: {sentence}" for sentence in protocol.stated),
        *(f"Inferred, not stated: {sentence}" for sentence in protocol.inferred),
    ]
    if missing:
        notes.append(Note(f"Missing: {in_words(missing)}.", Topic.MISSING))
    return notes


def _judged_from(cells: Mapping[Configuration, Sequence[Record]], view: View) -> str:
    records = [record for group in cells.values() for record in group]
    if not records:
        return f"There are no records of it on {view.dataset} under {view.protocol}."
    return (
        f"Judged from {len(records)} records on the {records[0].test.n_users} test users of {view.dataset} "
        f"(fingerprint {records[0].recipe.dataset.fingerprint[:12]}), protocol {view.protocol}."
    )
