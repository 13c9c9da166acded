"""Checks of the files of a results directory: each is a record or belongs to one, with the hash that is said of it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from seqrec_bench.errors import ExitCode, InvalidRecordError, UnreadableError
from seqrec_bench.evaluation.protocols import known_protocol
from seqrec_bench.records import Record, Store
from seqrec_bench.records.check import Check
from seqrec_bench.records.checkpoints import checkpoint_path
from seqrec_bench.records.files import RANKS, TOP, WEIGHTS, beside, sha256
from seqrec_bench.records.leftovers import record_of
from seqrec_bench.records.locks import SUFFIX, is_locked, lock_holder, lock_path
from seqrec_bench.records.looking import files_below, is_there, read_bytes
from seqrec_bench.records.store import DEPTH
from seqrec_bench.records.strict_json import parse
from seqrec_bench.tracking import Track

DERIVED = ("explanations", "figures", "search", "verdicts.json")
"""What stands beside the committed records without being one."""
_BESIDE = re.compile(rf"(?P<stem>.+)\.[0-9a-f]{{16}}({re.escape(RANKS)}|{re.escape(WEIGHTS)}|{re.escape(TOP)})")
"""The name of a file that belongs to a record."""


@dataclass
class Unread:
    """What could not be read, each once, whoever has met it."""

    found: dict[str, None] = field(default_factory=dict)
    n_files: int = 0
    """What stands in the directory, whether it can be read or not."""

    def __call__(self, error: UnreadableError) -> None:
        self.found[str(error)] = None

    def check(self) -> Check:
        n_read = max(self.n_files - len(self.found), 0)
        return Check("all files and folders can be read", n_read, list(self.found), (), ExitCode.BAD_INPUT)


def read_records(store: Store, missed: Unread, track: Track) -> tuple[list[Record], Check]:
    """The records that can be read, ordered by key, and the check that all are valid and stand in their places."""
    records: list[Record] = []
    faults = []
    for path in track("reading records", sorted(store.paths(missed))):
        try:
            records.append(store.read(path))
        except UnreadableError as error:
            missed(error)
        except InvalidRecordError as error:
            faults.append(str(error))
    records.sort(key=lambda record: record.key)
    return records, Check("records can be read, each at the place that its key gives", len(records), faults)


class _Kind(Enum):
    """What a file at a record's depth is to the directory."""

    OWN = "a record, or a file that one names"
    UNDER_WAY = "being written"
    LEFT_LOCK = "the claim of a run that was killed"
    CHECKPOINT = "where a training that was stopped goes on from"
    NOT_JUDGED = "beside a record that can't be read or is not valid, so that nobody knows what it names"
    TEMPORARY = "a temporary file of a run that was stopped: the next run there removes it"
    ALONE = "beside no record that names it: move it elsewhere"
    STRAY = "no record and belongs to none: move it elsewhere"


def check_files(store: Store, missed: Unread) -> Check:
    """Every file is a record or belongs to one; what is made of records, or is another results directory, is named."""
    faults, kinds, derived, nested = [], Counter[_Kind](), 0, set()
    running: dict[str, None] = {}
    for path in sorted(files_below(store.root, missed)):
        missed.n_files += 1
        place = path.relative_to(store.root).parts
        if place[0] in DERIVED:
            derived += 1
        elif len(place) == DEPTH + 1 and known_protocol(place[2]):
            nested.add(place[0])
        else:
            kind = _kind(path, missed) if len(place) == DEPTH else _Kind.STRAY
            kinds[kind] += 1
            if kind in (_Kind.TEMPORARY, _Kind.ALONE, _Kind.STRAY):
                faults.append(f"{path} is {kind.value}.")
            elif kind is _Kind.UNDER_WAY and (record := _record_for(path)):
                running[f"{record} is being written by {lock_holder(lock_path(record)) or 'a run'}."] = None
    notes = [f"Not looked at: {derived} files under {', '.join(DERIVED)}, which are no records."] if derived else []
    notes += [f"{store.root / name} is a results directory of its own: verify it by itself." for name in sorted(nested)]
    notes += running
    if n_left := kinds[_Kind.LEFT_LOCK]:
        notes.append(f"{n_left} claims of runs that were killed are here: the next run removes them.")
    if n_begun := kinds[_Kind.CHECKPOINT]:
        notes.append(f"{n_begun} trainings that were stopped can go on from here: `run` does so.")
    if n_open := kinds[_Kind.NOT_JUDGED]:
        notes.append(f"Not judged: {n_open} files {_Kind.NOT_JUDGED.value}.")
    return Check("every file is a record or belongs to one", kinds[_Kind.OWN], faults, notes)


