"""The protocols: what is kept, how ties in time are ordered, what is held out, what a target is ranked against.

A protocol is composed of parts, and its name says all of them: ``time90-uniform1000-seed3-reversed-ties-5core-v1``.
`LOO_FULL` is the bench's own. The others in `PROTOCOLS` differ from it in one point each, to show how far conclusions
depend on that point (see docs/audit.md); docs/protocol.md has the grammar.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.k_core import k_core
from seqrec_bench.data.negatives import GivenNegatives
from seqrec_bench.data.repeats import drop_repeats
from seqrec_bench.data.split import Split
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocol_parts import (
    FILE_ORDER,
    LEAVE_ONE_OUT,
    UNSEEN,
    AtDate,
    AtQuantile,
    Candidates,
    Given,
    LeaveOneOut,
    Negatives,
    Sample,
    SplitRule,
    TieOrder,
    Whole,
)

LOO_FULL = "loo-full-v1"
"""Leave one out, full ranking, history excluded, ties in time by row: see docs/protocol.md."""

MIN_CORE = 2
"""Every user and item has one interaction anyway."""

RANDOM_ORDERS = range(5)
"""The seeds of the random orders of ties in `PROTOCOLS`."""

VERSION = "v1"

_GRAMMAR = (
    "a name is a split (loo, time, time90 in per cent, time2014-07-01, or given or given-test for that of files), "
    "candidates (full, full-seen, full-zeroed, uniform100, popular100-seed1, negatives-<digits of --negatives FILE>), "
    "then what else differs (reversed-ties, random-ties-0, item-up-ties, item-down-ties, unique, 5core) and v1, joined "
    "by dashes, such as time90-uniform1000-unique-5core-v1"
)


@dataclass(frozen=True)
class Protocol:
    """How a data set becomes training data and ranked targets."""

    split: SplitRule = LEAVE_ONE_OUT
    """What is held out."""
    candidates: Candidates = UNSEEN
    """What targets are ranked against."""
    ties: TieOrder = FILE_ORDER
    """The order of interactions of one user and time."""
    unique: bool = False
    """Whether a user's first interaction with an item is all that is kept: before the k-core, and that before ties."""
    core: int | None = None
    """The k of the k-core that is kept; None where all users and items are."""

    @cached_property
    def name(self) -> str:
        """All parts, those that are not the usual ones, in the one order that a name has."""
        unique, core = "unique" if self.unique else "", f"{self.core}core" if self.core else ""
        parts = (self.split, self.candidates, self.ties, unique, core, VERSION)
        return "-".join(filter(None, map(str, parts)))

    @property
    def base(self) -> str | None:
        """The protocol with the same training data, whose trained models are ranked again; None where it is this."""
        trained = replace(self, candidates=UNSEEN)
        return None if trained == self else trained.name

    @property
    def needs_scores(self) -> bool:
        """Whether ranks hang on where scores are, and not on their order alone."""
        return self.candidates == Whole("zeroed")

    def keep(self, dataset: Dataset) -> Dataset:
        """The data set without the repeats, users and items that this protocol takes out, before all else.

        Raises:
            InputError: Nothing is left.
        """
        kept = drop_repeats(dataset) if self.unique else dataset
        return k_core(kept, self.core) if self.core else kept

    def arrange(self, dataset: Dataset) -> Dataset:
        """The data set of what this protocol keeps, with ties in its order.

        Raises:
            InputError: It keeps nothing, or needs times or parts that the data do not have.
        """
        if lack := self._unfit(dataset):
            raise InputError(lack)
        return self.ties.arrange(self.keep(dataset))

    def hold_out(self, dataset: Dataset) -> Split:
        """Splits a data set that is arranged already.

        Raises:
            InputError: Nobody is left to evaluate, or the protocol needs times, parts or negatives that the data do not
                have.
        """
        if lack := self.lack(dataset):
            raise InputError(lack)
        return self.candidates.rank_among(self.split.hold_out(dataset), dataset)

    def lack(self, dataset: Dataset) -> str | None:
        """What the data set lacks to be split so, in a sentence; None where it lacks nothing."""
        negatives = self.candidates.lack(dataset) if isinstance(self.candidates, Negatives) else None
        return self._unfit(dataset) or (negatives and f"The protocol {self.name} {negatives}.")

    def _unfit(self, dataset: Dataset) -> str | None:
        """Why the data can't be arranged so: they were given as other parts, or have no times."""
        own = usual_protocol(dataset)
        is_given = isinstance(self.split, Given) or dataset.given is not None
        if is_given and self.split != own.split:
            return _other_parts(self, dataset, own)
        if dataset.has_times or not (self.split.needs_times or str(self.ties)):
            return None
        return (
            f"The protocol {self.name} goes by time, and {dataset.name} has no times, only the order of its rows: "
            f"choose one of leave-one-out in that order, such as {LOO_FULL}."
        )


def usual_protocol(dataset: Dataset) -> Protocol:
    """What data are evaluated under where nothing else is said: `LOO_FULL` or, of a given split, that."""
    return Protocol() if dataset.given is None else Protocol(split=Given(dataset.given.has_validation))


def _other_parts(protocol: Protocol, dataset: Dataset, own: Protocol) -> str:
    """Why a protocol of given parts, or of none, does not fit data that were given otherwise."""
    if dataset.given is None:
        options = "--train, --validation and --test" if protocol.split == Given() else "--train and --test"
        return (
            f"{protocol.name} takes a split that files give, and {dataset.name} was given whole: give {options} FILE."
        )
    return (
        f"{protocol.name} does not take the split of {dataset.name} as its files give it: choose {own.name}, which "
        "does, or give all interactions in one file with --interactions."
    )


