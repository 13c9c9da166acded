"""Lists that a run keeps: the same wherever they are made, beside a record that names them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.analysis.table import table_one
from seqrec_bench.data import Dataset
from seqrec_bench.errors import InvalidRecordError, MissingCellsError, ScoreError
from seqrec_bench.evaluation.metrics import Metric, values_of
from seqrec_bench.evaluation.ranking import Top, rank_and_list
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.cell import FinishedCell, Lesson, Setting, learn, run_cell, setting_under
from seqrec_bench.experiments.processes import CellError, CellProcesses
from seqrec_bench.experiments.run import make_plan
from seqrec_bench.recommender import FitContext
from seqrec_bench.records import Ranks, Record, Store, TopLists
from seqrec_bench.studies.cells import Cell
from seqrec_bench.studies.view import View

CELL = Cell("fpmc", "brief", 4, 2, {"epochs": 2})
COUNTED = Cell("popularity", "paper", 0, 0)


@pytest.fixture
def setting(toy: Dataset) -> Setting:
    return Setting(toy, "cpu", keep_top=5)


@pytest.fixture
def finished(setting: Setting) -> FinishedCell:
    return run_cell(COUNTED, setting, lambda epoch: None)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


@pytest.fixture
def kept(store: Store, finished: FinishedCell) -> Record:
    """The record as it is read back."""
    store.save(finished.record, finished.weights, finished.top)
    record = store.load(finished.record.key)
    assert record is not None
    return record


def test_they_are_those_of_the_fitted_model_with_the_training_datas_popularity(
    setting: Setting, finished: FinishedCell
) -> None:
    model = build("popularity", 0, {})
    model.fit(setting.split.train, FitContext(0, "cpu", dict, lambda epoch: None))
    ranks, lists = rank_and_list(model, setting.split.test, Top(5, COUNTED.seed))
    assert finished.top is not None and finished.record.test == ranks
    np.testing.assert_array_equal(finished.top.items, lists)
    train = setting.split.train
    users_of = [
        len({user for user, item in zip(train.users, train.items, strict=True) if item == i}) for i in range(13)
    ]
    assert (finished.top.popularity.tolist(), finished.top.n_users) == (users_of, train.n_users)


def test_without_being_asked_for_they_are_not_kept(toy: Dataset) -> None:
    done = run_cell(COUNTED, Setting(toy, "cpu"), lambda epoch: None)
    assert (done.top, done.record.top) == (None, None)


def test_a_process_of_its_own_makes_the_same(setting: Setting) -> None:
    here = run_cell(CELL, setting, lambda epoch: None)
    processes: CellProcesses[Lesson, FinishedCell]
    processes = CellProcesses(1, learn, setting.lesson, lambda cell, epoch: None, setting.examination)
    try:
        there = processes.submit(CELL).result()
    finally:
        processes.shutdown()
    assert there.record.test == here.record.test
    assert there.top == here.top and here.top is not None


def test_they_stand_beside_the_record_that_names_them(store: Store, finished: FinishedCell, kept: Record) -> None:
    assert kept.top is not None and kept.top.path is not None
    assert kept.top.path.name == f"paper-d0-s0.{kept.top.sha256[:16]}.top.npz"
    assert (kept.top.k, kept.top.read()) == (5, finished.top)
    again = store.save(kept)  # without its lists at hand
    assert store.read(again).top == kept.top and kept.top.path.exists()
    store.save(replace(kept, top=None))
    assert not kept.top.path.exists()


def test_what_a_killed_run_left_is_removed_and_what_a_record_names_is_not(store: Store, kept: Record) -> None:
    assert kept.top is not None and kept.top.path is not None
    left = kept.top.path.with_name("paper-d0-s0.0123456789abcdef.top.npz")
    hidden = left.with_name(f".{left.name}.0123456789abcdef")
    for path in (left, hidden):
        path.write_text("")
    store.tidy()
    assert kept.top.path.exists() and not left.exists() and not hidden.exists()


@pytest.mark.parametrize(
    "spoil", [lambda content: content[:-1], lambda content: b"", lambda content: content.replace(b"items", b"itemz")]
)
def test_a_file_that_is_another_is_refused(kept: Record, spoil: Callable[[bytes], bytes]) -> None:
    assert kept.top is not None and kept.top.path is not None
    kept.top.path.write_bytes(spoil(kept.top.path.read_bytes()))
    with pytest.raises(InvalidRecordError, match=r"top\.npz is not valid: it is not the file that was written"):
        values_of(kept, Metric("Coverage@5"))


def test_metrics_of_lists_are_computed_from_a_record_alone(kept: Record, finished: FinishedCell) -> None:
    assert finished.top is not None
    for k in (1, 3, 5):
        assert values_of(kept, Metric(f"Coverage@{k}")).tolist() == [len(np.unique(finished.top.items[:, :k])) / 12]
        assert values_of(kept, Metric(f"ARP@{k}")).shape == (len(kept.test.better),)
    with pytest.raises(MissingCellsError, match=r"without its top 6, which Gini@6 .*: make it with --keep-top 6\.$"):
        values_of(kept, Metric("Gini@6"))
    with pytest.raises(MissingCellsError, match="recorded without its top 5"):
        values_of(replace(kept, top=None), Metric("Novelty@5"))


def test_to_show_all_items_is_no_sign_of_having_seen_the_targets(store: Store, toy: Dataset, view: View) -> None:
    done = run_cell(COUNTED, Setting(toy, "cpu", keep_top=12), lambda epoch: None)
    record = store.read(store.save(done.record, done.weights, done.top))
    shown = replace(view, dataset=record.key.dataset, rows=(), references=(), metrics=(Metric("Coverage@12"),))
    assert values_of(record, Metric("Coverage@12")).tolist() == [1]
    assert not any("doubted" in note for note in table_one([record], shown).notes)


@pytest.mark.parametrize(("keep_top", "reason"), [(0, None), (4, None), (5, None), (6, "made without its top 6")])
def test_a_record_whose_lists_are_too_short_is_stale(
    store: Store, kept: Record, toy: Dataset, keep_top: int, reason: str | None
) -> None:
    plan = make_plan([COUNTED], store, toy, fresh=False, keep_top=keep_top)
    assert list(plan.stale) == ([(COUNTED, reason)] if reason else [])
    plan.require_no_loss()


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_record_whose_lists_are_gone_or_spoilt_is_stale_where_they_are_wanted(
    store: Store, kept: Record, toy: Dataset, spoil: Callable[[Path], object]
) -> None:
    assert kept.top is not None and kept.top.path is not None
    spoil(kept.top.path)
    assert make_plan([COUNTED], store, toy, fresh=False).done == [COUNTED]
    plan = make_plan([COUNTED], store, toy, fresh=False, keep_top=5)
    assert list(plan.stale) == [(COUNTED, "made with lists that are not there any more, or not as they were")]
    plan.require_no_loss()


def test_lists_of_the_same_arrays_are_the_same_file(store: Store, finished: FinishedCell, kept: Record) -> None:
    assert finished.top is not None and kept.top is not None
    other = TopLists(finished.top.items + 0, finished.top.popularity + 0, finished.top.n_users)
    store.save(replace(kept, key=replace(kept.key, seed=1), top=None), top=other)
    found = store.load(replace(kept.key, seed=1))
    assert found is not None and found.top is not None and found.top.sha256 == kept.top.sha256


@pytest.fixture
def unlisted(store: Store, toy: Dataset) -> Record:
    """The record of a trained model, with its weights and without lists."""
    done = run_cell(CELL, setting_under("loo-full-v1", toy, "cpu", store), lambda epoch: None)
    environment = {**done.record.environment, "attacks": {"passed": 9}}
    return store.read(store.save(replace(done.record, environment=environment), done.weights))


def listed(toy: Dataset, store: Store, fresh: bool = False) -> FinishedCell:
    return run_cell(CELL, setting_under("loo-full-v1", toy, "cpu", store, 5, fresh), lambda epoch: None)


def without_learning_rate(store: Store, record: Record) -> Record:
    """The record as it was before there was that setting."""
    has = {name: value for name, value in record.recipe.hyperparameters.items() if name != "learning_rate"}
    return store.read(store.save(replace(record, recipe=replace(record.recipe, hyperparameters=has))))


@pytest.mark.parametrize("early", [False, True])
def test_a_recorded_model_is_restored_to_make_its_lists(
    store: Store, toy: Dataset, unlisted: Record, monkeypatch: pytest.MonkeyPatch, early: bool
) -> None:
    unlisted = without_learning_rate(store, unlisted) if early else unlisted
    trained = run_cell(CELL, Setting(toy, "cpu", keep_top=5), lambda epoch: None)
    monkeypatch.setattr(type(build("fpmc", 4, {})), "fit", lambda *_: pytest.fail("it was fitted"))
    done = listed(toy, store)
    assert (done.record, done.top, done.weights) == (unlisted, trained.top, None)
    assert ("learning_rate" in done.record.recipe.hyperparameters) is not early
    store.save(done.record, done.weights, done.top)
    found = store.load(unlisted.key)
    assert found is not None and found.top is not None
    assert replace(found, top=None) == unlisted
    assert store.load_weights(found)
    with pytest.raises(pytest.fail.Exception, match="it was fitted"):
        listed(toy, store, fresh=True)


def spoil_weights(store: Store, record: Record) -> None:
    next(store.root.rglob("*.safetensors")).unlink()


def other_validation(store: Store, record: Record) -> None:
    ranks = record.validation
    store.save(replace(record, validation=Ranks(ranks.better[::-1].copy(), ranks.tied)))


def other_settings(store: Store, record: Record) -> None:
    recipe = replace(record.recipe, hyperparameters={**record.recipe.hyperparameters, "epochs": 3})
    store.save(replace(record, recipe=recipe))


@pytest.mark.parametrize("spoil", [spoil_weights, other_validation, other_settings])
def test_what_can_not_be_restored_as_it_was_is_fitted(
    store: Store, toy: Dataset, unlisted: Record, spoil: Callable[[Store, Record], None]
) -> None:
    spoil(store, unlisted)
    done = listed(toy, store)
    assert done.weights is not None and done.top is not None
    assert (done.record.recipe, done.record.test) == (unlisted.recipe, unlisted.test)


def test_lists_are_not_put_beside_ranks_that_are_others(store: Store, toy: Dataset, unlisted: Record) -> None:
    ranks = unlisted.test
    store.save(replace(unlisted, test=Ranks(ranks.better[::-1].copy(), ranks.tied)))
    with pytest.raises(ScoreError, match="does not rank the test targets as its record has it"):
        listed(toy, store)
    setting = setting_under("loo-full-v1", toy, "cpu", store, 5)
    processes: CellProcesses[Lesson, FinishedCell]
    processes = CellProcesses(1, learn, setting.lesson, lambda cell, epoch: None, setting.examination)
    try:
        with pytest.raises(CellError, match="train it anew with --fresh"):
            processes.submit(CELL).result()
    finally:
        processes.shutdown()
