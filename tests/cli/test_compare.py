"""``seqrec-bench compare`` on committed records, once in a process of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.errors import BenchError, ExitCode

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("seqrec-bench"))
CELLS = Path("ml-100k", "loo-full-v1")


def copy(models: dict[str, str], folder: Path) -> Path:
    """Copies the records of these models whose file names fit the pattern."""
    for model, pattern in models.items():
        (folder / CELLS / model).mkdir(parents=True)
        for file in (ROOT / "results" / CELLS / model).glob(pattern):
            shutil.copy(file, folder / CELLS / model)
    return folder


def test_it_prints_the_verdicts_and_draws_the_forest_plot(tmp_path: Path) -> None:
    results = copy({"am-lstm": "paper-d100-s[0-4].json", "sequential-rules": "paper-d0-s0.json"}, tmp_path)
    arguments = ["compare", "am-lstm", "sequential-rules", "--results", results, "--out", tmp_path / "forest"]
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("| sequential-rules")) == (0, 3)
    assert done.stderr.split() == [str(tmp_path / "forest.png"), str(tmp_path / "forest.svg")]
    assert (tmp_path / "forest.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "forest.svg").read_text()


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two models with two seeds each."""
    return copy({"fpmc": "paper-d100-s[01].json", "caser": "paper-d100-s[01].json"}, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["fpmc", "nobody"], ExitCode.CELLS_MISSING, "There is no record of nobody"),
        (["fpmc"], ExitCode.BAD_INPUT, "name each once"),
        (["fpmc", "caser", "--protocol", "other"], ExitCode.CELLS_MISSING, "There is no record of fpmc"),
        (["fpmc", "caser", "--results", "nowhere"], ExitCode.BAD_INPUT, "no results directory nowhere"),
    ],
)
def test_what_it_can_not_do_it_says_in_a_sentence(results: Path, arguments: list[str], code: int, words: str) -> None:
    where = [] if "--results" in arguments else ["--results", str(results)]
    error = CliRunner().invoke(app, ["compare", *arguments, *where]).exception
    assert isinstance(error, BenchError)
    assert error.exit_code == code
    assert words in str(error)


def test_too_few_seeds_are_shown_and_are_missing_cells(results: Path) -> None:
    done = CliRunner().invoke(app, ["compare", "fpmc", "caser", "--results", str(results)])
    assert isinstance(done.exception, BenchError)
    assert done.exception.exit_code == ExitCode.CELLS_MISSING
    assert done.stdout.count("too few seeds") == 3
    assert "fpmc paper-d100 (2), caser paper-d100 (2)" in str(done.exception)
