"""A virtual environment with RecBole in it, and what scripts answer there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.results import UnavailableError

REQUIREMENTS = ("recbole==1.2.1", "torch==2.13.0", "numpy<2", "pandas<2.3", "scipy<1.14", "setuptools<80")
"""RecBole does not run with later ones of the last four."""


def environment(folder: Path) -> Path:
    """Makes a virtual environment with the peers in that folder and returns its Python.

    Raises:
        UnavailableError: They can't be installed.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS]
    found = subprocess.run(install, capture_output=True, text=True)
    if found.returncode != 0:
        last = (found.stderr.strip().splitlines() or ["no message"])[-1]
        raise UnavailableError(f"RecBole can't be installed ({last.removeprefix('ERROR: ')})")
    return python


def answer(python: Path, script: str, argument: str) -> Any:
    """The JSON that a script of this folder writes last, in a process of its own.

    It runs beside its Python, since RecBole leaves logs and checkpoints where it runs.
    """
    command = [str(python), str(Path(__file__).with_name(script)), argument]
    done = subprocess.run(command, check=True, cwd=python.parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout.splitlines()[-1])
