"""The directory of records: one file a cell, written whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import (
    BenchError,
    InputError,
    InvalidRecordError,
    MissingCellsError,
    ScoreError,
    UnreadableError,
    in_words,
)
from seqrec_bench.recommender import State
from seqrec_bench.records.arrays import encode_arrays
from seqrec_bench.records.checkpoints import checkpoint_path, read_progress
from seqrec_bench.records.encoding import arrays_of, decode, encode, encode_rank_lists
from seqrec_bench.records.files import (
    RANKS,
    TOP,
    WEIGHTS,
    beside,
    remove_beside,
    sha256,
    write_atomically,
    write_beside,
)
from seqrec_bench.records.leftovers import record_of, remove_checkpoint, remove_leftovers
from seqrec_bench.records.locks import SUFFIX, Lock, LockHolder, lock_holder, lock_path, try_lock
from seqrec_bench.records.looking import Missed, at_depth, is_folder, is_there, read_bytes, require_file, stop
from seqrec_bench.records.reading import REPEATED, Version, read_record, require_within_catalogue, version_of
from seqrec_bench.records.record import CellKey, Recipe, Record
from seqrec_bench.records.retraining import advise_training
from seqrec_bench.records.top import TopFile, TopLists, encode_top
from seqrec_bench.records.weights import decode_weights, encode_weights

MAX_USERS_IN_JSON = 20_000
"""Above this many ranks of a part, they go into an ``.npz`` file beside the record: one a user, as a rule."""

DEPTH = 4
"""Of a record's path: data set, protocol, model, file."""

RUN_AGAIN = "restore it, or move it away and run its cell again"
RESTORE = "restore it (from version control)"
"""For records that others are held against: what was run again would bless whatever it gives."""


