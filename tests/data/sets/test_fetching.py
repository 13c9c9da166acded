import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.data import Interactions, NamedDataset, RawTags, fetch, find_cached
from seqrec_bench.data.sets.movielens import ML_100K, RECBOLE_ML_100K
from seqrec_bench.data.sets.sources import Download, Source, zip_archive
from seqrec_bench.errors import InputError

Serve = Callable[[str, bytes], str]
BuildWheel = Callable[[str, Mapping[str, bytes]], Path]
CONTENT = b"a file of some bytes"
DEAD = "http://127.0.0.1:1/small.zip"


def archive_at(url: str, name: str = "First") -> Download:
    data = (Interactions.from_rows(["u"], ["i"], [1]), RawTags({}, {}))
    return zip_archive(name, url, f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", lambda archive: data)


@pytest.fixture
def register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declare: Callable[..., None]
) -> Callable[..., NamedDataset]:
    """Makes a data set called small with these sources known, and the cache empty."""
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))

    def add(source: Source, *mirrors: Source) -> NamedDataset:
        dataset = NamedDataset("small", 1, 1, 1, "any use", "nobody", source, mirrors)
        declare(dataset)
        return dataset

    return add


def test_the_first_source_is_used_and_then_the_cache(
    tmp_path: Path, serve: Serve, register: Callable[..., NamedDataset]
) -> None:
    dataset = register(archive_at(serve("small.zip", CONTENT)))
    assert find_cached("small") is None
    fetched = fetch("small")
    assert (fetched.dataset, fetched.source) == (dataset, dataset.source)
    assert fetched.files == (tmp_path / "cache" / "small" / "small.zip",)
    register(archive_at(DEAD))
    assert fetch("small").files == fetched.files


def test_the_second_source_is_used_if_the_first_is_down(serve: Serve, register: Callable[..., NamedDataset]) -> None:
    dataset = register(archive_at(DEAD), archive_at(serve("mirror.zip", CONTENT), "Second"))
    fetched = fetch("small")
    assert fetched.source is dataset.sources[1]
    assert fetched.files[0].read_bytes() == CONTENT
    assert find_cached("small") == fetched


def test_the_second_source_is_used_if_the_first_gives_something_else(
    tmp_path: Path, serve: Serve, register: Callable[..., NamedDataset]
) -> None:
    register(archive_at(serve("small.zip", b"a login page")), archive_at(serve("mirror.zip", CONTENT), "Second"))
    assert fetch("small").source.name == "Second"
    assert [path.name for path in (tmp_path / "cache" / "small").iterdir()] == ["mirror.zip"]


def test_every_cause_and_the_mend_are_told_if_all_sources_fail(
    serve: Serve, register: Callable[..., NamedDataset]
) -> None:
    register(archive_at(DEAD), archive_at(serve("mirror.zip", b"a login page"), "Second"))
    with pytest.raises(InputError) as caught:
        fetch("small")
    message = str(caught.value)
    assert re.search(r"First: no connection.*; Second: what came does not match its checksum", message)
    assert "--interactions FILE" in message
    assert DEAD in message


def test_a_damaged_cache_is_an_error(serve: Serve, register: Callable[..., NamedDataset]) -> None:
    register(archive_at(serve("small.zip", CONTENT)))
    fetch("small").files[0].write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"small\.zip does not match its checksum"):
        fetch("small")


def test_a_cache_that_is_a_file_is_an_error(
    tmp_path: Path, serve: Serve, register: Callable[..., NamedDataset]
) -> None:
    register(archive_at(serve("small.zip", CONTENT)))
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(InputError, match=r"can't hold small .*SEQREC_BENCH_CACHE"):
        fetch("small")


def test_100k_comes_out_of_the_wheel_if_grouplens_is_down(
    recbole_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    build_wheel: BuildWheel,
    declare: Callable[..., None],
) -> None:
    members = {member: (recbole_folder / Path(member).name).read_bytes() for member in RECBOLE_ML_100K.members}
    build_wheel(RECBOLE_ML_100K.requirement, members)
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))
    declare(replace(ML_100K, source=archive_at("http://127.0.0.1:1/ml-100k.zip")))
    fetched = fetch("ml-100k")
    assert fetched.source is RECBOLE_ML_100K
    assert fetched.source.name == "the wheel recbole==1.2.1"
    assert {path.name for path in fetched.files} == {"ml-100k.inter", "ml-100k.item", "ml-100k.user"}
