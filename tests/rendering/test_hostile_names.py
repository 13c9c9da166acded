"""Names that are commands elsewhere, through every command that shows records, in every format."""

import csv
import io
import json
import re
import shlex
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.cli.main import main
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.loading import STUDIES

FORMULA, SCRIPT, INPUT = "=cmd|' /C calc'!A0", "<script>alert(1)</script>", r"\input{/etc/passwd}"
LABELS = {"GRU4Rec": FORMULA, "FPMC": SCRIPT, "Caser": INPUT, "AM-LSTM": "_$x^ [red] ::error::"}
MARKDOWN = (r"=cmd\|' /C calc'!A0", r"\<script\>alert(1)\</script\>", r"\\input\{/etc/passwd\}")


@pytest.fixture
def call(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    all_records: list[Record],
    ablation_records: list[Record],
) -> Callable[[str], str]:
    """What a command prints, of records and a paper with such labels."""
    store = Store(tmp_path / "results")
    at_100 = [record for record in all_records if record.key.dimension in (0, 100)]
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    for record in (*at_100, *ablation_records):
        store.save(record)
        store.save(replace(record, key=replace(record.key, protocol="loo-full-seen-v1")))
    text = (STUDIES / "chen2020.toml").read_text()
    for label, other in LABELS.items():
        text = text.replace(f'label = "{label}"', f"label = {json.dumps(other)}")
    citation = tomllib.loads(text)["title"]
    text = text.replace(json.dumps(citation), json.dumps(f"{FORMULA} {SCRIPT} {INPUT}"))
    text = re.sub(r"^hits.*$", "", text.replace("ml-100k = 943", "ml-100k = 40"), flags=re.MULTILINE)
    (tmp_path / "paper.toml").write_text(text)
    monkeypatch.chdir(tmp_path)

    def make(command: str) -> str:
        arguments = [*shlex.split(command), "--results", "results", "--paper", "paper.toml"]
        monkeypatch.setattr("sys.argv", ["seqrec-bench", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        assert end.value.code in (0, 3, 5, 6), printed.err
        return printed.out

    return make


@pytest.mark.parametrize("command", ["table", "ablations", "audit", "check"])
def test_in_markdown_they_are_no_mark_up(call: Callable[[str], str], command: str) -> None:
    text = call(command)
    assert not {"<script>", "\\input{", "cmd| "} & set(text.split())
    assert SCRIPT not in text and INPUT not in text and FORMULA not in text
    if command in ("table", "check"):
        assert all(name in text for name in MARKDOWN)


def test_in_a_spreadsheet_they_are_no_formula(call: Callable[[str], str]) -> None:
    rows = list(csv.DictReader(io.StringIO(call("table --format csv"))))
    assert f"'{FORMULA}" in {row["label"] for row in rows}
    for row in rows:
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "@")), cell
            assert not cell.startswith("-") or (name == "difference" and float(cell) < 0)


def test_in_latex_they_are_no_command(call: Callable[[str], str]) -> None:
    text = call("table --format latex")
    assert INPUT not in text
    assert r"\textbackslash{}input\{/etc/passwd\}" in text
    assert r"\textless{}script\textgreater{}" in text
    assert r"\_\$x\textasciicircum{} {[}red{]}" in text


@pytest.mark.parametrize("command", ["table", "ablations", "audit", "check", "compare fpmc caser"])
def test_json_has_them_as_they_are(call: Callable[[str], str], command: str) -> None:
    json.loads(call(f"{command} --format json"))


def test_in_annotations_they_begin_none(call: Callable[[str], str]) -> None:
    for line in call("check --format github").splitlines():
        assert line.startswith(("::error title=", "::notice title=", "::warning title="))
        assert "::error::" not in line.removeprefix("::error title=").split("::")[0]


def test_in_figures_they_are_shown_and_nothing_else(call: Callable[[str], str], tmp_path: Path) -> None:
    call("plot --out figures")
    call("audit --out figures")
    call("compare fpmc caser --out figures/forest")
    for name in ("figure-1", "figure-2", "audit", "forest"):
        text = (tmp_path / "figures" / f"{name}.svg").read_text()
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text).iter()}
        assert "script" not in tags


def test_only_names_that_are_part_of_a_path_come_from_records(call: Callable[[str], str], tmp_path: Path) -> None:
    assert "=cmd" in call("table")
    for name in (FORMULA, SCRIPT, INPUT, "\x1b[2J", "[red]"):
        path = next((tmp_path / "results").rglob("paper-d100-s0.json"))
        fields = json.loads(path.read_text())
        original = path.read_text()
        path.write_text(json.dumps(fields | {"variant": name}))
        with pytest.raises(AssertionError, match="protocol, model or variant is not a name"):
            call("table")
        path.write_text(original)
