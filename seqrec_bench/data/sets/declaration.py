"""What is declared of a data set that is known by name."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from seqrec_bench.data.sets.sources import Source
from seqrec_bench.text import is_name


class Checking(StrEnum):
    """How the files of a data set are known to be the right ones."""

    VERIFIED = "verified"
    """They are held against checksums that the declaration has."""
    UNVERIFIED = "unverified"
    """No checksum of one of them is published: the first that comes is believed, if somebody agrees to it."""
    BY_HAND = "by hand"
    """Somebody has to put them into the cache."""


@dataclass(frozen=True)
class NamedDataset:
    """A public data set."""

    name: str
    """Part of the paths of records."""
    n_users: int | None
    n_items: int | None
    """Items with at least one interaction. This and the other counts are None where nobody has stated them exactly."""
    n_interactions: int | None
    licence: str
    citation: str
    source: Source
    """Its publisher's own files."""
    mirrors: tuple[Source, ...] = ()
    """Other places that give the same data, and so the same fingerprint."""
    notes: str = ""
    """What whoever evaluates on it should know, in sentences: what counts as an interaction, repeats, coarse times."""

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise ValueError(f"{self.name!r} can't be part of a path")
        for count in (self.n_users, self.n_items, self.n_interactions):
            if count is not None and (type(count) is not int or count < 0):
                raise ValueError(f"a count is {count!r}, and not a whole number or None")
        for text in (self.licence, self.citation, self.notes):
            if not isinstance(text, str):
                raise ValueError(f"a text is {text!r}")

    @property
    def url(self) -> str:
        return self.source.url

    @property
    def sources(self) -> tuple[Source, ...]:
        return (self.source, *self.mirrors)

    @property
    def checking(self) -> Checking:
        if self.source.by_hand is not None:
            return Checking.BY_HAND
        return Checking.VERIFIED if is_verifiable(self.source) else Checking.UNVERIFIED


@dataclass(frozen=True)
class Family:
    """Data sets of one form that differ in their files alone, each called after the family and itself."""

    name: str
    members: tuple[str, ...]
    """What comes after the family's name and a dash: ``Beauty`` for ``amazon2014-Beauty``."""
    kind: str
    """What a member stands for, in capitals as a placeholder: ``CATEGORY``."""
    address: str
    """That of its members' first file, with such placeholders, for people to look at."""
    declare: Callable[[str], NamedDataset]
    """The declaration of a member."""

    def __post_init__(self) -> None:
        if not all(map(is_name, (self.name, *self.members))):
            raise ValueError(f"{self.name!r} or one of its members can't be part of a path")

    @property
    def pattern(self) -> str:
        """All of them, in short."""
        return f"{self.name}-{self.kind}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}-{member}" for member in self.members)


def is_verifiable(source: Source) -> bool:
    """Whether the checksums of all its files are declared."""
    return all(checksum is not None for checksum in source.checksums.values())
