"""What is locked, run and stored, whatever happens to cells, to the run, to the directory, or beside it."""

import errno
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.experiments import execution
from seqrec_bench.experiments.cell import FinishedCell, Setting, cell_key, run_cell
from seqrec_bench.experiments.execution import RunOutcome, execute
from seqrec_bench.experiments.processes import CellError
from seqrec_bench.experiments.run import make_plan
from seqrec_bench.records import LockHolder, Record, Store
from seqrec_bench.studies.cells import Cell

pytestmark = pytest.mark.usefixtures("unruly")

CELL = Cell("unruly", "paper", 0, 0)
OTHER = Cell("unruly", "paper", 0, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


class Here:
    """An executor that answers at once: with finished cells, or with the error that it was given for a cell."""

    n_at_once = 100

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


class Audience:
    """Remembers what it is told."""

    def __init__(self, once_it_waits: Callable[[], object] = lambda: None) -> None:
        self.ends: list[tuple[Cell, type]] = []
        self.waited_for: list[Cell] = []
        self._once_it_waits = once_it_waits

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        self.ends.append((cell, type(outcome)))

    def waits(self, cell: Cell, holder: LockHolder) -> None:
        self.waited_for.append(cell)
        self._once_it_waits()


class Interrupting(Audience):
    """Presses Ctrl-C when a cell has ended."""

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        raise KeyboardInterrupt


def test_records_are_stored_and_failures_keep_none_back(store: Store, toy: Dataset) -> None:
    executor, audience = Here(toy, {CELL: CellError("no luck")}), Audience()
    outcome = execute(make_plan([CELL, OTHER], store, toy, fresh=False), executor, audience)
    assert outcome.finished == [OTHER]
    assert outcome.failed == [(CELL, "no luck")]
    assert [record.key.seed for record in store.records()] == [1]
    assert sorted(audience.ends, key=str) == [(CELL, str), (OTHER, Record)]
    assert executor.is_shut_down


def test_an_error_that_nobody_foresaw_is_a_failed_cell_too(store: Store, toy: Dataset) -> None:
    outcome = execute(
        make_plan([CELL, OTHER], store, toy, fresh=False), Here(toy, {CELL: LookupError("no luck")}), Audience()
    )
    assert outcome.failed == [(CELL, "LookupError: no luck")]
    assert outcome.finished == [OTHER]


@pytest.mark.parametrize("ends", [Audience, Interrupting])
def test_a_record_that_could_not_be_read_back_is_a_failed_cell(
    store: Store, toy: Dataset, monkeypatch: pytest.MonkeyPatch, ends: type[Audience]
) -> None:
    class Odd(Here):
        def submit(self, cell: Cell) -> Future[FinishedCell]:
            future = super().submit(cell)
            done = future.result()
            if cell == CELL:
                recipe = replace(done.record.recipe, version=0)
                future = Future()
                future.set_result(replace(done, record=replace(done.record, recipe=recipe)))
            return future

    outcome = RunOutcome()
    with suppress(KeyboardInterrupt):
        execute(make_plan([OTHER, CELL], store, toy, fresh=False), Odd(toy, {}), ends(), outcome=outcome)
    assert outcome.finished == [OTHER]
    ((cell, cause),) = outcome.failed
    assert cell == CELL
    assert "its version is 0, not a whole number from 1" in cause
    assert [record.key.seed for record in store.records()] == [1]


def test_other_data_that_come_between_end_the_run_and_stay(store: Store, toy: Dataset) -> None:
    plan = make_plan([CELL, OTHER], store, toy, fresh=False)
    other = run_cell(OTHER, Setting(toy, "cpu"), lambda epoch: None).record
    identity = replace(other.recipe.dataset, fingerprint="0" * 64)
    path = store.save(replace(other, recipe=replace(other.recipe, dataset=identity)))
    with pytest.raises(InputError, match="was made on other data: keep it"):
        execute(plan, Here(toy, {}), Audience())
    assert [record.key.seed for record in store.records()] == [0, 1]
    assert store.read(path).recipe.dataset == identity
    assert store.running() == {}


def test_an_interruption_loses_no_cell_that_is_done(store: Store, toy: Dataset) -> None:
    with pytest.raises(KeyboardInterrupt):
        execute(make_plan([CELL, OTHER], store, toy, fresh=False), Here(toy, {}), Interrupting(), {"passed": 3})
    assert [record.key.seed for record in store.records()] == [0, 1]
    for record in store.records():
        assert store.load_weights(record)
        assert record.environment["attacks"] == {"passed": 3}


def test_an_interruption_keeps_what_is_stored_and_shuts_down(store: Store, toy: Dataset) -> None:
    executor = Here(toy, {})

    with pytest.raises(KeyboardInterrupt):
        execute(make_plan([CELL], store, toy, fresh=False), executor, Interrupting())
    assert executor.is_shut_down
    assert len(store.records()) == 1


def test_weights_are_stored_with_their_record(store: Store, toy: Dataset) -> None:
    outcome = execute(
        make_plan([CELL, Cell("popularity", "paper", 0, 0)], store, toy, fresh=False), Here(toy, {}), Audience()
    )
    assert outcome.without_weights == []
    counted, trained = store.records()
    assert counted.weights is None
    assert store.load_weights(trained).keys() == {"worst", "ballast"}


def test_a_record_whose_weights_cant_be_kept_is_stored_and_named(store: Store, toy: Dataset) -> None:
    odd = Cell("unruly", "odd", 0, 0, {"fault": "no-array"})
    outcome = execute(make_plan([odd, CELL], store, toy, fresh=False), Here(toy, {}), Audience())
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

    class Counting(Audience):
        def ended(self, cell: Cell, outcome: Record | str) -> None:
            alive.append(sum(each() is not None for each in finished))

    plan = make_plan([replace(CELL, seed=seed) for seed in range(4)], store, toy, fresh=False)
    execute(plan, Watched(toy, {}), Counting())
    assert alive == [4, 3, 2, 1]


@pytest.fixture
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "POLL_SECONDS", 0.01)


