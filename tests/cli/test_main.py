"""The command line as a process: exit codes, and one sentence on standard error instead of a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqrec_bench.cli import main

COMMAND = [sys.executable, "-c", "from seqrec_bench.cli.main import main; main()"]


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True)


def test_help_starts_without_torch_and_other_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "from seqrec_bench.cli.main import main\n"
        "sys.argv = ['seqrec-bench', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'torch', 'gensim', 'pandas', 'pyarrow', 'scipy', 'matplotlib', 'optuna', 'pooch', 'requests'}\n"
        "heavy |= {'dask', 'distributed'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["runn"], 2, "Error: No such command 'runn'"),
        (["run", "--jobs", "0", "--all"], 2, "Error: Invalid value for '--jobs'"),
        (["run"], 2, "Error: Say which cells to run"),
        (["table", "--results", "no-such-place"], 2, "Error: There is no results directory no-such-place"),
        (["data", "fetch", "ml-100"], 2, "ml-100k"),
    ],
)
def test_a_wrong_call_gets_one_sentence_and_code_2(
    arguments: list[str], code: int, message: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["seqrec-bench", *arguments])
    with pytest.raises(SystemExit) as end:
        main.main()
    printed = capfd.readouterr()
    assert end.value.code == code
    assert message in printed.err
    assert len(printed.err.strip().splitlines()) == 1
    assert printed.out == ""


def test_debug_shows_the_traceback() -> None:
    done = call("--debug", "table", "--results", "no-such-place")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("raised", "code"), [("RuntimeError('oh')", 70), ("KeyboardInterrupt()", 130), ("SystemExit(0)", 70)]
)
def test_what_nobody_expected_has_its_own_code(raised: str, code: int) -> None:
    program = (
        "from seqrec_bench.cli import main as module\n"
        f"@module.app.command()\ndef burst() -> None:\n    raise {raised}\n"
        "module.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "burst"], capture_output=True, text=True)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert (raised.replace("('oh')", ": oh").replace("(0)", ": 0") in done.stderr) == (code == 70)


WRITES = """
import sys
from seqrec_bench.cli import main as module
@module.app.command()
def write() -> None:
    for stream in (sys.stdout, sys.stderr) * 2:
        print("x" * 100_000, file=stream, flush=True)
    raise module.typer.Exit(6)
module.main()
"""


def test_a_command_outlives_who_reads_it_and_keeps_its_code() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", WRITES, "write"], stdout=write, stderr=write)
    os.close(write)
    assert done.returncode == 6


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_output_that_a_full_disk_does_not_take_is_an_error_in_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "data", "list"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "Error: Standard output can't be used (No space left on device): name another, or mend it.\n"


def test_a_full_disk_is_no_fault_of_the_bench() -> None:
    message, code = main._describe(OSError(errno.ENOSPC, "No space left on device"))
    assert (message, code) == ("the disk is full (No space left on device): make room, or name another place.", 2)
    message, code = main._describe(FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"))
    assert message.endswith("found in ['/tmp']: name a directory that can be written to in TMPDIR.")
    assert code == 2


def test_completion_that_was_shown_is_a_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))  # nobody may be at a shell
    monkeypatch.setattr(sys, "argv", ["seqrec-bench", "--show-completion"])
    with pytest.raises(SystemExit) as end:
        main.main()
    assert end.value.code == 0
    assert "complete -o default" in capsys.readouterr().out
