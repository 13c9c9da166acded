"""Files of which nobody has published a checksum, and files that somebody has to put into the cache."""

import hashlib
import io
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.data import Interactions, NamedDataset, fetch, find_cached
from seqrec_bench.data.sets.declaration import Checking
from seqrec_bench.data.sets.downloads import SourceUnavailableError
from seqrec_bench.data.sets.packed import Member, Packed
from seqrec_bench.data.sets.sources import ByHand, Download, RemoteFile, Source
from seqrec_bench.errors import InputError

Serve = Callable[[str, bytes], str]
CONTENT = b"rows"
DEAD = "http://127.0.0.1:1/small.csv"
DATA = (Interactions.from_rows(["u"], ["i"], [1]), None)
REFUSED = (
    "No checksum of small.csv is published, so small can't be verified: `seqrec-bench data fetch small --unverified` "
    "takes it as it {}, keeps its sha256, and holds it to that from then on."
)


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def source_at(url: str, checksum: str | None = None, **saved_as: str) -> Download:
    return Download("First", (RemoteFile(url, checksum, **saved_as),), lambda folder: DATA)


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declare: Callable[..., None]) -> Callable[..., Path]:
    """Makes a data set called small with these sources known; its folder in an empty cache."""
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))

    def add(source: Source, *mirrors: Source) -> Path:
        declare(NamedDataset("small", None, None, None, "any use", "nobody", source, mirrors))
        return tmp_path / "cache" / "small"

    return add


def refused(said: str, unverified: bool = False) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        fetch("small", unverified=unverified)


def test_it_comes_only_if_somebody_agrees_and_is_held_to_itself(serve: Serve, register: Callable[..., Path]) -> None:
    url = serve("small.csv", CONTENT)
    folder = register(source_at(url))
    refused(REFUSED.format("comes"))
    assert not folder.exists() and find_cached("small") is None
    fetched = fetch("small", unverified=True)
    assert fetched.kept_checksums == {"small.csv": sha256(CONTENT)}
    assert (folder / "small.csv.sha256").read_text() == f"{hashlib.sha256(CONTENT).hexdigest()}  small.csv\n"
    register(source_at(DEAD))
    assert fetch("small") == find_cached("small")  # without asking, and without the server
    (folder / "small.csv").write_bytes(b"other rows")
    refused(
        f"{folder / 'small.csv'} is no longer the file whose checksum ({sha256(CONTENT)}) stands in small.csv.sha256"
    )


def test_what_is_kept_is_what_comes_again(serve: Serve, register: Callable[..., Path]) -> None:
    folder = register(source_at(serve("small.csv", CONTENT)))
    fetch("small", unverified=True)
    (folder / "small.csv").unlink()
    assert fetch("small").files[0].read_bytes() == CONTENT  # agreed to once, and known since
    (folder / "small.csv").unlink()
    register(source_at(serve("small.csv", b"other rows")))
    refused("small could not be fetched (First: what came does not match its checksum)")
    assert not (folder / "small.csv").exists()


@pytest.mark.parametrize("content", ["", "12  small.csv", "\udcff"])
def test_a_damaged_note_of_the_checksum_is_named(register: Callable[..., Path], content: str) -> None:
    folder = register(source_at(DEAD))
    folder.mkdir(parents=True)
    (folder / "small.csv").write_bytes(CONTENT)
    (folder / "small.csv.sha256").write_bytes(content.encode(errors="surrogateescape"))
    refused("small.csv.sha256 ")


@pytest.mark.parametrize("checksum", [None, sha256(CONTENT)])
def test_a_folder_in_the_place_of_a_file_is_named(register: Callable[..., Path], checksum: str | None) -> None:
    folder = register(source_at(DEAD, checksum))
    (folder / "small.csv").mkdir(parents=True)
    refused(f"{folder / 'small.csv'} can't be read (Is a directory): put a file there that can.", unverified=True)


def test_one_put_there_by_hand_is_taken_as_it_is(register: Callable[..., Path]) -> None:
    folder = register(source_at(DEAD))
    folder.mkdir(parents=True)
    (folder / "small.csv").write_bytes(CONTENT)
    assert find_cached("small") is None
    refused(REFUSED.format("is"))
    assert fetch("small", unverified=True).kept_checksums == {"small.csv": sha256(CONTENT)}
    assert find_cached("small") is not None


def test_a_verified_mirror_needs_no_consent(serve: Serve, register: Callable[..., Path]) -> None:
    register(source_at(DEAD), source_at(serve("mirror.csv", CONTENT), sha256(CONTENT)))
    assert fetch("small").files[0].name == "mirror.csv"


