import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.errors import InputError, MissingCellsError


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The option that names 20 users with 6 of 15 items each."""
    rng = np.random.default_rng(0)
    rows = [f"{user},{item},{time}" for user in range(20) for time, item in enumerate(rng.permutation(15)[:6])]
    path = tmp_path_factory.mktemp("data") / "ratings.csv"
    path.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    return ["--interactions", str(path)]


@pytest.fixture(scope="module")
def sound(data: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of models that count, not to be changed."""
    results = tmp_path_factory.mktemp("sound")
    arguments = ["run", *data, "--models", "popularity,markov-chain", "--results", str(results)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return results


@pytest.fixture
def verify(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Calls `verify` on a copy of them in ``runs``, to be spoilt; no study has any of their cells."""
    results = shutil.copytree(sound, tmp_path / "runs")
    monkeypatch.setattr("seqrec_bench.cli.verify.cells_of_studies", dict)
    return lambda *arguments: CliRunner().invoke(app, ["verify", str(results), *arguments])


def record_of(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "ratings" / "loo-full-v1" / "popularity" / "paper-d0-s0.json"


def test_sound_records_end_with_0_and_a_line_for_every_check(verify: Callable[..., Result], data: list[str]) -> None:
    done = verify(*data, "--retrain", "2", "--seed", "5", "--jobs", "1")
    assert done.exit_code == 0, done.output
    table, notes = done.stdout.split("\n\n")
    lines = [line.split("|")[1:-1] for line in table.splitlines()[2:]]
    assert len(lines) == 18
    assert {line[2].strip() for line in lines} == {"0"}
    assert lines[-1][0].strip() == "cells that were run again have the same ranks"
    assert lines[-1][1].strip() == "2"
    assert "and 2 cells run again (--retrain 2 --seed 5)." in notes
    assert "- Exit code 0: done." in notes


def test_records_whose_data_are_not_named_are_not_verified(verify: Callable[..., Result]) -> None:
    done = verify()
    assert done.exit_code == 3
    assert "Neither ranks nor fingerprints of the 2 records on ratings were checked." in done.stdout
    assert (
        "Name its file with --interactions, as `run` was given it, to have ratings checked (and --name" in done.stdout
    )


def test_a_record_that_was_spoilt_ends_with_4_as_json_says(
    verify: Callable[..., Result], data: list[str], tmp_path: Path
) -> None:
    path = record_of(tmp_path)
    fields = json.loads(path.read_text())
    fields["test"]["better"][3] = 99
    path.write_text(json.dumps(fields))
    done = verify(*data, "--format", "json")
    assert done.exit_code == 4
    found = json.loads(done.stdout)
    assert found["exit_code"] == 4
    assert [(check["name"], check["exit_code"]) for check in found["checks"] if check["faults"]] == [
        ("ranks are possible for users, targets and candidates", 4),
        ("deterministic models that take seconds, run again, have the same ranks", 6),
    ]


@pytest.mark.parametrize(
    "spoil",
    [lambda better: [0 for _ in better], lambda better: [rank // 2 for rank in better]],
    ids=["all first", "halved"],
)
def test_ranks_of_a_model_that_only_counts_are_held_against_another_run_unasked(
    verify: Callable[..., Result], data: list[str], tmp_path: Path, spoil: Callable[[list[int]], list[int]]
) -> None:
    path = record_of(tmp_path)
    fields = json.loads(path.read_text())
    ranks, honest = fields["test"], fields["test"]["better"]
    ranks["better"] = spoil(honest)
    n_changed = sum(rank != before for rank, before in zip(ranks["better"], honest, strict=True))
    path.write_text(json.dumps(fields))
    done = verify(*data)
    assert done.exit_code == 6, done.output
    assert f"{n_changed} of 20 test ranks differ" in done.stdout
    assert "- Exit code 6: falls short." in done.stdout


def test_a_record_that_says_that_it_took_long_is_left_to_retrain_and_counted(
    verify: Callable[..., Result], data: list[str], tmp_path: Path
) -> None:
    path = record_of(tmp_path)
    fields = json.loads(path.read_text())
    fields["test"]["better"][3] += 1 if fields["test"]["better"][3] < 3 else -1
    path.write_text(json.dumps({**fields, "seconds": {"fit": 3600.0, "score": 1.0}}))
    done = verify(*data)
    assert done.exit_code == 0
    assert "Not run again unasked: 1 records of deterministic models that took more than 10 s" in done.stdout
    assert verify(*data, "--retrain", "9").exit_code == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["here", "--results", "there"], "here and --results there both name the directory: give one of them."),
        (["--seed", "1"], "--seed goes with --retrain N: give that too, or neither."),
        (["nowhere"], "There is no results directory nowhere: name another, or run first."),
        (
            ["--tags", "tags.csv"],
            "--tags, --name and the options of columns, layout and values describe --interactions FILE",
        ),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], message: str) -> None:
    error = CliRunner().invoke(app, ["verify", *arguments]).exception
    assert isinstance(error, InputError)
    assert str(error).startswith(message)


def test_nothing_that_could_be_run_again_is_said_in_one_sentence(verify: Callable[..., Result]) -> None:
    error = verify("--retrain", "1").exception  # the data are not named
    assert isinstance(error, MissingCellsError)
    assert str(error).startswith("--retrain: no record in ")


def test_a_directory_without_records_lacks_them(tmp_path: Path) -> None:
    error = CliRunner().invoke(app, ["verify", "--results", str(tmp_path)]).exception
    assert isinstance(error, MissingCellsError)
