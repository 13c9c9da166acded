"""How work that takes long lets others see how far it has come; what is shown of it is not decided here."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

ItemT = TypeVar("ItemT")


class Track(Protocol):
    """Goes through the items of a loop and tells how many are done."""

    def __call__(self, what: str, items: Sequence[ItemT], /) -> Iterable[ItemT]:
        """Returns the items one by one.

        Args:
            what: What is done to them, in a few words.
        """


def untracked(what: str, items: Sequence[ItemT], /) -> Iterable[ItemT]:
    """Tells nobody."""
    return items
