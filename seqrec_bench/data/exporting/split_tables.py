"""The interactions of a split's parts as columns, and how these are written."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.split import Split
from seqrec_bench.recommender import Int64Array

PARTS = ("train", "validation", "test")
BLOCK = 2**16
"""Rows that are made at once."""


class Style(NamedTuple):
    """How values stand in a row."""

    delimiter: str
    quoting: str
    """As Arrow calls it."""


QUOTED, TABS, SPACES = Style(",", "needed"), Style("\t", "none"), Style(" ", "none")
"""Arrow quotes every text; so csv files have none where the ids do without."""


def places_of_parts(dataset: Dataset, split: Split) -> dict[str, Int64Array]:
    """Where each part's interactions stand among all, user by user; a history is the beginning of its sequence.

    Of a given split, all its interactions, those that are no further target among them too.
    """
    trained, known = split.train.lengths, split.test.history.lengths
    ends = dataset.sequences.lengths if dataset.given else known + np.isin(np.arange(len(known)), split.test.users)
    bounds = {"train": (np.zeros_like(trained), trained), "validation": (trained, known), "test": (known, ends)}
    return {part: _between(dataset.sequences.offsets[:-1], *both) for part, both in bounds.items()}


def _between(offsets: Int64Array, first: Int64Array, last: Int64Array) -> Int64Array:
    """The places from each user's `first` to its `last`, exclusively, counted from its offset; user by user."""
    counts = last - first
    places: Int64Array = np.arange(counts.sum()) + np.repeat(offsets + first - (np.cumsum(counts) - counts), counts)
    return places


def columns_at(dataset: Dataset, places: Int64Array) -> dict[str, npt.NDArray[Any]]:
    """The interactions at these places, with raw ids."""
    sequences = dataset.sequences
    return {
        "user_id": dataset.user_ids[sequences.users[places]],
        "item_id": dataset.item_ids[sequences.items[places]],
        "timestamp": sequences.times[places],
    }


def blocks_at(dataset: Dataset, places: Int64Array) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """The same, a block of them after another; one at least, which may be empty."""
    return (columns_at(dataset, places[start : start + BLOCK]) for start in range(0, max(1, len(places)), BLOCK))


def ids_have(dataset: Dataset, pattern: str) -> bool:
    """Whether any user's or item's raw id has something that the regular expression finds."""
    ids = [*dataset.user_ids.tolist(), *dataset.item_ids.tolist()]
    return any(re.search(pattern, identifier) for identifier in ids)


def csv_style(dataset: Dataset) -> Style:
    """How ids stand in csv files."""
    return QUOTED if ids_have(dataset, r'[,"\r\n]') else Style(",", "none")


def write_table(path: Path, header: Sequence[str], style: Style, blocks: Iterable[Mapping[str, Any]]) -> Path:
    """Writes the header as it is, if there is one, then the blocks' columns."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, delimiter=style.delimiter, quoting_style=style.quoting)
    with path.open("wb") as file:
        if header:
            file.write((style.delimiter.join(header) + "\n").encode())
        for block in blocks:
            csv.write_csv(pa.table({name: pa.array(values) for name, values in block.items()}), file, options)
    return path


def write_parquet(path: Path, blocks: Iterator[Mapping[str, Any]]) -> Path:
    """Writes the columns of the blocks, of which there is one at least; ids are texts."""
    import pyarrow as pa
    from pyarrow import parquet

    tables = (pa.table({name: pa.array(values) for name, values in block.items()}) for block in blocks)
    first = next(tables)
    with parquet.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)
    return path
