"""The audit of pinned dependencies, with a pip-audit that answers as it is told to."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "audit_dependencies.py"
CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
BAD = {"name": "requests", "version": "2.0.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1.0"]}]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("audit_dependencies", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("packages", "errors", "code", "says"),
    [
        ([CLEAN, CLEAN], "", 0, "No known vulnerability in 2 packages."),
        ([CLEAN, UNKNOWN], "", 0, "No known vulnerability in 1 packages. 1 more are not known to the database."),
        (
            [UNKNOWN, UNKNOWN],
            "",
            0,
            "Skipped: the package index here knows nothing of vulnerabilities in the 2 packages.",
        ),
        ([CLEAN, BAD, UNKNOWN], "", 1, "  requests 2.0.0: PYSEC-1 (mended in 2.1.0)"),
        (None, "ConnectionError: no route", 0, "Skipped: the database of vulnerabilities can't be reached ("),
        (None, "ERROR: constraints.txt is no such file", 1, "pip-audit failed (constraints.txt is no such file)."),
        (None, "", 1, "pip-audit failed (no message)."),
    ],
    ids=["clean", "partly known", "unknown", "found", "no network", "another failure", "silent"],
)
def test_only_what_is_found_or_not_understood_fails(
    script: Any, tmp_path: Path, packages: list[dict[str, Any]] | None, errors: str, code: int, says: str
) -> None:
    answer = "" if packages is None else json.dumps({"dependencies": packages})
    fake = tmp_path / "pip_audit.py"
    fake.write_text(f"import sys; sys.stdout.write({answer!r}); sys.stderr.write({errors!r}); sys.exit(1)")
    found, text = script.audit([sys.executable, "-S", str(fake)])
    assert found == code
    assert says in text


def test_without_an_index_it_is_skipped(
    script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install(folder: Path) -> list[str]:
        raise ConnectionError("pip-audit can't be installed (no route)")

    monkeypatch.setattr(script, "install", install)
    with pytest.raises(SystemExit) as end:
        script.main()
    assert end.value.code == 0
    assert capsys.readouterr().out == "Skipped: pip-audit can't be installed (no route).\n"


def test_it_is_part_of_the_gates() -> None:
    root = SCRIPT.parents[1]
    assert "make audit-dependencies" in (root / ".ci" / "run").read_text()
    assert "make audit-dependencies" in (root / ".github" / "workflows" / "check.yml").read_text()
    assert all("==" in line for line in (root / "constraints.txt").read_text().splitlines() if not line.startswith("#"))
