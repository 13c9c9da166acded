"""What killed runs leave beside records: temporary files, locks that nobody holds, weights without a record."""

import glob
import re
from pathlib import Path

from seqrec_bench.errors import UnreadableError
from seqrec_bench.records.files import RANKS, TOP, WEIGHTS, remove_beside
from seqrec_bench.records.locks import SUFFIX
from seqrec_bench.records.looking import read_bytes
from seqrec_bench.records.record import STEM
from seqrec_bench.records.strict_json import parse

_LEFTOVER = re.compile(
    rf"\.(?P<stem>{STEM})(\.json|\.[0-9a-f]{{16}}({re.escape(RANKS)}|{re.escape(WEIGHTS)}|{re.escape(TOP)}))"
    rf"(\.[0-9a-f]{{16}}|{re.escape(SUFFIX)})"
)


def record_of(file: Path) -> Path | None:
    """The path of the record that a hidden file was written for, a lock or a temporary; None for any other file."""
    found = _LEFTOVER.fullmatch(file.name)
    return file.with_name(f"{found['stem']}.json") if found else None


def remove_leftovers(record: Path) -> None:
    """Removes what was left for the record at that path, which may be there or not.

    Only for whoever has locked it: nobody else is writing then.
    """
    for file in record.parent.glob(f".{glob.escape(record.stem)}.*"):
        if record_of(file) == record and not file.name.endswith(SUFFIX):
            file.unlink(missing_ok=True)
    _remove_orphans(record)


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
