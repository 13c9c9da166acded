"""Where the bench keeps what it would else have to fetch or to compute again."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

CACHE_VARIABLE = "SEQREC_BENCH_CACHE"

_DAY_SECONDS = 24 * 60 * 60


def cache_folder() -> Path:
    """Returns the folder that the environment variable SEQREC_BENCH_CACHE names, or the system's usual place."""
    import pooch

    return Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("seqrec-bench"))


def remove_abandoned(folder: Path) -> None:
    """Removes temporary files and folders that processes left there when they were killed, if they are a day old.

    Those of the last day are left alone: somebody may still be writing them.
    """
    for path in folder.glob("tmp*"):  # as `tempfile` names them, for us and for pooch
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < _DAY_SECONDS:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
