from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError, InvalidRecordError, UnreadableError
from seqrec_bench.experiments.cell import Setting, run_cell
from seqrec_bench.experiments.run import make_plan
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.cells import Cell

pytestmark = pytest.mark.usefixtures("unruly")

CELL = Cell("unruly", "paper", 0, 0)
OTHER = Cell("unruly", "paper", 0, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


@pytest.fixture
def record(toy: Dataset) -> Record:
    return run_cell(CELL, Setting(toy, "cpu"), lambda epoch: None).record


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


def other_data(record: Record, **changes: str) -> Record:
    return replace(record, recipe=replace(record.recipe, dataset=replace(record.recipe.dataset, **changes)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"fingerprint": "0" * 64}, "made on other data"), ({"tags_fingerprint": "0" * 64}, "made with other item tags")],
)
def test_what_was_made_from_other_data_is_replaced_only_if_that_is_asked_for(
    store: Store, toy: Dataset, record: Record, changes: dict[str, str], reason: str
) -> None:
    path = store.save(other_data(record, **changes))
    store.save(other_data(replace(record, key=replace(record.key, seed=1)), **changes))
    plan = make_plan([CELL, OTHER], store, toy, fresh=False)
    assert plan.of_other_data == [CELL, OTHER]
    with pytest.raises(InputError, match=f"^{path} was {reason}, as 1 more were: .* --name NAME, .* --fresh"):
        plan.require_no_loss()
    make_plan([CELL], store, toy, fresh=True).require_no_loss()


def test_records_of_other_models_on_other_data_keep_these_from_their_folder(
    store: Store, toy: Dataset, record: Record
) -> None:
    path = store.save(other_data(replace(record, key=replace(record.key, model="other")), fingerprint="0" * 64))
    plan = make_plan([CELL], store, toy, fresh=False)
    with pytest.raises(InputError, match=f"^{path} was made on other data: "):
        plan.require_no_loss()
    path.write_text("{")  # whoever asks for that record is told
    plan.require_no_loss()


@pytest.mark.parametrize(
    ("protocol", "is_refused"),
    [("loo-uniform9-v1", True), ("time-full-v1", True), ("loo-full-reversed-ties-v1", False), ("loo-odd-v1", False)],
)
def test_records_on_other_data_under_protocols_that_arrange_data_alike_keep_these_out_too(
    store: Store, toy: Dataset, record: Record, protocol: str, is_refused: bool
) -> None:
    """Where the arrangement is another, fingerprints differ anyway."""
    path = store.save(other_data(replace(record, key=replace(record.key, protocol=protocol)), fingerprint="0" * 64))
    plan = make_plan([CELL], store, toy, fresh=False)
    if is_refused:
        with pytest.raises(InputError, match=f"^{path} was made on other data: .* with --name NAME, .* --results.$"):
            plan.require_no_loss()
        path.unlink()
    plan.require_no_loss()


def test_what_another_run_has_stored_of_other_data_since_is_not_replaced(
    store: Store, toy: Dataset, record: Record
) -> None:
    plans = [make_plan([CELL], store, toy, fresh=fresh) for fresh in (False, True)]
    store.save(other_data(record, fingerprint="0" * 64))
    with pytest.raises(InputError, match="made on other data"):
        plans[0].stored_since(CELL)
    assert plans[1].stored_since(CELL) is None


def test_what_cant_be_read_is_not_run_again(store: Store, toy: Dataset, record: Record) -> None:
    path = store.save(record)
    path.rename(path.with_suffix(".good"))
    path.symlink_to("nothing")
    for fresh in (False, True):
        with pytest.raises(UnreadableError, match=f"^{path} can't be read"):
            make_plan([CELL], store, toy, fresh=fresh)


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


def test_what_another_run_has_stored_since_is_taken_if_it_is_of_use(store: Store, toy: Dataset, record: Record) -> None:
    plan = make_plan([CELL, OTHER], store, toy, fresh=False)
    assert plan.stored_since(CELL) is None
    store.save(replace(record, recipe=replace(record.recipe, version=9)))
    assert plan.stored_since(CELL) is None
    store.save(record)
    assert plan.stored_since(CELL) == record
    assert plan.stored_since(OTHER) is None


def test_what_fresh_found_is_not_taken_and_what_was_stored_since_is(store: Store, toy: Dataset, record: Record) -> None:
    store.save(record)
    plan = make_plan([CELL], store, toy, fresh=True)
    assert plan.stored_since(CELL) is None
    store.save(record)
    assert plan.stored_since(CELL) == record
