"""What a protocol is composed of, each with its token in the protocol's name: splits, candidates and orders of ties.

A class of parts has the pattern of its tokens in `TOKENS`, and ``read`` makes a part of one; it raises `ValueError`,
with the reason, for a value without sense. A part's token is its ``str``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from seqrec_bench.data.dataset import Dataset, in_order
from seqrec_bench.data.given_split import split_as_given
from seqrec_bench.data.negatives import DIGITS
from seqrec_bench.data.ordering import reverse_ties, shuffle_ties, sort_ties_by_item
from seqrec_bench.data.split import Split, leave_one_out
from seqrec_bench.data.time_split import split_at_date, split_at_time
from seqrec_bench.evaluation.candidates import (
    with_given,
    with_popular_sample,
    with_seen,
    with_seen_zeroed,
    with_uniform_sample,
)
from seqrec_bench.recommender import Sequences

MAX_SEED = 2**32 - 1
"""What all the libraries take that draw."""
USUAL_PERCENT = Decimal(75)
"""Three quarters of the interactions are training data under ``time-full-v1``."""


@dataclass(frozen=True)
class LeaveOneOut:
    """A user's last item tests, the one before it validates."""

    TOKENS: ClassVar[str] = "loo"
    needs_times: ClassVar[bool] = False

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        return cls()

    def __str__(self) -> str:
        return "loo"

    def hold_out(self, dataset: Dataset) -> Split:
        return leave_one_out(dataset.sequences)


@dataclass(frozen=True)
class AtQuantile:
    """Training data are what came before the time before which so many per cent of all interactions lie."""

    percent: Decimal = USUAL_PERCENT

    TOKENS: ClassVar[str] = r"time(?:[0-9]{1,9}(?:\.[0-9]{1,9})?)?"
    needs_times: ClassVar[bool] = True

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        percent = Decimal(found[0].removeprefix("time") or USUAL_PERCENT)
        if not 0 < percent < 100:
            raise ValueError(
                f"{found[0]} splits at {percent} % of all interactions, which leaves nothing on one side: name a share "
                "above 0 and below 100, as time90-full-v1 does"
            )
        return cls(percent)

    def __str__(self) -> str:
        if self.percent == USUAL_PERCENT:
            return "time"
        text = f"{self.percent:f}"
        return f"time{text.rstrip('0').rstrip('.') if '.' in text else text.lstrip('0')}"

    def hold_out(self, dataset: Dataset) -> Split:
        return split_at_time(dataset.sequences, Fraction(self.percent) / 100)


@dataclass(frozen=True)
class AtDate:
    """Training data are what came before that day, in UTC."""

    day: date

    TOKENS: ClassVar[str] = r"time[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    needs_times: ClassVar[bool] = True

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        year, month, day = map(int, found[0].removeprefix("time").split("-"))
        try:
            return cls(date(year, month, day))
        except ValueError as error:
            raise ValueError(
                f"{found[0]} splits at a day that no calendar has ({error}): name one as time2014-07-01-full-v1 does"
            ) from error

    def __str__(self) -> str:
        return f"time{self.day}"

    def hold_out(self, dataset: Dataset) -> Split:
        return split_at_date(dataset.sequences, self.day)


@dataclass(frozen=True)
class Given:
    """The split is that of files: training, validation and test, or training and test alone."""

    has_validation: bool = True
    """Whether a validation is given; else each user's last training interaction validates."""

    TOKENS: ClassVar[str] = "given(?P<no_validation>-test)?"
    needs_times: ClassVar[bool] = False

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        return cls(found["no_validation"] is None)

    def __str__(self) -> str:
        return "given" if self.has_validation else "given-test"

    def hold_out(self, dataset: Dataset) -> Split:
        return split_as_given(dataset)


@dataclass(frozen=True)
class Whole:
    """A target is ranked against the whole catalogue."""

    seen: str = ""
    """What becomes of what the user has had: empty where it is taken out, ``seen`` where it is ranked as all else is,
    ``zeroed`` where it is ranked with 0 for a score."""

    TOKENS: ClassVar[str] = "full"

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        return cls()

    def __str__(self) -> str:
        return f"full-{self.seen}" if self.seen else "full"

    @property
    def words(self) -> str:
        """What is ranked, in a sentence."""
        how = {"": "but those", "seen": "and so are those", "zeroed": "and so are those, with 0 for a score,"}
        return f"Every item is ranked {how[self.seen]} of the user's history."

    def rank_among(self, split: Split, dataset: Dataset) -> Split:
        changes: dict[str, Callable[[Split], Split]] = {"seen": with_seen, "zeroed": with_seen_zeroed}
        return changes[self.seen](split) if self.seen else split


