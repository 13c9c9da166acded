"""How the processes of cells are started: with one thread, marked as the run's, and deaf to Ctrl-C."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from threading import Lock

from seqrec_bench.experiments.orphans import MARK, mark

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_PAUSES = (0.1, 0.5)
"""Seconds before a process that could not be started is tried again."""

STARTING = Lock()
"""Held while the environment is changed and processes started: there may be several `CellProcesses` in one process."""


@contextmanager
def environment_of_cells() -> Iterator[None]:
    """Processes started inside bear the run's mark, and do their linear algebra with one thread: `nproc` of them beat
    one with `nproc`."""
    theirs = {**dict.fromkeys(THREAD_VARIABLES, "1"), MARK: mark()}
    with STARTING:
        before = {name: os.environ.get(name) for name in theirs}
        os.environ.update(theirs)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Processes started inside are deaf to Ctrl-C, as those of the threads are."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def block_interrupts() -> None:
    """Keeps Ctrl-C from this thread and the processes that it starts: it is for the run, which ends them itself."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def start_patiently(process: BaseProcess) -> None:
    """Starts the process, also while the one that it is forked from is dying, which is seen only once it has died."""
    for pause in _PAUSES:
        try:
            return process.start()
        except (EOFError, OSError):
            time.sleep(pause)
    process.start()
