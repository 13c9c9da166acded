"""A cell that is stopped goes on where everything is as it was, and begins anew where anything is not."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import ScoreError
from seqrec_bench.evaluation.registry import load
from seqrec_bench.experiments import sittings
from seqrec_bench.experiments.cell import FinishedCell, Setting, cell_key, cell_recipe, run_cell
from seqrec_bench.experiments.environment import packages
from seqrec_bench.experiments.saying import GoesOn, News, Remark
from seqrec_bench.experiments.sittings import source_of
from seqrec_bench.experiments.verification.files import Unread, check_files
from seqrec_bench.recommender import Checkpoint, Epoch
from seqrec_bench.records import DatasetIdentity, Recipe, Store
from seqrec_bench.records.checkpoints import Progress, read_progress
from seqrec_bench.studies.cells import Cell

WANDERER = """
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqrec_bench.recommender import Checkpoint, Epoch


@dataclass
class Wanderer:
    epochs: int = 5
    refuses: bool = False
    ignores: bool = False
    spoils: bool = False
    slips: int = 0
    breaks: bool = False

    name: ClassVar[str] = "wanderer"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        self._scores, rng, done = np.zeros(train.n_items + 1), np.random.default_rng(context.seed), 0
        if context.resume and not self.ignores:
            if self.refuses:
                raise RuntimeError("it does not fit")
            self._scores, done = context.resume.arrays["scores"], context.resume.facts["epoch"] + self.slips
            self._scores = self._scores * (np.nan if self.breaks else 1)
            rng.bit_generator.state = context.resume.facts["rng"]
        for number in range(done + 1, self.epochs + 1):
            self._scores += rng.random(len(self._scores))
            context.report(Epoch(number, 1 / number, context.validate(), 0.25))
            facts = {"epoch": number, "rng": {1} if self.spoils else rng.bit_generator.state}
            context.keep(lambda: Checkpoint({"scores": self._scores}, facts))

    def score(self, users, histories):
        return np.tile(self._scores.astype(np.float32), (len(users), 1))

    def state(self):
        return {"scores": self._scores}

    def restore(self, train, state):
        self._scores = state["scores"]
"""
CELL = Cell("wanderer", "paper", 0, 3)


class Stop(Exception):
    """Somebody stops the run."""


@pytest.fixture(autouse=True)
def wanderer(install_plugin: Callable[..., Path]) -> Path:
    return install_plugin("wanderer", "wanderer", WANDERER, "Wanderer")


@pytest.fixture(autouse=True)
def every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a checkpoint, however short it is."""
    monkeypatch.setattr(sittings, "SHARE", 1e9)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


@pytest.fixture
def setting(toy: Dataset, store: Store) -> Setting:
    return Setting(toy, "cpu", begun=store)


@pytest.fixture
def stopped(setting: Setting, store: Store) -> Path:
    """The checkpoint that is left where the cell is stopped in its fourth epoch."""
    with pytest.raises(Stop):
        run(setting, until=4)
    return place(setting, store)


def place(setting: Setting, store: Store, cell: Cell = CELL) -> Path:
    path = store.checkpoint(cell_key(cell, setting.dataset))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def run(setting: Setting, cell: Cell = CELL, until: int | None = None) -> tuple[FinishedCell, list[News]]:
    """What comes of the cell, and what is told of it; it is stopped as it reports the epoch `until`."""
    if setting.begun:
        place(setting, setting.begun, cell)
    news: list[News] = []

    def report(one: News) -> None:
        if isinstance(one, Epoch) and one.number == until:
            raise Stop
        news.append(one)

    return run_cell(cell, setting, report), news


def epochs_of(news: list[News]) -> list[int]:
    return [one.number for one in news if isinstance(one, Epoch)]


UNBROKEN: dict[str, FinishedCell] = {}
"""By settings: the data of all tests are the same."""


def require_as_unbroken(setting: Setting, found: FinishedCell, cell: Cell = CELL) -> None:
    settings = json.dumps(cell.settings)
    if settings not in UNBROKEN:
        UNBROKEN[settings], _ = run(replace(setting, begun=None), cell)
    whole = UNBROKEN[settings]
    assert found.record.curve == whole.record.curve
    assert (found.record.test, found.record.validation) == (whole.record.test, whole.record.validation)
    assert found.weights is not None
    assert whole.weights is not None
    np.testing.assert_array_equal(found.weights["scores"], whole.weights["scores"])


def test_it_goes_on_after_its_last_epoch_and_ends_as_unbroken(setting: Setting, stopped: Path) -> None:
    before = read_progress(stopped)
    found, news = run(setting)
    assert news == [GoesOn(3), *found.record.curve[3:]]
    assert [epoch.number for epoch in found.record.curve] == [1, 2, 3, 4, 5]
    assert found.record.seconds["fit"] > before.seconds["fit"] > 0
    assert found.record.seconds["fit_cpu"] > before.seconds["fit_cpu"] > 0
    require_as_unbroken(setting, found)