def names(store: Store) -> list[str]:
    """Of the files, without the ballast that is named for its content."""
    return sorted(path.name for path in store.root.rglob("*") if path.is_file() and path.suffix != ".safetensors")


@pytest.mark.usefixtures("quick_polls")
def test_a_cell_that_another_run_has_comes_last_and_is_run_here_if_need_be(store: Store, toy: Dataset) -> None:
    plan, lock = make_plan([CELL, OTHER], store, toy, fresh=False), store.lock(cell_key(CELL, toy))
    assert lock is not None
    audience = Audience(lock.release)
    outcome = execute(plan, Here(toy, {}), audience)
    assert outcome.finished == [OTHER, CELL]
    assert audience.waited_for == [CELL]
    assert names(store) == ["paper-d0-s0.json", "paper-d0-s1.json"]


@pytest.mark.usefixtures("quick_polls")
@pytest.mark.parametrize("fresh", [False, True])
def test_what_another_run_has_stored_is_not_run_again(store: Store, toy: Dataset, fresh: bool) -> None:
    record = run_cell(CELL, Setting(toy, "cpu"), lambda epoch: None).record
    store.save(record)
    path = store.path(record.key)
    if not fresh:
        path.unlink()
    plan, lock = make_plan([CELL, OTHER], store, toy, fresh), store.lock(record.key)
    assert lock is not None
    written: list[int] = []

    def end_as_the_other_run() -> None:
        store.save(record)
        written.append(path.stat().st_mtime_ns)
        lock.release()

    audience = Audience(end_as_the_other_run)
    outcome = execute(plan, Here(toy, {}), audience)
    assert (outcome.finished, outcome.elsewhere) == ([OTHER], [CELL])
    assert audience.ends == [(OTHER, Record), (CELL, Record)]
    assert [path.stat().st_mtime_ns] == written


@pytest.mark.parametrize("fresh", [False, True])
def test_only_a_fresh_run_lets_a_stopped_training_begin_anew(store: Store, toy: Dataset, fresh: bool) -> None:
    path = store.checkpoint(cell_key(CELL, toy))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"where it stood")
    there: list[bool] = []

    class Looking(Here):
        def submit(self, cell: Cell) -> Future[FinishedCell]:
            there.append(path.exists())
            return super().submit(cell)

    execute(make_plan([CELL], store, toy, fresh), Looking(toy, {}), Audience())
    assert there == [not fresh]
    assert not path.exists()  # its record is there


