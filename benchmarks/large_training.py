"""Training on 20 million interactions: that it starts and steps, how fast, and in how much memory."""

import time
from collections.abc import Mapping

from benchmarks.generated import generated_dataset
from benchmarks.results import Measurement
from benchmarks.timing import MB, in_fresh_process, memory_in_use, peak_memory
from seqrec_bench.data import leave_one_out
from seqrec_bench.evaluation.registry import build
from seqrec_bench.recommender import SELECTION_METRIC, Epoch, FitContext

N_INTERACTIONS = 20_000_000
DIMENSION = 100
MODEL = "fpmc"


def measure() -> Measurement:
    return Measurement(
        title="Training at scale: 20 million interactions, 200,000 users, 50,000 items, dimension 100",
        head=("model", "interactions an epoch", "start s", "epoch s", "interactions a second", "peak MB"),
        rows=[in_fresh_process(measure_row, MODEL, N_INTERACTIONS, DIMENSION)],
        notes=(
            "One epoch of the registered model with its default settings, not validated; an interaction is one that is "
            "predicted. The start is all of `fit` but the epoch. Peak memory is what `fit` takes beyond the data.",
        ),
    )


def measure_row(model: str, n_interactions: int, dimension: int) -> tuple[str, ...]:
    """The table's row of a model."""
    train = leave_one_out(generated_dataset(n_interactions).sequences).train
    epochs: list[Epoch] = []
    context = FitContext(seed=0, device="cpu", validate=_no_validation, report=epochs.append)
    recommender = build(model, dimension, {"epochs": 1})
    n_predicted = train.n_interactions - int((train.lengths > 0).sum())
    before, started = memory_in_use(), time.perf_counter()
    recommender.fit(train, context)
    seconds = time.perf_counter() - started
    epoch = epochs[0].seconds
    return (
        model,
        f"{n_predicted:,}",
        f"{seconds - epoch:.1f}",
        f"{epoch:.1f}",
        f"{n_predicted / epoch:,.0f}",
        f"{(peak_memory() - before) / MB:.0f}",
    )


def _no_validation() -> Mapping[str, float]:
    return {SELECTION_METRIC: 0.0}
