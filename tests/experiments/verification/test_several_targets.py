"""Records of several targets a user: they are verified like any others, and what is wrong with them is found."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.verification import check_contents, check_store
from seqrec_bench.records import Ranks, Record, Store
from seqrec_bench.studies.cells import Cell

PROTOCOLS = ("given-full-v1", "given-full-seen-v1", "given-full-zeroed-v1", "given-uniform5-v1")


@pytest.fixture(scope="module")
def data(given_rows: Callable[..., dict[str, object]], given_dataset: Callable[..., Dataset]) -> Dataset:
    return given_dataset(given_rows())


@pytest.fixture(scope="module")
def sound(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("given"))
    for protocol in PROTOCOLS:
        cell = Cell("item-knn", "paper", 0, 0, protocol=protocol)
        done = run_cell(cell, setting_under(protocol, data, "cpu", store, keep_top=6), lambda epoch: None)
        store.save(done.record, top=done.top)
    return store


def faults(store: Store, data: Dataset) -> list[str]:
    records, checks = check_store(store)
    return [
        fault for check in [*checks, *check_contents(records, store, {"parts": data}, {})] for fault in check.faults
    ]


def test_what_was_run_is_sound(sound: Store, data: Dataset) -> None:
    assert faults(sound, data) == []
    for record in sound.records():
        assert record.test.users is not None and record.test.n_targets > record.test.n_users
        assert '"schema": 2' in sound.path(record.key).read_text()


def first_of(record: Record, **changes: np.ndarray) -> Record:
    return replace(record, test=replace(record.test, **changes))


def moved(array: np.ndarray, place: int, value: int) -> np.ndarray:
    found = array.copy()
    found[place] = value
    return found


Spoil = Callable[[Record], Record]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(
            lambda record: first_of(record, users=np.sort(moved(record.test.users, 0, record.test.users[-1]))),
            "test ranks are not one of each target of the evaluated users",
            id="another's target",
        ),
        pytest.param(
            lambda record: replace(record, test=record.test.at(np.arange(1, record.test.n_targets))),
            "test",
            id="a target too few",
        ),
        pytest.param(
            lambda record: first_of(record, better=moved(record.test.better, 0, 24)),
            "1 test ranks are impossible",
            id="more candidates than without the others",
        ),
        pytest.param(
            lambda record: first_of(record, better=(record.test.better + 7) % 9),
            "have the target where its rank is another",
            id="other ranks than in the lists",
        ),
    ],
)
def test_a_planted_fault_is_found(spoil: Spoil, says: str, sound: Store, data: Dataset, tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = next(record for record in sound.records() if record.key.protocol == "given-full-v1")
    assert record.top is not None
    store.save(spoil(record), top=record.top.read())
    assert any(says in fault for fault in faults(store, data))


def test_arrays_beside_a_record_keep_whose_targets_they_are(sound: Store, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("seqrec_bench.records.store.MAX_USERS_IN_JSON", 10)
    store, record = Store(tmp_path), sound.records()[0]
    store.save(record)
    (found,) = store.records()
    assert (found.test, found.validation) == (record.test, record.validation)
    assert '"better"' not in store.path(record.key).read_text()


def test_users_out_of_order_are_no_record(sound: Store, tmp_path: Path) -> None:
    record = sound.records()[0]
    assert record.test.users is not None
    backwards = np.arange(record.test.n_targets)[::-1]
    with pytest.raises(Exception, match="its users are not in ascending order"):
        Store(tmp_path).save(replace(record, test=record.test.at(backwards)))
        Store(tmp_path).records()


def test_ranks_of_other_targets_are_not_those_that_a_cell_is_to_have(sound: Store) -> None:
    from seqrec_bench.experiments.verification.retraining import describe_difference

    record = sound.records()[0]
    fewer = replace(record, test=Ranks(record.test.better[1:], record.test.tied[1:], record.test.users[1:]))  # type: ignore[index]
    assert "targets of" in str(describe_difference(record, fewer))
