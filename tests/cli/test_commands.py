"""What is promised of every command: it is listed, has help with an example, and is imported only when it is called."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.commands import COMMANDS, load_command
from seqrec_bench.cli.main import app
from seqrec_bench.errors import InputError, MissingCellsError

RESULTS = Path(__file__).parents[2] / "results"


def names() -> list[list[str]]:
    """What comes after ``seqrec-bench`` to call each command, subcommands too."""
    parts = {name: getattr(load_command(name), "commands", {"": None}) for name in COMMANDS}
    return [[name, part] if part else [name] for name in COMMANDS for part in parts[name]]


@pytest.mark.parametrize("name", names(), ids=" ".join)
def test_every_command_has_help_with_an_example_of_itself(name: list[str]) -> None:
    done = CliRunner().invoke(app, [*name, "--help"], env={"COLUMNS": "80"})
    assert done.exit_code == 0
    assert f"Example: seqrec-bench {' '.join(name)}" in " ".join(done.output.split())


def test_examples_use_options_that_the_command_has() -> None:
    for name in names():
        shown = " ".join(CliRunner().invoke(app, [*name, "--help"], env={"COLUMNS": "200"}).output.split())
        example = shown[shown.index("Example:") :].split("╭")[0]
        options = set(re.findall(r"--[a-z-]+", example))
        assert options <= set(re.findall(r"--[a-z-]+", shown[shown.index("╭") :])), name


def test_every_command_that_has_json_takes_it_as_an_option_of_its_own_and_no_contradiction() -> None:
    with_json = []
    for name in names():
        shown = CliRunner().invoke(app, [*name, "--help"], env={"COLUMNS": "200"}).output
        formats = re.search(r" --format +<([\w|]+)>", shown)
        if formats is None or "json" not in formats[1]:
            continue
        with_json.append(" ".join(name))
        for other in set(formats[1].split("|")) - {"json"}:
            call = [*name, *(["a", "b"] if name == ["compare"] else []), "--json", "--format", other]
            error = CliRunner().invoke(app, call).exception
            assert isinstance(error, InputError), call
            assert str(error).startswith(f"--json is --format json, and --format {other} is something else")
    assert {"table", "check", "verify", "models", "claims", "compare"} <= set(with_json)


@pytest.mark.parametrize("options", [["--json"], ["--format", "json"], ["--json", "--format", "json"]])
def test_json_is_the_same_by_either_option_and_the_code_is_not_lost(options: list[str]) -> None:
    done = CliRunner().invoke(app, ["check", "--results", str(RESULTS / "quick"), *options])
    assert isinstance(done.exception, MissingCellsError)
    assert json.loads(done.stdout)["exit_code"] == done.exception.exit_code


def test_help_lists_every_command_and_option_and_fits_a_screen_of_24_lines_with_a_prompt() -> None:
    lines = CliRunner().invoke(app, ["--help"], prog_name="seqrec-bench").output.splitlines()
    assert [line[8:].split()[0] for line in lines[1:-1]] == list(COMMANDS)
    assert "--debug, --version" in lines[-1] and "--help" in lines[-1]
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80


def test_without_a_command_it_says_what_to_do_first_with_commands_that_are_there() -> None:
    done = CliRunner().invoke(app, [])
    assert done.exit_code == 0
    first = re.findall(r"^  seqrec-bench (\w+)", done.output, flags=re.MULTILINE)
    assert {"doctor", "run", "table"} <= set(first) <= set(COMMANDS)


def test_no_color_is_respected_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for call in ([], ["--help"]):
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert "\x1b[" in CliRunner().invoke(app, call, color=True).output
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b[" not in CliRunner().invoke(app, call, color=True).output


def test_a_command_is_imported_only_when_it_is_called() -> None:
    code = (
        "import sys\n"
        "from seqrec_bench.cli.main import app\n"
        "app(['--help'], standalone_mode=False)\n"
        "print('imported:', sorted(name for name in sys.modules if name.startswith('seqrec_bench.cli.')))\n"
        "print('numpy:', 'numpy' in sys.modules)\n"
    )
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines[-2:] == [
        "imported: ['seqrec_bench.cli.commands', 'seqrec_bench.cli.main', 'seqrec_bench.cli.streams']",
        "numpy: False",
    ]


def test_the_shell_is_offered_commands_and_options() -> None:
    def offered(words: str) -> str:
        environment = {"_SEQREC_BENCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "1"}
        environment["COMP_CWORD"] = str(len(words.split(" ")) - 1)
        code = "from seqrec_bench.cli.main import app; app(prog_name='seqrec-bench')"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment).stdout

    assert "compare" in offered("seqrec-bench comp").split()
    assert "--models" in offered("seqrec-bench run --mod").split()
