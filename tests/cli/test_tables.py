import io
import re
import sys

import pytest

from seqrec_bench.cli.tables import print_formatted, print_table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "value"), [("a", "1"), ("a long name that no terminal would hold in a line " * 3, "[2]")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["name\tvalue", "a\t1"]
    assert len(lines) == 3
    assert lines[2].endswith("\t[2]")


def test_a_terminal_gets_a_table_with_values_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    print_table(("name", "value"), [("a", "[bold]")])
    assert "\t" not in terminal.getvalue()
    assert "[bold]" in terminal.getvalue()


LEDGER = """### C1: **undecidable**

A \\< B, with the peak in \\{25, 50\\}, by d\\_z.

| a verdict that is long | differences | bounds |
| :--------------------- | ----------: | -----: |
| falls_short_of_what_has_been_reported | +0.0263 | -0.0199 .. +0.0326 |
"""


def test_markdown_is_left_as_it_is_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_formatted(LEDGER, "md")
    assert capsys.readouterr().out == LEDGER


def test_a_terminal_gets_what_markdown_means_with_no_word_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    print_formatted(LEDGER, "md")
    shown = terminal.getvalue()
    assert "A < B, with the peak in {25, 50}, by" in shown
    assert "**" not in shown and "|" not in shown and "\u2026" not in shown
    words = re.findall("[a-z_]+", shown.rpartition("─")[2])
    assert "".join(words).startswith("falls_short_of_what_has_been_reported")
    assert max(len(re.sub(r"\x1b\[\d*m", "", line)) for line in shown.splitlines()) <= 40


@pytest.mark.parametrize(("format", "term"), [("json", "xterm"), ("latex", "xterm"), ("md", "dumb")])
def test_other_formats_and_simple_terminals_get_the_text(
    format: str, term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", term)
    print_formatted(LEDGER, format)
    assert terminal.getvalue() == LEDGER
