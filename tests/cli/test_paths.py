import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from typer.testing import CliRunner

from seqrec_bench.cli.commands import COMMANDS
from seqrec_bench.cli.main import app
from seqrec_bench.cli.paths import figure_stem, named_path


def functions() -> Iterator[Callable[..., Any]]:
    """Behind each command, and each subcommand."""
    for command in COMMANDS.values():
        module, _, attribute = command.place.partition(":")
        found = getattr(import_module(f"seqrec_bench.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            yield from (each.callback for each in found.registered_commands if each.callback)
        else:
            yield found


PATHS = [
    pytest.param(get_args(each.annotation)[1], id=f"{function.__name__} {each.name}")
    for function in functions()
    for each in inspect.signature(function).parameters.values()
    if Path in (kind := get_args(each.annotation)[:1]) or (kind and Path in get_args(kind[0]))
]


@pytest.mark.parametrize("option", PATHS)
def test_every_path_on_the_command_line_has_a_parser_that_refuses_an_empty_one(option: Any) -> None:
    assert option.parser in (named_path, figure_stem)


def test_there_are_such_paths() -> None:
    assert len(PATHS) > 30


def test_an_empty_path_is_refused_and_a_dot_is_the_current_directory() -> None:
    for parse in (named_path, figure_stem):
        with pytest.raises(typer.BadParameter, match="an empty path"):
            parse("")
    assert named_path(".") == named_path(Path()) == Path()
    assert named_path("runs") == Path("runs")


def test_help_shows_a_path_by_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    text = CliRunner().invoke(app, ["table", "--help"]).stdout
    assert re.search(r"--results +DIR ", text) and "[default: runs]" in text


@pytest.mark.parametrize("text", [".", "..", "/", "figures/.."])
def test_what_names_no_file_is_no_stem(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="names no file"):
        figure_stem(text)