def test_of_several_files_those_that_lack_come(serve: Serve, register: Callable[..., Path]) -> None:
    first = RemoteFile(serve("a.csv", CONTENT), sha256(CONTENT))
    absent = RemoteFile("http://127.0.0.1:1/b", sha256(b"b"), saved_as="b.json")
    folder = register(Download("First", (first, absent), lambda folder: DATA))
    refused(f"put {first.url} and http://127.0.0.1:1/b as b.json into {folder}, or give data of your own")
    (folder / "b.json").write_bytes(b"b")
    register(Download("First", (first._replace(url="http://127.0.0.1:1/a.csv"), absent), lambda folder: DATA))
    assert [path.name for path in fetch("small").files] == ["a.csv", "b.json"]


HANDS = ByHand("Shop", "https://example.org/page", {"small.csv": None}, lambda folder: DATA, "get it with an account")


def test_what_no_address_gives_is_told_with_the_place(register: Callable[..., Path]) -> None:
    folder = register(HANDS)
    said = (
        "small can't be fetched by its address: get it with an account (https://example.org/page), and put small.csv "
        f"into {folder}; then `seqrec-bench data fetch small --unverified` takes it as it is."
    )
    refused(said)
    refused(said, unverified=True)
    folder.mkdir(parents=True)
    (folder / "small.csv").write_bytes(CONTENT)
    refused(REFUSED.format("is"))
    assert fetch("small", unverified=True).kept_checksums == {"small.csv": sha256(CONTENT)}
    assert fetch("small").source is HANDS


def test_what_somebody_gets_by_hand_may_have_a_checksum(register: Callable[..., Path]) -> None:
    folder = register(
        ByHand("Shop", "https://example.org", {"a": sha256(CONTENT)}, lambda folder: DATA, "get it with an account")
    )
    refused(f"and put a into {folder}.")
    folder.mkdir(parents=True)
    (folder / "a").write_bytes(CONTENT)
    assert fetch("small").kept_checksums == {}
    (folder / "a").write_bytes(b"other")
    refused("a does not match its checksum")


def test_how_it_is_checked_is_told() -> None:
    for source, checking in (
        (source_at(DEAD), Checking.UNVERIFIED),
        (source_at(DEAD, sha256(CONTENT)), Checking.VERIFIED),
        (HANDS, Checking.BY_HAND),
    ):
        assert NamedDataset("small", 1, 1, 1, "", "", source).checking is checking


def packed(url: str, member: Member) -> Packed:
    return Packed("First", url, {"a/small.csv": member}, lambda folder: DATA, 10_000)


def tar(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("a/other.csv", "a/small.csv"):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_a_file_in_an_archive_is_kept_without_it(serve: Serve, register: Callable[..., Path]) -> None:
    folder = register(packed(serve("a.tar.gz", tar(CONTENT)), Member(f"md5:{hashlib.md5(CONTENT).hexdigest()}", 100)))
    fetch("small")
    assert [path.name for path in folder.iterdir()] == ["small.csv"]
    assert find_cached("small") is not None


@pytest.mark.parametrize(
    ("archive", "cause"),
    [
        (tar(b"other"), "small.csv in it does not match its checksum"),
        (tar(bytes(2**20)), "small.csv in it does not match its checksum"),
        (tar(CONTENT)[:-40], "a/small.csv can't be taken out of it"),
        (b"<html></html>", "a/small.csv can't be taken out of it"),
        (bytes(10_001), "more than 10,000 bytes came"),
    ],
    ids=["another", "greater", "cut", "a page", "endless"],
)
def test_an_unfit_archive_leaves_nothing(
    serve: Serve, register: Callable[..., Path], archive: bytes, cause: str
) -> None:
    url = serve("a.tar.gz", archive)
    folder = register(packed(url, Member(sha256(CONTENT), 100)))
    refused(f"small could not be fetched (First: {cause}): put small.csv out of {url} into {folder}, or give")
    assert list(folder.iterdir()) == []


def test_more_than_a_file_may_have_is_not_waited_for(tmp_path: Path, serve: Serve) -> None:
    source = Download("First", (RemoteFile(serve("a.csv", bytes(1_001)), None, 1_000),), lambda folder: DATA)
    with pytest.raises(SourceUnavailableError, match="more than 1,000 bytes came"):
        source.download(tmp_path)
    assert list(tmp_path.iterdir()) == []
