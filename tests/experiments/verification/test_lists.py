"""Lists that were kept pass their check; each fault that is planted in them is found."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.verification import cells_of_studies, check_contents, check_store
from seqrec_bench.experiments.verification.data import Arrangements
from seqrec_bench.experiments.verification.lists import check_lists
from seqrec_bench.records import Ranks, Record, Store, TopLists
from seqrec_bench.records.check import Check
from seqrec_bench.studies.cells import Cell

LISTS = "lists are possible, and have targets where their ranks are"
PROTOCOLS = ("loo-full-v1", "loo-full-seen-v1", "loo-uniform100-v1")
Change = Callable[[TopLists, Record], TopLists]


@pytest.fixture
def store(small: Dataset, tmp_path: Path) -> Store:
    """Records of two models under three protocols, with lists that are longer than some users have candidates."""
    found = Store(tmp_path / "results")
    for protocol in PROTOCOLS:
        for cell in (Cell("popularity", "paper", 0, 0, {}, protocol), Cell("fpmc", "b", 4, 0, {"epochs": 1}, protocol)):
            finished = run_cell(cell, setting_under(protocol, small, "cpu", found, 15), lambda epoch: None)
            found.save(finished.record, finished.weights, finished.top)
    return found


def check(store: Store, small: Dataset) -> Check:
    return check_lists(store.records(), Arrangements({"small": small}))


def one(store: Store, protocol: str = "loo-full-v1", model: str = "fpmc") -> tuple[Record, TopLists]:
    (record,) = [each for each in store.records() if (each.key.protocol, each.key.model) == (protocol, model)]
    assert record.top is not None
    return record, record.top.read()


def test_sound_lists_pass(store: Store, small: Dataset) -> None:
    assert check(store, small).faults == []
    assert check(store, small).n_passed == 6
    assert 0 in one(store)[1].items  # some have fewer candidates
    records, files = check_store(store)
    checks = [*files, *check_contents(records, store, {"small": small}, cells_of_studies())]
    assert {each.name for each in checks if each.faults} <= {"models that are compared have the same seeds"}
    assert LISTS in [each.name for each in checks]


def test_the_check_is_not_made_where_nobody_asked_for_lists(store: Store, small: Dataset) -> None:
    records = [replace(record, top=None) for record in store.records()]
    assert LISTS not in [each.name for each in check_contents(records, store, {"small": small}, {})]


def with_items(change: Callable[[np.ndarray], None]) -> Change:
    def changed(lists: TopLists, record: Record) -> TopLists:
        items = lists.items.copy()
        change(items)
        return replace(lists, items=items)

    return changed


def swap_target(lists: TopLists, record: Record) -> TopLists:
    """The user with the worst untied target that is still in the list gets the list backwards."""
    items, ranks = lists.items.copy(), record.test
    rows = np.flatnonzero((ranks.tied == 1) & (ranks.better < 3))
    n = int((items[rows[0]] != 0).sum())
    items[rows[0], :n] = items[rows[0], :n][::-1].copy()
    return replace(lists, items=items)


def set_items(row: int, place: int, value: int) -> Callable[[np.ndarray], None]:
    def change(items: np.ndarray) -> None:
        items[row, place] = items[row, place - 1] if value < 0 else value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_items(set_items(0, 1, 0)), "have another length than they can have"),
        (with_items(set_items(0, 1, -1)), "1 of its lists have an item twice (the first is that of user 0)"),
        (swap_target, "have the target where its rank is another"),
        (lambda lists, record: replace(lists, popularity=np.roll(lists.popularity, 1)), "the popularity beside its"),
        (lambda lists, record: replace(lists, n_users=lists.n_users + 1), "the popularity beside its lists"),
        (lambda lists, record: replace(lists, items=lists.items[:-1]), "it has the lists of 39 users, and 40 are"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(store: Store, small: Dataset, change: Change, says: str) -> None:
    record, lists = one(store)
    store.save(record, top=change(lists, record))
    (fault,) = check(store, small).faults
    assert fault.startswith(f"{record.key.path()}: ") and fault.endswith(": run its cell again with --keep-top.")
    assert says in fault


@pytest.mark.parametrize("protocol", ["loo-full-v1", "loo-uniform100-v1"])
def test_an_item_that_is_no_candidate_is_found(store: Store, small: Dataset, protocol: str) -> None:
    """One of the history, which nobody is ranked against under either."""
    record, lists = one(store, protocol, "popularity")
    arranged = Arrangements({"small": small}).of(record)
    assert arranged is not None
    history = arranged.split.test.history
    items = lists.items.copy()
    place = int(np.flatnonzero(items[0] != arranged.split.test.targets[0])[0])
    items[0, place] = history.items[history.offsets[arranged.split.test.users[0]]]
    store.save(record, top=replace(lists, items=items))
    (fault,) = check(store, small).faults
    assert "1 of its lists have an item that is no candidate" in fault


def test_a_target_that_is_kept_out_of_its_list_is_found(store: Store, small: Dataset) -> None:
    record, _ = one(store)
    better = np.where(record.test.better < 12, 19, record.test.better)  # all of them are said to be far below
    store.save(replace(record, test=Ranks(better=better, tied=record.test.tied)))
    assert "have the target where its rank is another" in check(store, small).faults[0]


def test_a_file_that_is_absent_or_another_is_found(store: Store, small: Dataset) -> None:
    record, _ = one(store)
    assert record.top is not None and record.top.path is not None
    content = record.top.path.read_bytes()
    record.top.path.write_bytes(content[:-1])
    assert "is not valid: it is not the file that was written with its record" in check(store, small).faults[0]
    _, readable, hashes = check_store(store)[1][:3]
    assert (readable.faults, len(hashes.faults)) == ([], 1)
    record.top.path.unlink()
    assert "are not there" in check(store, small).faults[0]
    assert "is not there: run its cell again" in check_store(store)[1][2].faults[0]
