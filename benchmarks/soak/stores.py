"""What is looked at in a results directory, after each kill and at the end."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from seqrec_bench.errors import BenchError
from seqrec_bench.records import Store
from seqrec_bench.records.checkpoints import CHECKPOINT, read_checkpoint

Stamp = tuple[int, int]
"""Inode and time of writing: another one means that the file was written again."""


@dataclass
class Snapshot:
    """The records that stand in a results directory at one moment, and what is wrong there."""

    records: dict[str, Stamp] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    """Claims, checkpoints and temporary files."""
    broken: list[str] = field(default_factory=list)
    """Visible files that are not whole."""


def look(root: Path) -> Snapshot:
    """Reads everything in the directory while nothing writes there."""
    found = Snapshot()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = path.relative_to(root).as_posix()
        if path.name.startswith("."):
            found.hidden.append(name)
            found.broken += _fault_of_checkpoint(path) if path.name.endswith(CHECKPOINT) else []
        elif path.suffix == ".json":
            found.records[name] = (path.stat().st_ino, path.stat().st_mtime_ns)
        elif hashlib.sha256(path.read_bytes()).hexdigest()[:16] != path.name.split(".")[-2]:
            found.broken.append(name)
    try:
        if found.records:
            store = Store(root)
            for record in store.records():
                if record.weights:
                    store.load_weights(record)
    except BenchError as error:
        found.broken.append(str(error))
    return found


def _fault_of_checkpoint(path: Path) -> list[str]:
    """The next run would begin anew, and say why: but half a file must not come to stand there."""
    try:
        read_checkpoint(path)
    except ValueError as error:
        return [f"{path}: {error}"]
    return []


def lost(before: Snapshot, after: Snapshot) -> list[str]:
    """Records that were there and are not."""
    return sorted(before.records.keys() - after.records.keys())


def written_again(before: Snapshot, after: Snapshot) -> list[str]:
    """Records that were there and were written a second time."""
    return [name for name, stamp in before.records.items() if after.records.get(name, stamp) != stamp]


def differences(root: Path, reference: Path) -> list[str]:
    """Files that only one of two directories has, or that differ by more than timings, memory and environment."""
    found, expected = contents(root), contents(reference)
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def contents(root: Path) -> dict[str, object]:
    """All files by name, records without what may differ between two runs of a cell."""
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {name: _without_timings(file) if name.endswith(".json") else file for name, file in files.items()}


def _without_timings(record: bytes) -> object:
    try:
        fields = json.loads(record)
    except ValueError:  # half a record
        return record
    for name in ("seconds", "peak_memory_bytes", "environment"):
        del fields[name]
    for epoch in fields["curve"]:
        del epoch["seconds"]
    return fields
