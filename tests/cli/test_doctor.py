import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli import doctor
from seqrec_bench.cli.main import app
from seqrec_bench.experiments.installation import Diagnosis, State

FINDINGS = [
    Diagnosis("cores", State.OK, "2"),
    Diagnosis("optuna", State.OPTIONAL, "not installed", "pip install it"),
    Diagnosis("numpy", State.BROKEN, "not installed", "pip install numpy"),
]


@pytest.mark.parametrize(("findings", "code"), [(FINDINGS, 2), (FINDINGS[:2], 0)])
def test_only_what_is_broken_ends_with_2(findings: list[Diagnosis], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda results, n_cores: findings)
    assert CliRunner().invoke(app, ["doctor"]).exit_code == code


def test_it_says_what_was_found_and_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda results, n_cores: FINDINGS)
    lines = CliRunner().invoke(app, ["doctor"]).output.splitlines()
    assert lines == [
        "ok        cores: 2",
        "optional  optuna: not installed",
        "          to have it: pip install it",
        "broken    numpy: not installed",
        "          to mend it: pip install numpy",
    ]
    found = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).output)
    assert found[2] == {"topic": "numpy", "state": "broken", "fact": "not installed", "mend": "pip install numpy"}


def test_it_looks_at_this_machine(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["doctor", "--results", str(tmp_path)])
    assert done.exit_code == 0
    assert f"records: 0 in {tmp_path}" in done.output
