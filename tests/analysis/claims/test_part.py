"""The one rule: supported at 5 %, refuted by Holm over a claim's parts at 5 %, else undecidable."""

import pytest

from seqrec_bench.analysis.claims.part import Part, Question, Statistic, Verdict, decide, whole

SUPPORTED, REFUTED, UNDECIDABLE = Verdict


def question(p_supported: float, p_refuted: float) -> Question:
    return Question(Statistic("it holds", "by a test"), p_supported, p_refuted, lambda: "more")


@pytest.mark.parametrize(
    ("p_supported", "p_refuted", "verdict"),
    [
        (0.05, 1, SUPPORTED),
        (0.051, 1, UNDECIDABLE),
        (1, 0.05, REFUTED),
        (1, 0.051, UNDECIDABLE),
        (0.5, 0.5, UNDECIDABLE),
    ],
)
def test_a_part_is_judged_at_5_percent(p_supported: float, p_refuted: float, verdict: Verdict) -> None:
    (part,) = decide([question(p_supported, p_refuted)])
    assert part.verdict is verdict
    assert part.takes == ("more" if verdict is UNDECIDABLE else None)


def test_support_takes_no_correction_and_refutation_takes_holms() -> None:
    parts = decide([question(0.04, 1), question(0.04, 1), question(1, 0.04)])
    assert [part.verdict for part in parts] == [SUPPORTED, SUPPORTED, UNDECIDABLE]
    assert parts[2].p_refuted == pytest.approx(0.12)
    assert parts[2].takes == "more; refuted by itself, but not by Holm over the claim's parts"
    assert decide([question(0.04, 1), question(0.04, 1), question(1, 0.016)])[2].verdict is REFUTED


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([SUPPORTED, SUPPORTED], SUPPORTED),
        ([SUPPORTED, UNDECIDABLE], UNDECIDABLE),
        ([SUPPORTED, REFUTED, UNDECIDABLE], REFUTED),
        ([SUPPORTED, None], SUPPORTED),
    ],
)
def test_a_claim_holds_if_all_its_parts_do_and_falls_with_one(parts: list[Verdict | None], verdict: Verdict) -> None:
    assert whole([Part(Statistic("", ""), part) for part in parts]) is verdict


def test_no_probability_is_ever_taken_for_one() -> None:
    with pytest.raises(ValueError):
        decide([question(1, float("nan"))])
