"""Whether a file in the cache is the one that it has to be.

Where nobody has published what the right file's checksum is, the first one that somebody has agreed to has its sha256
kept beside it, as ``sha256sum`` writes it, and is held to that from then on.
"""

import re
import tempfile
from enum import Enum
from pathlib import Path

from seqrec_bench.errors import InputError

CHECKSUM = re.compile("sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}")

KEPT = ".sha256"
"""Put after a file's name, the name of the file that keeps its checksum."""


class State(Enum):
    """What is known of a file's place in the cache."""

    ABSENT = "absent"
    UNVERIFIED = "there, and held against nothing yet"
    VERIFIED = "as it has to be"


def state_of(path: Path, checksum: str | None) -> State:
    """Returns how the file stands to its checksum, or to the one that is kept beside it.

    Args:
        checksum: ``sha256:...`` or ``md5:...``; None where none is published.

    Raises:
        InputError: It is another file.
    """
    if not path.exists():
        return State.ABSENT
    known = checksum or kept(path)
    if known is None:
        return State.UNVERIFIED
    if matches(path, known):
        return State.VERIFIED
    if checksum is None:
        raise InputError(
            f"{path} is no longer the file whose checksum ({known}) stands in {kept_in(path).name} beside it: put that "
            "one back, or move both away and fetch it again."
        )
    raise InputError(f"{path} does not match its checksum ({checksum}): delete it and fetch it again.")


def matches(path: Path, checksum: str) -> bool:
    """Whether the file has this checksum.

    Raises:
        InputError: It can't be read.
    """
    algorithm, _, expected = checksum.partition(":")
    return _hashed(path, algorithm) == expected


def keep(path: Path) -> str:
    """Writes down the file's sha256 beside it and returns it as ``sha256:...``.

    Raises:
        InputError: It can't be read.
        OSError: There is no room for it.
    """
    found = _hashed(path, "sha256")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(f"{found}  {path.name}\n")
    Path(file.name).replace(kept_in(path))
    return f"sha256:{found}"


def _hashed(path: Path, algorithm: str) -> str:
    import pooch

    try:
        return str(pooch.file_hash(str(path), alg=algorithm))
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}): put a file there that can.") from error


def kept(path: Path) -> str | None:
    """The checksum that is kept of the file, if one is.

    Raises:
        InputError: What is kept is none.
    """
    try:
        text = kept_in(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{kept_in(path)} can't be read ({error}): give a file that can.") from error
    checksum = f"sha256:{text.partition(' ')[0]}"
    if not CHECKSUM.fullmatch(checksum):
        raise InputError(f"{kept_in(path)} holds no sha256: put back what stood in it, or move it away.")
    return checksum


def kept_in(path: Path) -> Path:
    """The file beside it that keeps its checksum."""
    return path.with_name(path.name + KEPT)
