"""Virtual environments with other libraries in them, and what scripts answer there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.results import UnavailableError

Requirements = tuple[str, ...]
"""The library first."""

RECBOLE: Requirements = ("recbole==1.2.1", "torch==2.13.0", "numpy<2", "pandas<2.3", "scipy<1.14", "setuptools<80")
"""RecBole does not run with later ones of the last four."""

RECTOOLS: Requirements = ("rectools[torch]==0.19.0", "torch==2.13.0")


def environment(folder: Path, requirements: Requirements = RECBOLE) -> Path:
    """Makes a virtual environment with these in that folder and returns its Python.

    Raises:
        UnavailableError: They can't be installed.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    found = subprocess.run(install, capture_output=True, text=True)
    if found.returncode != 0:
        last = (found.stderr.strip().splitlines() or ["no message"])[-1]
        raise UnavailableError(f"{requirements[0]} can't be installed ({last.removeprefix('ERROR: ')})")
    return python


def answer(python: Path, script: str, argument: str) -> Any:
    """The JSON that a script of this folder writes last, in a process of its own.

    It runs beside its Python, since the libraries leave logs and checkpoints where they run.
    """
    path = Path(__file__).with_name(script)
    command = [str(python), str(path), argument]
    here = {**os.environ, "PYTHONPATH": str(path.parents[1])}  # for what the scripts share
    done = subprocess.run(
        command, check=True, cwd=python.parent, env=here, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return json.loads(done.stdout.splitlines()[-1])
