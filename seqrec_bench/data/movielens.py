"""The MovieLens data sets of GroupLens: where they are, what they may be used for and how their files are laid out.

Ratings count as interactions whatever their value.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import ChosenColumns, Columns
from seqrec_bench.data.delimited import COMMAS, TABS, read_columns
from seqrec_bench.data.interactions import Interactions, RawData, RawTags
from seqrec_bench.data.readers import read_interactions
from seqrec_bench.data.row_blocks import Bytes, Layout
from seqrec_bench.data.tag_files import parse_tags, read_tags, split_tags

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
