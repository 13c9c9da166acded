"""The page as text; `test_browser` looks at it as a browser does."""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from seqrec_bench.data import Dataset
from seqrec_bench.records import Store
from seqrec_bench.rendering.blocks import Column, Grid, Kind, Report, Section
from seqrec_bench.rendering.markdown import number
from seqrec_bench.rendering.report.build import build_report
from seqrec_bench.rendering.report.html import to_html
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.studies.loading import load_study

COMMITTED = Path(__file__).parents[3] / "results"
VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """Tags as they are nested, attributes, and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == [], "some tags are not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all_of(self, name: str) -> list[str]:
        return [str(value) for attribute, value in self.attributes if attribute == name]


def test_the_same_records_give_the_same_bytes(sources: Sources) -> None:
    again = Sources(sources.records, sources.view, sources.data)  # which has computed nothing yet
    assert to_html(build_report(sources)) == to_html(build_report(again))


def test_the_page_is_sound_and_needs_nothing_else(sources: Sources) -> None:
    text = to_html(build_report(sources))
    page = Page(text)
    ids = page.all_of("id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.all_of("href")} - {"data:,"} <= set(ids)
    labels = {name for names in page.all_of("aria-labelledby") for name in names.split()}
    assert labels <= set(ids)
    assert page.all_of("src") == []
    assert not re.search(r"https?://|@import|url\(", text)
    assert page.tags["script"] == page.tags["style"] == 1


def test_the_page_shows_the_tables_figures(sources: Sources) -> None:
    text = to_html(build_report(sources))
    for row in sources.table.rows:
        for entry in row.entries.values():
            assert entry.reproduced is not None
            assert f'<td class="number">{number(entry.reproduced.mean)}</td>' in text
    for judgement in sources.check.judgements if not isinstance(sources.check, str) else ():
        assert f">{judgement.verdict}</span>" in text


def test_every_kind_of_verdict_has_a_mark_of_its_own() -> None:
    verdicts = ["reproduced", "exceeds", "at least reproduced", "inconclusive", "falls short"]
    grid = Grid(
        "Verdicts", [Column("model"), Column("verdict", Kind.VERDICT)], [["a", verdict] for verdict in verdicts]
    )
    text = to_html(Report("", "", "", [Section("one", "One", [grid])]))
    marks = dict(re.findall(r'\.verdict\.(\w+)::before { content: "(.*?)"', text))
    tones = [re.findall(rf'class="verdict (\w+)">{verdict}<', text)[0] for verdict in verdicts]
    assert [marks[tone] for tone in tones] == [f"\\{ord(mark):x}" for mark in "✓▲△"] + ["?", "\\2717"]


def test_no_text_of_records_or_papers_becomes_markup(hostile: Sources, sources: Sources) -> None:
    text = to_html(build_report(hostile))
    page = Page(text)
    assert page.tags["script"] == 1
    assert page.tags["b"] == page.tags["i"] == page.tags["u"] == 0
    assert "alert(1)" not in {name for name, _ in page.attributes}
    assert "<script>alert(1)</script>" in unescape(text)
    assert set(page.tags) <= set(Page(to_html(build_report(sources))).tags)


def test_no_escape_is_seen_on_the_page_of_the_committed_records(ml_100k: Dataset) -> None:
    page = to_html(build_report(Sources(Store(COMMITTED).records(), load_study("chen2020").view(), ml_100k)))
    shown = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    assert re.findall(r".{0,20}\\[xuUN][0-9a-fA-F{].{0,20}", shown) == []


def test_pages_name_no_time_and_no_place_of_this_machine(sources: Sources) -> None:
    text = to_html(build_report(sources))
    assert not re.search(r"/home/|/tmp/|/root/|\d\d:\d\d", text)
