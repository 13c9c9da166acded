import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.cell_options import CellOptions, parse_numbers
from seqrec_bench.cli.main import app
from seqrec_bench.data import Holdout
from seqrec_bench.errors import BenchError, InputError, MissingCellsError
from seqrec_bench.evaluation.attacks import ATTACKS, SUITE, AttackError
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.experiments.execution import RunOutcome
from seqrec_bench.experiments.run import Plan
from seqrec_bench.experiments.verification.recipes import check_settings, installed
from seqrec_bench.recommender import Recommender
from seqrec_bench.records import Ranks, Store
from seqrec_bench.studies import published
from seqrec_bench.studies.cells import Cell, cells
from seqrec_bench.studies.loading import STUDIES, load_study

FAILING = """
from dataclasses import dataclass
from typing import ClassVar

@dataclass
class Plug:
    name: ClassVar[str] = "failing"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        raise OSError("the dog ate it")

    def score(self, users, histories): ...
"""

WHICH_CELLS = "Say which cells to run: --all for the whole paper, --study NAME, or --models A,B."


@pytest.fixture
def bench(ratings: Path, tmp_path: Path) -> Callable[..., Result]:
    """Calls `run` on those ratings."""

    def call(*arguments: str) -> Result:
        command = ["run", "--interactions", str(ratings), "--results", str(tmp_path / "runs"), *arguments]
        return CliRunner().invoke(app, command)

    return call


def test_models_are_run_recorded_and_not_run_again(bench: Callable[..., Result], tmp_path: Path) -> None:
    first = bench("--models", "popularity,sequential-rules")
    assert first.exit_code == 0, first.output
    assert "To run: 2 cells; done already: 0 cells." in first.stderr
    assert "popularity paper-d0-s0: done in" in first.stderr
    store = Store(tmp_path / "runs")
    assert [record.key.model for record in store.records()] == ["popularity", "sequential-rules"]
    path = store.path(store.records()[0].key)
    written = path.stat().st_mtime_ns
    again = bench("--models", "popularity,sequential-rules")
    assert again.exit_code == 0
    assert "To run: 0 cells; done already: 2 cells." in again.stderr
    assert path.stat().st_mtime_ns == written
    fresh = bench("--models", "popularity", "--fresh", "--dims", "4")
    assert "Of no effect on popularity: --dims" in fresh.stderr
    assert "To run: 1 cell; done already: 0 cells." in fresh.stderr
    assert path.stat().st_mtime_ns > written


def test_lists_that_are_asked_for_are_kept_and_shown(bench: Callable[..., Result], tmp_path: Path) -> None:
    runs = str(tmp_path / "runs")
    assert bench("--models", "popularity").exit_code == 0
    shown = ["table", "--results", runs, "--dataset", "ratings", "--metrics", "Coverage@2,ARP@2,HR@2"]
    lacking = CliRunner().invoke(app, shown)
    assert isinstance(lacking.exception, MissingCellsError)
    assert str(lacking.exception).endswith("make it with --keep-top 2.")
    done = bench("--models", "popularity,sequential-rules", "--keep-top", "3")
    assert done.exit_code == 0, done.output
    assert "Stale, so run again: popularity paper-d0-s0 was made without its top 3." in done.stderr
    assert "done already: 2 cells" in bench("--models", "popularity,sequential-rules", "--keep-top", "2").stderr
    assert [record.top and record.top.k for record in Store(tmp_path / "runs").records()] == [3, 3]
    table = CliRunner().invoke(app, shown)
    assert "Coverage@2" in table.output and "ARP@2" in table.output, table.output
    compare = ["compare", "popularity", "sequential-rules", *shown[1:]]
    compared = " ".join(CliRunner().invoke(app, compare).output.split())
    assert "ARP@2, against" in compared and "Not compared: Coverage@2. A metric that has one value a run" in compared
    refused = CliRunner().invoke(app, [*compare[:-1], "Gini@2"])
    assert isinstance(refused.exception, InputError)
    assert str(refused.exception).startswith("Gini@2 has one value a run and not one a user")


def test_another_metric_chooses_under_another_variant(bench: Callable[..., Result], tmp_path: Path) -> None:
    cell = ["--models", "fpmc", "--dims", "4", "--seeds", "0", "--variant", "by-ten", "--set", "fpmc.epochs=2"]
    done = bench(*cell, "--select", "NDCG@10")
    assert done.exit_code == 0, done.output
    (record,) = Store(tmp_path / "runs").records()
    assert record.recipe.selection == "NDCG@10"
    assert f"done in {sum(record.seconds.values()):.0f} s, validation NDCG@10 " in done.stderr
    assert "To run: 0 cells; done already: 1 cell." in bench(*cell, "--select", "NDCG@10").stderr
    refused = bench(*cell)
    assert isinstance(refused.exception, InputError)
    assert "made with epochs chosen by NDCG@10, not NDCG@50: give --select" in str(refused.exception)
    assert Store(tmp_path / "runs").records() == [record]


