"""The standard streams of a command: closed or unread, they stop nothing, and standard output is for results alone."""

import errno
import os
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TextIO

_INPUT, _OUTPUT, _LOG = 0, 1, 2


def own_streams() -> None:
    """From now on, the standard streams serve this command, whatever they are.

    One that is closed leads nowhere: a file opened later would get its number, and whatever is printed. What can't be
    written to standard error is lost, and so is output that nobody reads any more: a command goes on, and keeps its
    own exit code, when the other end of a pipe is closed (``| head``), for a gate says what it has found, and a
    night's training does not hang on who reads its log. Output that a full disk did not take is an error, for it would
    be missed.

    Standard output gets what the command prints by `sys.stdout` and nothing else: descriptor 1 becomes standard error,
    so that a library in C, and the processes that this one starts, write to the log.
    """
    _open_closed()
    if _is_own(sys.stdout, sys.__stdout__, _OUTPUT):  # not where a test or a program has put another in its place
        output = _reopened(sys.stdout, _Output(os.dup(_OUTPUT), "w"))
        os.dup2(_LOG, _OUTPUT)
        sys.stdout = sys.__stdout__ = output  # type: ignore[misc] # both, since rich asks the latter for the width
    if _is_own(sys.stderr, sys.__stderr__, _LOG):
        sys.stderr = _reopened(sys.stderr, _Log(_LOG, "w", closefd=False))


def _open_closed() -> None:
    for number in (_INPUT, _OUTPUT, _LOG):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the least number that is free, which is this one
            with suppress(OSError):
                os.set_inheritable(number, True)


def _is_own(stream: TextIO | None, first: TextIO | None, number: int) -> bool:
    """Whether the stream is what Python has made of the descriptor of this number, which is None of a closed one."""
    return stream is first and (stream is None or stream.fileno() == number)


def _reopened(stream: TextIO | None, file: FileIO) -> TextIOWrapper:
    if stream is None:
        return TextIOWrapper(BufferedWriter(file), "utf-8", "backslashreplace")
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
