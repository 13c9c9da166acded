"""The store keeps what it was given, whole, and believes nothing that was changed behind its back."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.errors import InputError, InvalidRecordError, ScoreError, UnreadableError
from seqrec_bench.records import CellKey, Ranks, Record, Store
from seqrec_bench.records import store as store_module

RecordOf = Callable[[CellKey], Record]


@pytest.fixture(params=["ranks in the record", "ranks beside it"])
def any_place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "ranks beside it":
        monkeypatch.setattr(store_module, "MAX_USERS_IN_JSON", 2)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three users are too many for the record itself."""
    monkeypatch.setattr(store_module, "MAX_USERS_IN_JSON", 2)


def arrays(store: Store) -> Path:
    """The one array file."""
    (path,) = store.root.rglob("*.npz")
    return path


def files(store: Store) -> list[str]:
    return sorted(path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if path.is_file())


@pytest.mark.usefixtures("any_place")
def test_a_record_is_loaded_as_it_was_saved(store: Store, record: Record) -> None:
    path = store.save(record)
    assert path == store.path(record.key) == store.root / "toy/loo-full-v1/caser/paper-d100-s3.json"
    assert store.load(record.key) == record
    assert store.records() == [record]


@pytest.mark.usefixtures("any_place")
def test_saving_again_replaces(store: Store, record: Record) -> None:
    store.save(record)
    n_files = len(files(store))
    other = replace(record, test=Ranks(better=np.array([1, 1, 1]), tied=np.array([1, 1, 1])))
    store.save(other)
    assert store.load(record.key) == other
    assert len(files(store)) == n_files


@pytest.mark.usefixtures("any_place")
def test_equal_records_are_equal_bytes(store: Store, record: Record, tmp_path: Path) -> None:
    again = Store(tmp_path / "again")
    store.save(record)
    again.save(record)
    assert files(store) == files(again)
    for name in files(store):
        assert (store.root / name).read_bytes() == (again.root / name).read_bytes()


def test_many_users_stand_in_an_array_file_and_few_do_not(store: Store, record: Record, beside: None) -> None:
    two_users = Ranks(better=np.array([0, 1681]), tied=np.array([1, 1]))
    path = store.save(replace(record, validation=two_users, test=two_users))
    assert files(store) == ["toy/loo-full-v1/caser/paper-d100-s3.json"]
    assert "1681" in path.read_text()
    store.save(record)
    assert "1681" not in path.read_text()
    digest = hashlib.sha256(arrays(store).read_bytes()).hexdigest()
    assert arrays(store).name == f"paper-d100-s3.{digest[:16]}.npz"
    assert json.loads(path.read_text())["test"] == {"file": arrays(store).name, "sha256": digest}
    store.save(replace(record, validation=two_users, test=two_users))
    assert files(store) == ["toy/loo-full-v1/caser/paper-d100-s3.json"]


def test_the_number_of_users_that_are_many() -> None:
    assert store_module.MAX_USERS_IN_JSON == 20_000


def test_a_cell_that_was_not_run_has_no_record(store: Store, record: Record) -> None:
    assert store.load(record.key) is None
    store.save(record)
    assert store.load(replace(record.key, seed=4)) is None


def test_records_come_in_the_order_of_their_keys(store: Store, record_of: RecordOf) -> None:
    keys = [
        CellKey(dataset, "loo-full-v1", model, "paper", dimension, seed)
        for dataset in ("a", "b")
        for model in ("caser", "fpmc")
        for dimension in (25, 100)
        for seed in (2, 10)
    ]
    for key in reversed(keys):
        store.save(record_of(key))
    assert [record.key for record in store.records()] == keys


def test_other_files_are_left_alone(store: Store, record: Record) -> None:
    path = store.save(record)
    for other in ("figures/figure-1.svg", "notes.json", "toy/loo-full-v1/caser/README.md"):
        (store.root / other).parent.mkdir(exist_ok=True)
        (store.root / other).write_text("not a record")
    path.with_name(f".{path.name}.0123456789abcdef").write_text("{")  # left behind by a process that was killed
    path.with_name(".paper-d100-s4.json").write_text("{")
    assert store.records() == [record]


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no results directory .*nowhere: name another with --results"):
        Store(tmp_path / "nowhere").records()


def test_an_empty_directory_has_no_records(tmp_path: Path) -> None:
    assert Store(tmp_path).records() == []


