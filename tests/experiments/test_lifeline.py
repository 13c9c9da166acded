"""That a process ends with its run; `tests/cli/test_stopping.py` has it for whole runs that are killed."""

import multiprocessing
import os
import time

from seqrec_bench.experiments.lifeline import die_with_parent


def _start_late(started: int) -> None:
    """Starts a process that asks to die with its parents only once these are gone, and goes away."""
    multiprocessing.get_context("fork").Process(target=_ask_late, args=(started,)).start()
    os._exit(0)  # does not wait for it


def _ask_late(started: int) -> None:
    run = multiprocessing.parent_process()
    assert run is not None
    while os.getppid() == run.pid:
        time.sleep(0.01)
    die_with_parent()
    os.write(started, b"lives on")


def test_a_process_whose_run_is_gone_before_it_asks_ends_all_the_same() -> None:
    reader, writer = os.pipe()
    run = multiprocessing.get_context("fork").Process(target=_start_late, args=(writer,))
    run.start()
    run.join()
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        assert file.read() == b""  # until the last process that could write is gone