def _listed() -> Iterator[Protocol]:
    yield Protocol()
    for candidates in (Whole("seen"), Sample("uniform", 100), Sample("popular", 100)):
        yield Protocol(candidates=candidates)
    orders = (TieOrder("random", seed) for seed in RANDOM_ORDERS)
    for ties in (TieOrder("reversed"), *orders, TieOrder("item-up"), TieOrder("item-down")):
        yield Protocol(ties=ties)
    yield Protocol(split=AtQuantile())


ALL = tuple(_listed())
PROTOCOLS: Mapping[str, Protocol] = {protocol.name: protocol for protocol in ALL}
"""The protocols of an audit; `find_protocol` knows every composition."""

_SPLITS: tuple[type[SplitRule], ...] = (LeaveOneOut, AtDate, AtQuantile, Given)  # a date begins as a quantile does
_CANDIDATES: tuple[type[Candidates], ...] = (Whole, Sample, Negatives)


def _core(found: re.Match[str]) -> int:
    k = int(found["k"])
    if k < MIN_CORE:
        raise ValueError(
            f"{found[0]} takes nothing out, since all have an interaction anyway: name a K from {MIN_CORE} up, as "
            "loo-full-5core-v1 does"
        )
    return k


_Part = tuple[str, str, Callable[[re.Match[str]], Any]]
"""Kind, pattern, and what makes the part of a match."""
_PARTS: tuple[_Part, ...] = (
    *(("split", part.TOKENS, part.read) for part in _SPLITS),
    *(("candidates", part.TOKENS, part.read) for part in _CANDIDATES),
    ("history", "seen|zeroed", lambda found: found[0]),
    ("ties", TieOrder.TOKENS, TieOrder.read),
    ("unique", "unique", lambda found: True),
    ("core", "(?P<k>[0-9]{1,9})core", _core),
)
"""What a name is made of, in any order until it is known what is meant."""


def find_protocol(name: str) -> Protocol:
    """The protocol of this name.

    Raises:
        InputError: There is none; the message says which there is instead, or what names are made of.
    """
    try:
        found = _read(name)
        if found is not None and found.name != name:
            raise ValueError(f"it is called {found.name}")
    except ValueError as error:
        raise InputError(f"There is no protocol {name!r}: {error}.") from error
    if found is None:
        raise InputError(f"There is no protocol {name!r}: {_GRAMMAR}.")
    return found


def _read(name: str) -> Protocol | None:
    """What the name is made of, in whatever order; None where a piece of it is in no name.

    Raises:
        ValueError: Its pieces make no sense, or none together.
    """
    body = name.removesuffix(f"-{VERSION}")
    pieces: dict[str, Any] = {}
    place = 0
    while place < len(body) and body != name:
        read = next(filter(None, (_piece(part, body, place) for part in _PARTS)), None)
        if read is None:
            return None
        kind, found, value = read
        if kind in pieces:
            raise ValueError(f"{found[0]} is one {kind} too many")
        pieces[kind], place = value, found.end() + len("-")
    return _composed(pieces) if {"split", "candidates"} <= pieces.keys() else None


def _piece(part: _Part, body: str, place: int) -> tuple[str, re.Match[str], Any] | None:
    """The piece that begins there, if it is a whole one of this kind, and what it makes."""
    kind, pattern, make = part
    found = re.compile(f"(?:{pattern})(?=-|$)").match(body, place)
    return found and (kind, found, make(found))


def _composed(pieces: dict[str, Any]) -> Protocol:
    history = pieces.pop("history", "")
    if history and not isinstance(pieces["candidates"], Whole):
        raise ValueError(f"{history} goes with full alone, as loo-full-{history}-v1 has it")
    found = Protocol(**pieces | ({"candidates": Whole(history)} if history else {}))
    if isinstance(found.split, Given) and (str(found.ties) or found.core):
        raise ValueError(
            f"a given split is taken as it is, in its own order and without a k-core: there is "
            f"{replace(found, ties=FILE_ORDER, core=None).name}"
        )
    return found


def known_protocol(name: str) -> Protocol | None:
    """The protocol of this name, if there is one."""
    try:
        return find_protocol(name)
    except InputError:
        return None


def on_core(protocol: Protocol, k: int) -> Protocol:
    """That protocol on the k-core of the data.

    Raises:
        InputError: It is on another core already.
    """
    if isinstance(protocol.split, Given):
        raise InputError("A given split is taken as it is, and no k-core of it: leave --k-core out.")
    if protocol.core not in (None, k):
        raise InputError(
            f"{protocol.name} and --k-core {k} are two cores: leave one out, or name {replace(protocol, core=k).name}."
        )
    return replace(protocol, core=k)


def among(protocol: Protocol, negatives: GivenNegatives) -> Protocol:
    """That protocol with these negatives for candidates.

    Raises:
        InputError: It has candidates of another kind, or other negatives.
    """
    given = replace(protocol, candidates=Negatives(negatives.digest))
    if protocol != given and protocol.candidates != UNSEEN:
        are_others = isinstance(protocol.candidates, Negatives)
        mend = "give the file that it was made with" if are_others else "leave --negatives out"
        raise InputError(
            f"{protocol.name} does not rank targets against the negatives of {negatives.file}: {mend}, or name "
            f"{given.name}."
        )
    return given


def place_in_order(name: str) -> tuple[int, bool, str]:
    """A key that sorts protocols: as they stand in `PROTOCOLS`, then the others, those that rank models again last."""
    names, protocol = list(PROTOCOLS), known_protocol(name)
    if name in names:
        return (names.index(name), False, name)
    return (len(names), protocol is not None and protocol.base is not None, name)