def assert_refused(store: Store, key: CellKey, complaint: str) -> None:
    path = store.path(key)
    with pytest.raises(InvalidRecordError, match=complaint) as loading:
        store.load(key)
    with pytest.raises(InvalidRecordError, match=complaint):
        store.records()
    assert str(path) in str(loading.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            '"schema": 1', '"schema": 0', "its schema is 0, and this version reads 1 and 2", id="unknown schema"
        ),
        pytest.param('"parameters"', '"metrics": {}, "parameters"', "unknown .'metrics'", id="unknown field"),
        pytest.param('"parameters": 1000,\n', "", "missing .'parameters'", id="missing field"),
        pytest.param("1681", "-1", "better must be 0 or more", id="impossible ranks"),
        pytest.param("1681]", "1681, 4]", "equal, 1-d", id="a user too many"),
        pytest.param('"curve": [', '"curve": 7, "_": [', "unknown", id="another curve"),
        pytest.param("1681", "1681.0", "not whole numbers", id="fractional ranks"),
    ],
)
def test_an_edited_record_is_refused(store: Store, record: Record, old: str, new: str, complaint: str) -> None:
    path = store.save(record)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert_refused(store, record.key, f"is not a valid record: .*{complaint}.*; restore it, or move it away and")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b"null"])
def test_what_is_no_record_at_all_is_refused(store: Store, record: Record, content: bytes) -> None:
    store.save(record).write_bytes(content)
    assert_refused(store, record.key, "is not a valid record")


def test_a_truncated_record_is_refused(store: Store, record: Record) -> None:
    path = store.save(record)
    path.write_text(path.read_text()[:200])
    assert_refused(store, record.key, "is not a valid record")


def test_a_record_at_the_path_of_another_is_refused(store: Store, record: Record) -> None:
    path = store.save(record)
    other = replace(record.key, seed=4)
    path.rename(store.path(other))
    assert_refused(store, other, "holds the record of toy/loo-full-v1/caser/paper-d100-s3.json")


def put_folder(path: Path) -> None:
    path.mkdir()


def put_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def put_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("put", [put_folder, put_link_to_nothing, put_link_to_itself])
def test_what_cant_be_read_in_the_place_of_a_record_is_neither_absent_nor_invalid(
    store: Store, record: Record, put: Callable[[Path], None]
) -> None:
    path = store.path(record.key)
    path.parent.mkdir(parents=True)
    put(path)
    for look in (lambda: store.load(record.key), store.records, lambda: store.version(record.key)):
        with pytest.raises(UnreadableError, match="can't be read"):
            look()
    assert not isinstance(UnreadableError(""), InvalidRecordError)


def test_what_stands_beside_a_record_that_cant_be_read_is_left_alone(store: Store, record: Record) -> None:
    path = store.save(record, {"item": np.arange(3)})
    weights = next(store.root.rglob("*.safetensors"))
    for spoil in (lambda: path.symlink_to("nothing"), lambda: path.write_text("[" * 100_000)):
        path.unlink()
        spoil()
        lock = store.lock(record.key)
        assert lock is not None
        lock.release()
        store.tidy()
        assert weights.exists()


@pytest.mark.usefixtures("beside")
def test_ranks_that_cant_be_read_do_not_make_their_record_invalid(store: Store, record: Record) -> None:
    store.save(record)
    found = arrays(store)
    found.unlink()
    found.symlink_to("nothing")
    with pytest.raises(UnreadableError, match=rf"^{found} can't be read \(it links to nothing\)"):
        store.records()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda record: replace(record, recipe=replace(record.recipe, version=0)),
            "its version is 0, not",
        ),
        (lambda record: replace(record, parameters=-1), "its parameters is -1"),
        (lambda record: replace(record, deterministic=1), "its deterministic is neither true nor false"),
        (lambda record: replace(record, seconds={"fit": float("nan"), "score": 1.0}), "Out of range float"),
        (
            lambda record: replace(record, recipe=replace(record.recipe, hyperparameters={"a": {1}})),
            "not JSON",
        ),
        (lambda record: replace(record, key=replace(record.key, model="a/b")), "is not a name"),
    ],
    ids=["version", "parameters", "deterministic", "seconds", "hyperparameters", "name"],
)
def test_what_could_not_be_read_back_is_not_stored_and_named(
    store: Store, record: Record, change: Callable[[Record], Record], complaint: str
) -> None:
    with pytest.raises(ScoreError, match=rf"was not stored, since it could not be read back \(.*{complaint}"):
        store.save(change(record), {"item": np.arange(3)})
    assert not store.root.exists()


class FullDiskError(OSError):
    pass


def fail(*_: Any, **__: Any) -> None:
    raise FullDiskError("no space left")


