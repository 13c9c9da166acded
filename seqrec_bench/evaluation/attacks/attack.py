"""What an attack is, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import in_words
from seqrec_bench.evaluation.conformance import ConformanceError
from seqrec_bench.recommender import Int64Array, Recommender
from seqrec_bench.records import Ranks
from seqrec_bench.tracking import Track, untracked

SubjectT = TypeVar("SubjectT")


class Evaluator(Protocol):
    """What is attacked: `rank_targets`, or another that claims to do the same."""

    def __call__(self, recommender: Recommender, holdout: Holdout, users: Int64Array | None = None, /) -> Ranks: ...


class Deviation(AssertionError):
    """What was found is not what was expected."""


class NotApplicable(Exception):
    """The attack has no exact outcome for this subject; the words say why."""


class AttackVerdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class AttackResult:
    """What came of an attack."""

    name: str
    expected: str
    found: str
    verdict: AttackVerdict


@dataclass(frozen=True)
class Attack(Generic[SubjectT]):
    """An attack with the outcome that an honest evaluator must have.

    It is a function named for the fact that holds then. It returns what it found, in words, and raises `Deviation`
    with the first thing that is otherwise.
    """

    expected: str
    """The outcome in closed form, which depends on no data."""
    carry_out: Callable[[Evaluator, SubjectT], str]

    @property
    def name(self) -> str:
        return self.carry_out.__name__.replace("_", " ")


def carry_out(
    attacks: Sequence[Attack[SubjectT]], evaluate: Evaluator, subject: SubjectT, track: Track = untracked
) -> list[AttackResult]:
    """Carries out each attack; one that ends with any error has failed, and the error's words are what was found."""
    return [_carry_out(attack, evaluate, subject) for attack in track("attacking", attacks)]


def _carry_out(attack: Attack[SubjectT], evaluate: Evaluator, subject: SubjectT) -> AttackResult:
    try:
        found, verdict = attack.carry_out(evaluate, subject), AttackVerdict.PASSED
    except NotApplicable as reason:
        found, verdict = str(reason), AttackVerdict.NOT_APPLICABLE
    except (Deviation, ConformanceError) as deviation:
        found, verdict = str(deviation), AttackVerdict.FAILED
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a recommender may call sys.exit, say
        found, verdict = in_words(error), AttackVerdict.FAILED
    return AttackResult(attack.name, attack.expected, found, verdict)
