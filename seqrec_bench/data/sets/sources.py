"""Where a named data set comes from: addresses, an archive or a wheel with files inside it, or somebody's own hands.

A download goes to a temporary name, is verified and only then takes its place in the cache; what is in the cache is
verified again each time it is used.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol
from zipfile import ZipFile

from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.sets.checksums import CHECKSUM, State, keep, kept, state_of
from seqrec_bench.data.sets.downloads import MOST_BYTES, SourceUnavailableError, stream
from seqrec_bench.text import is_name, listed

Received = Callable[[str, int, int | None], None]
"""Told how far a download is: the source's name, the bytes so far, first 0, and of how many, if that is known."""

Read = Callable[[Path], RawData]
"""Reads the files of a data set in a folder of the cache."""


def ignore(source: str, n_received: int, n_bytes: int | None) -> None:
    """For a download that nobody watches."""


class Source(Protocol):
    """One place that a data set can be had from."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def url(self) -> str:
        """An address or, where there is none, what stands for it, for people to look at."""

    @property
    def wanted(self) -> str:
        """Which files belong into the cache, and where they are, in words."""

    @property
    def checksums(self) -> Mapping[str, str | None]:
        """``sha256:...`` or ``md5:...`` of each file, by its name in the data set's folder of the cache.

        None where none is published.
        """

    @property
    def by_hand(self) -> str | None:
        """How somebody gets the files, as the beginning of a sentence, where no address gives them; else None."""

    def download(self, folder: Path, received: Received = ignore) -> None:
        """Puts the files that are not there into that folder, verified where there is a checksum.

        Raises:
            SourceUnavailableError: It can't give one of them; no file is there that is not whole.
        """

    def read(self, folder: Path) -> RawData:
        """Returns what the files in that folder say."""


class RemoteFile(NamedTuple):
    """A file behind an address."""

    url: str
    checksum: str | None = None
    """``sha256:...`` or ``md5:...``; None where none is published, and the first one that comes is held to itself."""
    most_bytes: int = MOST_BYTES
    """What it may have; a download of more is ended."""
    saved_as: str | None = None
    """Its name in the cache, where that is not how the address ends."""

    @property
    def name(self) -> str:
        return self.saved_as or self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Download:
    """Files behind addresses, kept as they come."""

    name: str
    files: tuple[RemoteFile, ...]
    layout: Read
    """How the folder with these files is read."""

    by_hand = None

    def __post_init__(self) -> None:
        for file in self.files:
            require_address(file.url)
            require_file(file.name, file.checksum)

    @property
    def url(self) -> str:
        return self.files[0].url

    @property
    def wanted(self) -> str:
        return listed([file.url if file.saved_as is None else f"{file.url} as {file.name}" for file in self.files])

    @property
    def checksums(self) -> Mapping[str, str | None]:
        return {file.name: file.checksum for file in self.files}

    def read(self, folder: Path) -> RawData:
        return self.layout(folder)

    def download(self, folder: Path, received: Received = ignore) -> None:
        for file in self.files:
            path = folder / file.name
            if path.exists():
                is_verified = state_of(path, file.checksum) is State.VERIFIED
            else:
                known = file._replace(checksum=file.checksum or kept(path))
                retrieve(known, folder, partial(received, self.name))
                is_verified = known.checksum is not None
            if not is_verified:
                keep(path)


def zip_archive(name: str, url: str, checksum: str, layout: Callable[[ZipFile], RawData]) -> Download:
    """A zip archive behind an address, read as it is."""
    file = RemoteFile(url, checksum)

    def read(folder: Path) -> RawData:
        with ZipFile(folder / file.name) as archive:
            return layout(archive)

    return Download(name, (file,), read)


@dataclass(frozen=True)
class ByHand:
    """Files that no address gives: behind an account, a form or an archive that Python can't unpack."""

    name: str
    url: str
    """The page to begin with."""
    files: Mapping[str, str | None]
    """The checksum of each file by its name, None where none is published."""
    layout: Read
    """How the folder with these files is read."""
    steps: str
    """How to get them, as the beginning of a sentence: ``get events.csv from Kaggle, with an account``."""

    def __post_init__(self) -> None:
        require_address(self.url)
        for name, checksum in self.files.items():
            require_file(name, checksum)

    @property
    def checksums(self) -> Mapping[str, str | None]:
        return self.files

    @property
    def wanted(self) -> str:
        return listed(list(self.files))

    @property
    def by_hand(self) -> str | None:
        return f"{self.steps} ({self.url})"

    def read(self, folder: Path) -> RawData:
        return self.layout(folder)

    def download(self, folder: Path, received: Received = ignore) -> None:
        if not all((folder / name).exists() for name in self.files):
            raise SourceUnavailableError("no address gives it")
        for name, checksum in self.files.items():
            if state_of(folder / name, checksum) is State.UNVERIFIED:
                keep(folder / name)


def require_address(url: str) -> None:
    """Raises ValueError unless it is one of the web."""
    if not re.fullmatch(r"https?://\S+", url):
        raise ValueError(f"{url!r} is no address of the web")


def require_file(name: str, checksum: str | None) -> None:
    """Raises ValueError unless this can be the name of a file in the cache, and its checksum."""
    if not is_name(name):
        raise ValueError(f"{name!r} can't be a file's name in the cache")
    if checksum is not None and not CHECKSUM.fullmatch(checksum):
        raise ValueError(f"the checksum of {name} is {checksum!r}, and not sha256: or md5: with its small hex digits")


def retrieve(file: RemoteFile, folder: Path, received: Callable[[int, int | None], None]) -> None:
    """Puts the file into the folder once all of it is there, verified if it has a checksum.

    Raises:
        SourceUnavailableError: Its address does not give it.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")  # the command line says what happens
    try:
        pooch.retrieve(
            file.url,
            known_hash=file.checksum,
            fname=file.name,
            path=folder,
            downloader=partial(stream, received=received, most_bytes=file.most_bytes),
        )
    except ValueError as error:
        raise SourceUnavailableError("what came does not match its checksum") from error
