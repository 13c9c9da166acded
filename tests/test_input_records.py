"""Spoilt records: what input_records.toml has, and docs/input.md shows, is refused by every command that reads them."""

import io
import json
import os
import shlex
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.cli.main import main
from seqrec_bench.experiments.verification import check_store
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record, Store
from seqrec_bench.records.check import exit_code

ROOT = Path(__file__).parents[1]
COMMANDS = ("table", "plot", "ablations", "audit", "claims", "check", "compare fpmc caser", "check --against good")
CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("input_records.toml").read_text())["case"]
KEY = CellKey("ml-100k", "loo-full-v1", "fpmc", "paper", 100, 0)
RECORD = Record(
    key=KEY,
    recipe=Recipe(DatasetIdentity("ml-100k", "f" * 64, None), 1, {"dimension": 100}),
    deterministic=False,
    validation=Ranks(np.array([3, 0]), np.array([1, 2])),
    test=Ranks(np.array([5, 7]), np.array([1, 1])),
    curve=[Epoch(1, 6.5, {"NDCG@50": 0.25}, 1.5)],
    seconds={"fit": 2.5, "score": 0.5},
    peak_memory_bytes=1,
    parameters=1,
    environment={},
)


def fields_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(fields_of(path) | changes))


def with_arrays(path: Path, content: bytes, digest: str | None = None) -> None:
    """Gives the record a file of ranks, and says that it has this digest."""
    digest = digest or sha256(content).hexdigest()
    name = f"{path.stem}.{digest[:16]}.npz"
    path.with_name(name).write_bytes(content)
    edit(path, **{part: {"file": name, "sha256": digest} for part in ("validation", "test")})


