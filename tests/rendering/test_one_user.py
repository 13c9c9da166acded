"""Records of a single user: every command that shows records says what there is, and none is at a loss."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.cli.main import main
from seqrec_bench.records import Ranks, Record, Store
from seqrec_bench.studies.loading import STUDIES

NO_INTERVAL = "One test user gives no interval and no verdict, since it says nothing about other users."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, all_records: list[Record], ablation_records: list[Record]) -> Path:
    """One user's records of all that the paper has, under the base protocol and another one, and the paper for them."""
    folder = tmp_path_factory.mktemp("one")
    patch = pytest.MonkeyPatch()
    patch.setattr("os.fsync", lambda descriptor: None)
    for record in (*all_records, *ablation_records):
        first = Ranks(better=record.test.better[:1], tied=record.test.tied[:1])
        one = replace(record, test=first, validation=first)
        Store(folder / "results").save(one)
        if record.key.dimension in (0, 100) and record.key.variant == "paper":
            Store(folder / "results").save(replace(one, key=replace(record.key, protocol="loo-full-seen-v1")))
        again = Ranks(better=first.better + 1, tied=first.tied)
        Store(folder / "reference").save(replace(one, test=again, validation=again))
    patch.undo()
    text = (STUDIES / "chen2020.toml").read_text()
    text = re.sub(r"^hits.*$", "", text.replace("ml-100k = 943", "ml-100k = 1"), flags=re.MULTILINE)
    (folder / "paper.toml").write_text(text)
    return folder


@pytest.fixture
def call(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, str]]:
    """The exit code of a command, and what it prints."""
    monkeypatch.chdir(folder)

    def make(command: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["seqrec-bench", *shlex.split(command), "--results", "results"])
        with pytest.raises(SystemExit) as end:
            main()
        return int(str(end.value.code or 0)), capsys.readouterr().out

    return make


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("table --paper paper.toml", 0),
        ("ablations --paper paper.toml", 0),
        ("audit --paper paper.toml --out drawn", 3),  # only one of the variants is there
        ("plot --paper paper.toml --out drawn", 0),
        ("claims --paper paper.toml --json", 0),
        ("check --paper paper.toml", 6),
        ("check --paper paper.toml --two-sided", 6),
        ("check --against reference", 5),
        ("check --against reference --exact", 6),
        ("report --out report.html", 0),
    ],
)
def test_every_command_says_what_there_is(call: Callable[[str], tuple[int, str]], command: str, code: int) -> None:
    assert call(command)[0] == code


def test_compare_says_in_a_sentence_that_one_user_gives_no_interval(call: Callable[[str], tuple[int, str]]) -> None:
    code, shown = call("compare am-lstm fpmc popularity")
    assert code == 0
    assert NO_INTERVAL in " ".join(shown.replace("\n  ", " ").split())
    rows = json.loads(call("compare am-lstm fpmc popularity --json")[1])["rows"]
    assert {(row["half_width_95"], row["p_holm"], row["verdict"]) for row in rows} == {
        (None, None, "too few users differ")
    }


def test_the_report_says_so_too(call: Callable[[str], tuple[int, str]], folder: Path) -> None:
    call("report --out report.html")
    assert NO_INTERVAL in (folder / "report.html").read_text()


def test_no_claim_is_judged(call: Callable[[str], tuple[int, str]]) -> None:
    claims = json.loads(call("claims --json")[1])["claims"]
    assert {(claim["verdict"], *claim["remarks"]) for claim in claims} == {
        ("undecidable", "What it would take: more than one test user.")
    }
