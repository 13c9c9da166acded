"""The directory of records: one file a cell, written whole or not at all."""

import io
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.recommender import State
from seqrec_bench.records.encoding import decode, decode_rank_lists, encode, encode_rank_lists
from seqrec_bench.records.files import beside, remove_beside, sha256, write_atomically, write_beside
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import CellKey, Record
from seqrec_bench.records.weights import decode_weights, encode_weights

MAX_USERS_IN_JSON = 20_000
"""Above this many evaluated users the ranks go into an ``.npz`` file beside the record."""

RANKS_SUFFIX, WEIGHTS_SUFFIX = ".npz", ".safetensors"
"""Of the files that stand beside a record."""


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
        return self.read(path) if path.exists() else None

    def records(self) -> list[Record]:
        """All records, ordered by key.

        Raises:
            InputError: The directory does not exist.
            InvalidRecordError: One of the files is not a record, or not at the path that its key gives.
        """
        if not self.root.is_dir():
            raise InputError(f"There is no results directory {self.root}: name another with --results, or run first.")
        return sorted((self.read(path) for path in self.paths()), key=lambda record: record.key)

    def paths(self) -> Iterator[Path]:
        """Where there is a record, or ought to be: the JSON files where records stand."""
        return (path for path in self.root.glob("*/*/*/*.json") if not path.name.startswith("."))

    def read(self, path: Path) -> Record:
        """The record in this file.

        Raises:
            InvalidRecordError: It is none, or one whose place is another.
        """
        return _read(self.root, path)

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

    def save(self, record: Record, weights: State | None = None) -> Path:
        """Writes the record; whoever looks sees the old one or the new one with all its files, never a part of either.

        Args:
            weights: The recommender's state, whose sha256 takes the place of `record.weights`. Without it, a file that
                `record.weights` names is left as it is; any other that an earlier record had is removed.
        """
        path = self.path(record.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        if weights is not None:
            record = replace(record, weights=write_beside(path, encode_weights(weights), WEIGHTS_SUFFIX))
        ranks = {"validation": record.validation, "test": record.test}
        if len(record.test.better) > MAX_USERS_IN_JSON:
            fields = _write_arrays(path, ranks)
        else:
            fields = {name: encode_rank_lists(value) for name, value in ranks.items()}
        write_atomically(path, encode(record, fields).encode())
        remove_beside(path, RANKS_SUFFIX, but=fields["test"].get("sha256"))
        remove_beside(path, WEIGHTS_SUFFIX, but=record.weights)
        return path

    def load_weights(self, record: Record) -> dict[str, npt.NDArray[Any]]:
        """The state that the record's recommender had once it was fitted.

        Raises:
            InputError: The record was stored without any.
            MissingCellsError: Its file is not here: it is in no repository, so a fresh clone has none.
            InvalidRecordError: What stands there is not what was written with the record.
        """
        path = self.path(record.key)
        if record.weights is None:
            raise InputError(f"{path} was stored without weights: fit {record.key.model} again to have them.")
        file = beside(path, record.weights, WEIGHTS_SUFFIX)
        if not file.exists():
            raise MissingCellsError(
                f"The weights of {record.key} are not here as {file}, since git does not keep them: "
                + _advise_training(self.root, record.key)
            )
        content = file.read_bytes()
        if sha256(content) != record.weights:
            raise InvalidRecordError(
                f"{file} is not the file that was written with its record: " + _advise_training(self.root, record.key)
            )
        return decode_weights(content)


def _advise_training(root: Path, key: CellKey) -> str:
    dimension = f"--dims {key.dimension} " if key.dimension else ""
    return (
        f"train the cell again, on the same data and with the same settings, by `seqrec-bench run --models {key.model} "
        f"{dimension}--seeds {key.seed} --variant {key.variant} --fresh --results {shlex.quote(str(root))}`."
    )


def _write_arrays(path: Path, ranks: Mapping[str, Ranks]) -> dict[str, Any]:
    """Writes the ranks of the record at the path to one array file; returns what stands for each in the record."""
    buffer = io.BytesIO()
    arrays = {f"{name}_{part}": getattr(value, part) for name, value in ranks.items() for part in ("better", "tied")}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    digest = write_beside(path, buffer.getvalue(), RANKS_SUFFIX)
    return {name: {"file": beside(path, digest, RANKS_SUFFIX).name, "sha256": digest} for name in ranks}


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
    file = beside(path, str(value["sha256"]), RANKS_SUFFIX)
    content = file.read_bytes()
    if value != {"file": file.name, "sha256": sha256(content)}:
        raise ValueError(f"{file.name} is not the file that was written with it")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Ranks(better=arrays[f"{name}_better"], tied=arrays[f"{name}_tied"])
