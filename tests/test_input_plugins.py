"""Plug-ins that misbehave: what input_plugins.toml has, and docs/input.md shows, harms nobody else."""

import tomllib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.cli.main import main
from seqrec_bench.experiments.answers import explain
from seqrec_bench.experiments.cell import Lesson, conclude
from seqrec_bench.experiments.examining import Examination, examine_here
from seqrec_bench.experiments.processes import CellError, CellProcesses
from seqrec_bench.records import Store
from seqrec_bench.studies.cells import Cell

ROOT = Path(__file__).parents[1]
CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(Path(__file__).with_name("input_plugins.toml").read_text())
IN_CELLS = [*CASES["failed"], *CASES["finished"]]
DIVERGING = ("am-lstm", "bert4rec", "caser", "esasrec", "fpmc", "gru4rec", "hgn", "hstu", "lrurec", "sasrec")

HEAD = """
import os, sys, threading, time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from seqrec_baselines.popularity import Popularity
"""
CLASS = """

@dataclass
class Plug{number}(Popularity):
    name = "plug-{number}"
    rate: int = 1
    {body}
"""

Call = Callable[..., tuple[object, str, str]]


@pytest.fixture
def call(ratings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command in the folder of the ratings."""
    monkeypatch.chdir(ratings.parent)

    def make(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["seqrec-bench", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err

    return make


@pytest.fixture(scope="module")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A csv of 20 users with 6 of 15 items each."""
    rng = np.random.default_rng(0)
    rows = [f"{user},{item},{time}" for user in range(20) for time, item in enumerate(rng.permutation(15)[:6])]
    path = tmp_path_factory.mktemp("shop") / "ratings.csv"
    path.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("case", CASES["loaded"], ids=lambda case: case["given"])
def test_what_can_not_be_loaded_is_refused_and_was_named_before(
    call: Call, install_plugin: Callable[..., Path], ratings: Path, case: dict[str, str]
) -> None:
    site = install_plugin("plugs", "plug", case["source"])
    command = ("run", "--models", "popularity,plug", "--interactions", "ratings.csv")
    code, out, err = call(*command)
    assert (code, out) == (2, "")
    loading, error = (line for line in err.splitlines() if line.startswith(("Loading ", "Error: ")))
    assert loading.startswith(f"Loading the recommender plug from plugs 1.0 ({site}")
    assert error.startswith(("Error: The recommender 'plug' ", "Error: plug ", "Error: A "))
    assert case["says"] in error and "\x1b" not in err
    assert [path.name for path in ratings.parent.iterdir()] == ["ratings.csv"]
    assert "Traceback" in call("--debug", *command)[2]


@pytest.mark.parametrize("case", CASES["accepted"], ids=lambda case: case["given"])
def test_what_is_only_odd_is_accepted(
    call: Call, install_plugin: Callable[..., Path], ratings: Path, case: dict[str, str]
) -> None:
    install_plugin("plugs", "plug", case["source"])
    code, out, err = call("attack", "plug", "--format", "json")
    assert (code, out[0]) == (0, "{")
    assert Path.cwd() == ratings.parent
    assert ("hello" in err) == ("print" in case["source"])


def test_ctrl_c_at_import_is_one(call: Call, install_plugin: Callable[..., Path]) -> None:
    install_plugin("plugs", "plug", "raise KeyboardInterrupt")
    code, _, err = call("attack", "plug")
    assert code == 130
    assert err.startswith("Loading the recommender plug from plugs 1.0 (")


def test_two_distributions_of_one_name_are_named(call: Call, install_plugin: Callable[..., Path]) -> None:
    install_plugin("plugs", "popularity", "")
    code, _, err = call("attack", "fpmc")
    assert code == 2
    assert err.startswith("Error: Two recommenders are registered as 'popularity', by ") and "plugs 1.0" in err


@pytest.mark.parametrize("name", ["../plug", "a b", "\x1b[2J", "<script>", "x" * 101])
def test_a_name_that_is_no_part_of_a_path_is_refused(
    call: Call, install_plugin: Callable[..., Path], name: str
) -> None:
    install_plugin("plugs", name, "raise OSError")
    code, _, err = call("attack", name)
    assert code == 2
    assert "has a name that can't be part of a path" in err and "\x1b" not in err


def test_the_benchs_own_models_are_not_announced(call: Call) -> None:
    assert "Loading" not in call("attack", "popularity")[2]


@dataclass(frozen=True)
class Ran:
    code: object
    lines: list[str]
    recorded: set[str]


class Here:
    """Runs cells in this process; what they raise goes the way that it goes between processes."""

    n_at_once = 1

    def __init__(
        self, jobs: int, work: Callable[..., Any], lesson: Lesson, report: object, examination: Examination
    ) -> None:
        self._learn, self._lesson, self._examination = work, lesson, examination

    def submit(self, cell: Cell) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            learnt = self._learn(cell, self._lesson, lambda epoch: None)
            marks = examine_here(learnt.recommender, self._examination, cell.seed)
            future.set_result(conclude(learnt).finished(marks))
        except Exception as error:
            future.set_exception(CellError(explain(error)))
        return future

    def shutdown(self) -> None: ...


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a distribution of all of them, named by their numbers."""
    site = tmp_path_factory.mktemp("site")
    bodies = [case["body"].replace("\n", "\\n").replace("\x1b", "\\x1b") for case in IN_CELLS]
    classes = [CLASS.format(number=number, body=body) for number, body in enumerate(bodies)]
    (site / "faulty_recommenders.py").write_text(HEAD + "".join(classes))
    metadata = site / "faulty-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n")
    points = [f"{name(case)} = faulty_recommenders:Plug{number}" for number, case in enumerate(IN_CELLS)]
    (metadata / "entry_points.txt").write_text("\n".join(["[seqrec_bench.recommenders]", *points]))
    return site


def name(case: dict[str, Any]) -> str:
    return f"plug-{IN_CELLS.index(case)}"


def run(site: Path, ratings: Path, results: str, models: list[str], executor: Any) -> Ran:
    """Calls `run` with these models beside popularity."""
    rates = [argument for model in set(DIVERGING) & {*models} for argument in ("--set", f"{model}.learning_rate=1e6")]
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        patch.setattr("seqrec_bench.cli.places.CellProcesses", executor)
        patch.setattr("seqrec_bench.experiments.processes._SECONDS_TO_END", 0.2)
        patch.setattr("seqrec_bench.cli.main.typer.echo", lambda text, **how: lines.append(str(text)))
        patch.setattr("seqrec_bench.experiments.environment._commit", lambda folder: None)  # for git takes its time
        patch.setattr("sys.argv", [
            "seqrec-bench", "--debug", "run", "--interactions", str(ratings),
            "--results", str(ratings.parent / results), "--models", ",".join([*models, "popularity"]),
            "--jobs", "2", "--seeds", "0", "--dims", "4", "--variant", "wild", *rates,
        ])  # fmt: skip
        with pytest.raises(SystemExit) as end:
            main()
    return Ran(end.value.code, lines, {record.key.model for record in Store(ratings.parent / results).records()})


@pytest.fixture(scope="module")
def ran(faulty: Path, ratings: Path) -> Ran:
    """A run of those that end no process, and of the bench's own with a learning rate of a million."""
    models = [name(case) for case in IN_CELLS if "process" not in case]
    return run(faulty, ratings, "here", [*models, *DIVERGING], Here)


@pytest.fixture(scope="module")
def ran_in_processes(faulty: Path, ratings: Path) -> Ran:
    models = [name(case) for case in IN_CELLS if "process" in case]
    return run(faulty, ratings, "processes", models, CellProcesses)


def failure(ran: Ran, model: str) -> str:
    (line,) = [line for line in ran.lines if line.startswith(f"Failed: {model} wild-")]
    return line


@pytest.mark.parametrize("case", CASES["failed"], ids=lambda case: case["given"])
def test_a_cell_that_fails_has_its_cause_in_one_line_and_no_record(
    case: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    ran = request.getfixturevalue("ran_in_processes" if "process" in case else "ran")
    line = failure(ran, name(case))
    assert case["says"] in line
    assert line.isprintable() and len(line) < 700
    assert name(case) not in ran.recorded


@pytest.mark.parametrize("model", DIVERGING)
def test_training_that_diverges_is_ended_with_the_epoch_and_the_mend(ran: Ran, model: str) -> None:
    line = failure(ran, model)
    assert "In epoch " in line and "smaller learning rate" in line
    assert model not in ran.recorded


def test_the_rest_of_the_cells_finish(ran: Ran, ran_in_processes: Ran) -> None:
    assert (ran.code, ran_in_processes.code) == (7, 7)
    assert ran.recorded | ran_in_processes.recorded == {"popularity", *map(name, CASES["finished"])}


def test_the_plug_ins_were_named_once_before_anything_else(ran_in_processes: Ran, ran: Ran) -> None:
    for lines in (ran.lines, ran_in_processes.lines):
        loading = [line for line in lines if line.startswith("Loading the recommender plug-")]
        assert loading in ([], [lines[0]])  # a module that was imported is not imported again
    assert "from faulty 1.0 (" in ran_in_processes.lines[0] + ran.lines[0]


def test_debug_shows_the_traceback_of_a_cell(ran_in_processes: Ran) -> None:
    assert "SystemExit: 0" in ran_in_processes.lines
    assert "Traceback (most recent call last):" in ran_in_processes.lines


def test_the_docs_have_these_cases() -> None:
    table = (ROOT / "docs" / "input.md").read_text().split("<!-- plugins:begin -->\n")[1]
    rows = table.split("\n<!-- plugins:end -->")[0].splitlines()
    expected = [f"| {case['given']} | refused | 2 | `{case['says']}` |" for case in CASES["loaded"]]
    expected += [f"| {case['given']} | its cell fails | 7 | `{case['says']}` |" for case in CASES["failed"]]
    expected += [f"| {case['given']} | accepted | 0 | |" for case in (*CASES["accepted"], *CASES["finished"])]
    assert rows[2:] == expected
