"""Reading a record and the ranks beside it: both may be anybody's, and may be replaced meanwhile."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqrec_bench.data.sets.registry import catalogue_size
from seqrec_bench.errors import InvalidRecordError, UnreadableError
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records.arrays import decode_arrays
from seqrec_bench.records.encoding import LaterSchemaError, decode, decode_places, decode_rank_lists, ranks_of
from seqrec_bench.records.files import RANKS, TOP, beside, sha256
from seqrec_bench.records.looking import read_bytes
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import Record

MAX_ITEMS = 2**31 - 1
"""Item ids are int32."""

REPEATED = "test_repeated"
"""The array that holds the places of repeated targets, beside those of the ranks."""

Version = tuple[int, int]
"""Tells the file of a record from the one that takes its place: inode and time of writing."""


def _version(path: Path) -> Version | None:
    try:
        status = path.stat()
    except OSError:  # not there, or a link to itself, which reading it will say
        return None
    return version_of(status)


def version_of(status: os.stat_result) -> Version:
    """The version that a file of this status is."""
    return status.st_ino, status.st_mtime_ns


def read_record(root: Path, path: Path, mend: str) -> Record:
    """The record in this file of the results directory.

    Args:
        mend: What to do about one that is not valid, in words.

    Raises:
        InvalidRecordError: It is none, or one whose place is another.
        UnreadableError: Nobody can tell.
    """
    version = _version(path)
    try:
        record = decode(
            read_bytes(path).decode(),
            lambda name, value: _read_ranks(path, name, value),
            lambda value: _read_repeated(path, value),
        )
        require_within_catalogue(record)
        if record.top:
            record = replace(record, top=replace(record.top, path=beside(path, record.top.sha256, TOP)))
    except LaterSchemaError as error:
        raise InvalidRecordError(
            f"{path} was written by a later seqrec-bench ({error}): install that one, or name another directory."
        ) from error
    except (UnreadableError, ValueError, OSError, TypeError, KeyError) as error:
        if _version(path) != version:  # a run has replaced it meanwhile, and removed what the old one had beside it
            return read_record(root, path, mend)
        if isinstance(error, UnreadableError):
            raise
        raise InvalidRecordError(f"{path} is not a valid record: {error}; {mend}.") from error
    if path != root / record.key.path():
        raise InvalidRecordError(f"{path} holds the record of {record.key.path()}: move it there, or elsewhere.")
    return record


def _read_ranks(path: Path, name: str, value: Any) -> Ranks:
    if not _is_file(value):
        return decode_rank_lists(value)
    arrays = _read_arrays(path, value, [f"{name}_better", f"{name}_tied"], optional=[f"{name}_users"])
    return ranks_of({key.removeprefix(f"{name}_"): array for key, array in arrays.items()})


def _read_repeated(path: Path, value: Any) -> Int64Array:
    if not _is_file(value):
        return decode_places(value)
    repeated = _read_arrays(path, value, [REPEATED])[REPEATED]
    if repeated.ndim != 1:
        raise ValueError("its repeated targets are no list")
    return repeated


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and "sha256" in value


def _read_arrays(
    path: Path, value: Mapping[str, Any], needed: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, Int64Array]:
    """The arrays of these names in the file beside the record of which the value says the name and the hash."""
    file = beside(path, str(value["sha256"]), RANKS)
    content = read_bytes(file)
    if value != {"file": file.name, "sha256": sha256(content)}:
        raise ValueError(f"{file.name} is not the file that was written with it")
    return decode_arrays(file.name, content, "ranks", np.int64, needed, optional)


def require_within_catalogue(record: Record) -> None:
    """Raises ValueError for ranks that the data can't have; of data that are not named, no more is known."""
    n_items = catalogue_size(record.key.dataset) or MAX_ITEMS
    for name, ranks in (("validation", record.validation), ("test", record.test)):
        if max(ranks.better.max(), ranks.tied.max(), (ranks.better - 1 + ranks.tied).max() + 1) > n_items:
            raise ValueError(f"its {name} ranks go beyond the catalogue of {n_items:,} items")
