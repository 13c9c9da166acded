"""The ledger as Markdown, in short, and as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.analysis.claims.ledger import Ledger, claims_ledger
from seqrec_bench.records import Record
from seqrec_bench.rendering.claims import claims_document
from seqrec_bench.studies.claim import Claim
from seqrec_bench.studies.loading import load_study

SMALL = load_study(Path(__file__).parents[1] / "analysis" / "claims" / "small.toml").view()

Plant = Callable[..., list[Record]]


def written(content: Ledger, format: str) -> str:
    return claims_document(content).written(format)


@pytest.fixture
def ledger(plant: Plant) -> Ledger:
    """The order is supported, the size is undecided, the rest is missing."""
    records = [*plant("fpmc", 9, 16, dataset="shop"), *plant("sasrec", lambda s: 3 + s, 16, dataset="shop")]
    return claims_ledger(records, SMALL)


def test_short_has_a_line_for_each_claim(ledger: Ledger) -> None:
    assert " ".join(written(ledger, "short").split()) == (
        "- **supported**: order, Two steps are better than one. Of 2 parts, 2 are supported and 0 refuted here. "
        "- **undecidable**: rise, Twice as good. Of 2 parts, 1 is supported and 0 refuted here. "
        "- **undecidable**: trend, One step profits from the dimension. Cells are missing. "
        "- **undecidable**: peak, Two steps have enough with 16. Cells are missing. "
        "- **undecidable**: part, The second step matters. Cells are missing. "
        "- **undecidable**: speed, It learns faster with the second step. Cells are missing."
    )


def test_markdown_has_a_section_for_each_claim_and_a_row_for_each_part(ledger: Ledger) -> None:
    text = written(ledger, "md")
    sections = [line for line in text.splitlines() if line.startswith("### ")]
    assert sections == [f"### {entry.claim.id}: {entry.verdict}" for entry in ledger.entries]
    size = next(line for line in text.splitlines() if "Two steps above One step by" in line)
    assert "| MRR@10: Two steps above One step by +100.00%, within" in size
    assert "%" in size.split("|")[3]
    assert "- What it would take: fpmc (paper), d = 8, 32, seeds 0, 1, 2." in text
    assert text.index("### speed") < text.index("- Doe (2021), two steps ahead. Judged from 6 records")


def test_markdown_escapes_what_a_paper_says(plant: Plant) -> None:
    claims = (Claim("a|b", "x < y*", SMALL.claims[0].test),)
    text = written(claims_ledger([], replace(SMALL, claims=claims)), "md")
    assert r"### a\|b: undecidable" in text
    assert r"x \< y\*" in text
    assert "There are no records of it on shop under loo-full-v1." in " ".join(text.split())


def test_no_zero_is_negative(plant: Plant) -> None:
    records = [*plant("fpmc", 9, 16, dataset="shop"), *plant("sasrec", 9, 16, dataset="shop")]
    text = written(claims_ledger(records, SMALL), "md")
    assert "+0.0000" in text
    assert "-0.0000" not in text


def test_json_holds_all_that_was_found(ledger: Ledger) -> None:
    content = json.loads(written(ledger, "json"))
    assert [claim["verdict"] for claim in content["claims"]] == [entry.verdict for entry in ledger.entries]
    first = content["claims"][0]
    part, expected = first["parts"][0], ledger.entries[0].parts[0]
    statistic = expected.statistic
    assert part == {
        "says": statistic.says,
        "method": statistic.method,
        "estimate": statistic.estimate,
        "interval_90": list(statistic.interval or ()),
        "found": statistic.found,
        "verdict": expected.verdict,
        "p_supported": expected.p_supported,
        "p_refuted": expected.p_refuted,
        "takes": expected.takes,
    }
    assert content["missing"] == [str(cell) for cell in ledger.missing]
    assert content["notes"] == list(ledger.notes)


def test_intervals_are_around_their_estimates(ledger: Ledger) -> None:
    parts = [
        part
        for claim in json.loads(written(ledger, "json"))["claims"]
        for part in claim["parts"]
        if part["interval_90"]
    ]
    assert len(parts) >= 4
    for part in parts:
        low, high = part["interval_90"]
        assert low < part["estimate"] < high
