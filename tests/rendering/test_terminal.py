import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from seqrec_bench.cli import tables
from seqrec_bench.cli.attack import attack
from seqrec_bench.cli.claims import claims
from seqrec_bench.cli.table import table
from seqrec_bench.rendering import terminal
from seqrec_bench.rendering.markdown import escape_markdown, markdown_table
from seqrec_bench.rendering.terminal import column_widths, print_rendered

ROWS = [
    ["HR@50", "reported", "found", "difference", "bounds", "seeds", "verdict", "remark"],
    ["GRU4Rec", "0.4698", "0.4961", "+0.0263", "+0.0199 .. +0.0326", "5", "at least reproduced", "outside one range"],
    ["Caser", "0.5111", "0.4887", "-0.0224", "-0.0305 .. -0.0144", "5", "inconclusive", "within one run's range"],
]  # fmt: skip
WORDS = [word for row in ROWS for text in row for word in text.split()]


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str, int], list[str]]:
    """The lines of a terminal so many columns wide."""

    def lines(markdown: str, width: int) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        print_rendered(markdown)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return lines


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_table_fits_the_terminal_and_breaks_no_figure_and_no_word(
    render: Callable[[str, int], list[str]], width: int
) -> None:
    lines = render(markdown_table(ROWS), width)
    assert max(map(len, lines)) <= width
    shown = " ".join(lines).split()
    assert sorted(word for word in shown if "─" not in word) == sorted(WORDS)


def test_a_range_stays_in_one_line_where_there_is_room(render: Callable[[str, int], list[str]]) -> None:
    assert any("+0.0199 .. +0.0326" in line for line in render(markdown_table(ROWS), 100))


def test_nothing_is_cut_where_the_terminal_is_too_narrow(render: Callable[[str, int], list[str]]) -> None:
    lines = render(markdown_table(ROWS), 30)
    assert "…" not in "".join(lines)
    assert set(WORDS) <= set(" ".join(lines).split())


def test_heads_are_folded_before_the_texts_below_them() -> None:
    columns = [["model", "Sequential rules"], ["ties against", "0.4708"]]
    assert column_widths(columns, 28, figures_too=False) == [16, 12]
    assert column_widths(columns, 24, figures_too=False) == [16, 8]
    assert column_widths(columns, 22, figures_too=False) == [15, 7]


def test_figures_stay_in_line_as_long_as_words_can_give_way() -> None:
    columns = [["bounds", "+0.01 .. +0.02"], ["remark", "within one run's range"]]
    assert column_widths(columns, 26, figures_too=False) == [14, 12]
    assert column_widths(columns, 26, figures_too=True) == [13, 13]
    assert column_widths(columns, 1, figures_too=False) == [6, 6]


@pytest.mark.parametrize("text", ["{25, 50}", "d_z", "a < b", "[bold]", "[x](https://example.org)", "`*_~#|"])
def test_what_is_escaped_in_markdown_is_shown_as_it_is(render: Callable[[str, int], list[str]], text: str) -> None:
    assert render(markdown_table([["what"], [escape_markdown(text)]]), 80)[-1] == text


class TestCommands:
    """What the commands print on a terminal; in a pipe, the committed pages hold them to their bytes."""

    @pytest.fixture
    def printed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
        (tmp_path / "runs").mkdir()
        rendered: list[str] = []
        monkeypatch.setattr(terminal, "print_rendered", rendered.append)
        monkeypatch.setattr(tables, "sys", type("_", (), {"stdout": type("_", (), {"isatty": lambda: True})}))

        def invoke(command: Callable[..., None], *arguments: str) -> str:
            rendered.clear()
            alone = typer.Typer()
            alone.command()(command)
            monkeypatch.chdir(tmp_path)
            plain = CliRunner().invoke(alone, arguments).stdout
            return "plain" if plain else "rendered" if rendered else "nothing"

        return invoke

    def test_the_default_format_is_rendered_and_one_asked_for_is_not(self, printed: Callable[..., str]) -> None:
        assert printed(table) == "rendered"
        assert printed(table, "--format", "md") == printed(table, "--format", "json") == "plain"

    def test_the_short_claims_are_rendered(self, printed: Callable[..., str]) -> None:
        assert printed(claims, "--format", "short") == "rendered"
        assert printed(claims, "--format", "json") == "plain"

    def test_attacks_are_rendered(self, printed: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("seqrec_bench.cli.attack._attack_model", lambda *_: ([], "a model"))
        assert printed(attack, "popularity") == "rendered"
        assert printed(attack, "popularity", "--format", "md") == "plain"


def test_a_terminal_gets_no_markdown_and_a_dumb_one_no_control_codes(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "seqrec_bench", "table", "--results", str(tmp_path)]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "80"}
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    assert process.wait() == 3
    text = shown.decode()
    assert "────" in text and "\x1b" not in text
    assert not any(line.startswith("|") for line in text.splitlines())
