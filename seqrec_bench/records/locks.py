"""Locks: a cell that is being run is locked, so that of several runs on one results directory no two run it at once.

A hidden file beside the cell's record is locked (`flock`). The system lets go of the lock when the process ends,
however it ends; a file that stays behind then locks nothing, and whoever comes next takes it over.
"""

import errno
import fcntl
import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from seqrec_bench.records.looking import require_file
from seqrec_bench.records.strict_json import parse

SUFFIX = ".claim"

_WITHOUT_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP}
"""What a file system answers that has no locks: Lustre, say, where it was mounted without them."""


@dataclass(frozen=True)
class LockHolder:
    """Who runs a cell."""

    host: str
    pid: int
    """The process of the run, not of the cell."""
    since: str
    """When the cell was locked: UTC, as ISO 8601 has it."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


class Lock:
    """A cell that is this process's to run, until this is released or the process ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor

    def sign(self, holder: LockHolder) -> None:
        """Writes into the file who holds the lock."""
        os.ftruncate(self._descriptor, 0)  # a holder that was killed may have signed it
        os.pwrite(self._descriptor, json.dumps(asdict(holder)).encode() + b"\n", 0)

    def release(self) -> None:
        """Removes the file, then lets go of the lock: in this order, nobody can lock a file that is about to vanish."""
        with suppress(OSError):  # gone, or nothing there can be changed any more: without its lock it means nothing
            self._path.unlink()
        os.close(self._descriptor)


def lock_path(record: Path) -> Path:
    """The file that is locked while the cell of the record at that path is run."""
    return record.with_name(f".{record.name}{SUFFIX}")


def try_lock(record: Path) -> Lock | None:
    """Locks the cell whose record has that path; None if somebody else has it. The record's folder must be there.

    Where the file system has no locks, everything is free: see `has_locks`.

    Raises:
        OSError: Nothing can be written there.
    """
    path = lock_path(record)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(descriptor, fcntl.LOCK_EX):
            os.close(descriptor)
            return None
        if _is_at(path, descriptor):
            return _signed(Lock(path, descriptor))
        os.close(descriptor)  # its last owner has removed it since it was opened


def lock_holder(path: Path) -> LockHolder | None:
    """Who holds the lock whose file is at that path; None if nobody does, or has signed it yet.

    Raises:
        UnreadableError: Nobody can tell.
    """
    return _look(path)[1]


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock whose file is at that path, signed or not.

    Raises:
        UnreadableError: Nobody can tell.
    """
    return _look(path)[0]


def _look(path: Path) -> tuple[bool, LockHolder | None]:
    """Whether somebody holds the lock, and who."""
    try:
        require_file(path)
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False, None
    try:
        # Shared, and for a moment: a run that wants it just then takes it for somebody's, and comes again.
        if _lock(descriptor, fcntl.LOCK_SH):
            return False, None
        return True, LockHolder(**parse(os.read(descriptor, 4096)))
    except (ValueError, TypeError):  # locked a moment ago, and not signed yet
        return True, None
    finally:
        os.close(descriptor)


def has_locks(folder: Path) -> bool:
    """Whether locks hold others off there. Without locks in the file system they don't."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _WITHOUT_LOCKS
    finally:
        os.close(descriptor)
    return True


def _lock(descriptor: int, kind: int) -> bool:
    """Whether the lock could be had at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether that open file is the one that now stands at the path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _signed(lock: Lock) -> Lock:
    try:
        lock.sign(LockHolder(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds")))
    except BaseException:
        lock.release()
        raise
    return lock
