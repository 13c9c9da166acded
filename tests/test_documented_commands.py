"""Every command that README and docs/ show: all are parsed as the command line would, and those that look are run."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.commands import COMMANDS, load_command
from seqrec_bench.cli.main import app
from seqrec_bench.errors import ExitCode

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PLACEHOLDERS = {"MODEL": "fpmc", "NAME": "ml-100k", "DIR": "results", "<new>": "runs", "dask://HOST:PORT": "dask://h:1"}
LOOKS = {"doctor", "models", "data list", "data describe", "table", "trials"}
"""Quick commands that train nothing. The others have tests of their own, on the committed records or on small data."""


def commands(text: str) -> Iterator[str]:
    """What stands after ``seqrec-bench`` in a line of a block, without its comment, and between backticks."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            found = re.match(r"(?:.*run: |.*\.venv/bin/|\s*\$? ?)seqrec-bench( .*)?$", line)
            if found:
                yield re.split(r"\s+(?:#|>|\||&&)", found[1] or "")[0].strip()
    yield from (found.strip() for found in re.findall(r"(?<!\\)`seqrec-bench( [^`]*)`", re.sub(r"\n(?!\n)", " ", text)))


def shown() -> list[tuple[str, str]]:
    found = [(page.name, command) for page in PAGES for command in commands(page.read_text())]
    return sorted({command: page for page, command in found if command and not command.startswith("-")}.items())


def split(command: str) -> list[str]:
    return [PLACEHOLDERS.get(word, word) for word in shlex.split(command)]


def name_of(command: str) -> str:
    first, *rest = split(command)
    return f"{first} {rest[0]}" if first == "data" and rest else first


@pytest.mark.parametrize(("command", "page"), shown())
def test_every_command_that_is_shown_is_one_that_the_command_line_takes(command: str, page: str) -> None:
    first, *rest = split(command)
    assert first in COMMANDS, page
    parser = load_command(first)
    if rest and hasattr(parser, "commands"):
        parser, rest = parser.commands[rest[0]], rest[1:]
    context = parser.make_context(first, rest, resilient_parsing=not rest)  # a bare name stands for the command
    assert not context.args


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory as a reader has it: the committed results, and the same as what was run here."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "results", folder / "results")
    (folder / "runs").symlink_to(folder / "results")
    return folder


@pytest.mark.parametrize("command", [c for c, _ in shown() if name_of(c) in LOOKS and c != "trials"])
def test_commands_that_only_look_work_as_they_are_shown(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    if "ratings" in command:
        rows = "".join(f"{user},{item},{item}\n" for user in range(6) for item in range(6))
        (place / "ratings.csv").write_text("user,item,time\n" + rows)
    if "sequences.txt" in command:
        (place / "sequences.txt").write_text("".join(f"{user} {user} {user + 1} {user + 2}\n" for user in range(6)))
    if "my-study" in command:
        (place / "my-study.toml").write_text(
            'rows = [{ model = "popularity" }, { model = "sasrec", dimension = 100 }]\n'
        )
    if "my-model" in command or "core-v1" in command or "given-full-v1" in command:
        pytest.skip("needs what the page has made before; that page is tested as a whole")
    done = CliRunner().invoke(app, split(command))
    assert done.exit_code == ExitCode.DONE, done.output
    assert done.output


def test_commands_are_found_in_blocks_and_between_backticks_and_nothing_else_is() -> None:
    block = "```\n$ seqrec-bench table  # this\nx/.venv/bin/seqrec-bench plot > f\n```\n"
    text = f"`seqrec-bench run\n--all`, seqrec-bench no\n\n{block}"
    assert list(commands(text)) == ["table", "plot", "run --all"]


def test_a_command_that_does_not_exist_would_be_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        load_command("table").make_context("table", ["--no-such-option"])
