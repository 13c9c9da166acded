"""Processes that a recommender has started and left behind: they end with its cell, and at the latest with the run.

This file is a program as well, the guard, and so imports nothing of the package.

On Linux only, where the environment that a process began with can be read. All processes below the one that cells are
forked from have the run's mark there, whatever became of their parents, groups and sessions.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from secrets import token_hex

MARK = "SEQREC_BENCH_RUN"
"""The environment variable of the mark: the number of the run's process, and what no other process has."""

_PR_SET_CHILD_SUBREAPER = 36
"""Of Linux's prctl(2)."""
_MAX_SWEEPS = 50
"""How often what is there is ended: processes may start others meanwhile."""
_PAUSE = 0.02
"""Seconds between two of these."""


def mark() -> str:
    """That of this process."""
    return _mark_of(os.getpid())


@cache
def _mark_of(process: int) -> str:
    return f"{process}-{token_hex(8)}"


def adopt_orphans() -> None:
    """Makes what this process has started, and whoever started it has left, a child of this one while it lives."""
    if sys.platform == "linux":
        import ctypes  # here, since the guard does without it

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_orphans(root: int | None) -> None:
    """Ends the marked processes that cells left when they ended.

    Args:
        root: The process that cells are forked from; what is below it belongs to cells that still run.
    """
    if sys.platform == "linux":
        _end(lambda: _orphans(mark(), root))


def post_guard() -> None:
    """Called once in the process that cells are forked from: starts one that ends all marked processes after the run.

    The run may be killed: then nobody else is left to do so. The guard itself is neither marked nor a child of anybody.
    """
    found = os.environ.get(MARK)
    if sys.platform != "linux" or found is None:
        return
    if os.getppid() != _run_of(found):  # it is gone already
        os._exit(1)
    between = os.fork()
    if between == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                _become_guard(found)
        finally:
            os._exit(0)
    os.waitpid(between, 0)


def _become_guard(of_run: str) -> None:
    os.closerange(0, os.sysconf("SC_OPEN_MAX"))  # pipes end for their readers when the run does
    for _ in range(3):
        os.open(os.devnull, os.O_RDWR)
    environment = {name: value for name, value in os.environ.items() if name != MARK}
    os.execve(sys.executable, [sys.executable, "-I", "-S", __file__, of_run], environment)  # noqa: S606


def guard(of_run: str) -> None:
    """The guard's whole life."""
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    _wait_for(_run_of(of_run))
    _end(lambda: _marked(of_run))


def _run_of(found: str) -> int:
    """The number of the process that has this mark."""
    return int(found.partition("-")[0])


def _wait_for(process: int) -> None:
    """Until it has ended."""
    try:
        select.select([os.pidfd_open(process)], [], [])
    except ProcessLookupError:
        return
    except OSError:  # a kernel before 5.3
        while _parent(process) is not None:
            time.sleep(0.2)


def _end(find: Callable[[], list[int]]) -> None:
    for _ in range(_MAX_SWEEPS):
        found = find()
        if not found:
            return
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(_PAUSE)


def _orphans(of_run: str, root: int | None) -> list[int]:
    parents = {process: _parent(process) for process in _marked(of_run)}
    return [process for process in parents if root not in [*_line(process, parents)]]


def _line(process: int, parents: Mapping[int, int | None]) -> Iterator[int]:
    """The process and those above it, as far as they are marked."""
    above: int | None = process
    while above is not None and above in parents:
        yield above
        above = parents[above]


def _marked(of_run: str) -> list[int]:
    """The processes that have that mark and are not over."""
    wanted = f"{MARK}={of_run}".encode()
    names = (folder.name for folder in Path("/proc").iterdir())
    return [int(name) for name in names if name.isdigit() and wanted in _environment(name).split(b"\0")]


def _environment(process: str) -> bytes:
    """What the process began with; nothing if it is over, or another user's."""
    try:
        return Path("/proc", process, "environ").read_bytes()
    except OSError:
        return b""


def _parent(process: int) -> int | None:
    """None if the process is over."""
    try:
        state, parent = Path("/proc", str(process), "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(parent)


if __name__ == "__main__":
    guard(sys.argv[1])
