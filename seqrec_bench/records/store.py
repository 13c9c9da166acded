"""The directory of records: one file a cell, written whole or not at all."""

import glob
import hashlib
import io
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqrec_bench.errors import InputError, InvalidRecordError
from seqrec_bench.records.encoding import decode, decode_rank_lists, encode, encode_rank_lists
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import CellKey, Record

MAX_USERS_IN_JSON = 20_000
"""Above this many evaluated users the ranks go into an ``.npz`` file beside the record."""


class Store:
    """Records under one directory, each at the path that its key gives."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: CellKey) -> Path:
        return self.root / key.path()

    def load(self, key: CellKey) -> Record | None:
        """The record of this cell, or None where there is none.

        Raises:
            InvalidRecordError: A file stands there that is not this cell's record.
        """
        path = self.path(key)
        return _read(self.root, path) if path.exists() else None

    def records(self) -> list[Record]:
        """All records, ordered by key.

        Raises:
            InputError: The directory does not exist.
            InvalidRecordError: One of the files is not a record, or not at the path that its key gives.
        """
        if not self.root.is_dir():
            raise InputError(f"There is no results directory {self.root}: name another with --results, or run first.")
        return sorted((_read(self.root, path) for path in self._files()), key=lambda record: record.key)

    def _files(self) -> Iterator[Path]:
        return (path for path in self.root.glob("*/*/*/*.json") if not path.name.startswith("."))

    def require_writable(self) -> None:
        """Makes the directory where it is not there yet, and tries it.

        Raises:
            InputError: Nothing can be written there: better known before hours of work than after.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise InputError(
                f"Results can't be written to {self.root} ({error.strerror}): name another directory with --results."
            ) from error

    def save(self, record: Record) -> Path:
        """Writes the record; whoever looks sees the old file or the new one, never a part of either."""
        path = self.path(record.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        ranks = {"validation": record.validation, "test": record.test}
        if len(record.test.better) > MAX_USERS_IN_JSON:
            fields = _write_arrays(path, ranks)
        else:
            fields = {name: encode_rank_lists(value) for name, value in ranks.items()}
        _write_atomically(path, encode(record, fields).encode())
        _remove_arrays(path, but=fields["test"].get("file"))
        return path


def _write_arrays(path: Path, ranks: Mapping[str, Ranks]) -> dict[str, Any]:
    """Writes the ranks of the record at the path to one array file; returns what stands for each in the record."""
    buffer = io.BytesIO()
    arrays = {f"{name}_{part}": getattr(value, part) for name, value in ranks.items() for part in ("better", "tied")}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    file = _arrays_file(path, digest)
    _write_atomically(file, content)
    return {name: {"file": file.name, "sha256": digest} for name in ranks}


def _arrays_file(path: Path, digest: str) -> Path:
    """Where the ranks of the record at the path stand.

    The name follows the content, so that a new array file leaves the old record whole until a new one replaces it.
    """
    return path.with_name(f"{path.stem}.{digest[:16]}.npz")


def _remove_arrays(path: Path, but: str | None) -> None:
    """Removes the array files that earlier records at the path had."""
    for file in path.parent.glob(f"{glob.escape(path.stem)}.{'[0-9a-f]' * 16}.npz"):
        if file.name != but:
            file.unlink()


def _write_atomically(path: Path, content: bytes) -> None:
    """Puts the content at the path in one step: first a temporary file on the disk, then a rename."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _read(root: Path, path: Path) -> Record:
    try:
        record = decode(path.read_text(), lambda name, value: _read_ranks(path, name, value))
    except (ValueError, OSError, TypeError, KeyError) as error:
        raise InvalidRecordError(f"{path} is not a valid record: {error}; delete it and run its cell again.") from error
    if path != root / record.key.path():
        raise InvalidRecordError(f"{path} holds the record of {record.key.path()}: put it there, or delete it.")
    return record


def _read_ranks(path: Path, name: str, value: Any) -> Ranks:
    if not isinstance(value, dict) or "sha256" not in value:
        return decode_rank_lists(value)
    file = _arrays_file(path, str(value["sha256"]))
    content = file.read_bytes()
    if value != {"file": file.name, "sha256": hashlib.sha256(content).hexdigest()}:
        raise ValueError(f"{file.name} is not the file that was written with it")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Ranks(better=arrays[f"{name}_better"], tied=arrays[f"{name}_tied"])
