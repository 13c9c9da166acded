"""Checks of the files of a results directory: each is a record or belongs to one, with the hash that is said of it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation.protocols import known_protocol
from seqrec_bench.records import Record, Store
from seqrec_bench.records.check import Check
from seqrec_bench.records.files import RANKS, WEIGHTS, beside, sha256
from seqrec_bench.tracking import Track

DERIVED = ("explanations", "figures", "search", "verdicts.json")
"""What stands beside the committed records without being one."""
_DEPTH = 4
"""Of a record's path: data set, protocol, model, file."""


def read_records(store: Store, track: Track) -> tuple[list[Record], Check]:
    """The records that can be read, ordered by key, and the check that all can and stand in their places."""
    records: list[Record] = []
    faults = []
    for path in track("reading records", sorted(store.paths())):
        try:
            records.append(store.read(path))
        except InvalidRecordError as error:
            faults.append(str(error))
    records.sort(key=lambda record: record.key)
    return records, Check("records can be read, each at the place that its key gives", len(records), faults)


def check_files(store: Store) -> Check:
    """Every file is a record or belongs to one; what is made of records, or is another results directory, is named."""
    named = {file for path in store.paths() for file in (path, *(attached for attached, _ in _attachments(path)))}
    n_passed, faults = 0, []
    derived, nested = 0, set()
    for path in sorted(path for path in store.root.rglob("*") if path.is_file()):
        place = path.relative_to(store.root).parts
        if path in named:
            n_passed += 1
        elif place[0] in DERIVED:
            derived += 1
        elif len(place) == _DEPTH + 1 and known_protocol(place[2]):
            nested.add(place[0])
        else:
            faults.append(f"{path} is {_describe_stray(path, len(place))}: remove it.")
    notes = [f"Not looked at: {derived} files under {', '.join(DERIVED)}, which are no records."] if derived else []
    notes += [f"{store.root / name} is a results directory of its own: verify it by itself." for name in sorted(nested)]
    return Check("every file is a record or belongs to one", n_passed, faults, notes)


def _describe_stray(path: Path, depth: int) -> str:
    if depth == _DEPTH and re.fullmatch(r"\..+\.[0-9a-f]{16}", path.name):
        return "a temporary file of a run that was stopped, or is under way"
    if depth == _DEPTH and path.suffix in (RANKS, WEIGHTS):
        return "beside no record that names it"
    return "no record and belongs to none"


@dataclass
class _Hashed:
    n_equal: int = 0
    n_absent: int = 0


def check_hashes(store: Store, track: Track) -> Check:
    """What stands beside records has the sha256 that they say; weights may be absent, since git does not keep them."""
    found, faults = _Hashed(), []
    for path in track("hashing files", sorted(store.paths())):
        for file, digest in _attachments(path):
            if file.exists():
                equal = sha256(file.read_bytes()) == digest
                found.n_equal += equal
                faults += [] if equal else [f"{file} is not the file that {path.name} names: run its cell again."]
            elif file.suffix == WEIGHTS:
                found.n_absent += 1
            else:
                faults.append(f"{file}, which {path.name} names, is not there: run its cell again.")
    notes = [f"The weights of {found.n_absent} records are not here; git does not keep them."] if found.n_absent else []
    return Check("files beside records have their hashes", found.n_equal, faults, notes)


def _attachments(path: Path) -> Iterator[tuple[Path, str]]:
    """The files that a record, valid or not, says to stand beside it, and their sha256."""
    try:
        fields = json.loads(path.read_text())
    except (ValueError, OSError):
        return
    if not isinstance(fields, dict):
        return
    ranks = fields.get("test")
    yield from _attachment(path, ranks.get("sha256") if isinstance(ranks, dict) else None, RANKS)
    protocol = known_protocol(str(fields.get("protocol")))
    if protocol is None or protocol.base is None:  # what is ranked again names weights that stand beside its base
        yield from _attachment(path, fields.get("weights_sha256"), WEIGHTS)


def _attachment(path: Path, digest: Any, suffix: str) -> Sequence[tuple[Path, str]]:
    is_hash = isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest)
    return [(beside(path, digest, suffix), digest)] if is_hash else []
