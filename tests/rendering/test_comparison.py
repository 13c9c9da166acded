"""Comparisons as Markdown, JSON and figure."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.comparison import Comparison, compare
from seqrec_bench.records import Record
from seqrec_bench.rendering.comparison import comparison_document, forest_chart
from seqrec_bench.rendering.drawing import figure_of
from seqrec_bench.studies.view import View

MakeRecord = Callable[..., Record]


@pytest.fixture
def comparison(make_record: MakeRecord, view: View) -> Comparison:
    records = [make_record("a", 100, seed, better=[1] * 40) for seed in range(3)]
    records += [make_record("b_c", 100, seed, better=[40 + seed] * 40, variant="tuned") for seed in range(3)]
    records += [make_record("rules", 0, better=[2] * 4 + [1] * 36, deterministic=True)]
    records += [make_record("mixed", 0, better=[0] * 8 + [3] * 15 + [1] * 17, deterministic=True)]
    records += [make_record("young", 100, better=[9] * 40)]
    return compare(records, ["a", "b_c:tuned", "rules", "mixed", "young"], view)


def written(content: Comparison, format: str) -> str:
    return comparison_document(content).written(format)


def rows(text: str, label: str) -> list[list[str]]:
    lines = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.splitlines()]
    return [line for line in lines if line[:1] == [label]]


def test_markdown_has_a_table_for_each_metric_and_notes(comparison: Comparison) -> None:
    *tables, notes = written(comparison, "md").split("\n\n")
    assert [table.split(",")[0] for table in tables] == ["| NDCG@50", "| HR@50", "| MRR@50"]
    assert all(len(table.splitlines()) == 2 + 4 for table in tables)
    assert all(line.startswith(("- ", "  ")) and len(line) <= 80 for line in notes.splitlines())
    assert "Seeds: a@100 3, b\\_c:tuned@100 3, rules any, mixed any, young@100 1." in " ".join(notes.split())


def test_markdown_shows_figures_verdicts_and_why_there_are_none(comparison: Comparison) -> None:
    text = written(comparison, "md")
    (_, hit_rate, _) = rows(text, r"b\_c:tuned@100")
    assert hit_rate == [
        r"b\_c:tuned@100",
        "+0.0000",
        "0.0000",
        "+0.0%",
        "—",
        "0 / 100 / 0",
        "1.0000",
        "too few users differ",
    ]
    (ndcg, _, _) = rows(text, r"young@100")
    assert ndcg[2] == ndcg[6] == "—"
    assert ndcg[5:] == ["100 / 0 / 0", "—", "too few seeds"]
    assert rows(text, r"b\_c:tuned@100")[0][6:] == ["< .0001", "better"]


def test_notes_say_what_it_takes_where_nothing_was_found(comparison: Comparison) -> None:
    notes = " ".join(written(comparison, "md").split())
    pair = comparison.pairs["MRR@50"][2]
    assert (pair.other.model, pair.outcome.value) == ("mixed", "not separated")
    assert pair.detectable is not None
    assert "MRR@50 against mixed: not separated, which is not the same as equal." in notes
    assert f"These runs find a difference of {pair.detectable:.4f} with a chance of 80 %" in notes
    assert "seeds a model" in notes or "it takes more users" in notes


def test_notes_say_how_many_users_differ_where_they_are_too_few(comparison: Comparison) -> None:
    notes = " ".join(written(comparison, "md").split())
    assert (
        "MRR@50 against rules: too few users differ for a verdict, 4 of 40. If they all did in one direction, an exact "
        "sign test would give p = .1250, before Holm's procedure; no smaller one is taken from so few."
    ) in notes
    assert notes.count("too few users differ for a verdict") == 2  # by NDCG@50 and MRR@50
    assert "HR@50 against rules: no user differs, so there is nothing to test." in notes


def test_json_has_the_numbers_unrounded(comparison: Comparison) -> None:
    content = json.loads(written(comparison, "json"))
    assert [row["metric"] for row in content["rows"]] == [name for name in comparison.metrics for _ in range(4)]
    pairs = [pair for name in comparison.metrics for pair in comparison.pairs[name]]
    for row, pair in zip(content["rows"], pairs, strict=True):
        assert (row["difference"], row["p_holm"], row["verdict"]) == (pair.difference, pair.p_value, pair.outcome)
        assert row["n_users_who_differ"] == pair.n_differing
        assert row["half_width_95"] == (pair.inference.half_width if pair.inference else None)
        assert sum(row["users"].values()) == pytest.approx(1)
    assert content["rows"][0]["first"] == "a paper-d100"


def test_the_forest_plot_says_what_makes_its_figures_mean_less(comparison: Comparison) -> None:
    assert forest_chart(replace(comparison, cautions=("Few candidates.",))).notes[-1] == "Few candidates."


def test_the_forest_plot_shows_every_difference_with_its_interval(comparison: Comparison) -> None:
    panels = figure_of(forest_chart(comparison)).axes
    assert [axes.get_title() for axes in panels] == list(comparison.metrics)
    assert [label.get_text() for label in panels[0].get_yticklabels()] == [
        "b_c:tuned@100",
        "rules",
        "mixed",
        "young@100",
    ]
    for axes, name in zip(panels, comparison.metrics, strict=True):
        for container, pair in zip(axes.containers, comparison.pairs[name], strict=True):
            (x,), (y,) = container.lines[0].get_data()
            assert (x, y) == (pair.difference, comparison.pairs[name].index(pair))
            if pair.inference is None:
                assert not container.has_xerr
                continue
            ((left, _), (right, _)) = container.lines[2][0].get_segments()[0]
            assert right - left == pytest.approx(2 * pair.inference.half_width)


def test_different_metrics_that_chose_are_named(make_record: MakeRecord, view: View) -> None:
    records = [make_record("a", 100, seed, better=[1] * 40) for seed in range(3)]
    other = [make_record("a", 100, seed, better=[2] * 40, variant="by-ten") for seed in range(3)]
    other = [replace(record, recipe=replace(record.recipe, selection="NDCG@10")) for record in other]
    found = written(compare([*records, *other], ["a:paper", "a:by-ten"], view), "json")
    assert "What chose the epochs: a@100 by NDCG@50; a:by-ten@100 by NDCG@10." in found
    assert "NDCG@50 is the primary metric, since it selects in the study, if not here; " in found
