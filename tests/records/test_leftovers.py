"""What killed runs leave is removed by the next, and nothing else is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.records import Record, Store
from seqrec_bench.records import store as store_module
from seqrec_bench.records.leftovers import record_of

HEX = "0123456789abcdef"
WEIGHTS = {"item": np.arange(3)}


def files(store: Store) -> set[str]:
    return {path.name for path in store.root.rglob("*") if path.is_file()}


def leave(record: Path) -> None:
    """What a run leaves that is killed in the middle of writing, or between the weights and the record."""
    for name in (f".{record.name}.{HEX}", f".{record.stem}.{HEX}.safetensors.{HEX}", f".{record.stem}.{HEX}.npz.{HEX}"):
        record.with_name(name).write_text("half")
    for name in (f"{record.stem}.{HEX}.safetensors", f"{record.stem}.{HEX}.npz", f".{record.name}.claim"):
        record.with_name(name).write_text("whole, but of no record")


@pytest.mark.parametrize("limit", [2, 20_000], ids=["ranks beside the record", "ranks in the record"])
def test_a_lock_removes_what_was_left_and_keeps_the_records_own(
    store: Store, record: Record, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(store_module, "MAX_USERS_IN_JSON", limit)
    path = store.save(record, WEIGHTS)
    own = files(store)
    leave(path)
    lock = store.lock(record.key)
    assert lock is not None
    lock.release()
    assert files(store) == own
    assert store.load_weights(store.records()[0])


def test_without_a_record_nothing_is_left(store: Store, record: Record) -> None:
    path = store.path(record.key)
    path.parent.mkdir(parents=True)
    leave(path)
    store.tidy()
    assert files(store) == set()


def test_tidying_spares_what_is_being_run_and_what_is_no_leftover(store: Store, record: Record) -> None:
    path = store.save(record, WEIGHTS)
    others = {".gitignore", ".paper-d100-s3.json.swp", f".notes.{HEX}"}
    for name in others:
        path.with_name(name).write_text("somebody's")
    lock = store.lock(record.key)
    assert lock is not None
    leave(path)  # as by the process that holds the lock
    before = files(store)
    store.tidy()
    assert files(store) == before
    lock.release()
    store.tidy()
    assert files(store) == others | {
        path.name,
        store_module.beside(path, store.records()[0].weights, ".safetensors").name,
    }


def test_a_neighbours_files_are_its_own(store: Store, record: Record) -> None:
    """Names of variants may contain one another, and dots."""
    for variant in ("paper", "paper-d100-s3.json", "x.paper"):
        store.save(replace(record, key=replace(record.key, variant=variant)), WEIGHTS)
    before = files(store)
    lock = store.lock(record.key)
    assert lock is not None
    lock.release()
    assert files(store) == before


def test_a_record_that_cant_be_read_keeps_its_weights(store: Store, record: Record) -> None:
    path = store.save(record, WEIGHTS)
    path.write_text(path.read_text()[:40])
    before = files(store)
    leave(path.with_name("paper-d100-s4.json"))
    lock = store.lock(record.key)
    assert lock is not None
    lock.release()
    assert before <= files(store)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        (".v1.5-d0-s2.json.claim", "v1.5-d0-s2.json"),
        (f".v1.5-d0-s2.json.{HEX}", "v1.5-d0-s2.json"),
        (f".v1.5-d0-s2.{HEX}.npz.{HEX}", "v1.5-d0-s2.json"),
        (".v1.5-d0-s2.checkpoint.safetensors", "v1.5-d0-s2.json"),
        (f".v1.5-d0-s2.checkpoint.safetensors.{HEX}", "v1.5-d0-s2.json"),
        (".v1.5-d0-s2.checkpoint.safetensors.claim", None),
        (".v1.5-d0-s2.json", None),
        (f"v1.5-d0-s2.{HEX}.npz", None),
        (f".v1.5-d0-s2.{HEX}.txt.{HEX}", None),
    ],
)
def test_a_leftover_is_known_by_its_name(name: str, record: str | None) -> None:
    assert record_of(Path("a") / name) == (record and Path("a") / record)
