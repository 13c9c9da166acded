"""The software that a cell's figures depend on, so that two machines can be compared before they share a run."""

import platform
import sys
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

import seqrec_bench
from seqrec_bench.entry_points import distribution
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.experiments.environment import packages


def software(models: Iterable[str]) -> dict[str, str]:
    """Versions by name, with a digest of the source where it may change without one.

    A model that is not installed is left out. What a record says besides, such as the commit, is not compared: the same
    source may be a checkout on one machine and an installed copy on another.
    """
    points = registered()
    # With the models that come with it: another distribution's may use what these share.
    own = {_package(point) for point in points.values() if point.dist and point.dist.name == "seqrec-bench"}
    bench = f"{seqrec_bench.__version__} with source {_source_digest('seqrec_bench', *sorted(own))}"
    found = {"Python": platform.python_version(), **packages(), "seqrec-bench": bench}
    return found | {f"recommender {model}": _describe(points[model]) for model in models if model in points}


def difference(there: Mapping[str, str], here: Mapping[str, str]) -> str | None:
    """What the other machine has to change to have the software that is here, in words; None if nothing."""
    for name, expected in here.items():
        found = there.get(name)
        if found != expected:
            return f"differ in {name} ({found or 'none'} there, {expected} here): install what is here, and restart it."
    return None


def uses_torch() -> bool:
    """Whether a model that was loaded into this process has imported torch, which the bench itself never does."""
    return "torch" in sys.modules


def _describe(point: EntryPoint) -> str:
    return f"{distribution(point)} with source {_source_digest(_package(point))}"


def _package(point: EntryPoint) -> str:
    return point.module.partition(".")[0]


def _source_digest(*packages: str) -> str:
    """The first hex digits of a sha256 of the paths and contents of packages', or lone modules', Python files."""
    digest = sha256()
    for package in packages:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            return "unknown"
        origin = Path(spec.origin)
        files = sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]
        for file in files:
            digest.update(f"{file.relative_to(origin.parent).as_posix()} {file.stat().st_size}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