def test_it_may_be_stopped_again_and_after_its_last_epoch(setting: Setting, stopped: Path) -> None:
    with pytest.raises(Stop):
        run(setting, until=5)
    found, news = run(setting)
    assert (news[0], epochs_of(news)) == (GoesOn(4), [5])
    require_as_unbroken(setting, found)
    again, news = run(setting)  # as if it had been stopped before its record was stored
    assert news == [GoesOn(5)]
    require_as_unbroken(setting, again)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("settings", r"made with epochs = 5, not 6"),
        ("version", r"made by version 1 of the model, not 2"),
        ("data", r"made on other data"),
        ("numpy", r"made with numpy \S+, and here it is 1\.0"),
        ("threads", r"made with threads \S+, and here it is 3"),
        ("device", r"made with device cpu, and here it is cuda"),
        ("processor", r"made with processor .*, and here it is another"),
        ("source", r"made with source \w{64}, and here it is \w{64}"),
    ],
)
def test_where_anything_is_not_as_it_was_it_begins_anew(
    setting: Setting,
    stopped: Path,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    wanderer: Path,
    change: str,
    why: str,
) -> None:
    cell = CELL
    match change:
        case "settings":
            cell = replace(CELL, settings={"epochs": 6})
        case "version":
            module = next(wanderer.glob("*.py")).stem
            monkeypatch.setattr(f"{module}.Wanderer.version", 2)
        case "data":
            setting = Setting(replace(setting.dataset, fingerprint="0" * 64), "cpu", begun=store)
        case "numpy":
            monkeypatch.setattr("seqrec_bench.experiments.environment.packages", lambda: {**packages(), "numpy": "1.0"})
        case "threads":
            monkeypatch.setenv("OMP_NUM_THREADS", "3")
        case "device":
            setting = Setting(setting.dataset, "cuda", begun=store)
        case "processor":
            monkeypatch.setattr(sittings, "processor", lambda: "another")
        case "source":
            source = next(wanderer.glob("*.py"))
            source.write_text(source.read_text() + "# mended\n")
    found, news = run(setting, cell)
    assert isinstance(news[0], Remark)
    assert re.search(rf"^its training begins anew, since what \S+ holds was {why}$", news[0].text)
    assert epochs_of(news) == [epoch.number for epoch in found.record.curve]
    require_as_unbroken(setting, found, cell)


@pytest.mark.parametrize("n_bytes", [0, 5, 300, -100, -1])
def test_half_a_file_is_no_checkpoint(setting: Setting, stopped: Path, n_bytes: int) -> None:
    stopped.write_bytes(stopped.read_bytes()[:n_bytes])
    found, news = run(setting)
    assert isinstance(news[0], Remark)
    assert "is of no use: it can't be read" in news[0].text
    require_as_unbroken(setting, found)


def test_a_file_of_which_a_bit_has_changed_is_no_checkpoint(setting: Setting, stopped: Path) -> None:
    content = bytearray(stopped.read_bytes())
    content[-3] ^= 1
    stopped.write_bytes(content)
    found, news = run(setting)
    assert isinstance(news[0], Remark)
    assert "is of no use: it is not as it was written" in news[0].text
    require_as_unbroken(setting, found)


@pytest.mark.parametrize(
    ("setting_of", "why"),
    [
        ("refuses", "its model can't go on from where it stood (RuntimeError: it does not fit)"),
        ("ignores", "its model does not go on from where it stood"),
    ],
)
def test_a_model_that_does_not_go_on_begins_anew(setting: Setting, setting_of: str, why: str) -> None:
    cell = replace(CELL, settings={setting_of: True})
    with pytest.raises(Stop):
        run(setting, cell, until=4)
    found, news = run(setting, cell)
    assert news[:2] == [GoesOn(3), Remark(f"its training begins anew, since {why}")]
    assert epochs_of(news) == [1, 2, 3, 4, 5]
    require_as_unbroken(setting, found, cell)


@pytest.mark.parametrize("slips", [-1, 1])
def test_a_model_that_goes_on_from_another_epoch_begins_anew(setting: Setting, slips: int) -> None:
    cell = replace(CELL, settings={"slips": slips})
    with pytest.raises(Stop):
        run(setting, cell, until=4)
    found, news = run(setting, cell)
    why = f"its model can't go on from where it stood (it reported epoch {4 + slips} after epoch 3)"
    assert news[:2] == [GoesOn(3), Remark(f"its training begins anew, since {why}")]
    require_as_unbroken(setting, found, cell)


def test_a_failure_just_after_a_checkpoint_says_how_to_do_without_it(setting: Setting) -> None:
    cell = replace(CELL, settings={"breaks": True})
    with pytest.raises(Stop):
        run(setting, cell, until=4)
    with pytest.raises(ScoreError, match=r"^In epoch 4, the first after a checkpoint \(--fresh begins"):
        run(setting, cell)