@dataclass(frozen=True)
class Sample:
    """A target is ranked against so many unseen items."""

    drawn: str
    """``uniform``, or ``popular``: likely as they are frequent in training."""
    number: int
    seed: int = 0

    TOKENS: ClassVar[str] = "(?P<drawn>uniform|popular)(?P<number>[0-9]{1,9})(?:-seed(?P<seed>[0-9]{1,10}))?"

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        number = int(found["number"])
        if number < 1:
            raise ValueError(
                f"{found[0]} ranks targets against nothing: name a number from 1 up, as loo-uniform100-v1 does"
            )
        return cls(found["drawn"], number, _seed(found))

    def __str__(self) -> str:
        return f"{self.drawn}{self.number}" + (f"-seed{self.seed}" if self.seed else "")

    @property
    def words(self) -> str:
        """What is ranked, in a sentence."""
        how = "at random" if self.drawn == "uniform" else "by how frequent they are in training"
        return (
            f"Each target is ranked among {self.number} items that the user has not had, drawn {how}; score all items."
        )

    def rank_among(self, split: Split, dataset: Dataset) -> Split:
        draw = with_uniform_sample if self.drawn == "uniform" else with_popular_sample
        return draw(split, min(self.number, split.train.n_items), self.seed)


@dataclass(frozen=True)
class Negatives:
    """A target is ranked against the items that a file of negatives has for its user."""

    digest: str
    """Of the file's content."""

    TOKENS: ClassVar[str] = f"negatives-(?P<digest>[0-9a-f]{{{DIGITS}}})"

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        return cls(found["digest"])

    def __str__(self) -> str:
        return f"negatives-{self.digest}"

    @property
    def words(self) -> str:
        """What is ranked, in a sentence."""
        return "Each target is ranked among the items that the file of negatives has for its user."

    def rank_among(self, split: Split, dataset: Dataset) -> Split:
        """The data set has to have these negatives, see `lack`."""
        assert dataset.negatives is not None
        return with_given(split, dataset, dataset.negatives)

    def lack(self, dataset: Dataset) -> str | None:
        """What keeps the data set from being ranked so, to be put behind the protocol's name; None if nothing does."""
        given = dataset.negatives
        if given is None:
            return "ranks targets among the negatives of a file: name it with --negatives FILE"
        if given.digest != self.digest:
            return (
                f"ranks targets among the negatives of another file than {given.file}, which makes negatives-"
                f"{given.digest}: name the file that it was made with, or that protocol"
            )
        return None


@dataclass(frozen=True)
class TieOrder:
    """How a user's interactions of one time are ordered."""

    kind: str = "file"
    """As the file has them, or ``reversed``, ``random``, ``item-up`` or ``item-down``: by item."""
    seed: int = 0
    """Of the random order."""

    TOKENS: ClassVar[str] = "(?P<kind>reversed|item-up|item-down)-ties|random-ties-(?P<seed>[0-9]{1,10})"

    @classmethod
    def read(cls, found: re.Match[str]) -> Self:
        return cls(found["kind"]) if found["kind"] else cls("random", _seed(found))

    def __str__(self) -> str:
        if self.kind == "file":
            return ""
        return f"random-ties-{self.seed}" if self.kind == "random" else f"{self.kind}-ties"

    def arrange(self, dataset: Dataset) -> Dataset:
        """The data set with ties in this order."""
        return dataset if self.kind == "file" else in_order(dataset, self._ordered(dataset.sequences))

    def _ordered(self, sequences: Sequences) -> Sequences:
        if self.kind == "reversed":
            return reverse_ties(sequences)
        if self.kind == "random":
            return shuffle_ties(sequences, self.seed)
        return sort_ties_by_item(sequences, descending=self.kind == "item-down")


def _seed(found: re.Match[str]) -> int:
    seed = int(found["seed"] or 0)
    if seed > MAX_SEED:
        raise ValueError(f"the seed in {found[0]} is beyond {MAX_SEED}: name a smaller one")
    return seed


LEAVE_ONE_OUT, UNSEEN, FILE_ORDER = LeaveOneOut(), Whole(), TieOrder()
"""The usual parts."""

SplitRule = LeaveOneOut | AtQuantile | AtDate | Given
Candidates = Whole | Sample | Negatives
