"""Real processes that are told to end, or killed, at bad moments. How soon they end is for the soak to measure."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.soak.bench import group_lives
from seqrec_bench.cli.run import Part, RunState
from seqrec_bench.cli.stopping import stops_in_time
from seqrec_bench.experiments.execution import RunOutcome
from seqrec_bench.experiments.run import Plan
from seqrec_bench.records import Store
from seqrec_bench.studies.cells import Cell

Process = subprocess.Popen[str]


BUSY = """
import os, signal, time
from dataclasses import dataclass
from typing import ClassVar

@dataclass
class Plug:
    name: ClassVar[str] = "busy"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        if os.fork() == 0:  # a daemon, as servers make of themselves
            os.setsid()
            if os.fork() == 0:
                open("daemon", "w").write(str(os.getpid()))
                time.sleep(600)
            os._exit(0)
        while not os.path.exists("daemon"):
            time.sleep(0.01)
        open("busy", "w").close()
        sum(range(10**12))  # one call of C, in which no thread of Python gets its turn

    def score(self, users, histories): ...
"""


@pytest.fixture
def start(tmp_path: Path, ratings: Path, install_plugin: Callable[..., Path]) -> Iterator[Callable[[], Process]]:
    """Starts a run of that recommender, and waits until its cell is under way."""
    site = install_plugin("busy", "busy", BUSY)
    path = os.pathsep.join([str(site), *(path for path in sys.path if path)])
    started: list[Process] = []

    def begin() -> Process:
        command = [sys.executable, "-m", "seqrec_bench", "run", "--interactions", str(ratings), "--models", "busy"]
        process = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        started.append(process)
        assert process.stderr is not None
        while "started" not in process.stderr.readline():
            assert process.poll() is None
        while not (tmp_path / "busy").exists():
            time.sleep(0.01)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def all_ends(group: int, run: int, folder: Path) -> bool:
    """Whether nothing that the command has started is left: its group, the daemon of its cell, and the run's guard."""
    daemon = (folder / "daemon").read_text()
    for _ in range(1500):
        if not group_lives(group) and not lives(daemon) and not guards(run):
            return True
        time.sleep(0.02)
    return False


def run_of(folder: Path) -> int:
    """The process that does the command's work; the one that was started only waits for it."""
    (holder,) = Store(folder / "runs").running().values()
    return holder.pid


def lives(process: str) -> bool:
    try:
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def guards(run: int) -> list[str]:
    """The processes that end what that run leaves."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if re.search(rf"orphans\.py\x00{run}-", (folder / "cmdline").read_text()):
                found.append(folder.name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process deep in C does not hear of it")
def test_what_a_killed_run_has_started_ends_with_it(start: Callable[[], Process], tmp_path: Path) -> None:
    process = start()
    run = run_of(tmp_path)
    assert len(guards(run)) == 1
    process.kill()
    process.wait()
    assert all_ends(process.pid, run, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="a process's children are looked up in /proc")
def test_processes_that_are_stopped_do_not_keep_a_run_from_ending(start: Callable[[], Process], tmp_path: Path) -> None:
    process = start()
    run = run_of(tmp_path)
    assert run in descendants(process.pid)
    for other in descendants(run):
        if b"resource_tracker" not in Path(f"/proc/{other}/cmdline").read_bytes():  # Python's own, which runs no cell
            os.kill(other, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    stderr = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert stderr == "Stopped: 0 of 1 cells are done, with records in runs; the same command goes on from there.\n"
    assert all_ends(process.pid, run, tmp_path)


def descendants(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


DEAF = """
import signal, sys, time
from seqrec_bench.cli import stopping

stopping.GRACE_SECONDS = 0.3
with stopping.stops_in_time(lambda: "Stopped: this is where things are."):
    first = True
    while True:
        try:
            if first:
                first = False
                exec(sys.argv[1])
                print("begun", flush=True)  # in here, since the signal may come at once
            time.sleep(600)
        except KeyboardInterrupt:  # as a plug-in might, while it is imported
            print("no", flush=True)
"""


IGNORES = "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.set_wakeup_fd(-1)"
BLOCKS = "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())"


@pytest.mark.parametrize(
    ("ending", "plug_in", "hears"),
    [(signal.SIGINT, "", ["no\n"]), (signal.SIGTERM, IGNORES, ["no\n"]), (signal.SIGTERM, BLOCKS, [])],
    ids=["takes the interruption", "ignores the signal", "blocks it"],
)
def test_who_does_not_listen_is_ended_all_the_same(ending: signal.Signals, plug_in: str, hears: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF, plug_in], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(ending)
    assert [process.stdout.readline() for _ in hears] == hears
    process.send_signal(ending)
    assert process.communicate(timeout=60)[1] == "Stopped: this is where things are.\n"
    assert process.returncode == 130


def test_ctrl_c_while_it_is_imported_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    path = os.pathsep.join([str(tmp_path), *(path for path in sys.path if path)])
    process = subprocess.Popen(
        [sys.executable, "-m", "seqrec_bench"], env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == -signal.SIGINT  # which a shell shows as 130


def test_afterwards_signals_are_handled_as_before() -> None:
    endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(ending) for ending in endings]
    with pytest.raises(LookupError), stops_in_time(str):
        assert [signal.getsignal(ending) for ending in endings] != before
        raise LookupError
    assert [signal.getsignal(ending) for ending in endings] == before


FORKING = """
import os, signal, time
from seqrec_bench.cli.stopping import stops_in_time

reader, writer = os.pipe()

def fork():
    child = os.fork()
    if child == 0:
        os.write(writer, b"ready")
        time.sleep(600)
    os.read(reader, 5)
    return child

with stops_in_time(str):
    ended, left = fork(), fork()
    os.kill(ended, signal.SIGTERM)
    print(os.waitpid(ended, 0)[1])
os.kill(left, signal.SIGTERM)
print(os.waitpid(left, 0)[1])
"""


def test_what_a_plug_in_forks_neither_keeps_a_run_from_ending_nor_hears_its_signals() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, f"{int(signal.SIGTERM)}\n" * 2), done.stderr


def test_a_hangup_that_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stops_in_time(str):
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_interruption_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), stops_in_time(lambda: "Stopped: so far."):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "Stopped: so far.\n"


def test_the_sentence_says_what_is_done_and_how_to_go_on() -> None:
    state, fresh = RunState(Path("runs"), fresh=False), RunState(Path("runs"), fresh=True)
    assert state.say() == "Stopped before any cell was run; the same command begins again."
    cells = [Cell("fpmc", "paper", 4, seed) for seed in range(5)]
    plan = Plan(cells[2:], cells[:2], [], Store(Path("runs")), dict.fromkeys(cells))  # type: ignore[arg-type]
    outcome = RunOutcome([cells[2]], [cells[3]], [(cells[4], "no luck")])
    for found in (state, fresh):
        found.parts = [Part(None, plan, outcome)]  # type: ignore[arg-type]
    assert state.say() == "Stopped: 4 of 5 cells are done, with records in runs; the same command goes on from there."
    assert fresh.say() == (
        "Stopped: 2 of 5 cells were run afresh, with records in runs; the same command would run these again too: name "
        "the others by --models, --dims and --seeds to go on."
    )
    state.parts = [*state.parts, Part(None, plan)]  # type: ignore[arg-type]
    assert state.say().startswith("Stopped: 6 of 10 cells are done")
