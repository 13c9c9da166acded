"""README's short answer is what the commands say of the committed records."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.records import Store

ROOT = Path(__file__).parents[1]
ANSWER = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
THREE = ["gru4rec", "fpmc", "caser"]


def asked(*arguments: str) -> Any:
    done = CliRunner().invoke(app, [*arguments, "--results", str(ROOT / "results"), "--format", "json"])
    return json.loads(done.stdout)


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """Commands get the committed records that were read for the first of them."""
    records = Store(ROOT / "results").records()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "records", lambda self: list(records))
        yield


def figure(value: float, digits: int = 4) -> str:
    return f"{value:.{digits}f}".removeprefix("0")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked("table")["rows"]
    return found


def ranking(rows: list[dict[str, Any]], metric: str, key: str) -> list[str]:
    """Labels of the rows that have the figure, the best first."""
    of_metric = [row for row in rows if row["metric"] == metric and row[key] is not None]
    return [row["label"] for row in sorted(of_metric, key=lambda row: -float(row[key]))]


def test_how_many_figures_are_reproduced_and_which_one_is_open(rows: list[dict[str, Any]]) -> None:
    judged = asked("check")["judgements"]
    counts = Counter(each["verdict"] for each in judged)
    n_above = counts["exceeds"] + counts["at least reproduced"]
    (still_open,) = [each for each in judged if each["exit_code"] != 0]
    assert (still_open["subject"], still_open["metric"], still_open["verdict"]) == ("Caser", "HR@50", "inconclusive")
    margins = {each["metric"]: figure(each["margin"], 2) for each in judged}
    assert margins == {"HR@50": ".02", "MRR@50": ".01", "NDCG@50": ".01"}
    found = f"{counts['reproduced']} are reproduced, {n_above} exceeded or at least reproduced, by margins of .02"
    assert f"Of its {len(judged)} figures, {found} for HR@50 and .01 for the others" in ANSWER
    (row,) = [row for row in rows if row["label"] == "Caser" and row["metric"] == "HR@50"]
    mean, half_width, reported = (figure(row[key]) for key in ("reproduced", "half_width_95", "reported"))
    assert f"Caser's HR@50 is open: {mean} ± {half_width} where {reported} is reported" in ANSWER


@pytest.mark.parametrize("metric", ["HR@50", "MRR@50", "NDCG@50"])
def test_am_lstm_comes_first_as_reported(rows: list[dict[str, Any]], metric: str) -> None:
    assert "Of its four models AM-LSTM comes first in all three metrics, as reported" in ANSWER
    assert ranking(rows, metric, "reported")[0] == ranking(rows, metric, "reproduced")[0].partition(",")[0] == "AM-LSTM"


def test_it_is_better_than_the_three_and_their_order_is_open() -> None:
    assert "By all three it is better than GRU4Rec, FPMC and Caser for users like these too" in ANSWER
    assert {row["verdict"] for row in asked("compare", "am-lstm", *THREE)["rows"]} == {"better"}
    for first in THREE:
        compared = asked("compare", first, *(other for other in THREE if other != first))["rows"]
        assert {row["verdict"] for row in compared} == {"not separated"}


def test_which_parts_of_the_model_make_a_difference() -> None:
    assert "Attention and memory, which the paper credits, make no measurable difference. The user's fixed" in ANSWER
    changed = [row for row in asked("ablations")["rows"] if row["half_width_95"] is not None]
    measurable = {(row["label"], row["metric"]) for row in changed if abs(row["difference"]) > row["half_width_95"]}
    assert not {label for label, _ in measurable} & {"without attention", "without memory"}
    assert {label for label, metric in measurable if metric == "NDCG@50"} == {
        "without fixed user vector",
        "random starting vectors",
    }


def test_every_claim_is_undecidable_with_a_part_that_is_open() -> None:
    assert "Of the paper's seven claims, none is supported as a whole and none refuted" in ANSWER
    claims = asked("claims")["claims"]
    assert [claim["verdict"] for claim in claims] == ["undecidable"] * 7


def test_rules_that_only_count_are_above_three_models_as_reported_and_as_reproduced(rows: list[dict[str, Any]]) -> None:
    assert "Sequential rules, which only count, have a higher MRR@50 and NDCG@50 than GRU4Rec, FPMC and Caser" in ANSWER
    for metric in ("MRR@50", "NDCG@50"):
        figures = {row["label"]: row for row in rows if row["metric"] == metric}
        rules = figures["Sequential rules"]["reproduced"]
        assert all(
            rules > figures[label][key] for label in ("GRU4Rec", "FPMC", "Caser") for key in ("reproduced", "reported")
        )


def test_it_is_better_than_rules_but_for_one_metric() -> None:
    assert "AM-LSTM is better than they are by HR@50 and NDCG@50, and not separated from them by MRR@50" in ANSWER
    verdicts = {row["metric"]: row["verdict"] for row in asked("compare", "am-lstm", "sequential-rules")["rows"]}
    assert verdicts == {"HR@50": "better", "NDCG@50": "better", "MRR@50": "not separated"}


def test_with_seen_items_ranked_another_comes_first() -> None:
    assert "If items that a user has seen are ranked too, GRU4Rec comes before AM-LSTM" in ANSWER
    rows = asked("table", "--protocol", "loo-full-seen-v1")["rows"]
    for metric in ("HR@50", "MRR@50", "NDCG@50"):
        means = {row["label"]: row["reproduced"] for row in rows if row["metric"] == metric}
        assert means["gru4rec"] > means["am-lstm"]
