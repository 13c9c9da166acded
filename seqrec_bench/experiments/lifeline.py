"""Processes that end when the run that started them is gone, however it ended."""

import multiprocessing
import os
import sys
from threading import Thread

from seqrec_bench.supervision import set_parent_death_signal


def die_with_parent() -> None:
    """Has the system kill this process once its parent is gone, on Linux; even a stopped process, or one deep in C.

    Linux takes the thread that started this process for its parent: that has to live as long as it. Of a parent that is
    gone already the system says nothing; since that goes with the run, a run that is gone ends this process too.
    """
    if sys.platform == "linux":
        set_parent_death_signal()
    run = multiprocessing.parent_process()
    if run is not None and not run.is_alive():
        os._exit(1)


def die_with_run() -> None:
    """Ends this process of a cell once the run is gone, on any system, as soon as Python is free to.

    Its parent is the process that it is forked from, which ends with the run, but not while another cell is running.
    """
    Thread(target=_end_after_run, name="lifeline", daemon=True).start()


def _end_after_run() -> None:
    run = multiprocessing.parent_process()  # the one that asked for this process, not the one that it is forked from
    assert run is not None
    run.join()
    os._exit(1)
