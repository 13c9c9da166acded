"""Every test has a time limit, so that one that hangs names itself and holds up nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_every_test_has_a_limit(pytestconfig: pytest.Config) -> None:
    limit, last_resort = (float(pytestconfig.getini(name)) for name in ("timeout", "faulthandler_timeout"))
    assert 0 < limit < last_resort
    assert pytestconfig.getini("faulthandler_exit_on_timeout")


@pytest.mark.parametrize(
    "hang",
    [
        "threading.Event().wait()",
        "ctypes.PyDLL(None).pause()",  # keeps the lock of the interpreter, so no other thread of Python can run
    ],
)
def test_one_that_hangs_names_itself(hang: str, tmp_path: Path) -> None:
    test = tmp_path / "test_hanging.py"
    test.write_text(f"import ctypes, threading\n\n\ndef test_that_never_ends():\n    {hang}\n")
    limits = ["-c", ROOT / "pyproject.toml", "-o", "timeout=0.2", "-o", "faulthandler_timeout=1"]
    bare = [part for plugin in ("xdist", "pytest_cov", "hypothesispytest") for part in ("-p", f"no:{plugin}")]
    command = [sys.executable, "-m", "pytest", "--rootdir", tmp_path, *bare, *limits, test]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "test_that_never_ends" in done.stdout + done.stderr
    assert "imeout" in done.stdout + done.stderr
