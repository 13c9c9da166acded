"""What killed runs leave beside records: temporary files, locks that nobody holds, weights without a record.

A checkpoint is no such thing while its record is not there: the next run goes on from it.
"""

import glob
import re
from contextlib import suppress
from pathlib import Path

from seqrec_bench.errors import UnreadableError
from seqrec_bench.records.checkpoints import CHECKPOINT, checkpoint_path, read_progress
from seqrec_bench.records.files import RANKS, TOP, WEIGHTS, remove_beside
from seqrec_bench.records.locks import SUFFIX
from seqrec_bench.records.looking import read_bytes
from seqrec_bench.records.record import STEM, Recipe
from seqrec_bench.records.strict_json import parse

_LEFTOVER = re.compile(
    rf"\.(?P<stem>{STEM})"
    rf"(\.json{re.escape(SUFFIX)}|{re.escape(CHECKPOINT)}"
    rf"|(\.json|\.[0-9a-f]{{16}}({re.escape(RANKS)}|{re.escape(WEIGHTS)}|{re.escape(TOP)})|{re.escape(CHECKPOINT)})"
    rf"\.[0-9a-f]{{16}})"
)


def record_of(file: Path) -> Path | None:
    """The path of the record that a hidden file is for, a lock, a checkpoint or a temporary; None for any other."""
    found = _LEFTOVER.fullmatch(file.name)
    return file.with_name(f"{found['stem']}.json") if found else None


def remove_leftovers(record: Path) -> None:
    """Removes what was left for the record at that path, which may be there or not.

    Only for whoever has locked it: nobody else is writing then.
    """
    kept = checkpoint_path(record)
    for file in record.parent.glob(f".{glob.escape(record.stem)}.*"):
        if record_of(file) == record and file != kept and not file.name.endswith(SUFFIX):
            file.unlink(missing_ok=True)
    _remove_orphans(record)


def remove_checkpoint(record: Path, made_by: Recipe | None = None) -> None:
    """Removes the checkpoint of the cell whose record has that path.

    Args:
        made_by: The recipe of the record that stands there; a training by another one is of a record to come, and its
            checkpoint stays. None to remove any.
    """
    path = checkpoint_path(record)
    with suppress(FileNotFoundError, UnreadableError):
        try:
            is_over = made_by is None or made_by.difference(read_progress(path).recipe) is None
        except ValueError:  # nobody can go on from it
            is_over = True
        if is_over and not path.is_dir():
            path.unlink()


def _remove_orphans(record: Path) -> None:
    """Removes files beside the record that are not those it names: who wrote them was killed before it wrote that."""
    try:
        fields = parse(read_bytes(record))
        weights, ranks = fields.get("weights_sha256"), fields["test"].get("sha256")
        top = (fields.get("top") or {}).get("sha256")
    except FileNotFoundError:
        weights = ranks = top = None
    except (UnreadableError, ValueError, KeyError, TypeError, AttributeError):
        return  # nobody knows what it names
    remove_beside(record, WEIGHTS, but=weights)
    remove_beside(record, RANKS, but=ranks)
    remove_beside(record, TOP, but=top)
