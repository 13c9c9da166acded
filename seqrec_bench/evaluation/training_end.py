"""How the training of a recorded cell came to its end: by its patience, or since no more epochs were allowed."""

import math
from typing import NamedTuple

from seqrec_bench.evaluation.metrics import selection_of
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import PAPER_VARIANT, Record
from seqrec_bench.records.search_log import ALLOWED


class TrainingEnd(NamedTuple):
    """Of one run."""

    model: str
    variant: str
    allowed: int | None
    """How many epochs its setting `ALLOWED` allows; None for a model that has none of that name."""
    best: int
    """The epoch with the best figure of the metric that chooses, the first of equal ones."""

    @property
    def name(self) -> str:
        """The model, with its variant where that is not the published one."""
        return self.model if self.variant == PAPER_VARIANT else f"{self.model} {self.variant}"

    @property
    def setting(self) -> str:
        """What allows more epochs."""
        return f"{self.model}.{ALLOWED}"

    @property
    def is_best_at_last(self) -> bool:
        """Whether the best epoch is the last one allowed: then a longer training might have been better."""
        return self.best == self.allowed


def best_epoch(record: Record) -> Epoch:
    """The epoch of the record's curve that is best by the metric that chooses, the first of equal ones."""
    chose = selection_of([record])
    return max(record.curve, key=lambda epoch: chose.sign * epoch.validation.get(chose, -chose.sign * math.inf))


def training_end(record: Record) -> TrainingEnd | None:
    """How the record's training ended; None where nothing was trained in epochs."""
    if not record.curve:
        return None
    allowed = record.recipe.hyperparameters.get(ALLOWED)
    is_number = type(allowed) is int
    return TrainingEnd(record.key.model, record.key.variant, allowed if is_number else None, best_epoch(record).number)
