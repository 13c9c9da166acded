"""The data sets known by name, and how to get them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from seqrec_bench.cache import CACHE_VARIABLE, cache_folder, remove_abandoned
from seqrec_bench.data.downloads import SourceUnavailableError
from seqrec_bench.data.interactions import RawData
from seqrec_bench.data.movielens import read_csv, read_dat, read_ml_100k, read_ml_100k_of_recbole
from seqrec_bench.data.sources import (
    Archive,
    Member,
    Received,
    Source,
    Wheel,
    ignore,
    is_cached,
)
from seqrec_bench.errors import InputError

LICENCE = "GroupLens terms of use: for research; no redistribution without permission; cite the paper."
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
)


@dataclass(frozen=True)
class NamedDataset:
    """A public data set."""

    name: str
    n_users: int
    n_items: int
    """Items with at least one interaction."""
    n_interactions: int
    licence: str
    citation: str
    archive: Archive
    """Its publisher's own archive."""
    mirrors: tuple[Source, ...] = ()
    """Other places that give the same data, and so the same fingerprint."""

    @property
    def url(self) -> str:
        return self.archive.url

    @property
    def checksum(self) -> str:
        return self.archive.checksum

    @property
    def sources(self) -> tuple[Source, ...]:
        return (self.archive, *self.mirrors)


@dataclass(frozen=True)
class FetchedDataset:
    """A named data set whose verified files are in the cache."""

    dataset: NamedDataset
    source: Source
    folder: Path

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in self.source.checksums)


def named_dataset(name: str) -> NamedDataset:
    """Returns the data set of this name.

    Raises:
        InputError: None has it.
    """
    if name not in NAMED_DATASETS:
        raise InputError(
            f"No data set is called {name!r}: choose from {', '.join(NAMED_DATASETS)}, or give your own data by "
            "--interactions FILE."
        )
    return NAMED_DATASETS[name]


def find_cached(name: str) -> FetchedDataset | None:
    """Returns the data set if the files of one of its sources are in the cache, else None.

    Raises:
        InputError: The name is unknown or a cached file is damaged.
    """
    named = named_dataset(name)
    folder = cache_folder() / name
    for source in named.sources:
        if is_cached(source, folder):
            return FetchedDataset(named, source, folder)
    return None


def data_option(dataset: str) -> str:
    """How a command is told of the data set of this name: only the file of somebody's own is not known from it."""
    return f"--dataset {dataset}" if dataset in NAMED_DATASETS else "--interactions FILE"


def fetch(name: str, received: Received = ignore) -> FetchedDataset:
    """Returns the data set from the cache, put there first if need be from the first source that has it.

    Args:
        received: Told how far a download is.

    Raises:
        InputError: The name is unknown, a cached file is damaged, or no source can be reached.
    """
    return find_cached(name) or _download(named_dataset(name), cache_folder() / name, received)


def _download(named: NamedDataset, folder: Path, received: Received) -> FetchedDataset:
    causes = []
    remove_abandoned(folder)
    for source in named.sources:
        try:
            source.download(folder, received)
        except SourceUnavailableError as error:
            causes.append(f"{source.name}: {error}")
        except OSError as error:
            raise InputError(
                f"{folder} can't hold {named.name} ({error}): name a usable folder by {CACHE_VARIABLE}."
            ) from error
        else:
            return FetchedDataset(named, source, folder)
    raise InputError(
        f"{named.name} could not be fetched ({'; '.join(causes)}): put {named.url} into {folder}, or give data of your "
        "own by --interactions FILE."
    )


def _movielens(
    name: str,
    n_users: int,
    n_items: int,
    n_interactions: int,
    checksum: str,
    layout: Callable[[ZipFile], RawData],
    *mirrors: Source,
) -> NamedDataset:
    archive = Archive("GroupLens", f"https://files.grouplens.org/datasets/movielens/{name}.zip", checksum, layout)
    return NamedDataset(name, n_users, n_items, n_interactions, LICENCE, CITATION, archive, mirrors)


RECBOLE_ML_100K = Wheel(
    requirement="recbole==1.2.1",
    members={
        "recbole/dataset_example/ml-100k/ml-100k.inter": Member(
            "sha256:4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
            1_979_230,
        ),
        "recbole/dataset_example/ml-100k/ml-100k.item": Member(
            "sha256:51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
            66_632,
        ),
        "recbole/dataset_example/ml-100k/ml-100k.user": Member(
            "sha256:4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
            22_697,
        ),
    },
    layout=read_ml_100k_of_recbole,
)

NAMED_DATASETS: Mapping[str, NamedDataset] = {
    dataset.name: dataset
    for dataset in (
        _movielens(
            "ml-100k",
            943,
            1_682,
            100_000,
            "sha256:50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
            read_ml_100k,
            RECBOLE_ML_100K,
        ),
        _movielens(
            "ml-1m",
            6_040,
            3_706,
            1_000_209,
            "sha256:a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
            partial(read_dat, folder="ml-1m", encoding="latin-1"),
        ),
        _movielens(
            "ml-10m",
            69_878,
            10_677,
            10_000_054,
            "md5:ce571fd55effeba0271552578f2648bd",
            partial(read_dat, folder="ml-10M100K", encoding="utf-8"),
        ),
        _movielens(
            "ml-20m",
            138_493,
            26_744,
            20_000_263,
            "sha256:96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
            partial(read_csv, folder="ml-20m"),
        ),
        _movielens(
            "ml-25m",
            162_541,
            59_047,
            25_000_095,
            "sha256:8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
            partial(read_csv, folder="ml-25m"),
        ),
        _movielens(
            "ml-32m",
            200_948,
            84_432,
            32_000_204,
            "md5:d472be332d4daa821edc399621853b57",
            partial(read_csv, folder="ml-32m"),
        ),
    )
}
