import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.recommender import Checkpoint, Epoch
from seqrec_bench.records import CellKey, DatasetIdentity, Recipe, Store
from seqrec_bench.records.checkpoints import Progress, write_checkpoint

CHOICE = [
    "--models",
    "fpmc,popularity",
    "--set",
    "fpmc.epochs=1",
    "--variant",
    "short",
    "--dims",
    "4",
    "--seeds",
    "0-3",
]


@pytest.fixture
def bench(ratings: Path, tmp_path: Path) -> Callable[..., Result]:
    def call(command: str, *choice: str, extra: tuple[str, ...] = ()) -> Result:
        place = ["--interactions", str(ratings), "--results", str(tmp_path / "runs"), *extra]
        return CliRunner().invoke(app, [command, *choice, *place])

    return call


def states(done: Result) -> dict[tuple[str, int], str]:
    assert done.exit_code == 0, done.output
    return {(cell["model"], cell["seed"]): cell["state"] for cell in json.loads(done.stdout)}


def test_each_cell_is_done_running_stale_or_missing(bench: Callable[..., Result], tmp_path: Path) -> None:
    some = [*CHOICE[:-1], "0-1"]
    assert bench("run", *some).exit_code == 0
    store = Store(tmp_path / "runs")
    first, second, *_ = store.records()
    old = replace(first, recipe=replace(first.recipe, version=first.recipe.version + 1))
    store.save(old)
    locked = store.lock(replace(second.key, seed=2))
    assert locked
    found = states(bench("status", *CHOICE, extra=("--json",)))
    locked.release()
    assert found == {
        ("fpmc", 0): "stale",
        ("fpmc", 1): "done",
        ("fpmc", 2): "running",
        ("fpmc", 3): "missing",
        ("popularity", 0): "done",
    }


def test_runs_that_were_best_in_their_last_epoch_are_told_of(bench: Callable[..., Result], tmp_path: Path) -> None:
    """After one epoch of one that is allowed, each is."""
    some = [*CHOICE[:-1], "0-1"]
    assert "best in epoch 1, the last allowed" in bench("run", *some).stderr
    place = tmp_path / "runs/ratings/loo-full-v1/mine"
    place.mkdir()
    (place / "paper-d0-s0.json").touch()  # no record, of which nobody can tell
    for choice in (some, []):
        done = bench("status", *choice)
        assert done.exit_code == 0
        assert "2 of 2 runs of fpmc short (1 epoch) were best in the last epoch allowed" in done.stderr
    cells = json.loads(bench("status", *CHOICE, extra=("--json",)).stdout)
    told = {(cell["model"], cell["seed"]): cell["best_at_last_epoch"] for cell in cells}
    assert told == {
        ("fpmc", 0): True,
        ("fpmc", 1): True,
        **dict.fromkeys([("fpmc", 2), ("fpmc", 3), ("popularity", 0)]),
    }


def test_a_training_that_was_stopped_is_told_of(
    bench: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = CellKey("ratings", "loo-full-v1", "fpmc", "short", 4, 1)
    store = Store(tmp_path / "runs")
    path = store.checkpoint(key)
    path.parent.mkdir(parents=True)
    recipe = Recipe(DatasetIdentity("ratings", "f", None), 1, {}, "NDCG@50")
    curve = [Epoch(number, 1.0, {"NDCG@50": 0.5}, 1.0) for number in (1, 2, 3)]
    write_checkpoint(path, Progress(recipe, {}, curve, {"fit": 3.0, "fit_cpu": 3.0}), Checkpoint({}, {}))
    monkeypatch.setattr(Recipe, "difference", lambda self, other: None)
    assert "Begun: fpmc short-d4-s1, which `run` goes on with from epoch 3." in bench("status", *CHOICE).stderr
    monkeypatch.undo()
    assert "Begun" not in bench("status", *CHOICE).stderr, "it is of other data"
    monkeypatch.setattr(Recipe, "difference", lambda self, other: None)
    lock = store.lock(key)
    assert lock
    assert "Begun" not in bench("status", *CHOICE).stderr
    lock.release()
    path.write_bytes(path.read_bytes()[:50])
    assert "Begun" not in bench("status", *CHOICE).stderr


def test_the_table_has_a_line_for_each_place_and_one_for_all(bench: Callable[..., Result]) -> None:
    done = bench("status", *CHOICE)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[1:] == [
        ["fpmc short-d4", "", "", "", "4", "4"],
        ["popularity short-d0", "", "", "", "1", "1"],
        ["all", "", "", "", "5", "5"],
    ]


def test_a_variant_that_ends_like_a_seed_keeps_its_name(bench: Callable[..., Result]) -> None:
    done = bench("status", "--models", "fpmc", "--variant", "x-s0", "--dims", "8", "--seeds", "0-1")
    assert done.stdout.splitlines()[1].split("\t") == ["fpmc x-s0-d8", "", "", "", "2", "2"]


def test_it_writes_nothing(bench: Callable[..., Result], tmp_path: Path) -> None:
    bench("status", *CHOICE)
    assert not (tmp_path / "runs").exists()


def test_all_of_the_paper_is_committed() -> None:
    results = Path(__file__).parents[2] / "results"
    done = CliRunner().invoke(app, ["status", "--all", "--results", str(results)])
    assert done.stdout.splitlines()[-1].split("\t")[1:] == ["129", "", "", "", "129"]


def test_without_a_choice_other_records_of_the_data_have_lines_too(
    bench: Callable[..., Result], tmp_path: Path
) -> None:
    place = tmp_path / "runs/ratings/loo-full-v1/mine"
    place.mkdir(parents=True)
    for name in ("wide-d4-s0", "wide-d4-s1", "paper-d0-s0", "notes"):
        (place / f"{name}.json").touch()
    paper = bench("status", "--all").stdout.splitlines()
    lines = bench("status").stdout.splitlines()
    assert lines[: len(paper) - 1] == paper[:-1]
    assert [line.split("\t") for line in lines[len(paper) - 1 : -1]] == [
        ["mine paper-d0", "1", "", "", "", "1"],
        ["mine wide-d4", "2", "", "", "", "2"],
    ]
    n_paper, n_all = (int(text[-1].split("\t")[-1]) for text in (paper, lines))
    assert n_all == n_paper + 3
    assert len(json.loads(bench("status", extra=("--json",)).stdout)) == n_all
