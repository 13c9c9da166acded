"""Files of a results directory: written whole or not at all, and those beside a record named for their content."""

import glob
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RANKS, WEIGHTS, TOP = ".npz", ".safetensors", ".top.npz"
"""The endings of the files that may stand beside a record."""


@contextmanager
def put_in_place(path: Path) -> Iterator[Path]:
    """Inside, a file of another name is written, which then comes to the path in one step, once it is on the disk."""
    temporary = path.with_name(f".{path.name.removeprefix('.')}.{secrets.token_hex(8)}")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)  # until then, a power failure may undo the rename


def write_atomically(path: Path, content: bytes) -> None:
    """Puts the content at the path in one step."""
    with put_in_place(path) as temporary, temporary.open("xb") as file:
        file.write(content)


def _sync(path: Path) -> None:
    """Puts the file, or the names in the folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def beside(record: Path, digest: str, suffix: str) -> Path:
    """Where a file stands that belongs to the record at that path.

    The name follows the content, so that a new file leaves the old record whole until a new one replaces it.
    """
    return record.with_name(f"{record.stem}.{digest[:16]}{suffix}")


def write_beside(record: Path, content: bytes, suffix: str) -> str:
    """Writes a file that belongs to the record at that path and returns the content's sha256."""
    digest = sha256(content)
    write_atomically(beside(record, digest, suffix), content)
    return digest


def remove_beside(record: Path, suffix: str, but: str | None) -> None:
    """Removes the files of this kind that earlier records at that path had, all but the one with this sha256."""
    kept = but and beside(record, but, suffix)
    for file in record.parent.glob(f"{glob.escape(record.stem)}.{'[0-9a-f]' * 16}{suffix}"):
        if file != kept:
            file.unlink()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
