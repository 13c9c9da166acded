import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Holdout
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.attacks import ATTACKS, MODEL_ATTACKS
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.recommender import Recommender
from seqrec_bench.records import Ranks

RANDOM = """
import numpy as np
from seqrec_baselines.popularity import Popularity

class Plug(Popularity):
    name = "random"

    def score(self, users, histories):
        return np.random.default_rng().random(super().score(users, histories).shape, dtype=np.float32)
"""


def strictly(recommender: Recommender, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
    """Counts ties for the target."""
    better = rank_targets(recommender, holdout, users).better
    return Ranks(better, np.ones_like(better))


@pytest.fixture
def attack(ratings: Path) -> Callable[..., Result]:
    """Calls `attack` on those ratings."""

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["attack", "--interactions", str(ratings), *arguments])

    return call


def test_as_a_process_it_prints_every_attack_and_exits_with_0(ratings: Path) -> None:
    command = [sys.executable, "-c", "from seqrec_bench.cli.main import main; main()"]
    done = subprocess.run([*command, "attack", "--interactions", str(ratings)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    table, notes = done.stdout.split("\n\n")
    head, _, *lines = table.splitlines()
    assert head.split("|")[1].strip() == "attack"
    assert [line.split("|")[1].strip() for line in lines] == [attack.name for attack in ATTACKS]
    assert {line.split("|")[-2].strip() for line in lines} == {"passed"}
    assert "the evaluator, on ratings (fingerprint " in notes
    assert f"- Passed: {len(ATTACKS)} of {len(ATTACKS)}." in notes


def test_a_fault_ends_with_6(attack: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_bench.cli.attack.rank_targets", strictly)
    done = attack("--format", "json")
    assert done.exit_code == 6
    verdicts = {attack["name"]: attack["verdict"] for attack in json.loads(done.stdout)["attacks"]}
    assert verdicts["constant scores tie every candidate"] == "failed"
    assert verdicts["an oracle ranks every target first"] == "passed"


def test_a_model_is_attacked_on_synthetic_data() -> None:
    done = CliRunner().invoke(app, ["attack", "popularity"])
    assert done.exit_code == 0, done.output
    assert f"popularity, on synthetic data; version 1 of the suite.\n- Passed: {len(MODEL_ATTACKS)} of" in done.stdout


def test_a_model_has_the_dimension_asked_for() -> None:
    done = CliRunner().invoke(app, ["attack", "fpmc", "--dimension", "4"])
    assert done.exit_code == 0, done.output
    assert "fpmc at dimension 4, on synthetic data" in done.stdout
    assert f"- Passed: {len(MODEL_ATTACKS) - 1} of {len(MODEL_ATTACKS) - 1}." in done.stdout


def test_a_model_with_a_fault_ends_with_6(install_plugin: Callable[..., Path]) -> None:
    install_plugin("random", "random", RANDOM)
    done = CliRunner().invoke(app, ["attack", "random", "--format", "json"])
    assert done.exit_code == 6
    failed = [attack["name"] for attack in json.loads(done.stdout)["attacks"] if attack["verdict"] == "failed"]
    assert "ranks do not depend on who is asked for" in failed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["popularity", "--dataset", "ml-100k"], "A model is attacked on synthetic data: leave the data set out"),
        (["popularity", "--user-column", "who"], "A model is attacked on synthetic data: leave the data set out"),
        (["popularty"], "did you mean 'popularity'"),
        (["--tags", "genres.csv"], "describe --interactions FILE"),
    ],
)
def test_a_wrong_call_is_refused(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(app, ["attack", *arguments])
    assert isinstance(done.exception, InputError)
    assert message in str(done.exception)
