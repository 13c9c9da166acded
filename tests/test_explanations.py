"""The committed summaries of attention, and what docs/explanations.md says of them."""

import re
from pathlib import Path

from seqrec_bench.rendering.explanations.summary_text import read_summaries, summaries_document

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
KEPT = RESULTS / "explanations"


def block(name: str) -> str:
    page = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8")
    (found,) = re.findall(f"<!-- {name}:begin -->\n(.*?)<!-- {name}:end -->\n", page, flags=re.DOTALL)
    return str(found)


def test_the_page_shows_the_summaries_of_the_committed_runs() -> None:
    summaries = read_summaries(KEPT / "all-users.json")
    assert [key.seed for key in summaries] == [0, 1, 2, 3, 4]
    assert block("all-users") == summaries_document(summaries).written("md")


def test_what_the_page_says_of_the_summaries_is_so() -> None:
    summaries = read_summaries(KEPT / "all-users.json").values()
    items = [summary.items for summary in summaries if summary.items]
    users = [summary.users for summary in summaries if summary.users]
    assert [f"{pick(found.last_weight for found in items):.2f}" for pick in (min, max)] == ["0.97", "1.00"]
    lost = [found.recency_and_effect - found.attention_and_effect for found in items]
    assert [f"{pick(lost):.3f}" for pick in (min, max)] == ["0.007", "0.021"]
    assert [round(pick(found.effective_users for found in users)) for pick in (min, max)] == [658, 831]
    for part, factors in (("LSTM", [4, 7]), ("fixed", [7, 10])):
        ratios = [summary.parts[part] / summary.parts["memory"] for summary in summaries]
        assert [round(min(ratios)), round(max(ratios))] == factors