@pytest.mark.parametrize(
    ("models", "dims", "seeds", "notes"),
    [
        (
            "popularity,fpmc", "25", "0-2",
            [
                "Of no effect on popularity: --dims, since it has no dimension; "
                "--seeds, since its seed changes nothing. It has 1 cell."
            ],
        ),
        ("popularity", None, "3", []),
        ("fpmc", "25", "0-2", []),
        (None, "25", "0-2", []),
    ],
)  # fmt: skip
def test_options_that_change_nothing_about_a_named_model_are_said(
    models: str | None, dims: str | None, seeds: str | None, notes: list[str]
) -> None:
    asked = CellOptions(all_cells=models is None, models=models, dims=dims, seeds=seeds)
    assert list(asked.idle(asked.choose())) == notes


def test_dimensions_seeds_and_settings_reach_the_cells(bench: Callable[..., Result], tmp_path: Path) -> None:
    done = bench(
        "--models", "fpmc", "--dims", "4,6", "--seeds", "1-2", "--set", "fpmc.epochs=2", "--variant", "short"
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    records = Store(tmp_path / "runs").records()
    assert [(r.key.variant, r.key.dimension, r.key.seed) for r in records] == [
        ("short", 4, 1), ("short", 4, 2), ("short", 6, 1), ("short", 6, 2),
    ]  # fmt: skip
    assert {r.recipe.hyperparameters["epochs"] for r in records} == {2}
    assert all(len(record.curve) == 2 for record in records)


def test_the_published_variant_is_on_some_data_what_its_records_there_have(
    bench: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "_published", lambda: {"ratings": {"fpmc": {"epochs": 1, "patience": 0}}})
    cells = ["--models", "fpmc,popularity", "--dims", "4", "--seeds", "0"]
    said = (
        "On ratings the variant paper of fpmc has epochs = 1 and patience = 0, as its published records have; any "
        "other variant begins with the model's defaults."
    )
    done = bench(*cells)
    assert said in done.stderr.splitlines()
    record, _ = Store(tmp_path / "runs").records()
    assert (record.key.variant, len(record.curve)) == ("paper", 1)
    again = bench(*cells).stderr
    assert "To run: 0 cells; done already: 2 cells." in again and said not in again
    place = ["--interactions", str(tmp_path / "ratings.csv"), "--results", str(tmp_path / "runs")]
    found = CliRunner().invoke(app, ["status", *cells, *place])
    assert found.stdout.splitlines()[-1].split("\t") == ["all", "2", "", "", "", "2"]
    checks = check_settings([record], installed({"fpmc"}), [])
    assert (checks.n_passed, list(checks.faults)) == (1, [])
    monkeypatch.undo()
    assert "made with epochs = 1, not " in check_settings([record], installed({"fpmc"}), []).faults[0]


def test_the_order_of_the_models_changes_nothing(bench: Callable[..., Result], tmp_path: Path) -> None:
    short = ("--dims", "4", "--seeds", "0", "--set", "fpmc.epochs=2", "--variant", "short")
    assert bench("--models", "fpmc,popularity", *short, "--jobs", "1").exit_code == 0
    first = {str(r.key): (r.test, r.validation) for r in Store(tmp_path / "runs").records()}
    assert bench("--models", "popularity,fpmc", *short, "--jobs", "2", "--fresh").exit_code == 0
    assert first == {str(r.key): (r.test, r.validation) for r in Store(tmp_path / "runs").records()}


def test_a_stale_record_is_named_and_replaced(bench: Callable[..., Result], tmp_path: Path) -> None:
    bench("--models", "popularity")
    store = Store(tmp_path / "runs")
    path = store.path(store.records()[0].key)
    path.write_text(path.read_text().replace('"version": 1', '"version": 9'))
    again = bench("--models", "popularity")
    assert "Stale, so run again: popularity paper-d0-s0 was made by version 9 of the model, not 1." in again.stderr
    assert json.loads(path.read_text())["version"] == 1


def test_other_data_under_the_same_name_replace_nothing_unasked(
    bench: Callable[..., Result], ratings: Path, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / ratings.name
    other.write_text("\n".join(ratings.read_text().splitlines()[:-1]) + "\n")
    assert bench("--models", "popularity").exit_code == 0
    store = Store(tmp_path / "runs")
    path = store.path(store.records()[0].key)
    before = path.read_bytes()

    def run_other(*arguments: str) -> Result:
        command = ["run", "--interactions", str(other), "--results", str(store.root), *arguments]
        return CliRunner().invoke(app, command)

    for models in ("popularity", "markov-chain"):
        refusal = run_other("--models", models).exception
        assert isinstance(refusal, InputError)
        assert str(refusal).startswith(f"{path} was made on other data: keep it by calling these data something else")
    assert [record.key.model for record in store.records()] == ["popularity"]
    assert path.read_bytes() == before
    assert run_other("--models", "popularity", "--name", "ratings-b").exit_code == 0
    assert [record.key.dataset for record in store.records()] == ["ratings", "ratings-b"]
    assert path.read_bytes() == before
    assert run_other("--models", "popularity", "--fresh").exit_code == 0
    ours, named = store.records()
    assert ours.recipe.dataset.fingerprint == named.recipe.dataset.fingerprint
    assert path.read_bytes() != before


def test_a_failed_cell_is_reported_with_its_cause_and_the_others_finish(
    bench: Callable[..., Result], install_plugin: Callable[..., Path], tmp_path: Path
) -> None:
    install_plugin("failing", "failing", FAILING)
    done = bench("--models", "failing,popularity")
    assert done.exit_code == 7
    assert "Failed: failing paper-d0-s0: OSError: the dog ate it (module_of_failing_" in done.stderr.replace("\n", " ")
    assert [record.key.model for record in Store(tmp_path / "runs").records()] == ["popularity"]


WITHOUT_ARRAYS = """
import numpy as np
from seqrec_baselines.popularity import Popularity

class Plug(Popularity):
    name = "without-arrays"

    def state(self):
        return {"words": np.array(["many", "few"])}

    def restore(self, train, state): ...
"""


def test_a_state_that_cant_be_kept_is_named_and_the_record_kept(
    bench: Callable[..., Result], install_plugin: Callable[..., Path], tmp_path: Path
) -> None:
    install_plugin("without-arrays", "without-arrays", WITHOUT_ARRAYS)
    done = bench("--models", "without-arrays")
    assert done.exit_code == 0
    assert "Weights not kept: without-arrays paper-d0-s0: The state has dtype <U4 under 'words'" in done.stderr
    assert [record.weights for record in Store(tmp_path / "runs").records()] == [None]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], WHICH_CELLS),
        (["--all", "--models", "fpmc"], WHICH_CELLS),
        (["--study", "ablations", "--models", "fpmc"], WHICH_CELLS),
        (["--suite", "ablations", "--all"], WHICH_CELLS),
        (["--study", "chen2020", "--all"], WHICH_CELLS),
        (["--study", "ablation"], "There is no study 'ablation' (did you mean 'ablations'?): choose from ablations, "),
        (["--study", ""], "There is no study ''"),
        (["--all", "--set", "fpmc.epochs=2"], "don't go with --all and --study"),
        (["--suite", "ablations", "--set", "am-lstm.epochs=2"], "don't go with --all and --study"),
        (["--study", "ablations", "--variant", "mine"], "don't go with --all and --study"),
        (["--suite", "ablations", "--dims", "0"], "--dims '0' must name numbers from 1"),
        (["--models", "fpmc", "--set", "fpmc.epochs=2"], "not the variant 'paper'"),
        (["--models", "fpmc", "--set", "fpmc.epochs", "--variant", "x"], "not MODEL.KEY=VALUE"),
        (["--models", "fpmc", "--set", "epochs=2", "--variant", "x"], "not MODEL.KEY=VALUE"),
        (["--models", "fpmc", "--set", "caser.epochs=2", "--variant", "x"], "another model than fpmc"),
        (["--models", "fpmc", "--set", "fpmc.epoch=2", "--variant", "x"], "did you mean 'epochs'"),
        (["--models", "fpmc", "--set", "fpmc.epochs=two", "--variant", "x"], "give a whole number"),
        (["--models", "fmpc"], "did you mean 'fpmc'"),
        (["--models", ","], "--models ',' names no model"),
        (["--models", "fpmc", "--variant", "a/b"], "--variant 'a/b'"),
        (["--models", "fpmc", "--device", "cdua"], "--device 'cdua' is no device"),
        (["--models", "fpmc", "--set", "fpmc.batch_size=0", "--variant", "x"], "fpmc.batch_size is 0: give 1 or more"),
        (
            ["--models", "fpmc", "--executor", "cloud"],
            "--executor 'cloud' is no executor: give a Dask scheduler's dask://",
        ),
        (["--models", "fpmc", "--executor", "dask://here"], "--executor 'dask://here' is no executor"),
        (["--models", "fpmc", "--executor", "dask://here:1", "--jobs", "2"], "--jobs is for this machine"),
        (["--models", "fpmc", "--dims", "0"], "--dims '0' must name numbers from 1"),
        (["--models", "fpmc", "--seeds", "-1"], "--seeds '-1' is not a list of numbers"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_run(
    bench: Callable[..., Result], tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = bench(*arguments)
    assert isinstance(done.exception, InputError)
    assert message in str(done.exception)
    assert not (tmp_path / "runs").exists()


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[Cell]:
    """The cells that were to be run, none of which is; nor is the evaluator attacked before."""
    asked: list[Cell] = []

    def execute_none(plan: Plan, *how: Any) -> RunOutcome:
        asked.extend(plan.pending)
        return RunOutcome()

    monkeypatch.setattr("seqrec_bench.cli.run.execute_by_protocol", execute_none)
    monkeypatch.setattr(
        "seqrec_bench.cli.run.require_sound_evaluator", lambda split, track: {"suite": SUITE, "passed": len(ATTACKS)}
    )
    return asked


@pytest.mark.parametrize(
    ("arguments", "study"),
    [
        (["--all"], "chen2020"),
        (["--study", "chen2020"], "chen2020"),
        (["--study", str(STUDIES / "chen2020.toml")], "chen2020"),
        (["--study", "ablations"], "ablations"),
        (["--suite", "ablations"], "ablations"),
    ],
)
def test_a_study_is_run_as_it_stands(
    bench: Callable[..., Result], asked_for: list[Cell], arguments: list[str], study: str
) -> None:
    assert bench(*arguments).exit_code == 0
    expected = cells(load_study(study).groups)
    assert asked_for == expected
    assert [cell.settings for cell in asked_for] == [cell.settings for cell in expected]


def test_a_study_can_be_cut_down_to_dimensions_and_seeds(bench: Callable[..., Result], asked_for: list[Cell]) -> None:
    assert bench("--study", "ablations", "--dims", "4", "--seeds", "7").exit_code == 0
    assert {(cell.dimension, cell.seed) for cell in asked_for} == {(4, 7)}
    variants = {cell.variant for cell in cells(load_study("ablations").groups)}
    assert {cell.variant for cell in asked_for} == variants


def test_a_model_named_twice_is_run_once(bench: Callable[..., Result]) -> None:
    assert "To run: 1 cell;" in bench("--models", "popularity, popularity").stderr


def test_the_main_dimension_comes_first_however_they_are_named(bench: Callable[..., Result]) -> None:
    short = ("--set", "fpmc.epochs=1", "--variant", "short", "--seeds", "0", "--jobs", "1")
    lines = bench("--models", "fpmc", "--dims", "4,100", *short).stderr.splitlines()
    started = [line for line in lines if "started" in line]
    assert started == ["fpmc short-d100-s0: started", "fpmc short-d4-s0: started"]


def test_a_device_that_is_not_there_is_a_failed_cell_with_a_clear_cause(bench: Callable[..., Result]) -> None:
    done = bench("--models", "fpmc", "--dims", "4", "--seeds", "0", "--device", "cuda:7")
    assert done.exit_code == 7
    assert "The device 'cuda:7' can't be used here" in done.stderr


def test_a_results_directory_that_cant_be_one_is_refused(bench: Callable[..., Result], ratings: Path) -> None:
    done = bench("--models", "popularity", "--results", str(ratings))
    assert isinstance(done.exception, InputError)
    assert "can't be written to" in str(done.exception)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here; tests/experiments/test_execution.py has the planted version")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tmpfs is Linux's")
def test_a_full_disk_ends_the_run_with_one_sentence_and_the_cell_is_kept(
    bench: Callable[..., Result], small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    runs = small_disk / "runs"
    where = ("--models", "popularity", "--results", str(runs))
    assert bench(*where).exit_code == 0
    before = {path: path.read_bytes() for path in runs.rglob("*.*")}
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        for _ in range(64 * 1024 // 512):
            ballast.write(bytes(512))
    more = ("--models", "popularity,sequential-rules", "--results", str(runs))
    full = bench(*more)
    assert isinstance(full.exception, InputError)
    assert f"Results can't be written to {runs} any more (No space left on device), so the run was stopped" in str(
        full.exception
    )
    assert {path: path.read_bytes() for path in runs.rglob("*.*")} == before
    (small_disk / "ballast").unlink()
    assert "To run: 1 cell; done already: 1 cell." in bench(*more).stderr


def test_what_a_killed_run_has_left_is_removed(bench: Callable[..., Result], tmp_path: Path) -> None:
    bench("--models", "popularity")
    (path,) = (tmp_path / "runs").rglob("*.json")
    for name in (f".{path.name}.0123456789abcdef", f".{path.name}.claim", ".paper-d4-s0.json.claim"):
        path.with_name(name).touch()
    bench("--models", "popularity")
    assert list(path.parent.iterdir()) == [path]


def test_where_nothing_locks_it_says_so(bench: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_bench.cli.run.has_locks", lambda folder: False)
    assert "is on a file system without locks: start only one run" in bench("--models", "popularity").stderr


def test_cells_of_other_runs_are_counted_as_theirs(
    bench: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqrec_bench.cli.run.execute_by_protocol", lambda plan, *how: how[-1].elsewhere.append(plan))
    assert "Finished: 0 cells, with records in " in (said := bench("--models", "popularity").stderr)
    assert "; 1 cell by other runs meanwhile." in said


def test_data_with_repeats_are_warned_of(bench: Callable[..., Result], ratings: Path) -> None:
    text = ratings.read_text()
    ratings.write_text(text + text.splitlines()[1] + "\n")
    assert "Warning: 1 interactions repeat" in bench("--models", "popularity").stderr


def test_a_small_catalogue_is_warned_of_also_where_it_is_that_of_a_core(
    bench: Callable[..., Result], ratings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqrec_bench.cli.run.execute_by_protocol", lambda plan, *how: None)
    rows = [f"{user},{user % 600},{time}" for user in range(1200) for time in range(3)]
    rows += [f"{user},{1000 + (user + time) % 30},{3 + time}" for user in range(30) for time in range(30)]
    ratings.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    assert "Few candidates" not in bench("--models", "popularity").stderr
    few = "Few candidates: a target is ranked among 1 item, so a random order has"
    shown = bench("--models", "popularity", "--k-core", "25", "--select", "HR@10", "--variant", "x").stderr
    assert f"Warning: {few} HR@10 1.00." in shown
    assert f"Warning: {few} NDCG@50 1.00." in bench("--models", "popularity", "--k-core", "25").stderr


def test_without_dask_the_executor_says_how_to_install_it(
    bench: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "seqrec_bench.experiments.dask_cells", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = bench("--models", "popularity", "--executor", "dask://127.0.0.1:1")
    assert isinstance(done.exception, InputError)
    assert "install it with `pip install 'seqrec-bench[dask]'`" in str(done.exception)


def test_numbers_are_lists_and_ranges() -> None:
    assert parse_numbers("0-2,7,1", "--seeds", least=0, most=9) == [0, 1, 2, 7]


@pytest.mark.parametrize("text", ["", "a", "1,", "1-", "-1", "3-1", "1.5", "²"])
def test_what_is_no_list_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(BenchError, match="--seeds"):
        parse_numbers(text, "--seeds", least=0, most=9)


def strictly(recommender: Recommender, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
    """Counts ties for the target."""
    better = rank_targets(recommender, holdout, users).better
    return Ranks(better, np.ones_like(better))


@pytest.fixture
def small_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of one model that only counts, which --all means."""
    file = tmp_path / "small.toml"
    file.write_text('[[cells]]\nmodels = ["popularity"]\nseeds = [0]\n')
    monkeypatch.setattr("seqrec_bench.cli.cell_options.DEFAULT_STUDY", str(file))
    return file


@pytest.mark.parametrize("is_named", [False, True])
def test_attacks_go_before_a_study_and_are_noted_in_its_records(
    bench: Callable[..., Result], tmp_path: Path, small_paper: Path, is_named: bool
) -> None:
    done = bench("--study", str(small_paper)) if is_named else bench("--all")
    assert done.exit_code == 0, done.output
    assert f"Attacks on the evaluator: all {len(ATTACKS)} passed." in done.stderr
    (record,) = Store(tmp_path / "runs").records()
    assert record.environment["attacks"] == {"suite": SUITE, "passed": len(ATTACKS)}


def test_models_by_name_are_run_without_attacks(bench: Callable[..., Result], tmp_path: Path) -> None:
    assert "Attacks" not in bench("--models", "popularity").stderr
    (record,) = Store(tmp_path / "runs").records()
    assert record.environment["attacks"] is None


@pytest.mark.usefixtures("small_paper")
def test_nothing_is_run_by_an_evaluator_with_a_fault(
    bench: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqrec_bench.experiments.soundness.rank_targets", strictly)
    done = bench("--all")
    assert isinstance(done.exception, AttackError)
    assert "so nothing was run" in str(done.exception)
    assert not (tmp_path / "runs").exists()
