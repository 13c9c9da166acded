"""``seqrec-bench check`` on copies of committed records that are then spoilt; each exit code also of a real process."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.check import CheckFormat
from seqrec_bench.cli.main import app
from seqrec_bench.errors import BenchError
from seqrec_bench.studies.loading import STUDIES

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results"
CELLS = Path("ml-100k", "loo-full-v1")
COMMAND = str(Path(sys.executable).with_name("seqrec-bench"))


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


def check(*arguments: str | Path) -> Done:
    """Calls the command in this process, which saves a second."""
    outcome = CliRunner().invoke(app, ["check", *map(str, arguments)])
    error = outcome.exception
    if isinstance(error, BenchError):
        return Done(error.exit_code, outcome.stdout, f"Error: {error}\n")
    assert error is None or isinstance(error, SystemExit), error
    return Done(outcome.exit_code, outcome.stdout, outcome.stderr)


def check_in_process(*arguments: str | Path) -> Done:
    done = subprocess.run([COMMAND, "check", *map(str, arguments)], capture_output=True, text=True)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A copy of the records that Table 1 takes: the paper's models as published."""
    for model in ("gru4rec", "fpmc", "caser", "am-lstm"):
        (tmp_path / "records" / CELLS / model).mkdir(parents=True)
        for file in (RESULTS / CELLS / model).glob("paper-d100-s[0-4].json"):
            shutil.copy(file, tmp_path / "records" / CELLS / model)
    return tmp_path / "records"


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """A copy of the records of the quick training."""
    return Path(shutil.copytree(RESULTS / "quick", tmp_path / "quick"))


def change(root: Path, pattern: str, spoil: Callable[[dict[str, Any]], object]) -> None:
    """Spoils the fields of the records at the places that the pattern fits."""
    files = sorted((root / CELLS).glob(pattern))
    assert files
    for file in files:
        fields = json.loads(file.read_text())
        spoil(fields)
        file.write_text(json.dumps(fields))


def truncate(root: Path) -> None:
    file = next(root.rglob("*-s1.json"))
    file.write_bytes(file.read_bytes()[:-100])


def empty(root: Path) -> None:
    shutil.rmtree(root)
    root.mkdir()


def lower(by: int, seeds: str = "0123456789") -> Callable[[dict[str, Any]], None]:
    """Puts so many candidates more above every target."""

    def spoil(fields: dict[str, Any]) -> None:
        if str(fields["seed"]) in seeds:
            fields["test"]["better"] = [min(rank + by, 1600) for rank in fields["test"]["better"]]

    return spoil


def change_one_rank(fields: dict[str, Any]) -> None:
    fields["test"]["better"][17] += 3


# Against the paper.


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (
            lambda root: None,
            5,
            "(exit code 5), ml-100k under loo-full-v1 against chen2020: Caser HR@50 inconclusive. More seeds",
        ),
        (lambda root: (root / CELLS / "caser" / "paper-d100-s4.json").unlink(), 3, "caser paper-d100 of seed 4"),
        (lambda root: [file.unlink() for file in root.rglob("*-s[1-4].json")], 3, "of seed 1, 2 (a verdict takes 3"),
        (empty, 3, "gru4rec paper-d100; fpmc paper-d100"),
        (truncate, 4, "-s1.json is not a valid record"),
        (lambda root: change(root, "fpmc/*-s1.json", lambda fields: fields.update(version=9)), 4, "can't be averaged"),
        (lambda root: change(root, "fpmc/*.json", lower(20)), 6, "FPMC HR@50 falls short"),
        (shutil.rmtree, 2, "There is no results directory"),
    ],
    ids=["as it is", "a seed less", "one seed", "empty", "truncated", "one version", "worse", "nowhere"],
)
def test_against_the_paper(records: Path, spoil: Callable[[Path], object], code: int, words: str) -> None:
    spoil(records)
    done = check("--results", records)
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if done.stdout:
        assert f"(exit code {code})" in done.stdout.splitlines()[-1]


def test_a_table_that_reproduces_passes_and_two_sided_what_exceeds_does_not(records: Path, tmp_path: Path) -> None:
    text = (STUDIES / "chen2020.toml").read_text()
    file = tmp_path / "mine.toml"
    file.write_text(re.sub("hits.*\n", "", text).replace('"HR@50" = 0.5111', '"HR@50" = 0.49'))
    passed = check("--results", records, "--paper", file)
    assert (passed.returncode, passed.stderr) == (0, "")
    assert "Outcome: passed (exit code 0), ml-100k under loo-full-v1 against mine: all 12 figures." in passed.stdout
    demanded = check("--results", records, "--paper", file, "--two-sided")
    assert demanded.returncode == 6
    assert "AM-LSTM MRR@50 exceeds" in demanded.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", CheckFormat)
