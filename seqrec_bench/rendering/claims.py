"""The ledger as text: Markdown to read and for a page, whole or in short, and JSON for programs."""

from collections.abc import Callable, Mapping
from typing import Any

from seqrec_bench.analysis.claims.evidence import in_words
from seqrec_bench.analysis.claims.ledger import Entry, Ledger
from seqrec_bench.analysis.claims.part import Part, Verdict
from seqrec_bench.rendering.json_text import json_text
from seqrec_bench.rendering.markdown import NONE, escape_markdown, markdown_notes, markdown_table, wrapped

COLUMNS = ("what is said", "found", "90 % interval", "verdict")


def to_markdown(ledger: Ledger) -> str:
    """A section for each claim, and the notes."""
    return "\n\n".join([*map(_section, ledger.entries), markdown_notes(ledger.notes)]) + "\n"


def to_short(ledger: Ledger) -> str:
    """One item for each claim: its verdict, what it says, and how many of its parts hold."""
    lines = [
        f"**{entry.verdict}**: {escape_markdown(f'{entry.claim.id}, {entry.claim.text}')} {count(entry)}"
        for entry in ledger.entries
    ]
    return "\n".join(wrapped(line, first="- ", others="  ") for line in lines) + "\n"


def count(entry: Entry) -> str:
    """How many of its parts hold, in a sentence."""
    if entry.missing:
        return "Cells are missing."
    verdicts = [part.verdict for part in entry.parts if part.verdict is not None]
    supported, refuted = verdicts.count(Verdict.SUPPORTED), verdicts.count(Verdict.REFUTED)
    parts = "1 part" if len(verdicts) == 1 else f"{len(verdicts)} parts"
    return f"Of {parts}, {supported} {'is' if supported == 1 else 'are'} supported and {refuted} refuted here."


def _section(entry: Entry) -> str:
    blocks = [f"### {escape_markdown(entry.claim.id)}: {entry.verdict}", wrapped(escape_markdown(entry.claim.text))]
    if entry.parts:
        blocks.append(_table(entry))
    notes = [*takes(entry), *entry.remarks]
    if notes:
        blocks.append(markdown_notes(notes))
    return "\n\n".join(blocks)


def _table(entry: Entry) -> str:
    lines = [list(COLUMNS)]
    for part in entry.parts:
        says, found, *others = part_texts(part)
        lines.append([escape_markdown(says), escape_markdown(found), *others])
    return markdown_table(lines)


def part_texts(part: Part) -> list[str]:
    """What stands in `COLUMNS`."""
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


def takes(entry: Entry) -> list[str]:
    """What a verdict would take, the parts that would take the same together."""
    if entry.missing:
        return [f"What it would take: {in_words(entry.missing)}."]
    parts: dict[str, list[str]] = {}
    for part in entry.parts:
        if part.takes is not None:
            parts.setdefault(part.takes, []).append(part.statistic.says)
    return [f"What it would take: {what} ({'; '.join(says)})." for what, says in parts.items()]


def to_json(ledger: Ledger) -> str:
    """The same, numbers unrounded."""
    fields = {
        "claims": [_claim(entry) for entry in ledger.entries],
        "missing": [str(cell) for cell in ledger.missing],
        "notes": ledger.notes,
    }
    return json_text(fields)


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


FORMATS: Mapping[str, Callable[[Ledger], str]] = {"md": to_markdown, "short": to_short, "json": to_json}
"""The formats by the names under which they are asked for."""
