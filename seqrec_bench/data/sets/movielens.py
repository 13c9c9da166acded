"""The MovieLens data sets of GroupLens: where they are, what they may be used for and how their files are laid out.

Ratings count as interactions whatever their value.
"""

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from seqrec_bench.data.interactions import Interactions, RawData, RawTags
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns, Columns
from seqrec_bench.data.reading.delimited import COMMAS, TABS, read_columns
from seqrec_bench.data.reading.readers import read_interactions
from seqrec_bench.data.reading.row_blocks import Bytes, Layout
from seqrec_bench.data.reading.tag_files import parse_tags, read_tags, split_tags
from seqrec_bench.data.sets.declaration import NamedDataset
from seqrec_bench.data.sets.packed import Member, Wheel
from seqrec_bench.data.sets.sources import Source, zip_archive

LICENCE = "GroupLens terms of use: for research; no redistribution without permission; cite the paper."
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
)

ML_100K_GENRES = (
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)
"""The meaning of the flags at the end of a line of ``u.item``, in their order."""

RATING_COLUMNS = ["userId", "movieId", "rating", "timestamp"]
MOVIE_COLUMNS = ["movieId", "title", "genres"]
CHOSEN_COLUMNS = ChosenColumns("userId", "movieId", "timestamp")


def read_ml_100k(archive: ZipFile) -> RawData:
    """Reads ``ml-100k.zip``: tab-separated ratings, films with one flag a genre, in Latin-1."""
    with archive.open("ml-100k/u.data") as file:
        interactions = _read_ratings(file, TABS, "u.data")
    films = [line.split("|") for line in _lines(archive, "ml-100k/u.item", "latin-1")]
    tags = {film[0]: _flagged_genres(film[-len(ML_100K_GENRES) :]) for film in films}
    return interactions, RawTags(tags, {film[0]: film[1] for film in films})


def read_ml_100k_of_recbole(folder: Path) -> RawData:
    """Reads the same data set in RecBole's layout."""
    return read_interactions(folder / "ml-100k.inter", Columns()), read_tags(folder / "ml-100k.item")


def read_dat(archive: ZipFile, folder: str, encoding: str) -> RawData:
    """Reads the layout of 1M and 10M: ``ratings.dat`` and ``movies.dat`` with ``::`` between fields."""
    ratings = io.BytesIO(archive.read(f"{folder}/ratings.dat").replace(b"::", b"\t"))
    tags, titles = {}, {}
    for line in _lines(archive, f"{folder}/movies.dat", encoding):
        item, _, rest = line.partition("::")
        titles[item], _, genres = rest.rpartition("::")
        tags[item] = frozenset(split_tags(genres, "|"))
    return _read_ratings(ratings, TABS, "ratings.dat"), RawTags(tags, titles)


def read_csv(archive: ZipFile, folder: str) -> RawData:
    """Reads the layout since 20M: ``ratings.csv`` and ``movies.csv`` with column names."""
    with archive.open(f"{folder}/ratings.csv") as file:
        interactions = _read_ratings(file, COMMAS, "ratings.csv")
    with archive.open(f"{folder}/movies.csv") as file:
        return interactions, parse_tags(file, COMMAS, MOVIE_COLUMNS, "movies.csv")


def _flagged_genres(flags: list[str]) -> frozenset[str]:
    return frozenset(genre for genre, flag in zip(ML_100K_GENRES, flags, strict=True) if flag == "1")


def _read_ratings(file: Bytes, layout: Layout, member: str) -> Interactions:
    """Reads ratings, of which those with commas have column names."""
    table = read_columns(file, layout, RATING_COLUMNS, layout is COMMAS, CHOSEN_COLUMNS.names, member)
    return interactions_from_table(table, CHOSEN_COLUMNS, member)


def _lines(archive: ZipFile, member: str, encoding: str) -> Iterator[str]:
    """The lines that are not empty, split at line feeds alone: titles may hold other separators."""
    text = archive.read(member).decode(encoding)
    return (line for line in text.replace("\r\n", "\n").split("\n") if line)


def _movielens(
    name: str,
    n_users: int,
    n_items: int,
    n_interactions: int,
    checksum: str,
    layout: Callable[[ZipFile], RawData],
    *mirrors: Source,
) -> NamedDataset:
    archive = zip_archive("GroupLens", f"https://files.grouplens.org/datasets/movielens/{name}.zip", checksum, layout)
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

ML_100K = _movielens(
    "ml-100k",
    943,
    1_682,
    100_000,
    "sha256:50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
    read_ml_100k,
    RECBOLE_ML_100K,
)
ML_1M = _movielens(
    "ml-1m",
    6_040,
    3_706,
    1_000_209,
    "sha256:a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
    partial(read_dat, folder="ml-1m", encoding="latin-1"),
)
ML_10M = _movielens(
    "ml-10m",
    69_878,
    10_677,
    10_000_054,
    "md5:ce571fd55effeba0271552578f2648bd",
    partial(read_dat, folder="ml-10M100K", encoding="utf-8"),
)
ML_20M = _movielens(
    "ml-20m",
    138_493,
    26_744,
    20_000_263,
    "sha256:96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
    partial(read_csv, folder="ml-20m"),
)
ML_25M = _movielens(
    "ml-25m",
    162_541,
    59_047,
    25_000_095,
    "sha256:8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
    partial(read_csv, folder="ml-25m"),
)
ML_32M = _movielens(
    "ml-32m",
    200_948,
    84_432,
    32_000_204,
    "md5:d472be332d4daa821edc399621853b57",
    partial(read_csv, folder="ml-32m"),
)
