"""What a record says of the software and the machine that made it."""

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import Any

import seqrec_bench
from seqrec_bench.entry_points import distribution
from seqrec_bench.evaluation.registry import KIND

_PACKAGES = ("numpy", "scipy", "torch", "gensim")


def environment(model: str, device: str) -> dict[str, Any]:
    """Package versions, commit (None outside a checkout), platform, and the device and threads of this process."""
    point = next(iter(entry_points(group=KIND.group, name=model)), None)
    return {
        "seqrec-bench": seqrec_bench.__version__,
        "commit": _commit(Path(seqrec_bench.__file__).parent),
        "recommender": distribution(point) if point else None,
        "python": platform.python_version(),
        "packages": packages(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": device,
        "threads": int(os.environ["OMP_NUM_THREADS"]) if "OMP_NUM_THREADS" in os.environ else None,
    }


def packages() -> dict[str, str]:
    """The versions of those libraries, by name, that figures depend on and that are installed."""
    return {package: found for package in _PACKAGES if (found := _version(package))}


@cache  # a process keeps the libraries that it has imported
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache  # a process keeps the source that it has imported
def _commit(folder: Path) -> str | None:
    """The commit that the package's source stands at, marked where it has changes that are not committed."""
    # An installed copy may lie inside somebody else's repository: only a tracked file belongs to the commit.
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    commit = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no", ".", "../baselines")
    return f"{commit} with changes" if commit and changed else commit


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
