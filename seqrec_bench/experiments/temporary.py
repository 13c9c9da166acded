"""The directory for temporary files, which the environment variable TMPDIR names."""

import logging
import os
import tempfile
from functools import lru_cache
from multiprocessing import util
from pathlib import Path

from seqrec_bench.errors import InputError

_LONGEST = 71
"""Bytes of a directory's path in which multiprocessing can make its sockets: theirs has 32 more, and room for 104."""
_SHORT = ("/tmp", "/var/tmp")

_log = logging.getLogger(__name__)


def settle_temporary_files() -> None:
    """Says where temporary files go if that is not where TMPDIR has them, and finds a place for sockets.

    The path of a socket has room for about a hundred bytes, in every system: where TMPDIR's is too long for that,
    multiprocessing has its sockets under /tmp or /var/tmp. Everything else stays in TMPDIR.

    Raises:
        InputError: No place is short enough.
    """
    _warn_of(os.environ.get("TMPDIR"))
    if len(os.fsencode(tempfile.gettempdir())) > _LONGEST and not _settle_sockets():
        raise InputError(
            f"The path of the directory for temporary files, {tempfile.gettempdir()}, is too long for a socket, and "
            f"neither {' nor '.join(_SHORT)} can be written to: name a shorter one in TMPDIR."
        )


@lru_cache(maxsize=1)  # once, however many executors there are
def _warn_of(named: str | None) -> None:
    if named and not (Path(named).is_dir() and os.access(named, os.W_OK | os.X_OK)):
        _log.warning(
            "Warning: TMPDIR names %s, which is no directory that can be written to: temporary files go to %s.",
            named, tempfile.gettempdir(),
        )  # fmt: skip


def _settle_sockets() -> bool:
    """Has multiprocessing make its own folder, which it then keeps to, in a place that is short enough."""
    usual = tempfile.tempdir
    for folder in _SHORT:
        tempfile.tempdir = folder
        try:
            util.get_temp_dir()
        except OSError:
            continue
        else:
            return True
        finally:
            tempfile.tempdir = usual
    return False
