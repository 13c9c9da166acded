import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.conformance import ALL_CHECKS

FAULTY = """
from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass
class Plug:
    '''Scores nobody by anything, in the wrong type, and can't score an empty history.'''

    kind: str = "float64"

    name: ClassVar[str] = "faulty"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        self._scores = train.item_counts.astype(self.kind)

    def score(self, users, histories):
        if not histories.any():
            raise ValueError("who is that?")
        return np.tile(self._scores, (len(users), 1))
"""


def conform(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["conform", *arguments])


def test_a_model_that_keeps_the_contract_passes_every_check() -> None:
    done = conform("popularity")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("popularity is Popularity in ")
    assert [line.split(maxsplit=1)[0] for line in lines[1:]] == ["ok"] * len(ALL_CHECKS)
    assert "Next: seqrec-bench run --models popularity" in done.stderr


def test_json_has_every_demand_and_what_the_model_prints_is_no_part_of_it(install_plugin: Callable[..., Path]) -> None:
    install_plugin(
        "thirds", "faulty", FAULTY.replace("if not histories.any()", "print('{')\n        if not histories.any()")
    )
    done = conform("faulty", "--json")
    assert done.exit_code == ExitCode.FALLS_SHORT
    checks = json.loads(done.stdout)["checks"]
    assert len(checks) == len(ALL_CHECKS)
    complaints = [check["complaint"] for check in checks if check["complaint"]]
    assert any("its scores are float64" in complaint for complaint in complaints)
    assert f"{len(complaints)} of {len(ALL_CHECKS)} checks fail." in done.stderr


def test_every_broken_demand_is_named_with_its_place(install_plugin: Callable[..., Path]) -> None:
    site = install_plugin("thirds", "faulty", FAULTY)
    done = conform("faulty")
    assert done.exit_code == ExitCode.FALLS_SHORT
    assert "BROKEN  scores have one column per item\n        found: faulty: its scores are float64" in done.stdout
    assert "demanded: Scores are float32, (B, n_items + 1), and finite" in done.stdout
    place = next(line for line in done.stdout.splitlines() if "ValueError: who is that?" in line)
    line = 2 + FAULTY.splitlines().index('            raise ValueError("who is that?")') - 1
    assert place.endswith(f"({next(site.glob('*.py'))}, line {line})")
    assert f"of {len(ALL_CHECKS)} checks fail" in done.stderr


@pytest.mark.parametrize("raised", ["SystemExit(0)", "BaseException('no')"])
def test_a_call_for_the_end_of_the_process_is_a_finding(install_plugin: Callable[..., Path], raised: str) -> None:
    install_plugin("thirds", "faulty", FAULTY.replace("self._scores = ", f"raise {raised}\n        self._scores = "))
    done = conform("faulty")
    assert done.exit_code == ExitCode.FALLS_SHORT
    found = [line for line in done.stdout.splitlines() if line.startswith(("ok", "BROKEN"))]
    assert len(found) == len(ALL_CHECKS)
    assert done.stdout.count(f"        found: {raised.split('(')[0]}: ") >= len(ALL_CHECKS) - 3


@pytest.mark.parametrize("command", ["conform", "attack", "models"])
def test_no_command_succeeds_with_a_model_that_ends_when_it_is_built(
    install_plugin: Callable[..., Path], command: str
) -> None:
    """It does so only from the fifth time on, when it has been looked at and found well."""
    body = "built.append(1)\n        if len(built) > 4: raise SystemExit(0)"
    counts = "built = []\n" + FAULTY.replace(
        "    def fit(", f"    def __post_init__(self):\n        {body}\n\n    def fit("
    )
    install_plugin("thirds", "faulty", counts.replace('kind: str = "float64"', 'kind: str = "float32"'))
    done = CliRunner().invoke(app, [command, "faulty"])
    if command == "models":
        assert isinstance(done.exception, InputError)
        assert "'faulty' has called for the end of the process while it was built" in str(done.exception)
    else:
        assert done.exit_code == ExitCode.FALLS_SHORT
        assert "has called for the end of the process while it was built" in " ".join(done.stdout.split())


def test_settings_reach_the_model(install_plugin: Callable[..., Path]) -> None:
    install_plugin("thirds", "faulty", FAULTY)
    done = conform("faulty", "--set", "faulty.kind=float32")
    assert "ok      scores have one column per item" in done.stdout
    assert "BROKEN  empty history still scores" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nobody"], "There is no recommender 'nobody'"),
        (["popularity", "--set", "fpmc.epochs=2"], "is for another model than popularity"),
        (["sequential-rules", "--set", "sequential-rules.window=many"], "sequential-rules.window"),
    ],
)
def test_what_it_can_not_build_it_says_in_a_sentence(arguments: list[str], complaint: str) -> None:
    done = conform(*arguments)
    assert isinstance(done.exception, InputError)
    assert complaint in str(done.exception)
