"""What a list of the data sets says of each."""

from dataclasses import dataclass

from seqrec_bench.data.sets.declaration import Family, NamedDataset
from seqrec_bench.data.sets.fetching import folder_of, is_there
from seqrec_bench.data.sets.registry import datasets_of, declared


@dataclass(frozen=True)
class Line:
    """A data set, or the data sets of a family."""

    name: str
    """Of a family, its members' names in short: ``amazon2014-CATEGORY``."""
    users: int | None
    items: int | None
    interactions: int | None
    cached: bool
    """Whether the files of one source are in the cache, whatever they hold; of a family, those of any member."""
    checksum: str
    """How the files are known to be the right ones: a `Checking`, or several of a family."""
    address: str
    members: tuple[str, ...] = ()
    """The names of a family's data sets."""
    cached_members: tuple[str, ...] = ()


def line_of(name: str) -> Line:
    """Says what is registered under this very name, and what of it is in the cache; no file is read.

    Raises:
        InputError: As for `datasets_of`.
    """
    found, datasets = declared(name), datasets_of(name)
    if isinstance(found, Family):
        cached = tuple(dataset.name for dataset in datasets if _is_cached(dataset))
        checkings = " or ".join(dict.fromkeys(dataset.checking.value for dataset in datasets))
        return Line(found.pattern, None, None, None, bool(cached), checkings, found.address, found.names, cached)
    counts = (found.n_users, found.n_items, found.n_interactions)
    return Line(found.name, *counts, _is_cached(found), found.checking.value, found.url)


def _is_cached(dataset: NamedDataset) -> bool:
    return any(is_there(source, folder_of(dataset)) for source in dataset.sources)
