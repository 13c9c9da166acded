"""A cell is locked by one process at a time, and by none that has ended."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from seqrec_bench.records import Record, Store, locks
from seqrec_bench.records.locks import has_locks, is_locked, lock_path, try_lock

LOCK_AND_DIE = """
import os, signal, sys
from pathlib import Path
from seqrec_bench.records.locks import try_lock
assert try_lock(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def files(store: Store) -> list[str]:
    return sorted(path.name for path in store.root.rglob("*") if path.is_file())


def test_a_lock_is_one_processs_until_it_is_released(store: Store, record: Record) -> None:
    first = store.lock(record.key)
    assert first is not None
    assert store.lock(record.key) is None
    first.release()
    second = store.lock(record.key)
    assert second is not None
    second.release()
    assert files(store) == []


def test_a_lock_says_who_has_it(store: Store, record: Record) -> None:
    assert store.running() == {}
    lock = store.lock(record.key)
    assert lock is not None
    assert list(store.running()) == [record.key]
    found = store.lock_holder(record.key)
    assert found == store.running()[record.key]
    assert str(found) == f"process {os.getpid()} on {os.uname().nodename}"
    lock.release()
    assert (store.running(), store.lock_holder(record.key)) == ({}, None)


@pytest.mark.parametrize("content", ["", "{", "[" * 4000, "[]", '{"host": 1}'])
def test_a_lock_that_is_not_signed_is_somebodys_all_the_same(store: Store, record: Record, content: str) -> None:
    lock = store.lock(record.key)
    assert lock is not None
    path = lock_path(store.path(record.key))
    path.write_text(content)
    assert (is_locked(path), store.lock_holder(record.key), store.running()) == (True, None, {})
    lock.release()
    assert not is_locked(path)


def test_the_lock_of_a_process_that_was_killed_is_nobodys(store: Store, record: Record) -> None:
    path = store.path(record.key)
    path.parent.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", LOCK_AND_DIE, str(path)])
    assert lock_path(path).exists()
    assert store.running() == {}
    found = store.lock(record.key)
    assert found is not None
    assert store.running()[record.key].pid == os.getpid()
    found.release()


def test_of_many_that_lock_at_once_one_has_it_at_a_time(tmp_path: Path) -> None:
    """Each removes the file that the others are about to lock."""
    owners, seen, n_locks = [], [], []

    def work() -> None:
        done = 0
        while done < 100:
            if found := try_lock(tmp_path / "record.json"):
                owners.append(1)
                seen.append(len(owners))
                owners.pop()
                found.release()
                done += 1
        n_locks.append(done)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert n_locks == [100] * 4
    assert set(seen) == {1}
    assert list(tmp_path.iterdir()) == []


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record.json"
    lock = fcntl.flock

    def remove_before(descriptor: int, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        lock_path(record).unlink()
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", remove_before)
    found = try_lock(record)
    assert found is not None
    assert try_lock(record) is None
    found.release()


def test_a_lock_that_cant_be_signed_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(locks.os, "pwrite", fail)
    with pytest.raises(OSError, match="No space left"):
        try_lock(tmp_path / "record.json")
    assert list(tmp_path.iterdir()) == []


def test_without_locks_in_the_file_system_everything_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_locks(tmp_path)

    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", fail)
    assert not has_locks(tmp_path)
    first, second = try_lock(tmp_path / "record.json"), try_lock(tmp_path / "record.json")
    assert first is not None and second is not None
    first.release()
    second.release()


def test_other_errors_of_a_lock_are_not_taken_for_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OSError, match="Input/output"):
        try_lock(tmp_path / "record.json")
