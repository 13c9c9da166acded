import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.data import app
from seqrec_bench.data import Dataset, Interactions, NamedDataset, RawTags
from seqrec_bench.data.sets.sources import Received, Source, ignore
from seqrec_bench.errors import InputError

runner = CliRunner()


class ReadySource:
    """A source that has its one file at hand."""

    name = "the shelf"
    url = wanted = "https://example.org/small.csv"
    checksums = {"small.csv": "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}  # noqa: RUF012
    by_hand = None

    def download(self, folder: Path, received: Received = ignore) -> None:
        received(self.name, 0, 2_500_000)
        folder.mkdir(parents=True)
        (folder / "small.csv").write_text("x")

    def read(self, folder: Path) -> tuple[Interactions, RawTags]:
        return Interactions.from_rows(["u"] * 3, ["a", "b", "c"], [1, 2, 3]), RawTags({"a": frozenset("t")}, {})


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declare: Callable[..., None]) -> Path:
    """A data set called small is the only one known; its folder in an empty cache."""
    source: Source = ReadySource()
    declare(NamedDataset("small", 1, 3, 3, "any use", "Nobody 2020", source))
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path))
    return tmp_path / "small"


def table(output: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in output.splitlines())


def test_fetch_says_where_from_under_which_licence_and_where_to(small: Path) -> None:
    result = runner.invoke(app, ["fetch", "small"])
    assert result.exit_code == 0
    assert result.stdout == f"{small / 'small.csv'}\n"
    assert "Receiving from the shelf: 2.5 MB\n" in result.stderr
    for word in ("the shelf", "any use", "Nobody 2020", str(small)):
        assert word in result.stderr


def test_fetch_shows_the_terms_again_when_there_is_nothing_to_do(small: Path) -> None:
    runner.invoke(app, ["fetch", "small"])
    result = runner.invoke(app, ["fetch", "small"])
    assert result.stdout == f"{small / 'small.csv'}\n"
    assert result.stderr == "Licence: any use\nCite: Nobody 2020\n"


def test_fetch_of_an_unknown_name_is_an_error() -> None:
    result = runner.invoke(app, ["fetch", "ml-1k"])
    assert isinstance(result.exception, InputError)


def test_list_shows_every_data_set_and_whether_it_is_cached(small: Path) -> None:
    assert runner.invoke(app, ["list"]).stdout.splitlines()[1].split("\t")[:5] == ["small", "1", "3", "3", "no"]
    runner.invoke(app, ["fetch", "small"])
    assert runner.invoke(app, ["list"]).stdout.splitlines()[1].split("\t")[4] == "yes"


@pytest.mark.usefixtures("small")
def test_describe_fetches_what_is_not_there() -> None:
    result = runner.invoke(app, ["describe", "small"])
    facts = table(result.stdout)
    assert (facts["data set"], facts["users"], facts["items"]) == ("small", "1", "3")
    assert "Fetching small" in result.stderr


def test_describe_shows_the_facts_about_movielens_100k(ml_100k: Dataset) -> None:
    result = runner.invoke(app, ["describe"])
    facts = table(result.stdout)
    assert facts["fingerprint"] == ml_100k.fingerprint
    assert facts["share of all items in the first 50"] == "3.0%"
    (note,) = [line for line in result.stderr.splitlines() if line.startswith("Note: ")]
    assert note.startswith(
        "Note: 415 of 943 test targets (44 %) have a neighbour of the same time: the order of the file"
    )
    assert facts["test targets that repeat an item"] == "0"
    assert facts["interactions"] == "100,000"
    assert facts["training interactions"] == "98,114"
    assert facts["items without training interaction"] == "4 (1525, 1624, 1625, 1671)"
    assert facts["users whose test item is ambiguous"] == "415"


