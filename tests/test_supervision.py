"""A process that waits for another: what it makes of each way in which that can end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "import ctypes, os, signal, sys, threading, time\nfrom seqrec_bench import supervision as it\n"
ALONE = "The command's process has ended before the command was done"


def supervise(work: str) -> subprocess.CompletedProcess[str]:
    """Supervises a function with these lines in it."""
    lines = work.replace("\n", "\n    ")
    code = f"{HEAD}def work():\n    {lines}\nit.supervise(work)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("work", "code", "says"),
    [
        ("it.report(0); sys.exit(0)", 0, ""),
        ("it.report(6); sys.exit(6)", 6, ""),
        ("it.report(6); os._exit(0)", 6, ""),
        ("it.report(0); os.abort()", 0, ""),  # a library that crashes while it is taken apart
        ("sys.exit(0)", 70, f"Error: {ALONE} (with exit code 0).\n"),
        ("os._exit(0)", 70, f"Error: {ALONE} (with exit code 0).\n"),
        ("ctypes.CDLL(None).exit(0)", 70, f"Error: {ALONE} (with exit code 0).\n"),
        ("os.abort()", 70, f"Error: {ALONE} (by SIGABRT).\n"),
        ("os.kill(os.getpid(), 40)", 70, f"Error: {ALONE} (by signal 40).\n"),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9, f"Error: {ALONE} (by SIGKILL: was memory short?).\n"),
        ("signal.raise_signal(signal.SIGTERM)", -15, ""),
        ("os.closerange(3, 100)\nit.report(5)", 5, ""),  # no descriptor is needed to report
        ("if os.fork():\n    os.wait()\n    os._exit(0)\nit.report(0)", 70, f"Error: {ALONE} (with exit code 0).\n"),
        # One of threads that never ends.
        (
            "threading.Thread(target=time.sleep, args=(600,)).start()\nit._SECONDS_TO_END = 0.1\nit.report(3)\n"
            "it.end_soon()",
            3,
            "",
        ),
        # Where somebody else's code runs, what was foretold is said, of the outermost.
        ("with it.foretold(2, 'It ended'):\n    os._exit(0)", 2, "Error: It ended (with exit code 0), so nothing came"),
        ("with it.foretold(2, 'It ended'):\n    signal.raise_signal(15)", 2, "Error: It ended (by SIGTERM), so nothin"),
        ("with it.foretold(6, 'É' * 4000):\n    os._exit(0)", 6, "Error: " + "É" * 2045 + " (with exit code 0)"),
        ("with it.foretold(6, 'A'), it.foretold(2, 'B'):\n    os._exit(0)", 6, "Error: A (with exit code 0)"),
        ("with it.foretold(6, 'A'):\n    pass\nos._exit(0)", 70, f"Error: {ALONE} (with exit code 0).\n"),
        ("with it.foretold(6, 'A'):\n    it.report(0)\n    os._exit(1)", 0, ""),
    ],
)  # fmt: skip
def test_only_what_was_reported_is_a_result(work: str, code: int, says: str) -> None:
    done = supervise(work)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(says) and bool(done.stderr) == bool(says)


def test_where_nobody_waits_nothing_is_reported() -> None:
    code = f"{HEAD}it.report(3)\nit.end_soon()\nwith it.foretold(2, 'A'):\n    sys.exit(5)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 5


LISTENS = f"""{HEAD}
def note(number, frame):
    print(signal.Signals(number).name, os.getppid(), flush=True)
def work():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    print("begun", os.getpid(), flush=True)
    while True:
        signal.pause()
it.supervise(work)
"""


LATE = "wait = it._wait_for\nit._wait_for = lambda child: (time.sleep(0.2), wait(child))[1]\n"
"""As on a busy machine, the process begins to wait when its child is at work already."""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread looks now and then")
@pytest.mark.parametrize("late", ["", LATE], ids=["at once", "late"])
def test_signals_go_on_and_the_one_does_not_outlive_the_other(late: str) -> None:
    program = LISTENS.replace("def note", f"{late}def note")
    waiting = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert waiting.stdout is not None
    with waiting, waiting.stdout:
        begun, child = waiting.stdout.readline().split()
        assert begun == "begun" and Path(f"/proc/{child}").exists()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            waiting.send_signal(number)
            assert waiting.stdout.readline() == f"{number.name} {waiting.pid}\n"
        waiting.kill()
        assert waiting.stdout.read() == ""  # its end: nobody is left who could write


def test_who_ends_it_from_outside_is_not_taken_for_the_code_that_runs() -> None:
    work = "with it.foretold(2, 'It ended'):\n        print('begun', flush=True)\n        time.sleep(600)"
    code = f"{HEAD}def work():\n    {work}\nit.supervise(work)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as waiting:
        assert waiting.stdout is not None and waiting.stderr is not None
        assert waiting.stdout.readline() == "begun\n"
        os.killpg(waiting.pid, signal.SIGTERM)  # as a batch system may do it: both processes have it
        assert (waiting.stderr.read(), waiting.wait()) == ("", -signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing says where a signal comes from")
def test_what_a_terminal_sends_to_both_comes_once() -> None:
    terminal = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])", sys.executable, "-c", LISTENS]
    with subprocess.Popen(terminal, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline().startswith(b"begun ")
        process.stdin.write(b"\x03")
        said, _, waiting = process.stdout.readline().removeprefix(b"^C").partition(b" ")
        assert said == b"SIGINT"
        os.kill(int(waiting), signal.SIGTERM)
        assert process.stdout.readline() == b"SIGTERM " + waiting  # and not SIGINT once more
        os.kill(int(waiting), signal.SIGKILL)
