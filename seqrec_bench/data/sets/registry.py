"""The data sets that are declared, found through the entry-point group ``seqrec_bench.datasets``."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint

from seqrec_bench import entry_points
from seqrec_bench.data.sets.declaration import Family, NamedDataset
from seqrec_bench.entry_points import Kind, imported, is_own, refusal
from seqrec_bench.errors import InputError, in_words

KIND = Kind("seqrec_bench.datasets", "data set")


def registered() -> dict[str, EntryPoint]:
    """Returns the entry point of every data set and family by its name, in alphabetical order; imports nothing.

    Raises:
        InputError: Two distributions register the same name.
    """
    return entry_points.registered(KIND)


def declared(name: str) -> NamedDataset | Family:
    """Imports what is registered under this very name; says before, in the log, which code of others that runs.

    Raises:
        InputError: Importing it fails, or it is no declaration.
    """
    point = registered()[name]
    found: NamedDataset | Family = imported(KIND, point, _fault)
    if found.name != name:
        raise refusal(KIND, point, f"calls itself {found.name!r}: register it under that name.")
    return found


def _fault(loaded: object) -> str | None:
    if isinstance(loaded, NamedDataset | Family):
        return None
    return f"is a {type(loaded).__name__}, and neither a NamedDataset nor a Family: see docs/data-sets.md."


def find_dataset(name: str) -> NamedDataset | None:
    """Returns the data set of this name, one of a family too, or None; nothing is imported that is called otherwise.

    Raises:
        InputError: What is registered under the name can't be used.
    """
    for point in _candidates(name):
        found = declared(point.name)
        if isinstance(found, NamedDataset) and found.name == name:
            return found
        if isinstance(found, Family) and name in found.names:
            return _declare(found, name, point)
    return None


def datasets_of(name: str) -> list[NamedDataset]:
    """Returns the data set that is registered under this very name, or all of the family that is.

    Raises:
        InputError: As for `declared`, or the family fails to declare one.
    """
    found = declared(name)
    if isinstance(found, NamedDataset):
        return [found]
    point = registered()[name]
    return [_declare(found, member, point) for member in found.names]


def _declare(family: Family, name: str, point: EntryPoint) -> NamedDataset:
    member = name.removeprefix(f"{family.name}-")
    if is_own(point):
        return family.declare(member)
    try:
        with entry_points.running(KIND, point.name, f"while {name} was declared"):
            found = family.declare(member)
    except InputError:
        raise
    except Exception as error:
        raise refusal(KIND, point, f"can't declare {name} ({in_words(error)}): mend that distribution.") from error
    if not isinstance(found, NamedDataset) or found.name != name:
        raise refusal(KIND, point, f"declares something else as {name}: mend that distribution.")
    return found


def point_of(name: str) -> EntryPoint:
    """The entry point of the data set of this name, which there is, or of its family."""
    return next(
        point
        for point in _candidates(name)
        if (isinstance(found := declared(point.name), Family) and name in found.names) or point.name == name
    )


def _candidates(name: str) -> Iterator[EntryPoint]:
    """What might be the data set or its family, the longest name first."""
    points = registered()
    while name:
        if name in points:
            yield points[name]
        name = name.rpartition("-")[0]


def is_public(name: str) -> bool:
    """Whether a data set is known by this name.

    Raises:
        InputError: What is registered under the name can't be used.
    """
    return find_dataset(name) is not None


def named_dataset(name: str) -> NamedDataset:
    """Returns the data set of this name.

    Raises:
        InputError: None has it, or what is registered under the name can't be used.
    """
    found = find_dataset(name)
    if found is None and not registered():
        raise InputError(
            f"No data set is registered, {name} neither: what is installed is older than its source, so install "
            "seqrec-bench again."
        )
    if found is None:
        raise InputError(
            f"No data set is called {name!r}: choose from {', '.join(names_like(name))}, or give your own data by "
            "--interactions FILE."
        )
    return found


def names_like(name: str) -> tuple[str, ...]:
    """The names to choose from instead: those of a family where this one begins as they do, else all, in short."""
    for point in _candidates(name):
        found = declared(point.name)
        if isinstance(found, Family):
            return found.names
    return tuple(found.pattern if isinstance(found, Family) else found.name for found in _usable())


def _usable() -> Iterator[NamedDataset | Family]:
    for name in registered():
        try:
            yield declared(name)
        except InputError:  # whoever asks for it by its name is told
            continue


def catalogue_size(name: str) -> int | None:
    """How many items the bench's own data set of this name has, where that is known.

    Of others' data sets it is not asked: to read a record runs no code but the bench's.
    """
    if not all(map(is_own, _candidates(name))):
        return None
    found = find_dataset(name)
    return found.n_items if found else None
