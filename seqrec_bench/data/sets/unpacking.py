"""What is inside archives and gzip-ed files, read as a stream that ends where more comes than there may be."""

import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from seqrec_bench.data.reading.delimited import open_bytes
from seqrec_bench.data.reading.row_blocks import Bytes
from seqrec_bench.errors import InputError, in_words

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
            raw: Bytes
            if member is None:
                raw = open_bytes(path)
                stack.callback(raw.close)
            else:
                raw = stack.enter_context(open_member(path, member))
        except UNREADABLE as error:
            raise _damage(place, error) from error
        yield io.BufferedReader(stack.enter_context(_Bounded(raw, place, most_bytes)), 2**18)


@contextmanager
def open_member(path: Path, member: str) -> Iterator[IO[bytes]]:
    """Opens a member of a .zip, .whl or .tar.gz.

    Raises:
        Exception: One of `UNREADABLE`.
    """
    if path.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path, "r:gz") as tar:
            info = tar.getmember(member)
            file = tar.extractfile(info) if info.isreg() else None  # a link could lead anywhere
            if file is None:
                raise ValueError("it is no file")
            with file:
                yield file
    else:
        with ZipFile(path) as archive, archive.open(member) as unpacked:
            yield unpacked


def _damage(place: str, error: Exception) -> InputError:
    return InputError(f"{place} can't be unpacked ({in_words(error)}): put an undamaged file there.")


class _Bounded(io.RawIOBase):
    """A stream that raises `InputError` where more is read of it than it may have, or where it is damaged."""

    def __init__(self, raw: Bytes, place: str, most_bytes: int) -> None:
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
            raise _damage(self._place, error) from error
        self._n_read += len(content)
        if self._n_read > self._most_bytes:
            raise InputError(
                f"{self._place} unpacks to more than {self._most_bytes:,} bytes, which it may not: put the right file "
                "there."
            )
        buffer[: len(content)] = content
        return len(content)