def test_describe_of_own_files_warns_of_repeats(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("who\titem\ttime\nu\ta\t1\nu\ta\t2\nu\tb\t3\nu\tc\t4\n")
    result = runner.invoke(app, ["describe", "--interactions", str(path), "--user-column", "who"])
    assert table(result.stdout)["interactions that repeat an item"] == "1"
    assert table(result.stdout)["fingerprint of the tags"] == "no tags"
    assert "under loo-full-v1 a target that the user has had before is the only item of the history" in result.stderr
    assert "`--protocol loo-full-seen-v1`" in result.stderr
    for name in ("loo-full-seen-v1", "loo-full-unique-v1"):
        other = runner.invoke(
            app, ["describe", "--interactions", str(path), "--user-column", "who", "--protocol", name]
        )
        assert "repeat" not in other.stderr
        assert table(other.stdout)["interactions that repeat an item"] == ("1" if "seen" in name else "0")
    assert table(result.stdout)["share of all items in the first 50"] == "100.0%"
    few = "Note: Few candidates: a target is ranked among 1 item, so a random order has HR@50 1.00, MRR@50 1.00 and"
    assert few in result.stderr


@pytest.mark.parametrize(
    ("options", "fact"), [([], "that may be negative"), (["--drop-negative-rows", "click"], "left out")]
)
def test_describe_shows_which_rows_say_no(tmp_path: Path, options: list[str], fact: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("user,item,time,click\nu,a,1,1\nu,b,2,1\nu,c,3,1\nu,d,4,0\n")
    result = runner.invoke(app, ["describe", "--interactions", str(path), *options])
    assert table(result.stdout)[f"rows {fact}"] == "click is 0 in 1 of 4 rows (25.0%)"
    assert table(result.stdout)["interactions"] == ("3" if options else "4")
    assert ("--drop-negative-rows click leaves them out" in result.stderr) == (not options)


def test_describe_says_that_there_are_no_times(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("u a b c\nv b c d\n")
    result = runner.invoke(app, ["describe", "--interactions", str(path), "--layout", "sequences"])
    facts = table(result.stdout)
    assert facts["order"] == "that of the file's rows: it has no times"
    assert facts["interactions tied in time"] == facts["users whose test item is ambiguous"] == "no times"
    assert facts["interactions"] == "6"
    as_json = runner.invoke(app, ["describe", "--interactions", str(path), "--layout", "sequences", "--json"])
    said = json.loads(as_json.stdout)
    assert (said["has_times"], said["tied_interactions"], said["n_ambiguous_targets"]) == (False, None, None)


def test_describe_shortens_a_long_list_of_cold_items(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    rows = [f"u{user},{item},{time}" for user in range(7) for time, item in enumerate((0, 2 * user + 1, 2 * user + 2))]
    path.write_text("\n".join(["user,item,time", *rows]))
    facts = table(runner.invoke(app, ["describe", "--interactions", str(path)]).stdout)
    assert facts["items without training interaction"] == "14 (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...)"


def test_describe_of_a_name_and_a_file_is_an_error() -> None:
    result = runner.invoke(app, ["describe", "ml-100k", "--interactions", "f.csv"])
    assert isinstance(result.exception, InputError)


def test_export_writes_the_formats_that_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("user,item,time\n" + "".join(f"u,{item},{time}\n" for time, item in enumerate("abcd")))
    command = ["export", "--interactions", str(path), "--split", str(tmp_path / "out"), "--format", "sasrec-pairs,csv"]
    result = runner.invoke(app, [*command, "--format", "sequences"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "sequences" / "mine-loo-full-v1.txt").read_text() == "u a b c d\n"
    assert (tmp_path / "out" / "sasrec-pairs" / "mine-loo-full-v1.txt").read_text() == "1 1\n1 2\n1 3\n1 4\n"
    assert (tmp_path / "out" / "train.csv").exists()
    assert not (tmp_path / "out" / "recbole").exists()
    assert isinstance(runner.invoke(app, [*command[:-1], "xml"]).exception, InputError)