class Store:
    """Records under one directory, each at the path that its key gives."""

    def __init__(self, root: Path, mend: str = RUN_AGAIN) -> None:
        """Opens nothing yet.

        Args:
            mend: What to do about a record that can't be read, in words.
        """
        self.root = root
        self._mend = mend
        self._folder: os.stat_result | None = None
        """The directory itself, once it was made sure of by `open`."""

    def path(self, key: CellKey) -> Path:
        return self.root / key.path()

    def load(self, key: CellKey) -> Record | None:
        """The record of this cell, or None where there is none.

        Raises:
            InvalidRecordError: A file stands there that is not this cell's record.
            UnreadableError: Nobody can tell.
        """
        path = self.path(key)
        return self.read(path) if is_there(path) else None

    def records(self) -> list[Record]:
        """All records, ordered by key.

        Raises:
            InputError: The directory does not exist.
            InvalidRecordError: One of the files is not a record, or not at the path that its key gives.
            UnreadableError: A file or folder can't be read.
        """
        if not is_folder(self.root):
            raise InputError(f"There is no results directory {self.root}: name another with --results, or run first.")
        return sorted((self.read(path) for path in self.paths()), key=lambda record: record.key)

    def paths(self, missed: Missed = stop) -> Iterator[Path]:
        """Where there is a record, or ought to be: what is called JSON where records stand.

        Args:
            missed: Told of each folder that can't be read; else it is raised.

        Raises:
            UnreadableError: A folder can't be read.
        """
        found = at_depth(self.root, DEPTH, missed)
        return (path for path in found if path.suffix == ".json" and not path.name.startswith("."))

    def recorded(self, missed: Missed = stop) -> Iterator[CellKey]:
        """The cells whose records these are by their names; a file of another name is for whoever reads all records.

        Args:
            missed: As `paths` has it.
        """
        for path in self.paths(missed):
            with suppress(ValueError):
                yield CellKey.of_path(path.relative_to(self.root))

    def version(self, key: CellKey) -> Version | None:
        """Which of the cell's records stands there, one made after another; None where there is none.

        Raises:
            UnreadableError: Something stands there that can't be opened: whoever wants its place leaves it alone.
        """
        try:
            status = require_file(self.path(key))
        except FileNotFoundError:
            return None
        return version_of(status)

    def read(self, path: Path) -> Record:
        """The record in this file.

        Raises:
            InvalidRecordError: It is none, or one whose place is another.
            UnreadableError: Nobody can tell.
        """
        return read_record(self.root, path, self._mend)

    def require_writable(self) -> None:
        """Tries whether records could be written; leaves nothing behind.

        Raises:
            InputError: Nothing can be written there: better known before hours of work than after.
        """
        try:
            place = next(place for place in (self.root, *self.root.parents) if place.exists())
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            raise InputError(
                f"Results can't be written to {self.root} ({error.strerror}): name another directory with --results."
            ) from error

    def open(self) -> None:
        """Makes the directory where it is not there yet. From now on, no other may take its place.

        Raises:
            InputError: It can't be made.
        """
        self.require_writable()
        self.root.mkdir(parents=True, exist_ok=True)
        self._folder = self.root.stat()

    def save(self, record: Record, weights: State | None = None, top: TopLists | None = None) -> Path:
        """Writes the record; whoever looks sees the old one or the new one with all its files, never a part of either.

        Args:
            weights: The recommender's state, whose sha256 takes the place of `record.weights`. Without it, a file that
                `record.weights` names is left as it is; any other that an earlier record had is removed.
            top: What is recommended to the test users; `record.top` likewise.

        Raises:
            OSError: It can't be written, and what was there before is as it was.
            ScoreError: It could not be read back, so nothing was written: a recommender says of itself what no record
                can hold.
        """
        content = None if weights is None else encode_weights(weights)
        if content is not None:
            record = replace(record, weights=sha256(content))
        lists = None if top is None else encode_top(top)
        if lists is not None and top is not None:
            record = replace(record, top=TopFile(top.items.shape[1], sha256(lists)))
        _require_readable(record)
        path = self._place(record.key)
        if content is not None:
            write_beside(path, content, WEIGHTS)
        if lists is not None:
            write_beside(path, lists, TOP)
        n_most = max(record.validation.n_targets, record.test.n_targets)
        fields = _write_arrays(path, record) if n_most > MAX_USERS_IN_JSON else _in_text(record)
        write_atomically(path, encode(record, fields).encode())
        remove_beside(path, RANKS, but=fields["test"].get("sha256"))
        remove_beside(path, WEIGHTS, but=record.weights)
        remove_beside(path, TOP, but=record.top.sha256 if record.top else None)
        remove_checkpoint(path)
        return path

    def lock(self, key: CellKey) -> Lock | None:
        """Locks the cell for this process, and removes what was left behind by one that was killed while it had it.

        Returns:
            To be released once the cell's record is saved or given up; None while another process has it.

        Raises:
            OSError: Nothing can be written there.
        """
        path = self._place(key)
        found = try_lock(path)
        if found:
            remove_leftovers(path)
            if is_there(checkpoint_path(path)):
                self._remove_ended(key)
        return found

    def _remove_ended(self, key: CellKey) -> None:
        """Removes the checkpoint of a training that has come to its end: its record is there.

        A later one than the record is of a training since, which that record's lists were wanted for, say.
        """
        path = self.path(key)
        with suppress(BenchError, FileNotFoundError):  # nobody knows how that record was made
            if (record := self.load(key)) and checkpoint_path(path).lstat().st_mtime_ns <= path.stat().st_mtime_ns:
                remove_checkpoint(path, record.recipe)

    def checkpoint(self, key: CellKey) -> Path:
        """Where the cell's process writes down how far its training is."""
        return checkpoint_path(self.path(key))

    def begun(self, key: CellKey, recipe: Recipe) -> int | None:
        """The last epoch that a training of the cell by this recipe can go on from; None where there is none.

        Whether software and machine still are the same shows only when it is run.
        """
        try:
            progress = read_progress(self.checkpoint(key))
        except (FileNotFoundError, UnreadableError, ValueError):
            return None
        return None if recipe.difference(progress.recipe) else len(progress.curve)

    def forget_training(self, key: CellKey) -> None:
        """Lets the cell's training begin anew. Only for whoever has locked it."""
        remove_checkpoint(self.path(key))

    def running(self) -> dict[CellKey, LockHolder]:
        """The cells that are being run at the moment, by this process or another, and by whom."""
        files = (file for file in at_depth(self.root, DEPTH) if file.name.endswith(SUFFIX))
        records = {file: record for file in files if (record := record_of(file))}
        return {
            CellKey.of_path(record.relative_to(self.root)): found
            for file, record in records.items()
            if (found := lock_holder(file))
        }

    def lock_holder(self, key: CellKey) -> LockHolder | None:
        """Who runs the cell at the moment."""
        return lock_holder(lock_path(self.path(key)))

    def tidy(self) -> None:
        """Removes what runs that were killed have left here: locks, temporary files, weights without a record.

        What can't be read is left as it is.
        """
        leftovers = {record_of(file) for file in at_depth(self.root, DEPTH, lambda error: None)}
        for record in filter(None, leftovers):
            if found := self.lock(CellKey.of_path(record.relative_to(self.root))):
                found.release()

    def _place(self, key: CellKey) -> Path:
        """The path of the cell's record, whose folder is there from now on.

        Raises:
            OSError: It can't be made, or the results directory is not the one that was tried.
        """
        if self._folder and not (self.root.exists() and os.path.samestat(self.root.stat(), self._folder)):
            raise FileNotFoundError(errno.ENOENT, "the directory has vanished", str(self.root))
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
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
        file = beside(path, record.weights, WEIGHTS)
        if not is_there(file):
            raise MissingCellsError(
                f"The weights of {record.key} are not here as {file}, since git does not keep them: "
                + advise_training(self.root, record)
            )
        content = read_bytes(file)
        if sha256(content) != record.weights:
            raise InvalidRecordError(
                f"{file} is not the file that was written with its record: " + advise_training(self.root, record)
            )
        try:
            return decode_weights(content)
        except Exception as error:  # safetensors' own
            raise InvalidRecordError(
                f"{file} can't be read ({in_words(error)}): " + advise_training(self.root, record)
            ) from error


