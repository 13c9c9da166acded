"""Data sets that another distribution declares, from its code to the commands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.data.sets.registry import KIND

Call = Callable[..., tuple[int, str, str]]
ROWS = b"who;what;when\n" + b"".join(b"u%d;i%d;%d\n" % (user, (user + n) % 7, n) for user in range(5) for n in range(4))
MODULE = """
from dataclasses import replace
from functools import partial
import numpy as np
from seqrec_bench.data import ChosenColumns, Download, Family, Interactions, NamedDataset, RemoteFile, read_rows
from seqrec_bench.data.reading.form import SEPARATORS

CHOSEN = ChosenColumns("who", "what", "when")
LAYOUT = partial(
    read_rows, file="ours.csv", layout=SEPARATORS[";"], names=CHOSEN, chosen=CHOSEN, has_header=True
)
Plug = NamedDataset(
    "ours", 5, 7, 20, "any use.", "Nobody. https://example.org", Download("Us", (RemoteFile("{url}"),), LAYOUT),
    notes="It is small.",
)
"""
MAKE = """
def make(users, items, times, ids=("u", "v")):
    return Interactions(np.array(users), np.array(items), np.array(times), np.array(ids), np.array(["i", "j"])), None
def read(folder):
    {body}
Plug = replace(Plug, source=replace(Plug.source, layout=read))
"""
FAMILY = """
PATTERN = "https://example.org/SHOP.csv"
NONE = NamedDataset("x", None, None, None, "any use.", "Nobody.", Plug.source)
Plug = Family("shops", ("a", "b"), "SHOP", PATTERN, lambda shop: replace(NONE, name=f"shops-{shop}"))
"""


@pytest.fixture
def ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., str], install_plugin: Callable[..., Path]
) -> Callable[..., None]:
    """Installs a distribution called theirs with a data set called ours, whose one file is on a server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))

    def install(end: str = "", name: str = "ours") -> None:
        install_plugin("theirs", name, MODULE.replace("{url}", serve("ours.csv", ROWS)) + end, group=KIND.group)

    return install


def listed(call: Call, name: str) -> dict[str, object]:
    (line,) = [line for line in json.loads(call("data", "list", "--json")[1]) if line["name"] == name]
    assert isinstance(line, dict)
    return line


def test_a_declaration_and_a_line_make_a_data_set(ours: Callable[..., None], call: Call) -> None:
    ours()
    line = listed(call, "ours")
    assert (line["users"], line["items"], line["interactions"]) == (5, 7, 20)
    assert (line["cached"], line["checksum"], line["members"]) == (False, "unverified", [])
    for command in (
        ["data", "fetch", "ours"],
        ["data", "describe", "ours"],
        ["run", "--models", "popularity", "--dataset", "ours"],
    ):
        code, output, errors = call(*command)
        assert (code, output) == (2, "")
        assert "`seqrec-bench data fetch ours --unverified` takes it as it comes" in errors
    code, output, errors = call("data", "fetch", "ours", "--unverified")
    assert code == 0 and output.endswith("cache/ours/ours.csv\n")
    assert "Note: It is small." in errors
    assert "state it with your results: sha256:" in errors
    code, output, errors = call("data", "describe", "ours", "--json")
    assert (code, json.loads(output)["n_interactions"]) == (0, 20)
    assert call("run", "--models", "popularity", "--dataset", "ours")[0] == 0
    assert [path for path in Path("runs").rglob("*.json") if "ours" in path.parts]
    assert listed(call, "ours")["cached"]


def test_whose_code_is_to_be_run_is_said_before(ours: Callable[..., None], call: Call) -> None:
    ours()
    assert "Loading the data set ours from theirs 1.0 (" in call("data", "fetch", "ours")[2]
    assert "Loading" not in call("data", "fetch", "steam-x")[2]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1 / 0", "has failed while its files were read (ZeroDivisionError: division by zero)"),
        ("raise SystemExit(0)", "has called for the end of the process while its files were read (SystemExit: 0)"),
        ("return None", "has been read as a NoneType, and not as interactions with tags or None"),
        ("return 1, 2", "has been read as a int with a int, and not as interactions with tags or None"),
        ("return make([0], [0, 0], [1])", "has been read as columns of several lengths"),
        ("return make([2], [0], [1])", "has been read as positions that are not among its ids"),
        ("return make([0], [0], [np.nan])", "has been read as times that are not finite"),
        ("return make([0], [0], [1], ['u', 'u'])", "has been read as ids of which one occurs twice"),
        ("print('hello'); return LAYOUT(folder)", None),
    ],
)
def test_a_reader_that_fails_is_named(ours: Callable[..., None], call: Call, body: str, said: str | None) -> None:
    ours(MAKE.replace("{body}", body))
    assert call("data", "fetch", "ours", "--unverified")[0] == 0
    code, output, errors = call("data", "describe", "ours")
    if said is None:
        assert (code, "hello" in output, "hello" in errors) == (0, False, True)
    else:
        assert (code, output) == (2, "")
        assert "The data set 'ours'" in errors and said in errors


def test_a_broken_one_is_named_and_the_others_are_listed(ours: Callable[..., None], call: Call) -> None:
    ours("raise OSError('no such luck')")
    code, output, errors = call("data", "list")
    assert code == 2
    assert "ml-100k\t943" in output
    (fault,) = [line for line in errors.splitlines() if line.startswith("Broken: ")]
    assert "'ours' of the distribution theirs" in fault and "no such luck" in fault


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        ("1 / 0", "can't declare shops-a (ZeroDivisionError: division by zero)"),
        ("exit(0)", "has called for the end of the process while shops-a was declared (SystemExit: 0)"),
        ("NONE", "declares something else as shops-a"),
        ("None", "declares something else as shops-a"),
    ],
)
def test_a_family_that_fails_is_named(ours: Callable[..., None], call: Call, declare: str, said: str) -> None:
    ours(FAMILY.replace('replace(NONE, name=f"shops-{shop}")', declare), "shops")
    for command in (["data", "list"], ["data", "describe", "shops-a"]):
        code, _, errors = call(*command)
        assert code == 2
        assert "The data set 'shops'" in errors and said in errors


def test_of_a_family_each_is_found_by_its_own_name(ours: Callable[..., None], call: Call) -> None:
    ours(FAMILY, "shops")
    line = listed(call, "shops-SHOP")
    assert (line["members"], line["address"]) == (["shops-a", "shops-b"], "https://example.org/SHOP.csv")
    assert "choose from shops-a, shops-b, or give" in call("data", "fetch", "shops-c")[2]
    assert "`seqrec-bench data fetch shops-a --unverified`" in call("data", "fetch", "shops-a")[2]
    assert "How many users and items shops-a has is not stated" in call("models", "fpmc", "--dataset", "shops-a")[2]
    assert call("data", "fetch", "shops-b", "--unverified")[0] == 0
    assert listed(call, "shops-SHOP")["cached_members"] == ["shops-b"]
    assert "shops-SHOP\t\t\t\t1 of 2\tunverified\t" in call("data", "list")[1]
