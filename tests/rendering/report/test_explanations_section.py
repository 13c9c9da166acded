"""The section of explanations, from kept files to the page."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from seqrec_bench.evaluation.explaining.content import (
    HeldOut,
    Item,
    Memory,
    Neighbour,
    PastItem,
    ScoredItem,
    Spread,
    UserExplanation,
)
from seqrec_bench.records import CellKey
from seqrec_bench.rendering.blocks import Grid, Paragraph, Section
from seqrec_bench.rendering.explanations.kept import read_kept, to_json
from seqrec_bench.rendering.explanations.summary_text import read_summaries, summaries_document
from seqrec_bench.rendering.report.build import build_report
from seqrec_bench.rendering.report.html import to_html
from seqrec_bench.rendering.report.sources import Sources

COMMITTED = Path(__file__).parents[3] / "results" / "explanations" / "all-users.json"
KEY = CellKey("ml-100k", "loo-full-v1", "am-lstm", "paper", 100, 0)
FILM = Item("1", "<script>\x1b[2J", ("Drama",))
SCORED = ScoredItem(FILM, 2.0, {"LSTM": 2.004, "bias": -0.004}, None)
EXPLAINED = UserExplanation(
    key=KEY,
    fingerprint="f" * 64,
    weights=None,
    user="8",
    n_history=9,
    n_given=2,
    history=(PastItem(FILM, 1, 0.25, None), PastItem(Item("2", "", ()), 2, 0.5, 0.125)),
    attention=((1.0, 0.0), (0.25, 0.75)),
    memory=Memory(40, 37.2, (Neighbour("7", 0.05, True, (FILM,)),)),
    n_candidates=20,
    candidates={"score": Spread(0.0, 1.0)},
    recommendations=(SCORED,),
    held_out=HeldOut(SCORED, 1, 3),
)


def test_a_kept_user_is_shown_with_attention_memory_and_parts(
    sources: Sources, section_of: Callable[[Sources, str], Section]
) -> None:
    section = section_of(replace(sources, explained=[EXPLAINED]), "explanations")
    assert section.lacking == []
    history, memory, recommended = (block for block in section.blocks if isinstance(block, Grid))
    assert [row[1:] for row in history.rows] == [["0.25", "0.25", "—"], ["0.75", "0.50", "0.12"]]
    assert memory.rows == [["7", "then <script>\x1b[2J", "0.0500"]]
    assert [column.head for column in recommended.columns] == ["item", "score", "LSTM", "bias"]
    assert recommended.rows[0][1:] == ["2.00", "2.00", "0.00"]
    (taken,) = (block.text for block in section.blocks if isinstance(block, Paragraph))
    assert "at rank 2 of 20 candidates, level with 2 others" in taken


def test_what_titles_hold_reaches_neither_the_page_nor_the_terminal(sources: Sources) -> None:
    page = to_html(build_report(replace(sources, explained=[EXPLAINED])))
    assert "&lt;script&gt;\\x1b[2J" in page
    assert "\x1b" not in page
    assert "<script>\\x1b" not in page


def test_without_a_kept_user_it_says_how_to_keep_one(
    sources: Sources, section_of: Callable[[Sources, str], Section]
) -> None:
    section = section_of(replace(sources, attention=read_summaries(COMMITTED)), "explanations")
    assert "seqrec-bench explain --user ID --format json" in section.lacking[0]
    assert [block.columns[1].head for block in section.blocks if isinstance(block, Grid)] == ["seed 0"]


def test_kept_files_are_read_if_they_are_of_these_data(tmp_path: Path) -> None:
    elsewhere = replace(EXPLAINED, key=replace(KEY, protocol="time-full-v1"), user="9")
    for explained in (replace(EXPLAINED, user="10"), EXPLAINED, elsewhere):
        (tmp_path / f"user-{explained.user}.json").write_text(to_json(explained))
    (tmp_path / "all-users.json").write_text(summaries_document(read_summaries(COMMITTED)).written("json"))
    users, summaries = read_kept(tmp_path, "ml-100k", "loo-full-v1")
    assert [user.user for user in users] == ["8", "10"]
    assert summaries == read_summaries(COMMITTED)
    assert read_kept(tmp_path, "other", "loo-full-v1") == ([], None)
    assert read_kept(tmp_path / "nowhere", "ml-100k", "loo-full-v1") == ([], None)
