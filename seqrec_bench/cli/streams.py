"""Standard output and error as a command has them: who stops reading them stops nothing, and a full disk is said."""

import errno
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TextIO


def outlive_readers() -> None:
    """From now on, what can't be written to standard error is lost, and so is output that nobody reads any more.

    A command goes on, and keeps its own exit code, when the other end of a pipe is closed (``| head``): a gate says
    what it has found, and a night's training does not hang on who reads its log. Output that a full disk did not take
    is an error, for it would be missed.
    """
    own_output, own_log = sys.__stdout__, sys.__stderr__
    if own_output and sys.stdout is own_output:  # not where a test or a program has put another in its place
        sys.stdout = _reopened(own_output, _Output(own_output.fileno(), "w", closefd=False))
    if own_log and sys.stderr is own_log:
        sys.stderr = _reopened(own_log, _Log(own_log.fileno(), "w", closefd=False))


def _reopened(stream: TextIO, file: FileIO) -> TextIOWrapper:
    interactive = stream.line_buffering or getattr(stream, "write_through", False)
    return TextIOWrapper(BufferedWriter(file), stream.encoding, stream.errors, line_buffering=bool(interactive))


class _Log(FileIO):
    """Standard error: once something can't be written, nothing is."""

    is_lost = False

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if not self.is_lost:
            try:
                return super().write(data)
            except OSError as error:
                self.is_lost = True
                self.note(error)
        return memoryview(data).nbytes

    def note(self, error: OSError) -> None:
        """Lets the error pass."""


class _Output(_Log):
    """Standard output: the same, but that it is an error if somebody is to have it."""

    def note(self, error: OSError) -> None:
        if error.errno != errno.EPIPE:
            raise OSError(error.errno, error.strerror, "Standard output")
