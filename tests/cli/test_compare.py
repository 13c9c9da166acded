"""``seqrec-bench compare`` on the committed records, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from seqrec_bench.errors import ExitCode

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("seqrec-bench"))


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, "compare", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)


def test_it_prints_the_verdicts_and_draws_the_forest_plot(tmp_path: Path) -> None:
    done = run("am-lstm", "sequential-rules", "--results", "results", "--out", tmp_path / "forest")
    assert (done.returncode, done.stdout.count("| sequential-rules")) == (0, 3)
    assert done.stderr.split() == [str(tmp_path / "forest.png"), str(tmp_path / "forest.svg")]
    assert (tmp_path / "forest.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "forest.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["am-lstm", "nobody"], ExitCode.CELLS_MISSING, "There is no record of nobody"),
        (["am-lstm"], ExitCode.BAD_INPUT, "name each once"),
        (["am-lstm", "fpmc", "--protocol", "other"], ExitCode.CELLS_MISSING, "There is no record of am-lstm"),
        (["am-lstm", "fpmc", "--results", "nowhere"], ExitCode.BAD_INPUT, "no results directory nowhere"),
    ],
)
def test_what_it_can_not_do_it_says_in_a_sentence(arguments: list[str], code: int, words: str) -> None:
    done = run(*arguments, *([] if "--results" in arguments else ["--results", "results"]))
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_too_few_seeds_are_shown_and_are_missing_cells(tmp_path: Path) -> None:
    for model in ("fpmc", "caser"):
        folder = Path("ml-100k", "loo-full-v1", model)
        (tmp_path / folder).mkdir(parents=True)
        for seed in (0, 1):
            name = f"paper-d100-s{seed}.json"
            (tmp_path / folder / name).write_bytes((ROOT / "results" / folder / name).read_bytes())
    done = run("fpmc", "caser", "--results", tmp_path)
    assert done.returncode == ExitCode.CELLS_MISSING
    assert done.stdout.count("too few seeds") == 3
    assert "fpmc paper-d100 (2), caser paper-d100 (2)" in done.stderr
