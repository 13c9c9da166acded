"""Names that are no files, and files at hard places: each row of the page's table."""

# ruff: noqa: E501  -- a table, one case a line

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

PLAIN = b"user,item,time\nu,a,1\nu,b,2\nu,c,3\n"
ROWS = [("u", "a", 1), ("u", "b", 2), ("u", "c", 3)]
SAME = ("as the plain file", ROWS)
LONG_LINE = "of f.csv has more than 1,048,576 bytes: cut it, or give a file of lines."
GIGABYTE = 2**30
LONG = "x" * 296 + ".csv"


def write(path: Path) -> None:
    path.write_bytes(PLAIN)


def link_to(target: str, path: Path) -> None:
    path.with_name("there.csv").write_bytes(PLAIN)
    path.symlink_to(target)


def sparse(beginning: bytes, path: Path) -> None:
    """A gigabyte of zeros after the beginning, none of which takes space on the disk."""
    path.write_bytes(beginning)
    os.truncate(path, GIGABYTE)


def bomb(path: Path) -> None:
    """As many zeros behind the first row, packed in parts of 64 MiB."""
    part = gzip.compress(bytes(2**26))
    path.write_bytes(gzip.compress(PLAIN) + part * (GIGABYTE // 2**26))


CASES = [
    ("no such file", "f.csv", lambda path: None, "f.csv does not exist: give a file that does."),
    ("a directory", "f.csv", Path.mkdir, "f.csv is a folder without Parquet files: give one that has some, or a file."),
    ("another kind of file", "f.xlsx", write, "f.xlsx does not say by its name how it is laid out; it looks like rows with , between values: add --separator ','."),
    ("a link to a file", "f.csv", partial(link_to, "there.csv"), SAME),
    ("a link to itself", "f.csv", partial(link_to, "f.csv"), "f.csv can't be opened (Too many levels of symbolic links): give a file that can."),
    ("a link to a device that never ends", "f.csv", partial(link_to, "/dev/zero"), "f.csv is a device or a pipe: write its content to a file, and give that."),
    ("a pipe that nobody writes to", "f.csv", os.mkfifo, "f.csv is a device or a pipe: write its content to a file, and give that."),
    ("a name of 300 characters", LONG, lambda path: None, "xxx...xxx.csv can't be opened (File name too long): give a file that can."),
    ("spaces and unicode in the name", "é א.csv", write, SAME),
    ("a dash before the name", "./-f.csv", write, SAME),
    ("a line of 1 GB", "f.csv", partial(sparse, PLAIN), f"Row 4 {LONG_LINE}"),
    ("a first line of 1 GB", "f.csv", partial(sparse, b"user"), f"The first line {LONG_LINE}"),
    ("a line of 1 GB in 1 MB of gzip", "f.csv.gz", bomb, f"Row 4 {LONG_LINE}".replace("f.csv", "f.csv.gz")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_at_a_hard_place_is_read_right_or_refused(
    tmp_path: Path, hold: Callable[..., None], name: str, make: Callable[[Path], object], outcome: object
) -> None:
    make(tmp_path / name)
    hold(outcome, name)


READS = """
import os, resource, sys
import pyarrow.csv, pyarrow.json, pyarrow.parquet
from pathlib import Path
from seqrec_bench.data import Columns, read_interactions
from seqrec_bench.data.reading.form import Form
from seqrec_bench.data.reading.score_files import read_scores
from seqrec_bench.errors import InputError

def costs():
    threads = len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, threads

pyarrow.set_cpu_count(4)
memory, threads = costs()
for name in sys.argv[1:]:
    try:
        form = Form("sequences") if name.endswith(".txt") else Form()
        read_scores(Path(name)) if "scores" in name else read_interactions(Path(name), Columns(), form)
        outcome = "read"
    except InputError as error:
        outcome = str(error)
    print(outcome, (costs()[0] - memory) / 2**10, costs()[1] - threads, sep="|")
"""


def test_lines_without_end_take_little_memory_and_no_read_leaves_threads_of_arrow_behind(tmp_path: Path) -> None:
    """But for the one that waits for signals: others might never let the process end."""
    sparse(PLAIN, tmp_path / "line.csv")
    sparse(b"user", tmp_path / "first.csv")
    bomb(tmp_path / "bomb.csv.gz")
    sparse(b"u a b\nv a", tmp_path / "sequence.txt")
    objects = b'{"user": "u", "item": "a", "time": 1}\n'
    sparse(objects + b'{"user": "', tmp_path / "object.jsonl")
    (tmp_path / "bad.jsonl").write_bytes(objects * 20_000 + objects.replace(b"1", b'"1"') + objects * 20_000)
    rows = b"user,item,time\n" + b"u,a,1\n" * 250_000
    (tmp_path / "good.csv").write_bytes(rows)
    (tmp_path / "bad.csv").write_bytes(rows.replace(b",1\n", b"\n", 1))
    (tmp_path / "scores.csv").write_bytes(b"user,item,score\nu,a\n" + b"u,a,1\n" * 250_000)
    table = pa.table({"user": ["u"] * 50_000, "item": range(50_000), "time": range(50_000)})
    parquet.write_table(table, tmp_path / "good.parquet", write_page_checksum=True)
    content = (tmp_path / "good.parquet").read_bytes()
    (tmp_path / "torn.parquet").write_bytes(content.replace(content[50_000:50_016], bytes(16)))
    long = "has more than 1,048,576 bytes"
    expected = {
        "line.csv": long,
        "first.csv": long,
        "bomb.csv.gz": long,
        "sequence.txt": f"Row 2 of {tmp_path / 'sequence.txt'} {long}",
        "object.jsonl": f"Row 2 of {tmp_path / 'object.jsonl'} {long}",
        "bad.jsonl": "Row 20001 of ",
        "good.csv": "read",
        "bad.csv": "Row 1 of ",
        "scores.csv": "Row 1 of ",
        "good.parquet": "read",
        "torn.parquet": "can't be read as Parquet",
    }
    files = [tmp_path / name for name in expected]
    done = subprocess.run([sys.executable, "-c", READS, *files], capture_output=True, text=True, check=True)
    outcomes, memory, threads = zip(*(line.split("|") for line in done.stdout.splitlines()), strict=True)
    assert all(words in outcome for words, outcome in zip(expected.values(), outcomes, strict=True)), outcomes
    assert float(memory[list(expected).index("object.jsonl")]) < 64  # MiB
    assert int(threads[-1]) <= 1


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, hold: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a fault that is planted, since the superuser may read all."""

    usual = Path.open

    def deny(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "f.csv":
            raise PermissionError(13, "Permission denied")
        return usual(path, *args, **kwargs)

    write(tmp_path / "f.csv")
    monkeypatch.setattr(Path, "open", deny)
    hold("f.csv can't be opened (Permission denied): give a file that can.", "f.csv")


def test_the_page_has_these_places(documented: Callable[..., None]) -> None:
    shown = {LONG: "xxx...xxx.csv"}
    documented(
        "places",
        [(what, shown.get(name, name), outcome) for what, name, _, outcome in CASES],
    )
