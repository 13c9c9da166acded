"""What is installed and at hand here, what is missing, and the command that mends it."""

import importlib
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

import seqrec_bench
from seqrec_bench.cache import CACHE_VARIABLE, cache_folder
from seqrec_bench.data import Family, find_cached
from seqrec_bench.data.sets import registry as data_registry
from seqrec_bench.entry_points import distribution
from seqrec_bench.errors import BenchError, InputError
from seqrec_bench.evaluation.registry import load, registered
from seqrec_bench.records import Store

_DISTRIBUTION = "seqrec-bench"
_EXTRAS = {"dask": "run --executor", "search": "search"}
"""The extras that a user may want, and what needs each."""


class State(StrEnum):
    OK = "ok"
    OPTIONAL = "optional"
    """Not here, and needed for one thing only, which `Diagnosis.mend` names."""
    BROKEN = "broken"


@dataclass(frozen=True)
class Diagnosis:
    topic: str
    state: State
    fact: str
    mend: str = ""
    """The command, or what else to do; empty where all is well."""


def examine(results: Path, n_cores: int) -> Iterator[Diagnosis]:
    """Looks at everything that a run needs, one thing after another.

    Args:
        results: Where records are, or would go.
        n_cores: How many cells run side by side unless --jobs says otherwise.
    """
    yield Diagnosis("seqrec-bench", State.OK, f"{seqrec_bench.__version__} in {Path(seqrec_bench.__file__).parent}")
    yield Diagnosis("Python", State.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield from _libraries()
    yield Diagnosis("cores", State.OK, f"{n_cores}: cells run side by side unless --jobs says otherwise")
    yield from _memory()
    yield _device()
    yield from _models()
    yield from _data()
    yield _records(results)


def _libraries() -> Iterator[Diagnosis]:
    wanted = [Requirement(text) for text in requires(_DISTRIBUTION) or []]
    needed = [one for one in wanted if one.marker is None]
    faulty = [one for one in needed if _fault(one)]
    versions = ", ".join(f"{one.name} {version(one.name)}" for one in needed if one not in faulty)
    yield Diagnosis("libraries", State.OK, versions)
    for one in faulty:
        fault = str(_fault(one))
        yield Diagnosis(one.name, State.BROKEN, fault, f"pip install '{one.name}{one.specifier}'")
    for extra, use in _EXTRAS.items():
        for one in wanted:
            if one.marker and one.marker.evaluate({"extra": extra}) and not one.marker.evaluate({"extra": ""}):
                mend = f"pip install 'seqrec-bench[{extra}]', if you want `seqrec-bench {use}`"
                fault = str(_fault(one) or "")
                state = State.OPTIONAL if fault else State.OK
                yield Diagnosis(one.name, state, fault or version(one.name), mend if fault else "")


def _fault(requirement: Requirement) -> str | None:
    """What is wrong with the installed version; None if it will do."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return "not installed"
    return (
        None if requirement.specifier.contains(found, prereleases=True) else f"{found} is not {requirement.specifier}"
    )


def _memory() -> Iterator[Diagnosis]:
    if "SC_PHYS_PAGES" in os.sysconf_names:  # not on Windows
        n_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        yield Diagnosis("memory", State.OK, f"{n_bytes / 2**30:.1f} GiB")


def _device() -> Diagnosis:
    if find_spec("torch") is None:
        return Diagnosis("device", State.OK, "cpu")
    torch = importlib.import_module("torch")  # by name, since the bench itself does without it
    devices = ["cpu"]
    if torch.cuda.is_available():
        devices += [
            f"cuda:{number} ({torch.cuda.get_device_name(number)})" for number in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return Diagnosis("device", State.OK, ", ".join(devices))


def _models() -> Iterator[Diagnosis]:
    try:
        names = list(registered())
    except InputError as error:
        yield Diagnosis("models", State.BROKEN, str(error), "uninstall one of the two")
        return
    usable: dict[str, list[str]] = {}
    for name in names:
        try:
            load(name)
        except BenchError as error:
            yield Diagnosis(f"model {name}", State.BROKEN, str(error), "mend or uninstall that distribution")
        else:
            usable.setdefault(distribution(registered()[name]), []).append(name)
    for source, found in usable.items():
        yield Diagnosis(f"models of {source}", State.OK, ", ".join(found))


def _data() -> Iterator[Diagnosis]:
    folder = cache_folder()
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if os.access(nearest, os.W_OK | os.X_OK):
        yield Diagnosis("cache", State.OK, str(folder))
    else:
        yield Diagnosis(
            "cache", State.BROKEN, f"{folder} can't be written to", f"name another folder by {CACHE_VARIABLE}"
        )
    yield from _data_sets(folder)


def _data_sets(folder: Path) -> Iterator[Diagnosis]:
    """Of a family, those that have a folder in the cache."""
    here: list[str] = []
    absent: list[str] = []
    try:
        names = list(data_registry.registered())
    except InputError as error:
        yield Diagnosis("data sets", State.BROKEN, str(error), "uninstall one of the two")
        return
    for name in names:
        try:
            found = data_registry.declared(name)
        except InputError as error:
            yield Diagnosis(f"data set {name}", State.BROKEN, str(error), "mend or uninstall that distribution")
            continue
        if isinstance(found, Family):
            absent.append(found.pattern)
        members = [each for each in found.names if (folder / each).exists()] if isinstance(found, Family) else [name]
        for member in members:
            try:
                (here if find_cached(member) else absent).append(member)
            except InputError as error:
                yield Diagnosis(f"data set {member}", State.BROKEN, str(error), f"seqrec-bench data fetch {member}")
    if here:
        yield Diagnosis("data sets here", State.OK, ", ".join(here))
    if absent:
        mend = "seqrec-bench data fetch NAME; a run that needs one fetches it"
        yield Diagnosis("data sets to be had", State.OPTIONAL, ", ".join(absent), mend)


def _records(results: Path) -> Diagnosis:
    if not results.exists():
        return Diagnosis("records", State.OPTIONAL, f"{results} is not there yet", "seqrec-bench run makes it")
    try:
        n_records = len(Store(results).records())
        Store(results).require_writable()
    except BenchError as error:
        return Diagnosis("records", State.BROKEN, str(error), "as it says")
    return Diagnosis("records", State.OK, f"{n_records} in {results}")
