import hashlib
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn
from zipfile import ZipFile

import pytest

from seqrec_bench.data import Interactions, RawTags
from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.sets import downloads
from seqrec_bench.data.sets.downloads import SourceUnavailableError
from seqrec_bench.data.sets.fetching import is_cached
from seqrec_bench.data.sets.packed import Member, Wheel
from seqrec_bench.data.sets.sources import Download, zip_archive
from seqrec_bench.errors import InputError

Serve = Callable[[str, bytes], str]
BuildWheel = Callable[[str, Mapping[str, bytes]], Path]
CONTENT = b"a file of some bytes"
DATA: RawData = (Interactions.from_rows(["u"], ["i"], [1]), RawTags({}, {}))


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def archive_at(url: str, checksum: str = sha256(CONTENT)) -> Download:
    return zip_archive("The archive", url, checksum, lambda archive: DATA)


def wheel_of(members: Mapping[str, bytes]) -> Wheel:
    wanted = {path: Member(sha256(content), len(content)) for path, content in members.items()}
    return Wheel("seqrec-example==1.0", wanted, lambda folder: DATA)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("checksum", [sha256(CONTENT), f"md5:{hashlib.md5(CONTENT).hexdigest()}"])
def test_an_archive_is_downloaded_and_verified(tmp_path: Path, serve: Serve, checksum: str) -> None:
    source = archive_at(serve("a.zip", CONTENT), checksum)
    assert not is_cached(source, tmp_path)
    source.download(tmp_path)
    assert files_in(tmp_path) == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert is_cached(source, tmp_path)


@pytest.mark.parametrize("stated", [None, len(CONTENT)])
def test_who_asks_is_told_how_far_a_download_is(tmp_path: Path, serve: Callable[..., str], stated: int | None) -> None:
    told: list[tuple[str, int, int | None]] = []
    archive_at(serve("a.zip", CONTENT, stated)).download(tmp_path, lambda *told_now: told.append(told_now))
    assert told == [("The archive", 0, stated), ("The archive", len(CONTENT), stated)]


def test_a_long_download_is_put_together(tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "CHUNK", 6)
    sizes: list[int] = []
    archive_at(serve("a.zip", CONTENT)).download(tmp_path, lambda name, n_bytes, expected: sizes.append(n_bytes))
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert sizes == [0, 6, 12, 18, len(CONTENT)]


def test_an_archive_with_another_checksum_is_refused_and_leaves_nothing(tmp_path: Path, serve: Serve) -> None:
    source = archive_at(serve("a.zip", CONTENT + b"!"))
    with pytest.raises(SourceUnavailableError, match="does not match its checksum"):
        source.download(tmp_path)
    assert files_in(tmp_path) == []


def test_an_absent_page_is_told_by_its_status(tmp_path: Path, serve: Serve) -> None:
    source = archive_at(serve("a.zip", CONTENT).replace("a.zip", "b.zip"))
    with pytest.raises(SourceUnavailableError, match="the server answered 404"):
        source.download(tmp_path)
    assert files_in(tmp_path) == []


@pytest.mark.usefixtures("serve")
def test_a_dead_server_is_no_connection(tmp_path: Path) -> None:
    source = archive_at("http://127.0.0.1:1/a.zip")
    with pytest.raises(SourceUnavailableError, match="no connection"):
        source.download(tmp_path)
    assert files_in(tmp_path) == []


def test_an_archive_is_read_by_its_layout(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("member", "content")
    source = zip_archive("x", "https://example.org/a.zip", sha256(b""), lambda archive: (archive.namelist(), DATA)[1])
    assert source.read(tmp_path) is DATA


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(CONTENT[:-1])
    with pytest.raises(InputError, match=r"a\.zip does not match its checksum .* delete it"):
        is_cached(archive_at("https://example.org/a.zip"), tmp_path)


def test_wanted_members_of_a_wheel_are_taken_out_and_no_others(tmp_path: Path, build_wheel: BuildWheel) -> None:
    wanted = {"pkg/data/one.txt": b"one", "pkg/data/two.txt": b"two"}
    build_wheel("seqrec_example==1.0", {**wanted, "pkg/__init__.py": b"", "../evil.txt": b"evil"})
    folder = tmp_path / "cache"
    source = wheel_of(wanted)
    source.download(folder)
    assert files_in(folder) == ["one.txt", "two.txt"]
    assert (folder / "two.txt").read_bytes() == b"two"
    assert is_cached(source, folder)
    assert not is_cached(wheel_of({**wanted, "pkg/three.txt": b""}), folder)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"pkg/one.txt": b"one", "pkg/two.txt": b"other"}, "two.txt in it does not match its checksum"),
        ({"pkg/one.txt": b"one"}, "pkg/two.txt can't be taken out of it"),
    ],
)
def test_an_unfit_wheel_is_refused_and_leaves_nothing(
    tmp_path: Path, build_wheel: BuildWheel, members: Mapping[str, bytes], problem: str
) -> None:
    build_wheel("seqrec_example==1.0", members)
    folder = tmp_path / "cache"
    with pytest.raises(SourceUnavailableError, match=problem):
        wheel_of({"pkg/one.txt": b"one", "pkg/two.txt": b"two"}).download(folder)
    assert files_in(folder) == []


@pytest.mark.usefixtures("build_wheel")
def test_a_wheel_that_pip_can_not_find_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError, match=r"pip failed .*No matching distribution found for seqrec-example"):
        wheel_of({}).download(tmp_path / "cache")
    assert files_in(tmp_path / "cache") == []


def test_pip_that_is_not_installed_is_told_with_its_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SourceUnavailableError, match=r"pip is not installed .* python -m ensurepip"):
        wheel_of({}).download(tmp_path)


def test_pip_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], *, timeout: float, **kwargs: object) -> NoReturn:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(SourceUnavailableError, match="pip was not done after 300 seconds"):
        wheel_of({}).download(tmp_path)
    assert files_in(tmp_path) == []


def test_pip_is_asked_for_that_wheel_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def record(command: list[str], **kwargs: object) -> NoReturn:
        commands.append(command)
        raise subprocess.CalledProcessError(1, command, stderr="")

    monkeypatch.setattr(subprocess, "run", record)
    with pytest.raises(SourceUnavailableError, match=r"pip failed \(exit code 1\)"):
        wheel_of({}).download(tmp_path)
    assert commands[0][-1] == "seqrec-example==1.0"
    assert {"--no-deps", "--only-binary=:all:", "--timeout=30"} <= set(commands[0])
