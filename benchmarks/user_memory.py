"""AM-LSTM's memory over all users and over few: what an epoch costs, from some of its steps."""

import time

import numpy as np

from benchmarks.results import Measurement
from benchmarks.timing import in_fresh_process
from seqrec_bench.evaluation.registry import build
from seqrec_bench.recommender import SELECTION_METRIC, FitContext, Sequences

MODEL, DIMENSION = "am-lstm", 100
SIZES = {
    "MovieLens 100K": (943, 1_682, 98_114),
    "Beauty (S3-Rec)": (22_363, 12_101, 153_776),
    "MovieLens 20M": (138_493, 26_744, 19_723_277),
}
"""Users, items, and interactions that are trained on, two for each user being held out."""
N_IN_MEMORY = 1_000
N_TARGETS = 1_280
"""In a timed epoch: five steps."""
LENGTH = 11
"""Items of a user who has any; ten of them are targets."""


def measure() -> Measurement:
    rows = [
        in_fresh_process(measure_row, name, *sizes, n_in_memory)
        for name, sizes in SIZES.items()
        for n_in_memory in (0, N_IN_MEMORY)
        if n_in_memory < sizes[0]
    ]
    return Measurement(
        title=f"AM-LSTM: an epoch with a memory over all users or {N_IN_MEMORY:,}, dimension {DIMENSION}",
        head=("data of the size of", "users", "items", "in the memory", "step ms", "an epoch"),
        rows=rows,
        notes=(
            f"CPU time with one thread, of steps as `fit` makes them with default settings, the mean of {N_TARGETS:,} "
            "targets. An epoch is by that the time of all targets; skip-gram and validation are not in it.",
        ),
    )


def measure_row(name: str, n_users: int, n_items: int, n_interactions: int, n_in_memory: int) -> tuple[str, ...]:
    """The table's row of data of this size with so many users in the memory, 0 for all."""
    train, settings = _sequences(n_users, n_items), {"starting_vectors": "random", "memory_users": n_in_memory}
    first, both = (_seconds_of_fit(train, {**settings, "epochs": n}) for n in (1, 2))
    a_target = (both - first) / N_TARGETS
    batch = build(MODEL, DIMENSION, {}).batch_size  # type: ignore[attr-defined]
    return (
        name,
        f"{n_users:,}",
        f"{n_items:,}",
        f"{n_in_memory or n_users:,}",
        f"{1000 * batch * a_target:.0f}",
        _in_words((n_interactions - n_users) * a_target),
    )


def _sequences(n_users: int, n_items: int) -> Sequences:
    """So many users and items, few of whom have any interaction: all vectors are there, and few targets."""
    lengths = np.zeros(n_users, dtype=np.int64)
    lengths[: N_TARGETS // (LENGTH - 1)] = LENGTH
    items = np.random.default_rng(0).integers(1, n_items + 1, lengths.sum(), dtype=np.int32)
    return Sequences(items, np.arange(len(items)), np.concatenate([[0], np.cumsum(lengths)]), n_items)


def _seconds_of_fit(train: Sequences, settings: dict[str, object]) -> float:
    recommender = build(MODEL, DIMENSION, settings)
    started = time.process_time()
    recommender.fit(train, FitContext(0, "cpu", lambda: {SELECTION_METRIC: 0.0}, lambda epoch: None))
    return time.process_time() - started


def _in_words(seconds: float) -> str:
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
