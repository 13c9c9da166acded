"""Explanations as text, JSON and figure, with titles that try to break out."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.explaining.content import UserExplanation
from seqrec_bench.evaluation.explaining.summary import AttentionSummary, ItemSummary, UserSummary
from seqrec_bench.records import CellKey
from seqrec_bench.rendering.explanations.figure import draw_explanation
from seqrec_bench.rendering.explanations.kept import read_explanation, to_json
from seqrec_bench.rendering.explanations.printable import printable
from seqrec_bench.rendering.explanations.summary_text import read_summaries, summaries_document
from seqrec_bench.rendering.explanations.text import PLAIN_WIDTH, print_explanation, to_text


def test_text_has_what_is_asked_for(explanation: UserExplanation) -> None:
    text = to_text(explanation)
    words = " ".join(text.split())
    for expected in (
        "by am-lstm paper-d100-s0 under loo-full-v1",
        "The last 2 of 9 items, of 1997-11-20; 1 at the time of the one before.",
        "1 Plain (1995) Drama ▒▒ 0.30 +0.25 +0.00",
        "1 earlier items, with the rest of each row's weight, are not shown.",
        "Memory: 40 users, weighing as 37 equal ones would. The 2 nearest have 8.0% of the weight (5.0% if all were",
        "[u] then Plain (1995) 0.0500 2.0",
        "→2 Plain (1995) Drama 1.00 1.50 -0.50 2",
        "mean of all candidates -1.00 0.00 -1.00",
        "Taken next: Plain (1995) (Drama), at a rank from 2 to 4, all scored alike, of 20 candidates; score 1.00 = a",
    ):
        assert expected in words
    assert max(map(len, text.splitlines())) <= PLAIN_WIDTH


def test_control_characters_and_markup_stay_text(explanation: UserExplanation) -> None:
    text = to_text(explanation)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "[bold]b[/bold]" in " ".join(text.split())
    shown = io.StringIO()
    print_explanation(explanation, Console(file=shown, force_terminal=True, color_system="standard", width=200))
    assert "\x1b[31m" not in shown.getvalue()
    assert "\x9b" not in shown.getvalue()
    assert printable("a\tb\x07\u2028") == "a b\ufffd "


def test_json_is_read_back_and_holds_no_control_character(explanation: UserExplanation, tmp_path: Path) -> None:
    text = to_json(explanation)
    assert all(character.isprintable() or character == "\n" for character in text)
    command = json.loads(text)["command"]
    assert command.endswith(" --model am-lstm --variant paper --dimension 100 --seeds 0 --format json")
    (tmp_path / "kept.json").write_text(text, encoding="utf-8")
    assert read_explanation(tmp_path / "kept.json") == explanation


def test_less_is_shown_where_there_is_less(explanation: UserExplanation, tmp_path: Path) -> None:
    bare = replace(
        explanation, attention=None, memory=None, held_out=None, candidates={"score": explanation.candidates["a"]}
    )
    text = to_text(replace(bare, history=tuple(replace(past, for_held_out=None) for past in bare.history)))
    for absent in ("Attention", "Memory", "sum of", "Taken next"):
        assert absent not in text
    assert "There is no held-out item" in text
    (tmp_path / "kept.json").write_text(to_json(bare), encoding="utf-8")
    assert read_explanation(tmp_path / "kept.json") == bare
    with pytest.raises(InputError, match="am-lstm paper-d100-s0 has no attention over items to draw"):
        draw_explanation(bare, tmp_path / "figure")


def test_small_scores_have_digits_enough(explanation: UserExplanation) -> None:
    spread = replace(explanation.candidates["score"], deviation=0.0012)
    assert "+0.25000" in to_text(replace(explanation, candidates={**explanation.candidates, "score": spread}))


def test_times_that_are_no_dates_are_shown_as_they_are(explanation: UserExplanation) -> None:
    past = [replace(past, time=time) for past, time in zip(explanation.history, (3.5, 1e6), strict=True)]
    assert "items, of times 3.5 to 1e+06." in to_text(replace(explanation, history=tuple(past)))


@pytest.mark.parametrize("unit", [1, 10**3, 10**9])
def test_instants_are_shown_as_dates_whatever_their_unit(explanation: UserExplanation, unit: int) -> None:
    days = (1_709_251_200, 1_709_251_200 + 86_400)
    past = [replace(past, time=day * unit) for past, day in zip(explanation.history, days, strict=True)]
    assert "items, of 2024-03-01 to 2024-03-02." in to_text(replace(explanation, history=tuple(past)))


@pytest.mark.parametrize("content", ["3", "{}", '{"command": "x"}', "no JSON", '{"command": "x", "memory": 3}'])
@pytest.mark.parametrize(("read", "kind"), [(read_explanation, "explanation"), (read_summaries, "summaries")])
def test_a_file_of_another_kind_is_refused(
    read: Callable[[Path], object], kind: str, content: str, tmp_path: Path
) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(InputError, match=rf"other\.json holds no {kind}"):
        read(tmp_path / "other.json")


def test_the_figure_carries_the_explanation_and_takes_any_title(explanation: UserExplanation, tmp_path: Path) -> None:
    png, svg = draw_explanation(explanation, tmp_path / "figure")
    assert png.read_bytes().startswith(b"\x89PNG")
    description = ElementTree.parse(svg).findtext(".//{http://purl.org/dc/elements/1.1/}description")
    assert description == to_json(explanation).rstrip("\n") or description == to_json(explanation)


def test_summaries_are_a_table_and_are_read_back(tmp_path: Path) -> None:
    items, users = ItemSummary(0.98, 1.05, 0.4, 0.41), UserSummary(943, 831.2, 3.87, 88)
    summaries = {
        CellKey("toy", "loo-full-v1", "m", "paper", 4, seed): AttentionSummary(seed, 9, items, users, {"a_b": 1.5})
        for seed in (0, 3)
    }
    (tmp_path / "all.json").write_text(summaries_document(summaries).written("json"))
    assert read_summaries(tmp_path / "all.json") == summaries
    text = summaries_document(summaries).written("md")
    for line in ("|  0.980 |  0.980 |", "| +0.400 | +0.400 |", "|    831 |    831 |", r"deviation of a\_b", "seed 3"):
        assert line in text
    bare = {key: replace(summary, items=None, users=None) for key, summary in summaries.items()}
    assert "attention" not in summaries_document(bare).written("md")
