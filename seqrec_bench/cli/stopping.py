"""How a command that trains ends when it is told to: within two seconds, whatever it is doing, with one sentence."""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from types import FrameType
from typing import Any

import typer

from seqrec_bench import supervision
from seqrec_bench.errors import ExitCode

GRACE_SECONDS = 1.0
"""How long the main thread may take to end by itself, ending the cells' processes and storing what has finished."""

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, what a batch system sends, and what a terminal sends that is closed."""


@contextmanager
def stops_in_time(say: Callable[[], str], is_storing: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Inside, the first signal to end raises `KeyboardInterrupt`, later ones do nothing.

    Once that has come out, and soon in any case, the process ends with `ExitCode.INTERRUPTED`. A signal that was
    ignored before, as under `nohup`, stays so. Plug-ins whose code runs inside change nothing of this.

    Args:
        say: The sentence to end with: what is done, and how to go on.
        is_storing: Whether something is being written that is worth waiting for.
    """
    global _watching
    _watching = watch = _Watch(say, is_storing)
    try:
        yield
    except KeyboardInterrupt:
        if watch.is_ending:
            watch.leave()  # at once: to take apart all that is in memory may take the interpreter seconds
        watch.tell()  # it was raised without a signal
        watch.close()
        raise
    except BaseException:
        watch.close()
        raise
    watch.close()


class _Watch:
    """A thread that hears of signals at once, however busy the main thread is, and ends the process if that does not.

    The main thread may be in a long call of a library, or in a plug-in that takes `KeyboardInterrupt` for its own.
    """

    def __init__(self, say: Callable[[], str], is_storing: Callable[[], bool]) -> None:
        self._say, self._is_storing = say, is_storing
        self.is_ending, self._is_closed, self._has_told = False, False, False
        self._lock = Lock()
        self._receiver, self._sender = socket.socketpair()
        self._sender.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        heard = [ending for ending in _ENDINGS if signal.getsignal(ending) != signal.SIG_IGN]
        self._handlers: dict[signal.Signals, Any] = {ending: signal.signal(ending, self._interrupt) for ending in heard}
        self._thread = Thread(target=self._watch, name="stopping", daemon=True)
        self._thread.start()
        self._kept = _Kept(heard)

    def tell(self) -> None:
        """Says the sentence, once."""
        with self._lock:
            if self._has_told:
                return
            self._has_told = True
        with suppress(OSError):  # the terminal may be gone
            typer.echo(self._say(), err=True)

    def leave(self) -> None:
        """Ends the process as it is: files are whole at any moment, and cells' processes end with this one."""
        telling = Thread(target=self.tell, daemon=True)
        telling.start()
        telling.join(timeout=0.2)  # nobody may be reading what it says
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), b"\x1b[?25h")  # the display may have hidden the cursor
        supervision.report(ExitCode.INTERRUPTED)
        os._exit(ExitCode.INTERRUPTED)

    def close(self) -> None:
        """Puts everything back as it was."""
        self._is_closed = True
        self._kept.give_back()
        for ending, handler in self._handlers.items():
            signal.signal(ending, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._sender.shutdown(socket.SHUT_WR)  # closed alone, it would stay open in what a plug-in has forked
        self._sender.close()
        if not self.is_ending:
            self._thread.join()
            self._receiver.close()

    def let_go(self) -> None:
        """In a process that was forked from this one: signals to it are its own, and end it as usual."""
        if self._is_closed:
            return
        self._is_closed = True
        self._kept.give_back()
        for ending in self._handlers:
            signal.signal(ending, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        self._sender.close()
        self._receiver.close()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self.is_ending:
            self.is_ending = True
            raise KeyboardInterrupt

    def _watch(self) -> None:
        while not set(received := self._receiver.recv(64)) & set(_ENDINGS):
            if not received:
                return
        time.sleep(GRACE_SECONDS)
        if self._is_storing():
            self._wait_for_store()
        if not self._is_closed:
            self.leave()

    def _wait_for_store(self) -> None:
        """Until what is being stored is, or another signal comes."""
        with suppress(OSError):
            typer.echo(
                "A cell has just finished and is being stored: the same signal again ends this at once.", err=True
            )
        while select.select([self._receiver], [], [], 0)[0]:  # those until now asked for no more
            self._receiver.recv(64)
        while self._is_storing():
            if select.select([self._receiver], [], [], 0.1)[0]:
                return
        time.sleep(GRACE_SECONDS)


class _Kept:
    """Keeps signals, and who is woken by them, from whoever else sets them: a plug-in that is imported, say.

    It is told what it asks for, and the run hears of the signals all the same. That a plug-in blocks them in its thread
    does no harm, since they are for any thread.
    """

    def __init__(self, kept: Collection[signal.Signals]) -> None:
        self._kept = kept
        self._theirs: dict[int, Any] = {}
        self._own = signal.signal, signal.set_wakeup_fd
        signal.signal, signal.set_wakeup_fd = self._signal, self._set_wakeup_fd  # type: ignore[assignment]

    def give_back(self) -> None:
        signal.signal, signal.set_wakeup_fd = self._own

    def _signal(self, number: int, handler: Any) -> Any:
        if number not in self._kept:
            return self._own[0](number, handler)
        before = self._theirs.get(number, signal.getsignal(number))
        self._theirs[number] = handler
        return before

    def _set_wakeup_fd(self, descriptor: int, *, warn_on_full_buffer: bool = True) -> int:
        return -1  # as if nobody had been woken before


_watching: _Watch | None = None
"""The latest."""


def _after_fork() -> None:
    if _watching is not None:
        _watching.let_go()


os.register_at_fork(after_in_child=_after_fork)
