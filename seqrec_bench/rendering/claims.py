"""The ledger as text: Markdown to read and for a page, whole or in short, and JSON for programs."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from seqrec_bench.analysis.claims.evidence import in_words
from seqrec_bench.analysis.claims.ledger import Entry, Ledger
from seqrec_bench.analysis.claims.part import Part, Verdict
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.rendering.blocks import ClaimCard, Column, Grid, Kind, Notes, Section, numbers, remarks, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, escape_markdown, wrapped
from seqrec_bench.rendering.report.sources import Sources, in_shell


def claims_document(ledger: Ledger) -> Document:
    """A card for each claim, and the notes; in short, a sentence for each."""
    fields = {
        "claims": [_claim(entry) for entry in ledger.entries],
        "missing": [str(cell) for cell in ledger.missing],
        "notes": ledger.notes,
    }
    cards = [claim_card(entry) for entry in ledger.entries]
    return Document([*cards, Notes(ledger.notes)], fields, {"short": lambda: _short(cards)})


def claim_card(entry: Entry) -> ClaimCard:
    """All that was found on one claim."""
    grid = Grid(
        caption=f"{entry.claim.id}, part by part",
        columns=[
            *words("what is said"),
            *remarks("found"),
            *numbers("90 % interval"),
            Column("verdict", Kind.VERDICT),
        ],
        rows=[_part_texts(part) for part in entry.parts],
    )
    return ClaimCard(
        name=entry.claim.id,
        says=entry.claim.text,
        verdict=entry.verdict.value,
        count=_count(entry),
        parts=grid if entry.parts else None,
        notes=[*_takes(entry), *entry.remarks],
    )


def _short(cards: Iterable[ClaimCard]) -> str:
    """One item for each claim: its verdict, what it says, and how many of its parts hold."""
    lines = [f"**{card.verdict}**: {escape_markdown(f'{card.name}, {card.says}')} {card.count}" for card in cards]
    return "\n".join(wrapped(line, first="- ", others="  ") for line in lines) + "\n"


def _count(entry: Entry) -> str:
    """How many of its parts hold, in a sentence."""
    if entry.missing:
        return "Cells are missing."
    verdicts = [part.verdict for part in entry.parts if part.verdict is not None]
    supported, refuted = verdicts.count(Verdict.SUPPORTED), verdicts.count(Verdict.REFUTED)
    parts = "1 part" if len(verdicts) == 1 else f"{len(verdicts)} parts"
    return f"Of {parts}, {supported} {'is' if supported == 1 else 'are'} supported and {refuted} refuted here."


def _part_texts(part: Part) -> list[str]:
    return [part.statistic.says, *_texts(part), part.verdict.value if part.verdict else "only shown"]


def _texts(part: Part) -> tuple[str, str]:
    statistic = part.statistic
    if statistic.estimate is None:
        return statistic.found or NONE, NONE
    estimate = _number(statistic.estimate, statistic.form)
    if statistic.interval is None:
        return estimate, NONE
    return estimate, " to ".join(_number(end, statistic.form) for end in statistic.interval)


def _number(value: float, form: str) -> str:
    text = format(value, form)
    return text.replace("-", "+", 1) if not any(digit in text for digit in "123456789") else text  # no negative zero


def _takes(entry: Entry) -> list[str]:
    """What a verdict would take, the parts that would take the same together."""
    if entry.missing:
        return [f"What it would take: {in_words(entry.missing)}."]
    parts: dict[str, list[str]] = {}
    for part in entry.parts:
        if part.takes is not None:
            parts.setdefault(part.takes, []).append(part.statistic.says)
    return [f"What it would take: {what} ({'; '.join(says)})." for what, says in parts.items()]


def _claim(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.claim.id,
        "text": entry.claim.text,
        "verdict": entry.verdict.value,
        "parts": [_part(part) for part in entry.parts],
        "remarks": entry.remarks,
        "missing": [str(cell) for cell in entry.missing],
    }


def _part(part: Part) -> dict[str, Any]:
    statistic = part.statistic
    return {
        "says": statistic.says,
        "method": statistic.method,
        "estimate": statistic.estimate,
        "interval_90": statistic.interval,
        "found": statistic.found,
        "verdict": part.verdict.value if part.verdict else None,
        "p_supported": part.p_supported,
        "p_refuted": part.p_refuted,
        "takes": part.takes,
    }


def claims_section(sources: Sources) -> Section:
    """A card for each claim."""
    section = partial(Section, "claims", "The paper's claims")
    if not sources.view.claims:
        sentence = f"No claims on {sources.view.dataset} are written down: [[claims]] in a file for --study would."
        return section([], lacking=[sentence])
    ledger = sources.ledger
    cards = [claim_card(entry) for entry in ledger.entries]
    notes = Notes(without(ledger.notes, Topic.MISSING))
    lacking = []
    if ledger.missing:
        names = ", ".join(entry.claim.id for entry in ledger.entries if entry.missing)
        commands = dict.fromkeys(in_shell("run", *words) for words in (sources.making, sources.making_ablations))
        made = " and ".join(f"`{command}`" for command in commands)
        lacking.append(f"{names}: cells are missing. {made} {'make' if len(commands) > 1 else 'makes'} them.")
    return section([*cards, notes], sources.command("claims", accepts=["--protocol"]), lacking, in_text=True)
