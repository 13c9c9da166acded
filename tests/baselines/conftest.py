"""Small data for models that count: every awkward case, and small enough for a literal computation."""

from collections.abc import Callable
from itertools import count, pairwise

import numpy as np
import pytest

from seqrec_bench.recommender import PADDING, Checkpoint, FitContext, Recommender, Sequences


@pytest.fixture
def uneven() -> Sequences:
    """40 users of 1 to 20 items out of 12, repetitions included; nobody had items 13 and 14."""
    rng = np.random.default_rng(5)
    lengths = rng.integers(1, 21, size=40)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    popularity = np.arange(1, 13) / 78
    items = rng.choice(np.arange(1, 13), size=offsets[-1], p=popularity).astype(np.int32)
    return Sequences(items=items, times=np.arange(offsets[-1]), offsets=offsets, n_items=14)


@pytest.fixture
def histories() -> np.ndarray:
    """Left-padded histories of 0, 1, 3, 6 and 6 items; one has an item twice, one an item that nobody had."""
    return np.array(
        [
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 3],
            [0, 0, 0, 5, 9, 12],
            [1, 2, 11, 4, 2, 8],
            [12, 7, 6, 10, 3, 13],
        ]
    )


@pytest.fixture
def context() -> FitContext:
    """A run that validates nothing."""
    return FitContext(seed=0, device="cpu", validate=dict, report=lambda epoch: None)


@pytest.fixture
def literal_instances() -> Callable[[Sequences, int], list[tuple[int, list[int]]]]:
    """Makes each user's windows of a size, one after the other; one, filled up, of a shorter sequence."""

    def windows(train: Sequences, size: int) -> list[tuple[int, list[int]]]:
        rows = [train.items[start:end].tolist() for start, end in pairwise(train.offsets)]
        found = []
        for user, row in enumerate(rows):
            if 0 < len(row) < size:
                found.append((user, [PADDING] * (size - len(row)) + row))
            found += [(user, row[first : first + size]) for first in range(len(row) - size + 1)]
        return found

    return windows


@pytest.fixture
def interrupted() -> Callable[[Recommender, Recommender, Sequences, int], None]:
    """Fits the first model to its end, and the other, which has the same settings, as if from a stop after an epoch."""

    def fit(unbroken: Recommender, resumed: Recommender, train: Sequences, after: int) -> None:
        kept: list[Checkpoint] = []

        def keep(make: Callable[[], Checkpoint]) -> None:
            checkpoint = make()
            arrays = {name: np.array(value) for name, value in checkpoint.arrays.items()}
            kept.append(Checkpoint(arrays, checkpoint.facts))

        best = count()
        unbroken.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(best)}, lambda epoch: None, keep=keep))
        again = count(after)
        context = FitContext(4, "cpu", lambda: {"NDCG@50": next(again)}, lambda epoch: None, resume=kept[after - 1])
        resumed.fit(train, context)

    return fit
