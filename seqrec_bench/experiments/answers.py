"""What a recommender says of itself, as a record can hold it; and what its errors say."""

import math
import traceback
from pathlib import Path

from seqrec_bench.errors import BenchError, ScoreError, in_words
from seqrec_bench.evaluation.contract import declaration_fault
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS, Metric
from seqrec_bench.evaluation.registry import hyperparameters
from seqrec_bench.recommender import Epoch, Recommender, Restorable, State
from seqrec_bench.records import Recipe
from seqrec_bench.records.weights import plain_arrays


def require_unchanged(recommender: Recommender, recipe: Recipe) -> None:
    """Raises ScoreError if the recommender is no longer what its record would say."""
    if fault := declaration_fault(recommender):
        raise ScoreError(f"{recommender.name} {fault}.")
    for name, value in hyperparameters(recommender).items():
        if (before := recipe.hyperparameters[name]) != value:
            raise ScoreError(
                f"{recommender.name} changed its hyperparameter {name} from {before!r} to {value!r}: no record would "
                "say so, so keep what is learnt under other names."
            )


def state_of(recommender: Recommender) -> tuple[State | None, str | None]:
    """The recommender's state, and what is wrong with it."""
    if not isinstance(recommender, Restorable):
        return None, None
    try:
        return plain_arrays(recommender.state()), None
    except Exception as error:
        return None, explain(error)


def sound_epoch(epoch: Epoch, number: int, model: str, selection: Metric) -> Epoch:
    """The epoch in plain numbers, as a record can hold it."""
    names = dict.fromkeys((*VALIDATION_METRICS, selection))
    try:
        loss, seconds = float(epoch.loss), float(epoch.seconds)
        validation: dict[str, float] = {str(name): float(epoch.validation[name]) for name in names}
    except (TypeError, ValueError, KeyError) as error:
        raise ScoreError(f"{model} reported {epoch}, in which numbers are missing ({error}).") from error
    if epoch.number != number or not all(math.isfinite(value) for value in (loss, seconds, *validation.values())):
        raise ScoreError(f"{model} reported {epoch}, which is not finite or not epoch {number}.")
    return Epoch(number, loss, validation, seconds)


def explain(error: BaseException) -> str:
    """The error in a line of words: an exception itself may not survive the way between processes."""
    if isinstance(error, BenchError):
        return in_words(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    cause = f"{in_words(error)} ({Path(place.filename).name}, line {place.lineno})"
    if isinstance(error, MemoryError) or "allocate memory" in cause:  # torch has no type of its own for it
        return f"it needs more memory than there is: give a smaller dimension or batch ({cause})."
    return cause
