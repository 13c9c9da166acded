"""Seconds of an epoch of each trained model, beside those that its matrix products take by themselves."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import torch

from benchmarks.products import ProductCounter, Shape, operations, seconds_of_products
from benchmarks.results import Measurement
from seqrec_bench.data import Split, leave_one_out, load_named
from seqrec_bench.evaluation.metrics import validation_figures
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.recommender import SELECTION_METRIC, Epoch, FitContext

DIMENSION = 100
EPOCHS = 3
MODELS: Mapping[str, Mapping[str, Any]] = {
    "am-lstm": {"starting_vectors": "random"},  # what training starts from changes nothing about an epoch's work
    "bert4rec": {},
    "caser": {},
    "esasrec": {},
    "fpmc": {},
    "gru4rec": {},
    "hgn": {},
    "hstu": {},
    "lrurec": {},
    "sasrec": {},
}
PRODUCT: Shape = (1, 256, 200, 1682)
"""AM-LSTM's largest: a step's targets with the output vectors of all items."""


def measure() -> Measurement:
    torch.set_num_threads(1)
    split = leave_one_out(load_named("ml-100k").sequences)
    return Measurement(
        title="Training: MovieLens 100K, dimension 100, the variant `paper`, float32",
        head=("model", "seconds an epoch", "interactions a second", "seconds of its products", "ratio"),
        rows=[measure_row(name, settings, split) for name, settings in MODELS.items()],
        notes=(
            f"An epoch is the fastest of {EPOCHS}, without its validation; the products are those of the first one, "
            "forward and backward, recorded while it ran and then timed by themselves, each shape at its best of 5.",
            "FPMC makes no matrix products. SASRec's attention weights are made inside one operation of torch, whose "
            "products are not counted.",
            f"A product of AM-LSTM's largest shape runs at {_speed(torch.float32)} GFLOPS in float32 and "
            f"{_speed(torch.bfloat16)} in bfloat16.",
        ),
    )


def measure_row(name: str, settings: Mapping[str, Any], split: Split) -> tuple[str, ...]:
    """The model's row of the table."""
    floor = seconds_of_products(products_of_an_epoch(name, settings, split))
    seconds = min(epoch.seconds for epoch in epochs_of(name, settings, split, EPOCHS))
    speed = f"{split.train.n_interactions / seconds:,.0f}"
    return name, f"{seconds:.2f}", speed, *((f"{floor:.2f}", f"{seconds / floor:.2f}") if floor else ("—", "—"))


def products_of_an_epoch(name: str, settings: Mapping[str, Any], split: Split) -> Counter[Shape]:
    """The matrix products of the model's first epoch."""
    counter = ProductCounter()
    with counter:
        epochs_of(name, settings, split, 1)
    return counter.shapes


def epochs_of(
    name: str, settings: Mapping[str, Any], split: Split, n_epochs: int, *, validated: bool = False
) -> list[Epoch]:
    """Trains the model for some epochs and returns them; without validation, it is 0 in all of them."""
    recommender = build(name, DIMENSION, {**settings, "epochs": n_epochs})
    epochs: list[Epoch] = []

    def validate() -> Mapping[str, float]:
        if validated:
            return validation_figures(rank_targets(recommender, split.validation))
        return {SELECTION_METRIC: 0.0}

    recommender.fit(split.train, FitContext(seed=0, device="cpu", validate=validate, report=epochs.append))
    return epochs


def _speed(dtype: torch.dtype) -> str:
    shapes = Counter({PRODUCT: 1})
    return f"{operations(shapes) / seconds_of_products(shapes, dtype) / 1e9:.0f}"
