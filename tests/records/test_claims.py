"""A cell is claimed by one process at a time, and by none that has ended."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from seqrec_bench.records import Record, Store
from seqrec_bench.records import claims as claims_module
from seqrec_bench.records.claims import claim, claim_path, has_locks, is_claimed

CLAIM_AND_DIE = """
import os, signal, sys
from pathlib import Path
from seqrec_bench.records.claims import claim
assert claim(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def files(store: Store) -> list[str]:
    return sorted(path.name for path in store.root.rglob("*") if path.is_file())


def test_a_claim_is_one_processs_until_it_is_released(store: Store, record: Record) -> None:
    first = store.claim(record.key)
    assert first is not None
    assert store.claim(record.key) is None
    first.release()
    second = store.claim(record.key)
    assert second is not None
    second.release()
    assert files(store) == []


def test_a_claim_says_who_has_it(store: Store, record: Record) -> None:
    assert store.running() == {}
    claimed = store.claim(record.key)
    assert claimed is not None
    assert list(store.running()) == [record.key]
    found = store.claimant(record.key)
    assert found == store.running()[record.key]
    assert str(found) == f"process {os.getpid()} on {os.uname().nodename}"
    claimed.release()
    assert (store.running(), store.claimant(record.key)) == ({}, None)


@pytest.mark.parametrize("content", ["", "{", "[" * 4000, "[]", '{"host": 1}'])
def test_a_claim_that_is_not_signed_is_somebodys_all_the_same(store: Store, record: Record, content: str) -> None:
    claimed = store.claim(record.key)
    assert claimed is not None
    path = claim_path(store.path(record.key))
    path.write_text(content)
    assert (is_claimed(path), store.claimant(record.key), store.running()) == (True, None, {})
    claimed.release()
    assert not is_claimed(path)


def test_the_claim_of_a_process_that_was_killed_is_nobodys(store: Store, record: Record) -> None:
    path = store.path(record.key)
    path.parent.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", CLAIM_AND_DIE, str(path)])
    assert claim_path(path).exists()
    assert store.running() == {}
    found = store.claim(record.key)
    assert found is not None
    assert store.running()[record.key].pid == os.getpid()
    found.release()


def test_of_many_that_claim_at_once_one_has_it_at_a_time(tmp_path: Path) -> None:
    """Each removes the file that the others are about to lock."""
    owners, seen, n_claims = [], [], []

    def work() -> None:
        done = 0
        while done < 100:
            if found := claim(tmp_path / "record.json"):
                owners.append(1)
                seen.append(len(owners))
                owners.pop()
                found.release()
                done += 1
        n_claims.append(done)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert n_claims == [100] * 4
    assert set(seen) == {1}
    assert list(tmp_path.iterdir()) == []


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_no_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record.json"
    lock = fcntl.flock

    def remove_before(descriptor: int, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        claim_path(record).unlink()
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", remove_before)
    found = claim(record)
    assert found is not None
    assert claim(record) is None
    found.release()


def test_a_claim_that_cant_be_signed_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(claims_module.os, "pwrite", fail)
    with pytest.raises(OSError, match="No space left"):
        claim(tmp_path / "record.json")
    assert list(tmp_path.iterdir()) == []


def test_without_locks_in_the_file_system_everything_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_locks(tmp_path)

    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", fail)
    assert not has_locks(tmp_path)
    first, second = claim(tmp_path / "record.json"), claim(tmp_path / "record.json")
    assert first is not None and second is not None
    first.release()
    second.release()


def test_other_errors_of_a_lock_are_not_taken_for_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OSError, match="Input/output"):
        claim(tmp_path / "record.json")