def _require_readable(record: Record) -> None:
    """Raises `ScoreError` for a record that this store would refuse, were it written."""
    ranks = {"validation": record.validation, "test": record.test}
    repeated = np.empty(0, dtype=np.int64) if record.targets is None else record.targets.repeated
    try:
        text = encode(record, dict.fromkeys([*ranks, "repeated"]))
        again = decode(text, lambda name, _: ranks[name], lambda _: repeated)
        require_within_catalogue(again)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ScoreError(
            f"The record of {record.key} was not stored, since it could not be read back ({in_words(error)}): mend "
            f"that in the recommender {record.key.model}."
        ) from error
    if again.key != record.key:
        raise ScoreError(f"The record of {record.key} was not stored, since it would be read back as {again.key}.")


def _in_text(record: Record) -> dict[str, Any]:
    """What stands in the record for its ranks and for the places of its repeated targets: the numbers themselves."""
    repeated = record.targets and record.targets.repeated.tolist()
    ranks = {"validation": record.validation, "test": record.test}
    return {**{name: encode_rank_lists(value) for name, value in ranks.items()}, "repeated": repeated}


def _write_arrays(path: Path, record: Record) -> dict[str, Any]:
    """Writes them to one array file beside the record at the path; returns what stands for each in the record."""
    ranks = {"validation": record.validation, "test": record.test}
    arrays = {f"{name}_{part}": array for name, value in ranks.items() for part, array in arrays_of(value).items()}
    if record.targets is not None:
        arrays[REPEATED] = record.targets.repeated
    digest = write_beside(path, encode_arrays(arrays), RANKS)
    return {name: {"file": beside(path, digest, RANKS).name, "sha256": digest} for name in (*ranks, "repeated")}
