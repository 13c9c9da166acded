"""What is inside archives and gzip-ed files, read as a stream that ends where more comes than there may be."""

import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from seqrec_bench.errors import InputError

UNREADABLE = (
    BadZipFile,
    tarfile.TarError,
    KeyError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
)
"""What taking a file out of a damaged archive raises; RuntimeError for an encrypted or unknown kind of zip."""

MOST_UNPACKED = 2**32
"""Bytes that come out of a file whose declaration says nothing else."""


@contextmanager
def opened(path: Path, member: str | None = None, most_bytes: int = MOST_UNPACKED) -> Iterator[IO[bytes]]:
    """Opens the file, unpacked on the way if its name ends in .gz, or the member of a .zip, .whl or .tar.gz.

    Nothing is written. A small file may hold a thousand times its bytes, so what comes out is counted.

    Args:
        member: The path inside the archive.
        most_bytes: What may come out of it.

    Raises:
        InputError: It can't be unpacked, has no such member, or unpacks to more.
    """
    place = str(path) if member is None else f"{member} in {path}"
    with ExitStack() as stack:
        try:
            raw = _open(path, member, stack)
        except UNREADABLE as error:
            raise InputError(f"{place} can't be unpacked ({error}): put an undamaged file there.") from error
        yield io.BufferedReader(stack.enter_context(_Bounded(raw, place, most_bytes)), 2**18)


def open_member(path: Path, member: str, stack: ExitStack) -> IO[bytes]:
    """Opens a member of an archive until the stack ends.

    Raises:
        Exception: One of `UNREADABLE`.
    """
    if path.name.endswith((".tar.gz", ".tgz")):
        archive = stack.enter_context(tarfile.open(path, "r:gz"))
        info = archive.getmember(member)
        file = archive.extractfile(info) if info.isreg() else None  # a link could lead anywhere
        if file is None:
            raise ValueError("it is no file")
        return stack.enter_context(file)
    return stack.enter_context(stack.enter_context(ZipFile(path)).open(member))


def _open(path: Path, member: str | None, stack: ExitStack) -> IO[bytes]:
    if member is not None:
        return open_member(path, member, stack)
    if path.suffix.lower() == ".gz":
        stack.enter_context(gzip.open(path)).peek(1)  # or damage at its beginning would show later
        return stack.enter_context(gzip.open(path))
    return stack.enter_context(path.open("rb"))


class _Bounded(io.RawIOBase):
    """A stream that raises `InputError` where more is read of it than it may have, or where it is damaged."""

    def __init__(self, raw: IO[bytes], place: str, most_bytes: int) -> None:
        self._raw, self._place, self._most_bytes, self._n_read = raw, place, most_bytes, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._n_read = self._raw.seek(offset, whence)
        return self._n_read

    def tell(self) -> int:
        return self._n_read

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            content = self._raw.read(len(buffer))
        except UNREADABLE as error:
            raise InputError(f"{self._place} can't be unpacked ({error}): put an undamaged file there.") from error
        self._n_read += len(content)
        if self._n_read > self._most_bytes:
            raise InputError(
                f"{self._place} unpacks to more than {self._most_bytes:,} bytes, which it may not: put the right file "
                "there."
            )
        buffer[: len(content)] = content
        return len(content)