def test_no_more_cells_are_locked_than_the_executor_takes(store: Store, toy: Dataset) -> None:
    locked: list[int] = []

    class Single(Here):
        n_at_once = 1

        def submit(self, cell: Cell) -> Future[FinishedCell]:
            locked.append(len(store.running()))
            return super().submit(cell)

    execute(make_plan([CELL, OTHER], store, toy, fresh=False), Single(toy, {}), Audience())
    assert locked == [1, 1]
    assert store.running() == {}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Takes the place of the system's directory for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the disk be full for files of that ending in that directory."""
    full: list[tuple[Path, str]] = []
    write = Path.open

    def open_unless_full(path: Path, mode: str = "r", *how: Any, **more: Any) -> object:
        if any(path.is_relative_to(folder) and ending in path.name and "x" in mode for folder, ending in full):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, mode, *how, **more)

    monkeypatch.setattr(Path, "open", open_unless_full)
    return lambda folder, ending="": full.append((folder, ending))


def test_a_full_disk_ends_the_run_and_what_has_finished_is_kept_elsewhere(
    store: Store, toy: Dataset, temporary: Path, fill: Callable[..., None]
) -> None:
    execute(make_plan([OTHER], store, toy, fresh=False), Here(toy, {}), Audience())
    before = {path: path.read_bytes() for path in store.root.rglob("*.*")}
    executor = Here(toy, {})
    fill(store.root)
    with pytest.raises(InputError) as ending:
        execute(make_plan([CELL, OTHER], store, toy, fresh=False), executor, Audience())
    assert executor.is_shut_down
    assert {path: path.read_bytes() for path in store.root.rglob("*.*")} == before
    (rescued,) = temporary.glob("seqrec-bench-rescued-*")
    assert str(ending.value) == (
        f"Results can't be written to {store.root} any more (No space left on device), so the run was stopped; what "
        f"had just finished is kept in {rescued} (unruly paper-d0-s0): make room there, bring that in by "
        f"`cp -R {rescued}/. {store.root}`, and the same command goes on from there."
    )
    (record,) = Store(rescued).records()
    assert Store(rescued).load_weights(record)


def test_weights_that_fit_nowhere_cost_the_weights_and_not_the_record(
    store: Store, toy: Dataset, temporary: Path, fill: Callable[..., None]
) -> None:
    fill(store.root.parent, ".safetensors.")
    with pytest.raises(InputError, match=r"is kept in .* \(unruly paper-d0-s0 without its weights\): make room"):
        execute(make_plan([CELL], store, toy, fresh=False), Here(toy, {}), Audience())
    (rescued,) = temporary.glob("seqrec-bench-rescued-*")
    assert [record.weights for record in Store(rescued).records()] == [None]
    assert names(store) == []


def test_what_can_be_kept_nowhere_is_named(
    store: Store, toy: Dataset, temporary: Path, fill: Callable[..., None]
) -> None:
    fill(store.root.parent)
    with pytest.raises(InputError, match=r"unruly paper-d0-s0 had just finished, but there was no room in .*temporary"):
        execute(make_plan([CELL], store, toy, fresh=False), Here(toy, {}), Audience())


def test_a_directory_that_has_vanished_ends_the_run(store: Store, toy: Dataset, temporary: Path) -> None:
    store.open()
    plan = make_plan([CELL, OTHER], store, toy, fresh=False)

    class Moving(Here):
        def submit(self, cell: Cell) -> Future[FinishedCell]:
            if cell == OTHER:
                store.root.rename(temporary / "moved")
            return super().submit(cell)

    with pytest.raises(InputError, match=r"any more \(the directory has vanished\), so .*: see to that directory"):
        execute(plan, Moving(toy, {}), Audience())
    assert not store.root.exists()
    (rescued,) = temporary.glob("seqrec-bench-rescued-*")
    assert [record.key.seed for record in Store(rescued).records()] == [0, 1]


def test_a_full_disk_is_found_before_a_cell_is_run(
    store: Store, toy: Dataset, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: Store, key: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Store, "lock", fail)
    with pytest.raises(InputError, match=r"any more \(Read-only file system\), so the run was stopped: see to that"):
        execute(make_plan([CELL], store, toy, fresh=False), Here(toy, {CELL: AssertionError()}), Audience())
    assert list(temporary.iterdir()) == []
