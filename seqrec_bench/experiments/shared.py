"""Large arrays for several processes at once: they stand in one file that each of them maps, and in memory once."""

import mmap
import os
import pickle
import tempfile
from multiprocessing import reduction
from typing import Any, Generic, TypeVar

from seqrec_bench.errors import InputError

T = TypeVar("T")

_ALIGNMENT = 64
"""Bytes; a cache line, which is more than any element needs."""


class Shared(Generic[T]):
    """Given to a process as an argument, it arrives as the object that it was made of, its arrays not to be written to.

    The file has no name, so nothing stays behind, however the processes end.
    """

    def __init__(self, thing: T) -> None:
        """Writes the arrays of `thing`, wherever in it they are, to the file.

        Raises:
            InputError: The directory for temporary files can't take them.
        """
        buffers: list[pickle.PickleBuffer] = []
        self._rest = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
        try:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open until `close`)
            self._spans = [self._append(buffer.raw()) for buffer in buffers]
            self._file.write(b"\0")  # a file of no bytes can't be mapped
            self._file.flush()
        except OSError as error:
            raise InputError(
                f"The data for the cells can't be put into {tempfile.gettempdir()} ({error.strerror}): make room "
                "there, or name another directory in the environment variable TMPDIR."
            ) from error

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrive, (reduction.DupFd(self._file.fileno()), self._rest, self._spans)

    def close(self) -> None:
        """Lets go of the file; processes that have it keep it."""
        self._file.close()

    def _append(self, buffer: memoryview) -> tuple[int, int]:
        """Returns where it begins and ends."""
        begin = -(-self._file.tell() // _ALIGNMENT) * _ALIGNMENT
        self._file.seek(begin)
        self._file.write(buffer)
        return begin, begin + buffer.nbytes


def _arrive(descriptor: Any, rest: bytes, spans: list[tuple[int, int]]) -> Any:
    """The object, in the process that it was given to."""
    number = descriptor.detach()
    content = memoryview(mmap.mmap(number, 0, access=mmap.ACCESS_READ))
    os.close(number)
    arrays = [content[begin:end] for begin, end in spans]
    return pickle.loads(rest, buffers=arrays)  # noqa: S301 (from the process that started this one)
