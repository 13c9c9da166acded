"""A check of seeds: is what stands under another seed another run?"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from seqrec_bench.recommender import Epoch
from seqrec_bench.records import CellKey, Ranks, Record
from seqrec_bench.records.check import Check

FIRST_PLACES = 10
FAR_USERS = 100
"""With so many targets beyond the first places, two trainings that the seed tells apart do not rank all of them alike.

On little data they may, and where nearly every target comes first, whatever the number of users.
"""
EQUAL_SHARE = 0.9
"""Of the targets beyond the first places: with so many in the same place, the one is the other, edited.

In the committed records, no two seeds of a model have more than .13 of them in the same place.
"""


def check_copies(records: Sequence[Record]) -> Check:
    """A model that says that its seed matters has other ranks, weights and learning curves with another seed."""
    places: dict[CellKey, list[Record]] = defaultdict(list)
    for record in records:
        if not record.deterministic:
            places[replace(record.key, seed=0)].append(record)
    faults, n_passed = [], 0
    for same_place in places.values():
        for number, record in enumerate(same_place):
            fault = next((found for first in same_place[:number] if (found := _fault(record, first))), None)
            faults += [fault] if fault else []
            n_passed += fault is None
    return Check("another seed gives other ranks, weights and curves", n_passed, faults)


def _fault(record: Record, first: Record) -> str | None:
    """What the two have in common that no two seeds have."""
    common = [name for name, is_equal in _SAME.items() if is_equal(record, first)]
    if not common:
        return None
    return (
        f"{record.key.path()} has {' and '.join(common)} of {first.key.path()}: one is a copy of the other, or the "
        "seed changes nothing. Run both cells again with --fresh; if they are still the same, the model is to say that "
        "it is deterministic."
    )


def _same_ranks(ranks: Ranks, others: Ranks) -> bool:
    """Whether far targets stand in the same places, nearly all of them, or all of them with users exchanged."""
    if ranks.better.shape != others.better.shape:
        return False
    far = (ranks.better >= FIRST_PLACES) | (others.better >= FIRST_PLACES)
    if far.sum() < FAR_USERS:
        return False
    equal = (ranks.better == others.better) & (ranks.tied == others.tied)
    return bool(equal[far].mean() >= EQUAL_SHARE) or np.array_equal(_sorted(ranks), _sorted(others))


def _sorted(ranks: Ranks) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    pairs = np.stack([ranks.better, ranks.tied])
    return pairs[:, np.lexsort(pairs)]


def _same_weights(record: Record, first: Record) -> bool:
    return record.weights is not None and record.weights == first.weights


def _same_curve(record: Record, first: Record) -> bool:
    """Whether an epoch has the same loss, to the last digit, and the same validation figures.

    A loss that is a whole number, or that of two epochs, may be no loss but a number in its place.
    """
    losses = [epoch.loss for epoch in record.curve]
    return any(
        mine.loss % 1 != 0 and losses.count(mine.loss) == 1 and _figures(mine) == _figures(other)
        for mine, other in zip(record.curve, first.curve, strict=False)
    )


def _figures(epoch: Epoch) -> tuple[float, dict[str, float]]:
    return epoch.loss, dict(epoch.validation)


_SAME: dict[str, Callable[[Record, Record], bool]] = {
    "the weights": _same_weights,
    "an epoch of the learning curve": _same_curve,
    "the validation ranks": lambda record, first: _same_ranks(record.validation, first.validation),
    "the test ranks": lambda record, first: _same_ranks(record.test, first.test),
}
"""What no two seeds have in common, by its name."""