def saved(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


PARTS = ("validation_better", "validation_tied", "test_better", "test_tied")


def immense() -> bytes:
    """An archive whose arrays say that they have a trillion numbers, and have none."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<i8", "fortran_order": False, "shape": (10**14,)})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part in PARTS:
            archive.writestr(f"{part}.npy", header.getvalue())
    return buffer.getvalue()


def link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def remove_curve(path: Path) -> None:
    fields = fields_of(path)
    del fields["curve"]
    path.write_text(json.dumps(fields))


def put_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link_to_bad_disk(path: Path) -> None:
    path.unlink()
    path.symlink_to("/proc/self/mem")  # which can be opened, and not be read from its beginning


def nest_setting(path: Path) -> None:
    path.write_text(path.read_text().replace('"dimension": 100}', f'"dimension": {"[" * 500}{"]" * 500}}}'))


FACTS = {"candidates": [9, 9], "tied": 0, "untrained": 0, "repeated": []}

SPOILS: dict[str, Callable[[Path], object]] = {
    "later_schema": lambda path: edit(path, schema=3),
    "unknown_schema": lambda path: edit(path, schema=0),
    "cut": lambda path: path.write_text(path.read_text()[:200]),
    "empty": lambda path: path.write_text(""),
    "binary": lambda path: path.write_bytes(b"\xff\xfe{}"),
    "nested": lambda path: path.write_text("[" * 1_000_000),
    "twice": lambda path: path.write_text(path.read_text().replace('"seed": 0', '"seed": 1, "seed": 0')),
    "field_more": lambda path: edit(path, **{"HR@50": 0.9}),
    "field_less": remove_curve,
    "negative": lambda path: edit(path, test={"better": [-1, 7], "tied": [1, 1]}),
    "fraction": lambda path: edit(path, test={"better": [0.5, 7], "tied": [1, 1]}),
    "boolean": lambda path: edit(path, test={"better": [True, 7], "tied": [1, 1]}),
    "beyond": lambda path: edit(path, test={"better": [1682, 7], "tied": [1, 1]}),
    "repeated": lambda path: edit(path, targets={**FACTS, "repeated": [0, 2]}),
    "tied": lambda path: edit(path, targets={**FACTS, "tied": 3}),
    "immense": lambda path: edit(path, seconds={"fit": 10**400, "score": 1}),
    "user_less": lambda path: edit(path, validation={"better": [3], "tied": [1]}),
    "slash": lambda path: edit(path, model="../fpmc"),
    "surrogate": lambda path: edit(path, model="\ud800"),
    "moved": lambda path: path.rename(path.with_name("paper-d100-s1.json")),
    "other_arrays": lambda path: with_arrays(path, b"", "0" * 64),
    "no_arrays": lambda path: with_arrays(path, b"PK nonsense"),
    "pickled_arrays": lambda path: with_arrays(path, saved(**{part: np.array([{}]) for part in PARTS})),
    "immense_arrays": lambda path: with_arrays(path, immense()),
    "digest_elsewhere": lambda path: edit(path, test={"file": "x", "sha256": "../../../../etc/passwd"}),
    "directory": put_directory,
    "loop": link_to_itself,
    "dangling": link_to_nothing,
    "pipe": put_pipe,
    "bad_disk": link_to_bad_disk,
    "nested_setting": nest_setting,
}


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[object, str, str]]:
    monkeypatch.chdir(tmp_path)

    def make(command: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["seqrec-bench", *shlex.split(command)])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err

    return make


@pytest.mark.parametrize(
    ("case", "commands"),
    # The first goes through all of them and the others take turns, since all read records in the same way.
    [(case, (COMMANDS[number % len(COMMANDS)],) if number else COMMANDS) for number, case in enumerate(CASES)],
    ids=[case["given"] for case in CASES],
)
def test_a_spoilt_record_is_named_by_every_command(
    call: Callable[[str], tuple[object, str, str]], tmp_path: Path, case: dict[str, Any], commands: tuple[str, ...]
) -> None:
    Store(tmp_path / "good").save(RECORD)
    path = Store(tmp_path / "results").save(RECORD)
    SPOILS[case["spoil"]](path)
    before = sorted(tmp_path.rglob("*"))
    for command in commands:
        code, out, err = call(f"{command} --results results")
        assert (code, out) == (case.get("code", 4), ""), (command, err)
        (line,) = err.splitlines()
        assert line.startswith("Error: results/ml-100k/loo-full-v1/fpmc/paper-d100-s"), line
        assert case["says"] in line
        assert "delete" not in line
    assert sorted(tmp_path.rglob("*")) == before
    assert "Traceback" in call("--debug table --results results")[2]


def test_a_run_does_not_put_a_record_in_the_place_of_a_spoilt_one(
    call: Callable[[str], tuple[object, str, str]], tmp_path: Path
) -> None:
    data = [f"u{user},i{(user + time) % 9},{time}" for user in range(9) for time in range(5)]
    (tmp_path / "shop.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(data) + "\n")
    path = tmp_path / "results" / "shop" / "loo-full-v1" / "popularity" / "paper-d0-s0.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    code, _, err = call("run --models popularity --interactions shop.csv --results results")
    assert code == 4
    assert err.splitlines()[-1].startswith("Error: results/shop/loo-full-v1/popularity/paper-d0-s0.json is not a valid")
    assert path.read_text() == "{"


@pytest.mark.parametrize(
    ("command", "spoil", "expected"),
    [
        ("verify results", "nested", 4),
        ("verify results", "nested_setting", 4),
        ("verify results", "dangling", 2),
        ("verify results", "bad_disk", 2),
        ("status --models fpmc --seeds 0 --results results", "dangling", 2),
        ("status --models fpmc --seeds 0 --results results", "nested", 4),
        ("run --models fpmc --seeds 0 --results results", "dangling", 2),
        ("run --models fpmc --seeds 0 --results results --fresh", "directory", 2),
        ("report --results results --format md", "bad_disk", 2),
        ("explain --user 1 --model fpmc --results results", "dangling", 2),
    ],
)
def test_commands_that_do_more_with_records_name_them_too_and_replace_none(
    call: Callable[[str], tuple[object, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    spoil: str,
    expected: int,
) -> None:
    monkeypatch.setattr("seqrec_bench.cli.verify.cells_of_studies", dict)  # to load all their models takes seconds
    path = Store(tmp_path / "results").save(RECORD)
    SPOILS[spoil](path)
    before = sorted(tmp_path.rglob("*"))
    code, out, err = call(command)
    assert code == expected, err
    assert path.relative_to(tmp_path).as_posix() in out + err
    assert "delete" not in out + err and "remove" not in out + err
    assert sorted(tmp_path.rglob("*")) == before


def as_nobody(look: Callable[[], list[str]]) -> list[str]:
    """What that gives for a user whom permissions keep out, as they do not keep root out."""
    if os.geteuid():
        return look()
    taken, given = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgid(65534)
            os.setuid(65534)
            os.write(given, json.dumps(look()).encode())
        finally:
            os._exit(0)  # whatever is raised, or the child would go on with the tests
    os.close(given)
    with os.fdopen(taken) as file:
        answer: list[str] = json.load(file)
    os.waitpid(child, 0)
    return answer


@pytest.mark.parametrize("what", ["fpmc/paper-d100-s0.json", "fpmc"])
def test_what_permissions_keep_out_is_named_and_not_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    store = Store(tmp_path / "results")
    for model in ("caser", "fpmc"):
        store.save(replace(RECORD, key=replace(KEY, model=model)))
    monkeypatch.chdir(store.root)  # whose own path may be closed to others

    def look() -> list[str]:
        records, checks = check_store(Store(Path()))
        return [f"{len(records)}, {exit_code(checks).value}", *(fault for check in checks for fault in check.faults)]

    place = Path("ml-100k", "loo-full-v1", what)
    place.chmod(0)
    found = as_nobody(look)
    place.chmod(0o755)
    assert found == [
        "1, 2",
        f"{place} can't be read (Permission denied): mend its permissions, its link or its disk; what it holds may be "
        "good.",
    ]


def test_the_docs_have_these_cases() -> None:
    table = (ROOT / "docs" / "input.md").read_text().split("<!-- records:begin -->\n")[1]
    rows = table.split("\n<!-- records:end -->")[0].splitlines()
    assert rows[2:] == [f"| {case['given']} | refused | {case.get('code', 4)} | `{case['says']}` |" for case in CASES]
    assert SPOILS.keys() == {case["spoil"] for case in CASES}
