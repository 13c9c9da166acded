"""A command runs in a child process that has to report how it ended: that it ended is not yet a success.

A plug-in is code like any other, so it can end the process that it runs in, by ``os._exit(0)`` or a crash, and nothing
inside that process can keep it from it. So the command's own process does nothing but wait for its child. They share a
page of memory, on which the child writes the exit code once it has one, and before it runs somebody else's code, what
is to be said should it never come back. No pipe, since whatever the child starts would hold it open.
"""

import mmap
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from seqrec_bench.errors import ExitCode

_FROM_OUTSIDE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals to end: they come to the process that waits, and go on to the child."""
_SECONDS_TO_END = 5
"""How long a child may take to end once it has reported: a thread that a plug-in left could keep it for ever."""
_SECONDS_BETWEEN_LOOKS = 0.2
_PR_SET_PDEATHSIG = 1
"""Of Linux's prctl(2)."""
_SI_KERNEL = 128
"""What Linux says of a signal that a terminal sent: all processes in its foreground have had it."""
_PAGE = 4096
_WORDS = 6
"""Where the words begin, after a flag and a code for the result, a flag and a code for the words, and their length."""


class _Board:
    """The page that a child and who waits for it have in common."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, _PAGE)
        self.child = 0
        """The process that may report; one that a plug-in forks off it may not."""

    @property
    def result(self) -> int | None:
        return self._page[1] if self._page[0] else None

    @result.setter
    def result(self, code: int) -> None:
        self._page[1] = code
        self._page[0] = True

    @property
    def words(self) -> tuple[int, str] | None:
        """An exit code and the beginning of a sentence."""
        if not self._page[2]:
            return None
        length = int.from_bytes(self._page[4:_WORDS], "little")
        return self._page[3], self._page[_WORDS : _WORDS + length].decode(errors="ignore")

    @words.setter
    def words(self, words: tuple[int, str] | None) -> None:
        self._page[2] = False  # first, since the process may end in the middle of this
        if words is not None:
            code, sentence = words
            text = sentence.encode(errors="replace")[: _PAGE - _WORDS]
            self._page[3] = code
            self._page[4 : _WORDS + len(text)] = len(text).to_bytes(2, "little") + text
            self._page[2] = True


_board: _Board | None = None
"""In the child; None where nobody waits, as in a test."""


def report(code: int) -> None:
    """Says to who waits that the command has come to its end, and with which exit code. Output has been flushed."""
    if _board is not None and _board.child == os.getpid():
        _board.result = code


def end_soon() -> None:
    """After `report`: has the system end this process if it does not end by itself within some seconds."""
    if _board is not None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, _SECONDS_TO_END)


@contextmanager
def foretold(code: int, sentence: str) -> Iterator[None]:
    """Inside, somebody else's code runs: should it end the process, this is said, and the exit code is this one.

    Inside another, it changes nothing.

    Args:
        sentence: Its beginning, in one line: who has ended the process, and when. How, is added to it.
    """
    if _board is None or _board.words is not None:
        yield
        return
    _board.words = code, sentence
    try:
        yield
    finally:
        _board.words = None


def supervise(work: Callable[[], None]) -> None:
    """Does the work in a child process, waits for it, and ends this process with the code that it has reported.

    Signals to end go on to the child; if the one process is killed, the other ends too.
    """
    board, waiting = _Board(), os.getpid()
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # ignored, it would take the child's status away
    # Before the child is there: one that came until the wait begins would end this process, and the child with it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [*_FROM_OUTSIDE, signal.SIGCHLD])
    try:
        child = os.fork()
    except OSError as error:
        _say(f"There is no room for another process ({error.strerror}): end some, or ask for a higher limit.")
        sys.exit(ExitCode.BAD_INPUT)
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _end_with(waiting)
        global _board
        _board, board.child = board, os.getpid()
        work()
    else:
        _conclude(*_wait_for(child), board)


def _end_with(waiting: int) -> None:
    """Ends this process once the one that waits for it is gone: the system does it on Linux, elsewhere a thread."""
    if sys.platform == "linux":
        set_parent_death_signal()
    else:
        Thread(target=_end_after, args=(waiting,), name="supervision", daemon=True).start()
    if os.getppid() != waiting:
        os._exit(ExitCode.INTERNAL_ERROR)


def set_parent_death_signal() -> None:
    """Has Linux kill this process once its parent is gone: the thread, to be exact, that has started it."""
    import ctypes  # here, since it is the slowest of the imports

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_after(waiting: int) -> None:
    while os.getppid() == waiting:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(ExitCode.INTERNAL_ERROR)


def _wait_for(child: int) -> tuple[int, set[int]]:
    """Returns how the child ended, by its exit code or the negative number of a signal, and which signals came here."""
    heard: set[int] = set()
    while True:
        process, status = os.waitpid(child, os.WNOHANG)
        if process:
            return os.waitstatus_to_exitcode(status), heard | signal.sigpending()
        number, has_reached_child = _next_signal()
        heard.add(number)
        if number != signal.SIGCHLD and not has_reached_child:
            os.kill(child, number)


def _next_signal() -> tuple[int, bool]:
    """The next signal, and whether the child has had it too."""
    if sys.platform == "linux":
        found = signal.sigwaitinfo([*_FROM_OUTSIDE, signal.SIGCHLD])
        return found.si_signo, found.si_code == _SI_KERNEL
    return signal.sigwait([*_FROM_OUTSIDE, signal.SIGCHLD]), False


def _conclude(ended: int, heard: set[int], board: _Board) -> None:
    """Ends this process as the child has reported or, where it has not, with what was foretold."""
    if board.result is not None:
        sys.exit(board.result)
    if -ended in _FROM_OUTSIDE and (board.words is None or -ended in heard):
        _end_by(-ended)
    if board.words is None:
        _say(f"The command's process has ended before the command was done ({_in_words(ended)}).")
        if ended == -signal.SIGKILL:
            _end_by(signal.SIGKILL)  # as batch systems know it when memory was short
        sys.exit(ExitCode.INTERNAL_ERROR)
    code, sentence = board.words
    _say(f"{sentence} ({_in_words(ended)}), so nothing came of it: mend it, or uninstall its distribution.")
    sys.exit(code)


def _end_by(number: int) -> None:
    """Ends this process by the signal that has ended the child, for whoever looks at how it ended."""
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)


def _in_words(ended: int) -> str:
    if ended >= 0:
        return f"with exit code {ended}"
    return f"by {signal_name(-ended)}{': was memory short?' if ended == -signal.SIGKILL else ''}"


def signal_name(number: int) -> str:
    """What a signal is called: ``SIGTERM``, or ``signal 40`` for one without a name."""
    return next((known.name for known in signal.Signals if known == number), f"signal {number}")


def _say(sentence: str) -> None:
    with suppress(OSError):  # standard error may be closed
        os.write(2, f"Error: {sentence}\n".encode(errors="backslashreplace"))
