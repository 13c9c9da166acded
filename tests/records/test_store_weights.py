"""The trained weights beside a record: there or not, they are those of that record."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.errors import InputError, InvalidRecordError, MissingCellsError, UnreadableError
from seqrec_bench.records import Record, Store
from seqrec_bench.records import store as store_module

WEIGHTS = {"item": np.arange(12, dtype=np.float32).reshape(3, 4).T, "counts": np.array([3, 0, 2])}
OTHERS = {"item": np.zeros((4, 3), dtype=np.float32)}


def weight_files(store: Store) -> list[Path]:
    return sorted(store.root.rglob("*.safetensors"))


def weight_file(store: Store) -> Path:
    (path,) = weight_files(store)
    return path


def saved(store: Store, record: Record, weights: dict[str, np.ndarray] | None = WEIGHTS) -> Record:
    """The record as it is read back."""
    store.save(record, weights)
    found = store.load(record.key)
    assert found is not None
    return found


def assert_holds(store: Store, record: Record, weights: dict[str, np.ndarray]) -> None:
    found = store.load_weights(record)
    assert found.keys() == weights.keys()
    for name, value in weights.items():
        assert found[name].dtype == value.dtype
        np.testing.assert_array_equal(found[name], value)


def test_weights_are_loaded_as_they_were_saved(store: Store, record: Record) -> None:
    found = saved(store, record)
    digest = hashlib.sha256(weight_file(store).read_bytes()).hexdigest()
    assert found == replace(record, weights=digest)
    assert weight_file(store).relative_to(store.root).as_posix() == (
        f"toy/loo-full-v1/caser/paper-d100-s3.{digest[:16]}.safetensors"
    )
    assert json.loads(store.path(record.key).read_text())["weights_sha256"] == digest
    assert_holds(store, found, WEIGHTS)
    assert store.records() == [found]


def test_weights_of_many_megabytes_are_loaded_as_they_were_saved(store: Store, record: Record) -> None:
    big = {"item": np.random.default_rng(0).random((100_000, 50), dtype=np.float32)}
    assert_holds(store, saved(store, record, big), big)


def test_a_record_without_weights_has_no_file_and_says_so(store: Store, record: Record) -> None:
    found = saved(store, record, None)
    assert found.weights is None
    assert weight_files(store) == []
    with pytest.raises(InputError, match=r"paper-d100-s3\.json was stored without weights: fit caser again"):
        store.load_weights(found)


def test_no_arrays_are_weights_too(store: Store, record: Record) -> None:
    assert_holds(store, saved(store, record, {}), {})


@pytest.mark.parametrize("next_weights", [OTHERS, None], ids=["others", "none"])
def test_saving_again_removes_the_old_weights(
    store: Store, record: Record, next_weights: dict[str, np.ndarray] | None
) -> None:
    saved(store, record)
    found = saved(store, record, next_weights)
    assert len(weight_files(store)) == (0 if next_weights is None else 1)
    if next_weights is not None:
        assert_holds(store, found, next_weights)


def test_a_loaded_record_keeps_its_weights_when_it_is_saved(store: Store, record: Record) -> None:
    found = saved(store, record)
    assert saved(store, found, None) == found
    assert_holds(store, found, WEIGHTS)


def test_a_record_without_its_weights_is_valid_and_says_how_to_have_them(store: Store, record: Record) -> None:
    found = saved(store, record)
    weight_file(store).unlink()
    assert store.records() == [found]
    cell = "--models caser --dims 100 --seeds 3 --variant paper --interactions FILE"
    command = f"seqrec-bench run {cell} --results {store.root}-again"
    with pytest.raises(MissingCellsError, match=f"weights of caser paper-d100-s3 are not here .* by `{command}`"):
        store.load_weights(found)
    without_dimension = replace(found, key=replace(found.key, dimension=0))
    with pytest.raises(MissingCellsError, match="--models caser --seeds 3"):
        store.load_weights(without_dimension)


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_single_changed_byte_is_noticed(store: Store, record: Record, position: int) -> None:
    found = saved(store, record)
    content = bytearray(weight_file(store).read_bytes())
    content[position] ^= 1
    weight_file(store).write_bytes(content)
    advice = f"--models caser .* --results {re.escape(str(store.root))}"
    with pytest.raises(InvalidRecordError, match=rf"safetensors is not the file that was written .* {advice}"):
        store.load_weights(found)


def test_weights_of_another_record_under_this_ones_name_are_refused(store: Store, record: Record) -> None:
    found = saved(store, record)
    saved(store, replace(record, key=replace(record.key, seed=4)), OTHERS)
    mine, its = weight_files(store)
    mine.write_bytes(its.read_bytes())
    with pytest.raises(InvalidRecordError, match="is not the file that was written with its record"):
        store.load_weights(found)


def test_a_record_that_names_other_weights_does_not_get_these(store: Store, record: Record) -> None:
    found = saved(store, record)
    assert found.weights is not None
    with pytest.raises(InvalidRecordError, match="is not the file that was written with its record"):
        store.load_weights(replace(found, weights=found.weights[:16] + "0" * 48))
    with pytest.raises(MissingCellsError):
        store.load_weights(replace(found, weights="0" * 64))


def test_weights_of_other_cells_are_left_alone(store: Store, record: Record) -> None:
    keys = [replace(record.key, seed=33), replace(record.key, variant="paper-d100-s3")]
    neighbours = [saved(store, replace(record, key=key)) for key in keys]
    saved(store, record)
    saved(store, record, OTHERS)
    assert len(weight_files(store)) == 3
    for neighbour in neighbours:
        assert_holds(store, neighbour, WEIGHTS)


def test_equal_weights_are_equal_bytes(store: Store, record: Record, tmp_path: Path) -> None:
    again = Store(tmp_path / "again")
    saved(store, record)
    saved(again, record)
    assert weight_file(store).name == weight_file(again).name
    assert weight_file(store).read_bytes() == weight_file(again).read_bytes()


def test_what_is_no_state_leaves_the_old_record(store: Store, record: Record) -> None:
    found = saved(store, record)
    with pytest.raises(InputError, match="The state has dtype object"):
        store.save(replace(record, parameters=5), {"item": np.array([object()])})
    assert store.load(record.key) == found
    assert_holds(store, found, WEIGHTS)


def fail(*_: Any, **__: Any) -> None:
    raise OSError("no space left")


@pytest.mark.parametrize("step", ["encode_rank_lists", "write_atomically"])
def test_a_record_that_fails_after_its_weights_leaves_the_old_one_with_its_own(
    store: Store, record: Record, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    found = saved(store, record)
    with monkeypatch.context() as broken, pytest.raises(OSError, match="no space left"):
        broken.setattr(store_module, step, fail)
        store.save(replace(record, test=record.validation), OTHERS)
    assert len(weight_files(store)) == 2  # the new ones were written
    assert store.load(record.key) == found
    assert_holds(store, found, WEIGHTS)
    saved(store, found, None)
    assert len(weight_files(store)) == 1  # and are gone with the next record


def test_a_removal_that_fails_leaves_the_new_record_with_its_weights(
    store: Store, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(store, record)
    with monkeypatch.context() as broken, pytest.raises(OSError, match="no space left"):
        broken.setattr(store_module, "remove_beside", fail)
        store.save(record, OTHERS)
    found = store.load(record.key)
    assert found is not None
    assert_holds(store, found, OTHERS)


def test_weights_that_cant_be_written_leave_the_old_record_and_nothing_else(
    store: Store, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = saved(store, record)
    with monkeypatch.context() as broken, pytest.raises(OSError, match="no space left"):
        broken.setattr(Path, "replace", fail)
        store.save(replace(record, test=record.validation), OTHERS)
    assert store.load(record.key) == found
    assert_holds(store, found, WEIGHTS)
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 2


def test_weights_that_cant_be_read_are_neither_missing_nor_invalid(store: Store, record: Record) -> None:
    found = saved(store, record)
    (file,) = weight_files(store)
    file.unlink()
    file.symlink_to("nothing")
    with pytest.raises(UnreadableError, match="can't be read"):
        store.load_weights(found)
