"""Plug-ins that end the command's own process, or write to its descriptors: real processes, as nothing else can be."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.records import Store

COMMAND = str(Path(sys.executable).with_name("seqrec-bench"))

PLUG = """
import ctypes, os, signal, sys
from dataclasses import dataclass
from seqrec_baselines.popularity import Popularity

built = []

def shout():
    ctypes.CDLL(None).puts(b"{")  # stays in C's own buffer until the end
    os.write(1, b"{")
    print("{")
"""
CLASS = """
@dataclass
class Plug(Popularity):
    name = "plug"

"""
EXITS, ABORTS = "os._exit(0)", "os.abort()"
SECOND = """    def __post_init__(self):
        built.append(1)
        len(built) < 2 or os._exit(0)
"""
IN_FIT = "    def fit(self, train, context): "
LOUD = "    def fit(self, train, context): shout(); super().fit(train, context)\n" \
       "    def score(self, users, histories): shout(); return super().score(users, histories)\n"  # fmt: skip

Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bench(ratings: Path, install_plugin: Callable[..., Path]) -> Bench:
    """Installs a plug-in of this source and calls the command in the folder of the ratings."""

    def call(
        source: str, *arguments: str, redirected: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(install_plugin("plugs", "plug", source)), *(part for part in sys.path if part)])
        command: Any = ["sh", "-c", f'"$0" "$@" {redirected}', COMMAND, *arguments]
        return subprocess.run(
            command, cwd=ratings.parent, env={**os.environ, "PYTHONPATH": path, **environment}, capture_output=True,
            text=True,
        )  # fmt: skip

    return call


@pytest.mark.parametrize(
    ("source", "command", "code", "says"),
    [
        (PLUG + EXITS, "models plug", 2, "while it was imported (with exit code 0)"),
        (PLUG + EXITS, "run --models plug --interactions ratings.csv", 2, "while it was imported (with exit code 0)"),
        (PLUG + CLASS + IN_FIT + EXITS, "models plug --json", 2, "while it was fitted to count its parameters (with"),
        (PLUG + CLASS + SECOND, "run --models plug --interactions ratings.csv", 2, "while it was built (with exit cod"),
        (PLUG + CLASS + IN_FIT + EXITS, "conform plug --json", 6, "in the check 'history length and parameters are"),
        (PLUG + CLASS + IN_FIT + ABORTS, "attack plug", 6, "under attack (by SIGABRT), so nothing came of it: mend"),
    ],
)  # fmt: skip
def test_whatever_ends_the_process_is_no_success_and_names_the_model(
    bench: Bench, ratings: Path, source: str, command: str, code: int, says: str
) -> None:
    done = bench(source, *command.split())
    assert (done.returncode, done.stdout) == (code, "")
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert error.startswith("Error: The recommender 'plug' has ended the command's process ") and says in error
    assert not list(ratings.parent.glob("runs/**/*.json"))


@pytest.mark.parametrize("command", ["models plug --json", "attack plug --json"])
def test_what_plug_ins_write_is_no_part_of_json(bench: Bench, command: str) -> None:
    done = bench(PLUG + "shout()" + CLASS + LOUD, *command.split())
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout), dict)
    assert done.stderr.count("{") >= 6


def test_a_run_needs_no_standard_error_and_no_short_tmpdir(bench: Bench, ratings: Path) -> None:
    """Its cells' processes say what they say to nobody; multiprocessing's sockets stand elsewhere."""
    temporary = ratings.parent / ("t" * 100)
    temporary.mkdir()
    done = bench(
        PLUG + "shout()" + CLASS + LOUD, "run", "--models", "plug", "--interactions", "ratings.csv", redirected="2>&-",
        TMPDIR=str(temporary),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [record.key.model for record in Store(ratings.parent / "runs").records()] == ["plug"]