def _kind(path: Path, missed: Unread) -> _Kind:
    """What the file is, as things stand at this moment: a run may be changing them."""
    try:
        record = _record_for(path)
        if record is None:
            return _Kind.OWN if _is_record_name(path) else _Kind.STRAY
        if is_locked(lock_path(record)):
            return _Kind.UNDER_WAY
        if not is_there(path):  # removed since the folder was listed
            return _Kind.OWN
        if path == checkpoint_path(record):
            return _Kind.CHECKPOINT
        if path.name.startswith("."):
            return _Kind.LEFT_LOCK if path.name.endswith(SUFFIX) else _Kind.TEMPORARY
        named = _named_by(record)
    except UnreadableError as error:
        missed(error)
        return _Kind.NOT_JUDGED
    if named is None:
        return _Kind.NOT_JUDGED
    return _Kind.OWN if path in named else _Kind.ALONE


def _record_for(path: Path) -> Path | None:
    """The record that the file stands beside, is written for or locks; None for a record itself and any other file."""
    found = _BESIDE.fullmatch(path.name)
    if found and not path.name.startswith("."):
        return path.with_name(f"{found['stem']}.json")
    return record_of(path)


def _is_record_name(path: Path) -> bool:
    return path.suffix == ".json" and not path.name.startswith(".")


@dataclass
class _Hashed:
    n_equal: int = 0
    n_absent: int = 0


def check_hashes(store: Store, missed: Unread, track: Track) -> Check:
    """What stands beside records has the sha256 that they say; weights may be absent, since git does not keep them."""
    found, faults = _Hashed(), []
    for path in track("hashing files", sorted(store.paths(missed))):
        try:
            for file, digest in _attachments(path, _fields(path) or {}):
                faults += _hash_fault(path, file, digest, found)
        except UnreadableError as error:
            missed(error)
    notes = [f"The weights of {found.n_absent} records are not here; git does not keep them."] if found.n_absent else []
    return Check("files beside records have their hashes", found.n_equal, faults, notes)


def _hash_fault(path: Path, file: Path, digest: str, found: _Hashed) -> list[str]:
    """What is wrong with a file that the record at the path names."""
    if is_there(file):
        equal = sha256(read_bytes(file)) == digest
        found.n_equal += equal
        return [] if equal else [f"{file} is not the file that {path.name} names: run its cell again."]
    if file.suffix == WEIGHTS:
        found.n_absent += 1
        return []
    return [f"{file}, which {path.name} names, is not there: run its cell again."]


def _named_by(record: Path) -> set[Path] | None:
    """The files that the record there names, none where there is none; None for one that is not valid JSON.

    Raises:
        UnreadableError: Nobody can tell.
    """
    if not is_there(record):
        return set()
    fields = _fields(record)
    return None if fields is None else {file for file, _ in _attachments(record, fields)}


def _attachments(path: Path, fields: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The files that a record of these fields, valid or not, says to stand beside it, and their sha256."""
    ranks = fields.get("test")
    yield from _attachment(path, ranks.get("sha256") if isinstance(ranks, dict) else None, RANKS)
    top = fields.get("top")
    yield from _attachment(path, top.get("sha256") if isinstance(top, dict) else None, TOP)
    protocol = known_protocol(str(fields.get("protocol")))
    if protocol is None or protocol.base is None:  # what is ranked again names weights that stand beside its base
        yield from _attachment(path, fields.get("weights_sha256"), WEIGHTS)


def _fields(path: Path) -> dict[str, Any] | None:
    try:
        fields = parse(read_bytes(path))
    except (ValueError, FileNotFoundError):
        return None
    return fields if isinstance(fields, dict) else None


def _attachment(path: Path, digest: Any, suffix: str) -> Sequence[tuple[Path, str]]:
    is_hash = isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest)
    return [(beside(path, digest, suffix), digest)] if is_hash else []
