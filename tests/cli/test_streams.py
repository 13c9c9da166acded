"""Standard streams that are closed, and what writes to them: real descriptors, in processes of their own."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / "results"

SPEAKS = """
import ctypes, os, subprocess, sys
from seqrec_bench.cli.streams import own_streams
own_streams()
libc = ctypes.CDLL(None)
libc.puts(b"C")  # stays in C's own buffer until the end
os.write(1, b"descriptor\\n")
subprocess.run(["echo", "child"])
print("result")
print("log", file=sys.stderr)
opened = os.open(os.devnull, os.O_RDONLY)
assert opened > 2, opened
assert sys.stdout is sys.__stdout__
"""


@pytest.mark.parametrize(("closed", "out", "err"), [
    ("", ["result"], ["C", "child", "descriptor", "log"]),
    ("<&-", ["result"], ["C", "child", "descriptor", "log"]),
    (">&-", [], ["C", "child", "descriptor", "log"]),
    ("2>&-", ["result"], []),
    ("<&- >&- 2>&-", [], []),
])  # fmt: skip
def test_standard_output_is_for_results_and_a_closed_stream_leads_nowhere(
    closed: str, out: list[str], err: list[str]
) -> None:
    call = f"{shlex.join([sys.executable, '-c', SPEAKS])} {closed}"
    done = subprocess.run(["sh", "-c", call], capture_output=True, text=True)
    assert done.returncode == 0
    assert (done.stdout.split(), sorted(done.stderr.split())) == (out, err)


CODES = """
import json, os, sys
from seqrec_bench.cli.main import main

def code(arguments):
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.close(number)
        setattr(sys, name, None)  # as Python has it where a stream was closed before
        setattr(sys, f"__{name}__", None)
    sys.argv = ["seqrec-bench", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code

commands, answers = json.loads(sys.argv[1]), sys.argv[2]
with open(answers, "w") as file:
    json.dump([code(command) for command in commands], file)
"""
COMMANDS = {
    "data list": 0,
    "models popularity": 0,
    "status --models popularity --interactions ratings.csv": 0,
    "table --results RESULTS/quick": 3,
    "ablations --results RESULTS/quick": 3,
    "audit --results RESULTS/quick": 3,
    "claims --results RESULTS/quick": 3,
    "check --results RESULTS/quick --format json": 3,
    "compare fpmc sequential-rules --results RESULTS/quick": 3,
    "verify --results RESULTS/nowhere": 2,
    "trials RESULTS/search/paper": 0,
    "explain --user 3 --all-users": 2,
    "search nowhere": 2,
    "score nowhere.csv --validation nowhere.csv --name theirs --interactions ratings.csv": 2,
    "plot --results RESULTS/nowhere": 2,
    "report --results RESULTS/nowhere": 2,
    "attack popularity": 0,
    "conform popularity": 0,
    "new popularity": 2,
    "data describe --interactions ratings.csv": 0,
    "--help": 0,
    "": 0,
}


def test_every_command_has_its_code_with_all_streams_closed(ratings: Path) -> None:
    commands = [shlex.split(command.replace("RESULTS", str(RESULTS))) for command in COMMANDS]
    answers = ratings.with_name("answers.json")
    call = [sys.executable, "-c", CODES, json.dumps(commands), str(answers)]
    subprocess.run(call, cwd=ratings.parent, capture_output=True, check=True)
    assert dict(zip(COMMANDS, json.loads(answers.read_text()), strict=True)) == COMMANDS