def test_every_format_has_the_same_code(records: Path, name: str) -> None:
    done = check("--results", records, "--format", name)
    assert (done.returncode, done.stderr) == (5, "")
    if name == "json":
        assert json.loads(done.stdout)["exit_code"] == 5


def test_github_is_told_of_errors_too(records: Path) -> None:
    truncate(records)
    done = check("--results", records, "--format", "github")
    assert done.returncode == 4
    assert done.stdout.startswith("::error title=seqrec-bench check::")
    assert len(done.stdout.splitlines()) == len(done.stderr.splitlines()) == 1


# Against other records.

REAL = ("nowhere", "a seed less", "truncated", "one seed worse", "version and loss", "as it is")
"""Cases with the codes 2, 3, 4, 5, 6 and 0, one of each: these are asked of a real process."""


def lack_a_setting(fields: dict[str, Any]) -> None:
    """As a record from before there was that setting, whose default means what was done then."""
    del fields["hyperparameters"]["learning_rate"]


@pytest.mark.parametrize(
    ("spoil", "code", "exact", "words"),
    [
        (lambda root: None, 0, 0, "holds exactly"),
        (lambda root: change(root, "am-lstm/*-s1.json", change_one_rank), 0, 6, "1 of 2829 ranks differ"),
        (lambda root: change(root, "fpmc/*-s1.json", lack_a_setting), 0, 0, "holds exactly"),
        (truncate, 4, 4, "-s1.json is not a valid record"),
        (lambda root: next(root.rglob("*-s2.json")).unlink(), 3, 3, "quick-d25 of seed 2"),
        (lambda root: change(root, "fpmc/*", lambda fields: fields.update(version=9)), 0, 0, "made by version 9"),
        (
            lambda root: change(root, "fpmc/*", lambda fields: (fields.update(version=9), lower(60)(fields))),
            6, 6, "made by version 9",
        ),
        (lambda root: change(root, "fpmc/*", lower(60, seeds="0")), 5, 6, "fpmc quick-d25"),
        (lambda root: change(root, "fpmc/*", lambda fields: fields["dataset"].update(fingerprint="f")), 4, 4, "data"),
        (empty, 3, 3, "am-lstm quick-d25 of seed 0, 1, 2 in the new records; fpmc quick-d25 of seed 0, 1, 2 in"),
        (shutil.rmtree, 2, 2, "There is no results directory"),
    ],
    ids=[
        "as it is", "a rank", "a setting less",
        "truncated", "a seed less", "version", "version and loss", "one seed worse", "other data",
        "empty", "nowhere",
    ],
)  # fmt: skip
def test_against_other_records(
    quick: Path,
    spoil: Callable[[Path], object],
    code: int,
    exact: int,
    words: str,
    request: pytest.FixtureRequest,
) -> None:
    spoil(quick)
    call = check_in_process if request.node.callspec.id in REAL else check
    done = call("--results", quick, "--against", RESULTS / "quick")
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert check("--results", quick, "--against", RESULTS / "quick", "--exact").returncode == exact


def test_another_protocol_is_another_reference(quick: Path) -> None:
    change(quick, "fpmc/*", lambda fields: fields.update(protocol="loo-full-v2"))
    (quick / "ml-100k" / "loo-full-v2").mkdir()
    (quick / CELLS / "fpmc").rename(quick / "ml-100k" / "loo-full-v2" / "fpmc")
    done = check("--results", quick, "--against", RESULTS / "quick")
    assert done.returncode == 4
    assert "loo-full-v2" in done.stderr


def test_the_suite_quick_is_what_its_reference_holds(quick: Path) -> None:
    done = check("--results", quick, "--against", RESULTS / "quick", "--suite", "quick")
    assert done.returncode == 0
    assert "Not " not in done.stdout


