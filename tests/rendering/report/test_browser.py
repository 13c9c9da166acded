"""The page of the committed records in headless Chromium, by Playwright; CONTRIBUTING.md says how to run these."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.records import Store
from seqrec_bench.rendering.report.build import SECTIONS, build_report
from seqrec_bench.rendering.report.html import to_html
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.studies.loading import load_study

sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright here: install '.[browser]'")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("no Chromium here: install chromium", allow_module_level=True)

ROOT = Path(__file__).parents[3]
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
MAX_BYTES = 2_000_000


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, ml_100k: Dataset) -> Path:
    sources = Sources(Store(ROOT / "results").records(), load_study("chen2020").view(), ml_100k)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(to_html(build_report(sources)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """A page, and what it asked for and complained of."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        self.page = browser.new_context(**options).new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())

    def column(self, place: int) -> list[str]:
        """The texts of a column of the first table."""
        cells = self.page.locator("table").first.locator(f"tbody tr > :nth-child({place})")
        return [text.strip() for text in cells.all_inner_texts()]


@pytest.fixture(scope="module")
def opened(browser: Any, page_file: Path) -> Opened:
    return Opened(browser, page_file, viewport={"width": 1280, "height": 900})


def test_the_page_is_small_and_loads_without_a_complaint_or_another_request(opened: Opened, page_file: Path) -> None:
    assert page_file.stat().st_size < MAX_BYTES
    assert opened.complaints == []
    assert opened.requests == [page_file.as_uri()]


def test_tables_sort_by_a_click_downwards_upwards_and_back(opened: Opened) -> None:
    head = opened.page.locator("table").first.locator("th", has_text="reproduced")
    before = opened.column(4)
    figures = sorted(map(float, before), reverse=True)
    for direction, expected in (("descending", figures), ("ascending", figures[::-1])):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == direction
        assert list(map(float, opened.column(4))) == expected
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert opened.column(4) == before


def test_tables_sort_by_the_keyboard_and_what_has_no_number_comes_last(opened: Opened) -> None:
    head = opened.page.locator("table").first.locator("th", has_text="reported")
    head.get_by_role("button").focus()
    for key, direction in (("Enter", "descending"), ("Space", "ascending")):
        opened.page.keyboard.press(key)
        assert head.get_attribute("aria-sort") == direction
        column = opened.column(3)
        assert all(text == "—" for text in column[4:])
        assert column[:4] == sorted(column[:4], reverse=direction == "descending")
    assert "sorted by reported, ascending" in opened.page.get_by_role("status").inner_text()
    opened.page.keyboard.press("Enter")


def test_without_scripts_all_is_there(browser: Any, page_file: Path) -> None:
    still = Opened(browser, page_file, java_script_enabled=False)
    assert still.page.locator("th button").count() == 0
    assert still.page.locator("section").count() == len(SECTIONS)
    assert still.page.get_by_role("region", name="Table: Table 1, HR@50").is_visible()


@pytest.mark.parametrize("width", [800, 1265, 1280])
def test_table_one_is_seen_whole_where_there_is_room(browser: Any, page_file: Path, width: int) -> None:
    page = Opened(browser, page_file, viewport={"width": width, "height": 900}).page
    regions = "[...document.querySelectorAll('#table .scroll')]"
    assert page.evaluate(f"{regions}.map((region) => region.scrollWidth - region.clientWidth)") == [0, 0, 0]


def test_verdicts_are_seen_on_a_telephone(browser: Any, page_file: Path) -> None:
    narrow = Opened(browser, page_file, viewport={"width": 390, "height": 844})
    ends = narrow.page.evaluate(
        "[...document.querySelectorAll('#table .verdict')].map((e) => e.getBoundingClientRect().right)"
    )
    assert min(ends) > 0 and max(ends) < 390


@pytest.mark.parametrize("width", [390, 768])
def test_the_page_itself_never_scrolls_sideways(browser: Any, page_file: Path, width: int) -> None:
    narrow = Opened(browser, page_file, viewport={"width": width, "height": 844})
    narrow.page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert narrow.page.evaluate("document.documentElement.scrollWidth") == width


def test_printing_leaves_out_what_can_only_be_clicked_and_shows_what_verdicts_rest_on(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    try:
        assert not opened.page.get_by_role("navigation").is_visible()
        assert opened.page.get_by_text("C1, part by part").is_visible()
        assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    finally:
        opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
        opened.page.emulate_media(media="screen")
    assert not opened.page.get_by_text("C1, part by part").is_visible()


def test_no_text_in_a_chart_is_cut_off_or_lies_on_another(opened: Opened) -> None:
    faults = opened.page.evaluate(
        """() => [...document.querySelectorAll("svg.panel")].flatMap((panel) => {
          const frame = panel.getBoundingClientRect();
          const boxes = [...panel.querySelectorAll("text")].filter((text) => text.textContent).map(
            (text) => [text.textContent, text.getBoundingClientRect()]);
          const outside = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 9
            || box.bottom > frame.bottom + 1);
          const onOthers = boxes.filter(([, a], place) => boxes.slice(place + 1).some(([, b]) =>
            a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3));
          return [...outside, ...onOthers].map(([text]) => `${panel.querySelector("title").textContent}: ${text}`);
        })"""
    )
    assert faults == []


PRUNE = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const shorten = (all, number) => [...all].slice(number).forEach((one) => one.remove());
  for (const section of document.querySelectorAll("section")) {
    for (const kind of [".claim", ".panel", ".scroll", ".notes", ".legend"]) shorten(section.querySelectorAll(kind), 2);
  }
  for (const rows of document.querySelectorAll("tbody, .notes, .legend")) shorten(rows.children, 2);
  for (const panel of document.querySelectorAll("svg.panel")) shorten(panel.querySelectorAll(".dot, .bar"), 4);
}"""
"""Unfolds all, and leaves a few of what there are many of, since axe-core takes long to look at each."""


@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core here: npm install axe-core, or AXE_CORE=.../axe.min.js")
@pytest.mark.parametrize(
    ("theme", "rules"),
    [("light", "axe.run()"), ("dark", "axe.run({runOnly: ['color-contrast']})")],
    ids=["light", "dark"],
)
def test_axe_finds_no_fault(browser: Any, page_file: Path, theme: str, rules: str) -> None:
    themed = Opened(browser, page_file, color_scheme=theme)
    themed.page.evaluate(PRUNE)
    themed.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = themed.page.evaluate(rules)
    assert "color-contrast" in {passed["id"] for passed in found["passes"]}
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
