"""Where the bench keeps what it would else have to fetch or to compute again."""

import os
from pathlib import Path

CACHE_VARIABLE = "SEQREC_BENCH_CACHE"


def cache_folder() -> Path:
    """Returns the folder that the environment variable SEQREC_BENCH_CACHE names, or the system's usual place."""
    import pooch

    return Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("seqrec-bench"))
