import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks import evaluation, peers
from benchmarks.machine import machine
from benchmarks.results import Measurement, UnavailableError, put_section

ORDER = ("one", "two")


def measurement(number: str) -> Measurement:
    return Measurement("A title", ("what", "s"), [("it", number)], ("A note.",))


def test_a_section_has_title_table_notes_and_how_it_was_made() -> None:
    text = put_section("", "one", measurement("1.5"), "made so", ORDER)
    assert text.startswith("# Benchmarks\n")
    table = "| what |   s |\n|:-----|----:|\n| it   | 1.5 |"
    assert f"## A title\n\n{table}\n\n- A note.\n- made so\n" in text


def test_only_its_own_section_is_replaced_and_all_stay_in_order() -> None:
    text = put_section("", "two", measurement("2"), "made so", ORDER)
    text = put_section(text, "one", measurement("1"), "made so", ORDER)
    assert text.index("<!-- one -->") < text.index("<!-- two -->")
    replaced = put_section(text, "two", measurement("3"), "made anew", ORDER)
    assert replaced.partition("<!-- two -->")[0] == text.partition("<!-- two -->")[0]
    assert "made anew" in replaced
    assert replaced.count("<!-- two -->") == 1


def test_a_section_that_is_no_longer_known_is_dropped() -> None:
    text = put_section("", "two", measurement("2"), "made so", ORDER)
    assert "<!-- two -->" not in put_section(text, "one", measurement("1"), "made so", ("one",))


def test_the_machine_is_named_in_general_terms() -> None:
    named = machine()
    assert "cores" in named
    assert "numpy" in named
    assert os.uname().nodename not in named


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(command.run)
    return app


def test_the_command_writes_the_section_of_what_it_is_asked_for(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(evaluation, "measure", lambda: measurement("7"))
    for variable in command.ONE_THREAD:
        monkeypatch.setenv(variable, "1")
    done = CliRunner().invoke(app, ["evaluation"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "- `python -m benchmarks evaluation`, " in text
    assert "<!-- data -->" not in text
    assert "## A title" in done.output


def test_an_unknown_name_is_refused(app: typer.Typer) -> None:
    done = CliRunner().invoke(app, ["evaluation", "nothing"])
    assert done.exit_code == 2
    assert "nothing: choose from training, cells, evaluation, data" in " ".join(done.output.replace("│", " ").split())


def test_a_benchmark_that_can_not_be_made_is_skipped_with_its_reason(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure() -> Measurement:
        raise UnavailableError("RecBole can't be installed (no network)")

    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(peers, "measure", measure)
    done = CliRunner().invoke(app, ["peers"])
    assert done.exit_code == 0
    assert "peers: skipped. RecBole can't be installed (no network)." in done.output
    assert not (tmp_path / "RESULTS.md").exists()


@pytest.mark.parametrize("name", command.MODULES)
def test_every_module_of_the_command_is_there(name: str) -> None:
    assert (Path(command.__file__).parent / f"{name}.py").exists()
