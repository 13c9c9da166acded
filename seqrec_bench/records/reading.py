"""Reading a record and the ranks beside it: both may be anybody's, and may be replaced meanwhile."""

import io
import os
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.named import NAMED_DATASETS
from seqrec_bench.errors import InvalidRecordError, UnreadableError, in_words
from seqrec_bench.records.encoding import LaterSchemaError, decode, decode_rank_lists
from seqrec_bench.records.files import RANKS, beside, sha256
from seqrec_bench.records.looking import read_bytes
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import Record

MAX_BYTES_OF_RANKS = 2**32
"""What the arrays of a file of ranks may take: more than a hundred million users have."""

MAX_ITEMS = 2**31 - 1
"""Item ids are int32."""

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
        record = decode(read_bytes(path).decode(), lambda name, value: _read_ranks(path, name, value))
        require_within_catalogue(record)
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
    if not isinstance(value, dict) or "sha256" not in value:
        return decode_rank_lists(value)
    file = beside(path, str(value["sha256"]), RANKS)
    content = read_bytes(file)
    if value != {"file": file.name, "sha256": sha256(content)}:
        raise ValueError(f"{file.name} is not the file that was written with it")
    better, tied = _read_arrays(file.name, content, f"{name}_better", f"{name}_tied")
    return Ranks(better=better, tied=tied)


def _read_arrays(file: str, content: bytes, *names: str) -> list[npt.NDArray[np.int64]]:
    """The arrays of these names in the bytes of an ``.npz`` file, which may be anybody's.

    Raises:
        ValueError: They are not there, not of whole numbers, or greater than the file may be.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MAX_BYTES_OF_RANKS:
            raise ValueError(f"it unpacks to {size:,} bytes")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = [arrays[name] for name in names]
    except (Exception, MemoryError) as error:  # zipfile, zlib and numpy have each their own
        raise ValueError(f"{file} does not hold its ranks ({in_words(error)})") from error
    if any(array.dtype != np.int64 for array in found):
        raise ValueError(f"{file} holds ranks that are not whole numbers")
    return found


def require_within_catalogue(record: Record) -> None:
    """Raises ValueError for ranks that the data can't have; of data that are not named, no more is known."""
    named = NAMED_DATASETS.get(record.key.dataset)
    n_items = named.n_items if named else MAX_ITEMS
    for name, ranks in (("validation", record.validation), ("test", record.test)):
        if max(ranks.better.max(), ranks.tied.max(), (ranks.better - 1 + ranks.tied).max() + 1) > n_items:
            raise ValueError(f"its {name} ranks go beyond the catalogue of {n_items:,} items")
