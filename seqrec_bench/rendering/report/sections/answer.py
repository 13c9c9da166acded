"""What the records say, in a paragraph, and what they are."""

from collections import Counter
from collections.abc import Iterator, Sequence

from seqrec_bench.analysis.cautions import cautions_of
from seqrec_bench.analysis.claims.part import Verdict as ClaimVerdict
from seqrec_bench.analysis.gate.report import Report as Check
from seqrec_bench.analysis.gate.verdicts import Verdict
from seqrec_bench.analysis.notes import Topic, about
from seqrec_bench.records import Record
from seqrec_bench.rendering.blocks import Facts, Paragraph, Section
from seqrec_bench.rendering.report.sections.differences import separated
from seqrec_bench.rendering.report.sources import Sources, seed_list
from seqrec_bench.text import listed

_IN_WORDS = {
    Verdict.REPRODUCED: "reproduced",
    Verdict.EXCEEDS: "exceeded",
    Verdict.AT_LEAST_REPRODUCED: "at least reproduced",
    Verdict.INCONCLUSIVE: "left open",
    Verdict.FALLS_SHORT: "not reached",
}


def answer_section(sources: Sources) -> Section:
    """The answer, and the facts behind it."""
    answer = " ".join(_answer(sources))
    blocks = [*([Paragraph(answer)] if answer else []), Facts(_facts(sources))]
    command = sources.command("check") if isinstance(sources.check, Check) else None
    return Section("answer", "What reproduces" if sources.view.has_reported else "In short", blocks, command)


def _answer(sources: Sources) -> Iterator[str]:
    if isinstance(sources.check, Check):
        yield from _reproduced(sources.check)
    elif sources.view.has_reported:
        yield sources.check
    if sources.view.claims:
        yield _claims(sources)
        yield from _elsewhere(sources)
    yield from separated(sources)
    if cautions_of((record for model in sources.models for record in model.records), sources.view.metrics):
        yield "Notes below the table say what makes these figures mean less than they seem to."


def _reproduced(check: Check) -> Iterator[str]:
    """How many of the figures are reproduced, and which are not."""
    if check.judgements:
        counts = Counter(judgement.verdict for judgement in check.judgements)
        found = [f"{counts[each]} {_are(counts[each])} {words}" for each, words in _IN_WORDS.items() if counts[each]]
        yield f"Of {len(check.judgements)} reported figures that could be judged, {listed(found)}{_which(check)}."
        if counts[Verdict.EXCEEDS]:
            yield "`seqrec-bench check --two-sided` takes those that are exceeded as failures."
    if check.missing:
        yield f"The table as a whole can't be judged, since records are missing: {'; '.join(check.missing)}."
    elif check.judgements:
        yield from about(check.notes, Topic.WHOLE_TABLE)


def _which(check: Check) -> str:
    """The figures that are not at least reproduced."""
    open_or_short = [
        f"{judgement.subject}'s {judgement.metric}"
        for judgement in check.judgements
        if judgement.verdict in (Verdict.INCONCLUSIVE, Verdict.FALLS_SHORT)
    ]
    return f" ({', '.join(open_or_short)})" if open_or_short else ""


def _claims(sources: Sources) -> str:
    entries = sources.ledger.entries
    counts = Counter(entry.verdict for entry in entries)
    parts = [part.verdict for entry in entries for part in entry.parts if part.verdict is not None]
    unjudged = [entry.claim.id for entry in entries if entry.missing]
    waiting = f", {listed(unjudged)} for want of records" if unjudged else ""
    verdicts = listed([_count(counts, verdict) for verdict in ClaimVerdict])
    supported, refuted = parts.count(ClaimVerdict.SUPPORTED), parts.count(ClaimVerdict.REFUTED)
    found = f"{supported} {'is' if supported == 1 else 'are'} supported and {refuted} refuted here"
    judged = f"; of the {len(parts)} parts that could be judged, {found}" if parts else ""
    return f"Of the paper's {len(entries)} claims, {verdicts}{waiting}{judged}."


def _elsewhere(sources: Sources) -> Iterator[str]:
    """What is refuted where the candidates are others, if anything is."""
    refuted = [(each.of(ClaimVerdict.REFUTED), each.words) for each in sources.elsewhere]
    found = [f"{listed(claims)} with {words}" for claims, words in refuted if claims]
    if found:
        yield f"With other candidates for the same trained models, claims are refuted: {listed(found)}."


def _count(counts: Counter[ClaimVerdict], verdict: ClaimVerdict) -> str:
    return f"{counts[verdict] or 'none'} {_are(counts[verdict])} {verdict.value}"


def _counted(records: Sequence[Record], sources: Sources) -> str:
    n_models = len(sources.models)
    return f"{len(records)} record{'s' * (len(records) > 1)} of {n_models} model{'s' * (n_models > 1)}"


def _are(count: int) -> str:
    return "are" if count > 1 else "is"


def _facts(sources: Sources) -> dict[str, str]:
    records = [record for model in sources.models for record in model.records]
    seeds = {record.key.seed for record in records if not record.deterministic}
    return {
        "Data set": f"{sources.view.dataset}, {sources.n_users} test users",
        "Protocol": sources.view.protocol,
        "Fingerprint of the data": records[0].recipe.dataset.fingerprint,
        "Records": _counted(records, sources) + (f", seeds {seed_list(sorted(seeds))}" if seeds else ""),
    }
