"""The command line as a process: exit codes, and one sentence on standard error instead of a traceback."""

import subprocess
import sys

import pytest

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
def test_a_wrong_call_gets_one_sentence_and_code_2(arguments: list[str], code: int, message: str) -> None:
    done = call(*arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_debug_shows_the_traceback() -> None:
    done = call("--debug", "table", "--results", "no-such-place")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(("raised", "code"), [("RuntimeError('oh')", 70), ("KeyboardInterrupt()", 130)])
def test_what_nobody_expected_has_its_own_code(raised: str, code: int) -> None:
    program = (
        "from seqrec_bench.cli import main as module\n"
        f"@module.app.command()\ndef burst() -> None:\n    raise {raised}\n"
        "module.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "burst"], capture_output=True, text=True)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert ("RuntimeError: oh" in done.stderr) == (code == 70)
