"""What a recommender starts and leaves behind: nothing waits for it, and it ends with its cell."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.experiments.cell import Setting, learn
from seqrec_bench.experiments.orphans import MARK, post_guard
from seqrec_bench.experiments.processes import CellError, CellProcesses
from seqrec_bench.studies.cells import Cell

LEAVING = """
import gc, os, signal, struct, subprocess, sys, time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from seqrec_bench.experiments.channel import Channel


def note(pid):
    with open("left", "a") as file:
        file.write(f"{pid}\\n")


@dataclass
class Leaving:
    ends: str = "well"

    name: ClassVar[str] = "leaving"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        self.width = train.n_items + 1
        (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
        end = channel._end
        note(subprocess.Popen(["sleep", "600"], pass_fds=[end.fileno()], stdout=subprocess.DEVNULL).pid)
        if os.fork() == 0:
            note(os.getpid())
            time.sleep(600)
        if os.fork() == 0:  # a daemon, as servers make of themselves
            os.setsid()
            if os.fork() == 0:
                note(os.getpid())
                time.sleep(600)
            os._exit(0)
        while len(open("left").readlines()) < 3:
            time.sleep(0.01)
        if self.ends == "in a message":
            end.send(struct.pack("!Q", 1000) + b"half of it")
        if self.ends != "well":
            os.kill(os.getpid(), signal.SIGKILL)
        os.fork()  # both go on

    def score(self, users, histories):
        return np.zeros((len(users), self.width), np.float32)
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody can tell whose they were")


@pytest.fixture
def processes(
    toy: Dataset, install_plugin: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CellProcesses]:
    monkeypatch.chdir(tmp_path)
    install_plugin("leaving", "leaving", LEAVING, "Leaving")
    setting = Setting(toy, "cpu")
    found = CellProcesses(1, learn, setting.lesson, lambda cell, epoch: None, setting.examination, max_tries=1)
    yield found
    found.shutdown()


def left() -> list[int]:
    """Those that are still there of what was started."""
    pids = [int(line) for line in Path("left").read_text().splitlines()]
    Path("left").unlink()
    assert len(pids) == 3
    for _ in range(100):
        if not (alive := [pid for pid in pids if is_alive(pid)]):
            break
        time.sleep(0.1)
    return alive


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@linux
def test_nobody_waits_for_what_a_dead_process_has_left_and_it_ends(processes: CellProcesses) -> None:
    for ends in ("at once", "in a message"):
        with pytest.raises(CellError, match=r"^its process was killed by SIGKILL"):
            processes.submit(Cell("leaving", "odd", 0, 0, {"ends": ends})).result()
        assert left() == []


@linux
def test_what_a_finished_cell_has_left_ends_too_and_only_the_cell_speaks_for_itself(processes: CellProcesses) -> None:
    assert processes.submit(Cell("leaving", "paper", 0, 0)).result().record.key.model == "leaving"
    assert left() == []


@linux
def test_a_process_whose_run_is_gone_before_there_is_a_guard_ends() -> None:
    process = os.fork()
    if process == 0:
        os.environ[MARK] = f"{os.getpid()}-0"  # not its parent
        post_guard()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1
