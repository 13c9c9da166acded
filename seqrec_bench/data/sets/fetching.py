"""Getting a named data set into the cache, and finding it there."""

from dataclasses import dataclass
from pathlib import Path

from seqrec_bench.cache import CACHE_VARIABLE, cache_folder, remove_abandoned
from seqrec_bench.data.sets.checksums import State, kept, state_of
from seqrec_bench.data.sets.declaration import NamedDataset, is_verifiable
from seqrec_bench.data.sets.downloads import SourceUnavailableError
from seqrec_bench.data.sets.others import running
from seqrec_bench.data.sets.registry import is_public, named_dataset
from seqrec_bench.data.sets.sources import Received, Source, ignore
from seqrec_bench.errors import InputError
from seqrec_bench.text import listed


@dataclass(frozen=True)
class FetchedDataset:
    """A named data set whose verified files are in the cache."""

    dataset: NamedDataset
    source: Source
    folder: Path

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in self.source.checksums)

    @property
    def kept_checksums(self) -> dict[str, str]:
        """The checksums, by file, that nobody has published, and that were written down when the files came."""
        unpublished = [name for name, checksum in self.source.checksums.items() if checksum is None]
        return {name: checksum for name in unpublished if (checksum := kept(self.folder / name))}


def find_cached(name: str) -> FetchedDataset | None:
    """Returns the data set if the files of one of its sources are in the cache, else None.

    Files whose checksum nobody has published count as there once somebody has agreed to them.

    Raises:
        InputError: The name is unknown or a cached file is damaged.
    """
    named = named_dataset(name)
    folder = folder_of(named)
    for source in named.sources:
        if is_cached(source, folder):
            return FetchedDataset(named, source, folder)
    return None


def folder_of(named: NamedDataset) -> Path:
    """Where its files belong."""
    return cache_folder() / named.name


def is_cached(source: Source, folder: Path) -> bool:
    """Returns whether all of the source's files are in the folder, and are known to be the right ones.

    Raises:
        InputError: One of them is not what it should be.
    """
    if not is_there(source, folder):
        return False
    states = [state_of(folder / name, checksum) for name, checksum in source.checksums.items()]
    return all(state is State.VERIFIED for state in states)


def is_there(source: Source, folder: Path) -> bool:
    """Returns whether all of the source's files are in the folder, whatever they hold."""
    return all((folder / name).exists() for name in source.checksums)


def _is_known(source: Source, folder: Path) -> bool:
    """Returns whether each of its files has a checksum, published or kept."""
    return all(checksum or kept(folder / name) for name, checksum in source.checksums.items())


def data_option(dataset: str, protocol: str = "") -> str:
    """How a command is told of the data set of this name: only the files of somebody's own are not known from it.

    Args:
        protocol: One that it has records under; the name of a split that files give begins so.
    """
    if is_public(dataset):
        return f"--dataset {dataset}"
    if not protocol.startswith("given-"):
        return "--interactions FILE"
    return f"--train FILE {'' if protocol.startswith('given-test-') else '--validation FILE '}--test FILE"


def fetch(name: str, received: Received = ignore, unverified: bool = False) -> FetchedDataset:
    """Returns the data set from the cache, put there first if need be from the first source that has it.

    Args:
        received: Told how far a download is.
        unverified: Whether files whose checksum nobody has published are believed as they come: they are held to
            themselves from then on.

    Raises:
        InputError: The name is unknown, a cached file is damaged, no source can be reached, or nobody has agreed to
            what can't be verified.
    """
    return find_cached(name) or _fetch(named_dataset(name), received, unverified)


def sources_to_ask(named: NamedDataset, unverified: bool) -> list[Source]:
    """Returns where the data set may be fetched from, in order.

    Args:
        unverified: As for `fetch`.

    Raises:
        InputError: Nowhere: nobody has agreed to what can't be verified, or has put its files where they belong.
    """
    folder = folder_of(named)
    found = [
        source
        for source in named.sources
        if (unverified or _is_known(source, folder)) and (source.by_hand is None or is_there(source, folder))
    ]
    if not found:
        raise _refusal(named, folder)
    return found


def _fetch(named: NamedDataset, received: Received, unverified: bool) -> FetchedDataset:
    folder = folder_of(named)
    causes = []
    sources = sources_to_ask(named, unverified)
    remove_abandoned(folder)
    for source in sources:
        try:
            with running(named.name, "while it was fetched"):
                source.download(folder, received)
        except SourceUnavailableError as error:
            causes.append(f"{source.name}: {error}")
        except OSError as error:
            raise InputError(
                f"{folder} can't hold {named.name} ({error}): name a usable folder by {CACHE_VARIABLE}."
            ) from error
        else:
            return FetchedDataset(named, source, folder)
    raise InputError(
        f"{named.name} could not be fetched ({'; '.join(causes)}): put {named.source.wanted} into {folder}, or give "
        "data of your own by --interactions FILE."
    )


def _refusal(named: NamedDataset, folder: Path) -> InputError:
    """Why the data set is not fetched as the command stands, and what to do."""
    source, command = named.source, f"seqrec-bench data fetch {named.name}"
    files = listed(list(source.checksums))
    if source.by_hand is not None and not is_there(source, folder):
        taken = "" if is_verifiable(source) else f"; then `{command} --unverified` takes it as it is"
        return InputError(
            f"{named.name} can't be fetched by its address: {source.by_hand}, and put {files} into {folder}{taken}."
        )
    come = "it is" if is_there(source, folder) else "it comes"
    return InputError(
        f"No checksum of {files} is published, so {named.name} can't be verified: `{command} --unverified` takes it as "
        f"{come}, keeps its sha256, and holds it to that from then on."
    )