def test_a_folder_in_its_place_keeps_nobody_from_a_record(setting: Setting, stopped: Path, store: Store) -> None:
    stopped.unlink()
    (stopped / "something").mkdir(parents=True)
    found, news = run(setting)
    assert [isinstance(one, Remark) for one in news[:2]] == [True, False]
    store.save(found.record, found.weights)
    store.forget_training(found.record.key)
    store.tidy()
    assert store.load(found.record.key) is not None
    assert stopped.is_dir()


@pytest.mark.parametrize("fault", ["disk", "model"])
def test_what_cant_be_kept_is_said_once_and_the_training_goes_on(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    cell = replace(CELL, settings={"spoils": fault == "model"})

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    if fault == "disk":
        monkeypatch.setattr(sittings, "write_checkpoint", full)
    found, news = run(setting, cell)
    why = "No space left on device" if fault == "disk" else "TypeError: Object of type set is not JSON serializable"
    said = f"where its training stands can't be kept ({why}): if it is stopped, it begins anew"
    assert [one for one in news if not isinstance(one, Epoch)] == [Remark(said)]
    require_as_unbroken(setting, found, cell)
    assert list(place(setting, setting.begun, cell).parent.iterdir()) == []


def test_writing_takes_its_share_of_the_time_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, written = 0.0, []

    def write(path: Path, progress: Progress, checkpoint: Checkpoint) -> None:
        nonlocal now
        now += 4.0
        written.append(len(progress.curve))

    monkeypatch.setattr(sittings, "time", SimpleNamespace(perf_counter=lambda: now, process_time=lambda: now / 2))
    monkeypatch.setattr(sittings, "write_checkpoint", write)
    monkeypatch.setattr(sittings, "SHARE", 0.05)
    recipe = Recipe(DatasetIdentity("toy", "f", None), 1, {})
    sitting = sittings.Sitting(lambda news: None, sittings.Place(tmp_path / "x", recipe, {}))
    curve = []
    for number in range(1, 301):
        now += 1.0
        curve.append(Epoch(number, 1.0, {}, 1.0))
        sitting.keep(lambda: Checkpoint({}, {}), curve)
    assert written == [1, 76, 152, 228]
    assert sitting.seconds() == {"fit": 300.0, "fit_cpu": 150.0}


def test_the_source_at_work_is_that_of_the_models_packages_alone(wanderer: Path) -> None:
    of_baselines = source_of(load("popularity"))
    of_wanderer = source_of(load("wanderer"))
    source = next(wanderer.glob("*.py"))
    source.write_text(source.read_text() + "# mended\n")
    assert source_of(load("wanderer")) != of_wanderer
    assert source_of(load("popularity")) == of_baselines


def test_a_checkpoint_is_gone_once_the_record_is_there(setting: Setting, stopped: Path, store: Store) -> None:
    found, _ = run(setting)
    assert stopped.exists()
    store.save(found.record, found.weights)
    assert not stopped.exists()


@pytest.mark.parametrize(
    ("epochs", "age", "is_kept"),
    [(5, 10, False), (6, 10, True), (5, -10, True)],
    ids=["the same recipe", "another", "the same, but later than the record"],
)
def test_beside_a_record_it_stays_only_where_that_is_not_of_its_training(
    setting: Setting, store: Store, epochs: int, age: int, is_kept: bool
) -> None:
    """The record is there but for the checkpoint's removal, or it is stale, or its model is trained for its lists."""
    found, _ = run(setting)
    store.save(found.record, found.weights)
    cell = replace(CELL, settings={"epochs": epochs})
    with pytest.raises(Stop):
        run(setting, cell, until=3)
    written = store.path(found.record.key).stat().st_mtime - age
    os.utime(place(setting, store), (written, written))
    temporary = place(setting, store).with_name(f"{place(setting, store).name}.0123456789abcdef")
    temporary.write_text("half")
    store.tidy()
    assert place(setting, store).exists() == is_kept
    assert not temporary.exists()


def test_without_its_record_no_run_removes_it(setting: Setting, stopped: Path, store: Store) -> None:
    store.tidy()
    lock = store.lock(cell_key(CELL, setting.dataset))
    assert lock
    lock.release()
    assert stopped.exists()
    recipe = cell_recipe(CELL, setting.dataset)
    assert store.begun(cell_key(CELL, setting.dataset), recipe) == 3
    assert store.begun(cell_key(CELL, setting.dataset), replace(recipe, selection="HR@10")) is None
    assert check_files(store, Unread()).faults == []
    store.forget_training(cell_key(CELL, setting.dataset))
    assert store.begun(cell_key(CELL, setting.dataset), recipe) is None
