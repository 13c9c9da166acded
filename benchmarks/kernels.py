"""What hangs on threads and on the kernels that libraries choose: ranks that differ, and by how much the metrics do."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.results import Measurement
from benchmarks.timing import in_fresh_process
from seqrec_bench.cache import CACHE_VARIABLE
from seqrec_bench.data import Dataset, load_named
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS, metric
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.experiments.cell import Setting, run_cell
from seqrec_bench.records import PAPER_VARIANT, Ranks, Store
from seqrec_bench.rendering.markdown import NONE
from seqrec_bench.studies.cells import Cell, cells
from seqrec_bench.studies.loading import load_study

COMMITTED = Path(__file__).parents[1] / "results"
DIMENSION = 100

TWO_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2")
NO_AVX = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "OPENBLAS_CORETYPE": "Nehalem",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
KERNELS: Mapping[str, Mapping[str, str]] = {
    "nothing, run again": {},
    "two threads": TWO_THREADS,
    "two threads, MKL_DYNAMIC=FALSE": {**TWO_THREADS, "MKL_DYNAMIC": "FALSE"},
    **{f"{name}={value}": {name: value} for name, value in NO_AVX.items()},
    "all four of these": NO_AVX,
}
"""Environments of a process, by what each differs in from one thread and the processor's own kernels."""
LONG_KERNELS = ("two threads",)
"""Those that a longer training is tried with: without vector instructions it takes many times as long."""


@dataclass(frozen=True)
class Training:
    """A cell, and what it is tried with."""

    title: str
    cell: Cell
    kernels: Sequence[str] = tuple(KERNELS)


def measure() -> Measurement:
    dataset, tried = load_named("ml-100k"), trainings()
    columns = [measure_column(training, dataset) for training in tried]
    return Measurement(
        title="Kernels and threads: test ranks of 943 users that differ, and the greatest difference of a metric",
        head=("other than one thread, and", *(training.title for training in tried)),
        rows=[(name, *(column.get(name, NONE) for column in columns)) for name in KERNELS],
        notes=(
            "Each is run once with seed 0 on MovieLens 100K in a process of its own, its skip-gram vectors included, "
            "and held against a run with one thread and the kernels that the libraries choose on this processor. “0, "
            "weights too” means that the trained weights are the same bit for bit.",
            "In brackets: the greatest of the differences of HR@50, MRR@50 and NDCG@50.",
            "“Quick” is the suite of that name at dimension 25: two epochs, AM-LSTM's after 5 skip-gram epochs; "
            f"GRU4Rec with its other settings as published. “Whole” is one of Table 1, at dimension {DIMENSION}.",
            f"Standard deviation from seed to seed of such a whole training, in the committed records: {spreads()}.",
        ),
    )


def trainings() -> list[Training]:
    quick = {cell.model: cell for cell in cells(load_study("quick").groups) if cell.seed == 0}
    whole = Cell("fpmc", PAPER_VARIANT, DIMENSION, 0)
    return [
        Training("Item-kNN", Cell("item-knn", PAPER_VARIANT, 0, 0)),
        Training("FPMC, quick", quick["fpmc"]),
        Training("GRU4Rec, quick", Cell("gru4rec", "quick", 25, 0, {"epochs": 2})),
        Training("AM-LSTM, quick", quick["am-lstm"], LONG_KERNELS),
        Training("FPMC, whole", whole, LONG_KERNELS),
    ]


def measure_column(training: Training, dataset: Dataset) -> dict[str, str]:
    """What came of the training with each of its kernels, by the kernels' name."""
    expected = outcome(training.cell, dataset, {})
    return {name: compare(outcome(training.cell, dataset, KERNELS[name]), expected) for name in training.kernels}


@dataclass(frozen=True, eq=False)
class Outcome:
    test: Ranks
    weights: Mapping[str, np.ndarray] | None


def outcome(cell: Cell, dataset: Dataset, kernels: Mapping[str, str]) -> Outcome:
    """What comes of the cell in a new process with that environment and no skip-gram vectors in its cache."""
    with tempfile.TemporaryDirectory() as cache, _environment({**kernels, CACHE_VARIABLE: cache}):
        return in_fresh_process(_run, cell, dataset)


def _run(cell: Cell, dataset: Dataset) -> Outcome:
    finished = run_cell(cell, Setting(dataset, "cpu"), lambda epoch: None)
    return Outcome(finished.record.test, finished.weights)


def compare(found: Outcome, expected: Outcome) -> str:
    """The table's entry: users whose rank differs, and the greatest difference of a metric."""
    changed = (found.test.better != expected.test.better) | (found.test.tied != expected.test.tied)
    if not changed.any():
        return "0, weights too" if _same_weights(found, expected) else "0"
    differences = [
        abs(metric(found.test, name).mean() - metric(expected.test, name).mean()) for name in VALIDATION_METRICS
    ]
    return f"{changed.sum()} ({max(differences):.4f})"


def _same_weights(found: Outcome, expected: Outcome) -> bool:
    if found.weights is None or expected.weights is None:
        return False
    return all(np.array_equal(value, expected.weights[name]) for name, value in found.weights.items())


def spreads() -> str:
    """Standard deviations over seeds of the committed records of what is trained wholly, in words."""
    records = [
        record for record in Store(COMMITTED).records()
        if (record.key.protocol, record.key.variant, record.key.dimension) == (LOO_FULL, PAPER_VARIANT, DIMENSION)
    ]  # fmt: skip
    parts = []
    for training in trainings():
        seeds = [record.test for record in records if record.key.model == training.cell.model]
        if len(seeds) > 1:
            deviations = (
                np.std([metric(ranks, name).mean() for ranks in seeds], ddof=1) for name in VALIDATION_METRICS
            )
            numbers = ", ".join(
                f"{name} {value:.4f}" for name, value in zip(VALIDATION_METRICS, deviations, strict=True)
            )
            parts.append(f"{training.cell.model} {numbers}")
    return "; ".join(dict.fromkeys(parts))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Processes started inside have these variables too."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
