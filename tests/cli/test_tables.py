import io
import sys

import pytest

from seqrec_bench.cli.tables import print_table


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
