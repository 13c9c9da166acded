"""Hard files through the real command line, and the tables of docs/input.md that say what becomes of them."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from seqrec_bench.cli.main import main
from seqrec_bench.data import Columns, Interactions, prepare, read_interactions
from seqrec_bench.rendering.markdown import escape_markdown, markdown_table

PAGE = Path(__file__).parents[2] / "docs" / "input.md"
Row = tuple[str, str, float]
Outcome = str | tuple[str, list[Row]]
"""The sentence of a refusal, where ... stands for another library's words; or what is said, and the rows read."""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line; returns the exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["seqrec-bench", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return end.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[..., tuple[int, str, str]]
) -> Callable[..., None]:
    """Checks that `describe` and `run` do with files in the working directory what is said of them."""
    monkeypatch.chdir(tmp_path)

    def refused(sentence: str, *arguments: str) -> None:
        pattern = ".*".join(map(re.escape, f"Error: {sentence}".split("...")))
        before = sorted(tmp_path.rglob("*"))
        code, output, errors = call("run", "--models", "popularity", "--seeds", "0", "--results", "out", *arguments)
        (line,) = [line for line in errors.splitlines() if not line.startswith("Reading ")]
        assert re.fullmatch(pattern, line)
        assert (code, output) == (2, "")
        code, output, errors = call("--debug", "data", "describe", *arguments)
        assert "Traceback" in errors
        assert re.fullmatch(pattern, errors.splitlines()[-1])
        assert (code, output) == (2, "")
        assert sorted(tmp_path.rglob("*")) == before

    def accepted(rows: list[Row], name: str, *arguments: str) -> None:
        interactions = read_interactions(Path(name), Columns())
        users, items = interactions.user_ids[interactions.users], interactions.item_ids[interactions.items]
        assert list(zip(users.tolist(), items.tolist(), interactions.times.tolist(), strict=True)) == rows
        code, output, errors = call("data", "describe", "--interactions", name, *arguments)
        assert (code, "Error" in errors) == (0, False)
        fingerprint = prepare("twin", Interactions.from_rows(*zip(*rows, strict=True)), None).fingerprint
        assert f"fingerprint\t{fingerprint}" in output

    def check(outcome: Outcome, name: str, *arguments: str) -> None:
        if isinstance(outcome, str):
            refused(outcome, "--interactions", name, *arguments)
        else:
            accepted(outcome[1], name, *arguments)

    return check


@pytest.fixture
def documented() -> Callable[[str, Sequence[tuple[str, str, Outcome]]], None]:
    """Holds a table of the page equal to the cases: what, file, outcome."""

    def check(block: str, cases: Sequence[tuple[str, str, Outcome]]) -> None:
        head = ("what", "file", "outcome", 'what is read, or said after "Error:"')
        expected = markdown_table([head, *(_line(*case) for case in cases)], n_left=4)
        text = PAGE.read_text(encoding="utf-8")
        (found,) = re.findall(f"<!-- {block}:begin -->\n(.*?)\n?<!-- {block}:end -->\n", text, flags=re.DOTALL)
        assert found == expected, "put what is expected there, if it is right"

    return check


def _line(what: str, file: str, outcome: Outcome) -> tuple[str, ...]:
    verdict, words = ("refused", outcome) if isinstance(outcome, str) else ("accepted", outcome[0])
    return what, escape_markdown(file), verdict, escape_markdown(words)
