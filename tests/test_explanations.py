"""The committed explanations, and docs/explanations.md: worked examples chosen by a rule, of the committed records."""

import re
from pathlib import Path

import pytest
from PIL import Image

from seqrec_bench.data import Dataset
from seqrec_bench.records import CellKey, Record, Store
from seqrec_bench.reporting.explanations.kept import read_explanation, to_json
from seqrec_bench.reporting.explanations.summary_text import read_summaries, summary_markdown
from seqrec_bench.reporting.explanations.text import to_text

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
KEPT = RESULTS / "explanations"
EXAMPLES = {"hit": KEPT / "hit-user-8.json", "miss": KEPT / "miss-user-1.json"}
KEY = CellKey("ml-100k", "loo-full-v1", "am-lstm", "paper", 100, 0)


@pytest.fixture(scope="module")
def record() -> Record:
    found = Store(RESULTS).load(KEY)
    assert found is not None
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_of_the_committed_run_and_the_first_users_of_their_kind(
    example: str, record: Record, ml_100k: Dataset
) -> None:
    found = read_explanation(EXAMPLES[example])
    assert (found.key, found.weights) == (KEY, record.weights)
    assert found.fingerprint == record.recipe.dataset.fingerprint == ml_100k.fingerprint
    user = next(row for row, better in enumerate(record.test.better) if (better < 10) == (example == "hit"))
    assert found.user == ml_100k.user_ids[user]  # every user of these data is evaluated
    assert found.held_out is not None
    assert (found.held_out.better, found.held_out.tied) == (record.test.better[user], record.test.tied[user])
    assert (found.held_out.better < len(found.recommendations)) == (example == "hit")


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_say_what_the_data_say(example: str, ml_100k: Dataset) -> None:
    found = read_explanation(EXAMPLES[example])
    sequences = ml_100k.sequences
    user = ml_100k.user_ids.tolist().index(found.user)
    items = sequences.items[sequences.offsets[user] : sequences.offsets[user + 1]].tolist()
    assert ml_100k.item_titles is not None
    assert found.held_out is not None
    shown = [*(past.item for past in found.history), found.held_out.scored.item]
    assert [item.id for item in shown] == ml_100k.item_ids[items[-6:]].tolist()
    assert [item.title for item in shown] == [ml_100k.item_titles[item] for item in items[-6:]]
    assert found.n_candidates == sequences.n_items - len(items) + 1
    for scored in (*found.recommendations, found.held_out.scored):
        assert sum(scored.parts.values()) == pytest.approx(scored.score, abs=1e-4)


def block(name: str) -> str:
    page = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8")
    (found,) = re.findall(f"<!-- {name}:begin -->\n(.*?)<!-- {name}:end -->\n", page, flags=re.DOTALL)
    return str(found)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_page_shows_the_examples(example: str) -> None:
    assert block(example) == f"```\n{to_text(read_explanation(EXAMPLES[example]))}```\n"


def test_the_page_shows_the_summaries_of_the_committed_runs() -> None:
    summaries = read_summaries(KEPT / "all-users.json")
    assert [key.seed for key in summaries] == [0, 1, 2, 3, 4]
    assert block("all-users") == summary_markdown(summaries)


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


def test_the_committed_figure_is_of_the_example() -> None:
    with Image.open(RESULTS / "figures" / "explanation-hit.png") as image:
        assert image.info["Description"] == to_json(read_explanation(EXAMPLES["hit"]))