@pytest.mark.usefixtures("beside")
class TestRanksBesideTheRecord:
    def test_another_array_file_is_refused(self, store: Store, record: Record, tmp_path: Path) -> None:
        other = Store(tmp_path / "other")
        store.save(record)
        other.save(replace(record, test=record.validation))
        arrays(store).write_bytes(arrays(other).read_bytes())
        assert_refused(store, record.key, r"paper-d100-s3\.\w+\.npz is not the file that was written with it")

    @pytest.mark.parametrize("position", [0, 100, -1])
    def test_a_single_changed_byte_is_noticed(self, store: Store, record: Record, position: int) -> None:
        store.save(record)
        content = bytearray(arrays(store).read_bytes())
        content[position] ^= 1
        arrays(store).write_bytes(content)
        assert_refused(store, record.key, "is not the file that was written with it")

    def test_a_missing_array_file_is_named(self, store: Store, record: Record) -> None:
        store.save(record)
        arrays(store).unlink()
        assert_refused(store, record.key, r"No such file or directory: .*paper-d100-s3\.\w+\.npz")

    def test_array_files_of_other_cells_are_left_alone(self, store: Store, record: Record) -> None:
        keys = [replace(record.key, seed=33), replace(record.key, variant="paper-d100-s3")]
        neighbours = [replace(record, key=key) for key in keys]
        for each in (record, *neighbours, replace(record, test=record.validation)):
            store.save(each)
        assert len(list(store.root.rglob("*.npz"))) == 3
        assert [store.load(each.key) for each in neighbours] == neighbours

    @pytest.mark.parametrize("change", [{"file": "other.npz"}, {"more": 1}])
    def test_a_changed_reference_is_refused(self, store: Store, record: Record, change: dict[str, Any]) -> None:
        path = store.save(record)
        fields = json.loads(path.read_text())
        fields["test"].update(change)
        path.write_text(json.dumps(fields))
        assert_refused(store, record.key, "is not the file that was written with it")

    @pytest.mark.parametrize("digest", [None, "", "../../secret", "0" * 64])
    def test_another_digest_is_refused(self, store: Store, record: Record, digest: str | None) -> None:
        path = store.save(record)
        fields = json.loads(path.read_text())
        fields["test"]["sha256"] = digest
        path.write_text(json.dumps(fields))
        assert_refused(store, record.key, "is not a valid record")

    def test_a_record_that_fails_after_its_array_file_leaves_the_old_one(
        self, store: Store, record: Record, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.save(record)
        monkeypatch.setattr(store_module, "encode", fail)
        with pytest.raises(FullDiskError):
            store.save(replace(record, test=record.validation))
        assert store.load(record.key) == record

    def test_an_array_file_without_the_ranks_is_refused(
        self, store: Store, record: Record, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(np, "savez_compressed", lambda file, **_: np.savez(file, other=np.arange(3)))
        store.save(record)
        assert_refused(store, record.key, "validation_better")

    def test_a_pickled_object_in_an_array_file_is_refused_and_does_nothing(
        self, store: Store, record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        class Trap:
            def __reduce__(self) -> tuple[Any, ...]:
                return Path.touch, (tmp_path / "sprung",)

        def save_traps(file: Any, allow_pickle: bool, **arrays: Any) -> None:
            np.savez(file, **{name: np.array([Trap()] * len(array), dtype=object) for name, array in arrays.items()})

        monkeypatch.setattr(np, "savez_compressed", save_traps)
        store.save(record)
        assert_refused(store, record.key, "Object arrays cannot be loaded when allow_pickle=False")
        assert not (tmp_path / "sprung").exists()


def fail_if_new(path: Path, mode: str = "r", *how: Any, open_it: Callable[..., Any] = Path.open, **more: Any) -> Any:
    return fail() if "x" in mode else open_it(path, mode, *how, **more)


@pytest.fixture(params=[(Path, "open", fail_if_new), (os, "fsync", fail), (Path, "replace", fail)], ids=lambda p: p[1])
def full_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """From the call on, making a file, writing its content or putting it in place fails."""
    yield lambda: monkeypatch.setattr(*request.param)


@pytest.mark.usefixtures("any_place")
def test_a_write_that_fails_leaves_the_old_record_and_nothing_else(
    store: Store, record: Record, full_disk: Callable[[], None]
) -> None:
    store.save(record)
    before = {name: (store.root / name).read_bytes() for name in files(store)}
    full_disk()
    with pytest.raises(FullDiskError):
        store.save(replace(record, test=record.validation))
    assert {name: (store.root / name).read_bytes() for name in files(store)} == before
    assert store.load(record.key) == record


def test_a_first_write_that_fails_leaves_nothing(store: Store, record: Record, full_disk: Callable[[], None]) -> None:
    full_disk()
    with pytest.raises(FullDiskError):
        store.save(record)
    assert files(store) == []
    assert store.load(record.key) is None


def test_a_directory_that_is_there_but_takes_no_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(dir: Path) -> None:  # permissions do not keep root out
        if dir == tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(InputError, match=rf"^Results can't be written to {tmp_path} \(Permission denied\): name "):
        Store(tmp_path).require_writable()


def test_a_directory_is_made_when_it_is_opened(tmp_path: Path) -> None:
    for _ in range(2):
        Store(tmp_path / "new" / "results").open()
    assert list((tmp_path / "new" / "results").iterdir()) == []


def test_an_unusable_directory_is_refused_and_nothing_left_in_any(tmp_path: Path) -> None:
    Store(tmp_path / "new" / "results").require_writable()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"can't be written to \S+file/results .*--results"):
        Store(tmp_path / "file" / "results").require_writable()
