import weakref
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError, InvalidRecordError
from seqrec_bench.experiments.cell import FinishedCell, Setting, run_cell
from seqrec_bench.experiments.processes import CellError
from seqrec_bench.experiments.run import execute, make_plan
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.records import Record, Store

pytestmark = pytest.mark.usefixtures("unruly")

CELL = Cell("unruly", "paper", 0, 0)
OTHER = Cell("unruly", "paper", 0, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


@pytest.fixture
def record(toy: Dataset) -> Record:
    return run_cell(CELL, Setting(toy, "cpu"), lambda epoch: None).record


class Here:
    """An executor that answers at once: with finished cells, or with the error that it was given for a cell."""

    def __init__(self, dataset: Dataset, errors: dict[Cell, BaseException]) -> None:
        self.setting, self.errors, self.is_shut_down = Setting(dataset, "cpu"), errors, False

    def submit(self, cell: Cell) -> Future[FinishedCell]:
        future: Future[FinishedCell] = Future()
        if cell in self.errors:
            future.set_exception(self.errors[cell])
        else:
            future.set_result(run_cell(cell, self.setting, lambda epoch: None))
        return future

    def shutdown(self) -> None:
        self.is_shut_down = True


def test_without_records_everything_is_to_be_run_in_order(store: Store, toy: Dataset) -> None:
    plan = make_plan([OTHER, CELL], store, toy, fresh=False)
    assert (plan.pending, plan.done, plan.stale) == ([OTHER, CELL], [], [])


def test_what_has_a_record_is_done(store: Store, toy: Dataset, record: Record) -> None:
    store.save(record)
    plan = make_plan([CELL, OTHER], store, toy, fresh=False)
    assert (plan.pending, plan.done, plan.stale) == ([OTHER], [CELL], [])


def test_fresh_runs_it_again(store: Store, toy: Dataset, record: Record) -> None:
    store.save(record)
    assert make_plan([CELL], store, toy, fresh=True).pending == [CELL]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda recipe: replace(recipe, version=9), "made by version 9 of the model, not 1"),
        (
            lambda recipe: replace(recipe, hyperparameters={**recipe.hyperparameters, "epochs": 5}),
            "made with epochs = 5, not 3",
        ),
        (
            lambda recipe: replace(recipe, dataset=replace(recipe.dataset, fingerprint="0" * 64)),
            "made on other data",
        ),
        (
            lambda recipe: replace(recipe, dataset=replace(recipe.dataset, tags_fingerprint="0" * 64)),
            "made with other item tags",
        ),
    ],
)
def test_a_record_made_otherwise_is_stale_and_run_again(
    store: Store, toy: Dataset, record: Record, change: Callable, reason: str
) -> None:
    store.save(replace(record, recipe=change(record.recipe)))
    plan = make_plan([CELL], store, toy, fresh=False)
    assert (plan.pending, plan.done, plan.stale) == ([CELL], [], [(CELL, reason)])


def test_a_record_that_cant_be_read_stops_the_plan_unless_all_is_run_again(
    store: Store, toy: Dataset, record: Record
) -> None:
    path = store.save(record)
    path.write_text(path.read_text()[:-20])
    with pytest.raises(InvalidRecordError, match=r"paper-d0-s0\.json is not a valid record"):
        make_plan([CELL], store, toy, fresh=False)
    assert make_plan([CELL], store, toy, fresh=True).pending == [CELL]


def test_an_impossible_cell_stops_the_plan(store: Store, toy: Dataset) -> None:
    with pytest.raises(InputError, match="has no setting"):
        make_plan([CELL, Cell("unruly", "odd", 0, 0, {"luck": 1})], store, toy, fresh=False)


def test_records_are_stored_and_failures_keep_none_back(store: Store, toy: Dataset) -> None:
    ended = []
    executor = Here(toy, {CELL: CellError("no luck")})
    outcome = execute([CELL, OTHER], executor, store, lambda cell, result: ended.append((cell, type(result))))
    assert outcome.finished == [OTHER]
    assert outcome.failed == [(CELL, "no luck")]
    assert [record.key.seed for record in store.records()] == [1]
    assert sorted(ended, key=str) == [(CELL, str), (OTHER, Record)]
    assert executor.is_shut_down


def test_an_error_that_nobody_foresaw_is_a_failed_cell_too(store: Store, toy: Dataset) -> None:
    outcome = execute([CELL, OTHER], Here(toy, {CELL: LookupError("no luck")}), store, lambda cell, result: None)
    assert outcome.failed == [(CELL, "LookupError: no luck")]
    assert outcome.finished == [OTHER]


def test_an_interruption_loses_no_cell_that_is_done(store: Store, toy: Dataset) -> None:
    def interrupt(cell: Cell, result: Record | str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute([CELL, OTHER], Here(toy, {}), store, interrupt, {"passed": 3})
    assert [record.key.seed for record in store.records()] == [0, 1]
    for record in store.records():
        assert store.load_weights(record)
        assert record.environment["attacks"] == {"passed": 3}


def test_an_interruption_keeps_what_is_stored_and_shuts_down(store: Store, toy: Dataset) -> None:
    executor = Here(toy, {})

    def interrupt(cell: Cell, result: Record | str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute([CELL], executor, store, interrupt)
    assert executor.is_shut_down
    assert len(store.records()) == 1


def test_weights_are_stored_with_their_record(store: Store, toy: Dataset) -> None:
    outcome = execute([CELL, Cell("popularity", "paper", 0, 0)], Here(toy, {}), store, lambda cell, result: None)
    assert outcome.without_weights == []
    counted, trained = store.records()
    assert counted.weights is None
    assert store.load_weights(trained).keys() == {"worst", "ballast"}


def test_a_record_whose_weights_cant_be_kept_is_stored_and_named(store: Store, toy: Dataset) -> None:
    odd = Cell("unruly", "odd", 0, 0, {"fault": "no-array"})
    outcome = execute([odd, CELL], Here(toy, {}), store, lambda cell, result: None)
    assert set(outcome.finished) == {odd, CELL}
    ((cell, complaint),) = outcome.without_weights
    assert cell == odd
    assert "The state has float under 'worst'" in complaint
    assert [record.weights is None for record in store.records()] == [True, False]


def test_weights_are_let_go_once_they_are_stored(store: Store, toy: Dataset) -> None:
    finished: list[weakref.ref[FinishedCell]] = []
    alive: list[int] = []

    class Watched(Here):
        def submit(self, cell: Cell) -> Future[FinishedCell]:
            future = super().submit(cell)
            finished.append(weakref.ref(future.result()))
            return future

    def count(cell: Cell, result: Record | str) -> None:
        alive.append(sum(each() is not None for each in finished))

    execute([replace(CELL, seed=seed) for seed in range(4)], Watched(toy, {}), store, count)
    assert alive == [4, 3, 2, 1]