def test_a_suite_that_the_reference_has_not_all_of_is_missing(quick: Path, tmp_path: Path) -> None:
    reference = Path(shutil.copytree(quick, tmp_path / "reference"))
    shutil.rmtree(reference / CELLS / "fpmc")
    assert check("--results", quick, "--against", reference).returncode == 0
    done = check("--results", quick, "--against", reference, "--suite", "quick")
    assert done.returncode == 3
    assert "fpmc quick-d25 of seed 0, 1, 2 in the reference" in done.stdout
    assert "restore those of the reference" in done.stderr
    empty(quick)
    assert (
        "`seqrec-bench run --suite quick --results "
        in check("--results", quick, "--against", reference, "--suite", "quick").stderr
    )


def test_only_the_named_models_and_dimensions_are_judged(quick: Path) -> None:
    shutil.rmtree(quick / CELLS / "fpmc")
    sides = ("--results", quick, "--against", RESULTS / "quick")
    assert check(*sides).returncode == 3
    done = check(*sides, "--models", "am-lstm", "--dims", "25")
    assert done.returncode == 0
    assert "Not asked for: fpmc quick-d25" in done.stdout


def test_a_reference_that_has_shrunk_is_seen_with_the_seeds_named(quick: Path, tmp_path: Path) -> None:
    reference = Path(shutil.copytree(quick, tmp_path / "reference"))
    (reference / CELLS / "fpmc" / "quick-d25-s1.json").unlink()
    sides = ("--results", quick, "--against", reference, "--format", "github")
    unseen = check(*sides)
    assert unseen.returncode == 0
    assert "::warning title=seqrec-bench check::Not judged" in unseen.stdout
    assert "fpmc quick-d25 of seed 1." in unseen.stdout
    seen = check(*sides, "--seeds", "0-2")
    assert seen.returncode == 3
    assert "Missing%3A fpmc quick-d25 of seed 1 in the reference::" in seen.stdout
    assert "restore those of the reference" in seen.stderr and "run them" not in seen.stderr
    assert check("--results", quick, "--against", RESULTS / "quick", "--seeds", "0-2").returncode == 0
    assert check("--results", quick, "--against", RESULTS / "quick", "--seeds", "0-3").returncode == 3


def test_a_spoilt_reference_is_to_be_restored_and_not_to_be_run_again(quick: Path, tmp_path: Path) -> None:
    reference = Path(shutil.copytree(quick, tmp_path / "reference"))
    truncate(reference)
    done = check("--results", quick, "--against", reference)
    assert done.returncode == 4
    assert f"{reference}" in done.stderr
    assert "restore it (from version control)" in done.stderr and "run its cell again" not in done.stderr


def test_the_outcome_names_the_data_and_the_reference(quick: Path) -> None:
    done = check("--results", quick, "--against", RESULTS / "quick", "--json")
    outcome = json.loads(done.stdout)["outcome"]
    assert f"(exit code 0), ml-100k under loo-full-v1 against {RESULTS / 'quick'}: all 6" in outcome


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--models", "am-lstm,fmpc"], 2, "--models names fmpc (did you mean 'fpmc'?)"),
        (["--dims", "25,50"], 3, "--dims names 50"),
        (["--dims", "many"], 2, "--dims 'many'"),
        (["--suite", "slow"], 2, "There is no study 'slow'"),
        (["--dataset", "own"], 2, "under loo-full-v1 (am-lstm, fpmc): give --dataset ml-100k"),
        (["--seeds", "many"], 2, "--seeds 'many'"),
        (["--two-sided"], 2, "--two-sided is about the paper's figures"),
    ],
)
def test_what_can_not_be_judged_is_said(quick: Path, arguments: list[str], code: int, words: str) -> None:
    done = check("--results", quick, "--against", RESULTS / "quick", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    "option", [["--exact"], ["--suite", "quick"], ["--models", "fpmc"], ["--dims", "25"], ["--seeds", "0"]]
)
def test_what_is_said_of_a_reference_needs_one(quick: Path, option: list[str]) -> None:
    done = check("--results", quick, *option)
    assert done.returncode == 2
    assert "go with --against DIR" in done.stderr


def test_a_reference_must_be_there_have_records_and_be_another(quick: Path, tmp_path: Path) -> None:
    assert check("--results", quick, "--against", tmp_path / "nowhere").returncode == 2
    same = check("--results", quick, "--against", quick / ".." / "quick")
    assert same.returncode == 2
    assert "proves nothing" in same.stderr
    (tmp_path / "empty").mkdir()
    assert check("--results", quick, "--against", tmp_path / "empty").returncode == 3
