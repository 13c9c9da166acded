"""What settings mean that several models have: the same in all of them."""

import math
from itertools import count
from typing import Any

import numpy as np
import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.contract import hyperparameter_names
from seqrec_bench.evaluation.registry import build, load, registered
from seqrec_bench.recommender import Epoch, FitContext, Recommender, Sequences

TINY = {"am-lstm": {"starting_vectors": "random"}, "gru4rec": {"n_sample": 4}, "esasrec": {"negatives": 2}}


def with_field(name: str) -> list[str]:
    """The bench's own models that have it."""
    own = [model for model, point in registered().items() if point.value.startswith("seqrec_baselines.")]
    return [model for model in own if name in hyperparameter_names(load(model))]


def made(name: str, **settings: Any) -> Recommender:
    return build(name, 4, {**TINY.get(name, {}), **settings})


@pytest.mark.parametrize(("patience", "ended"), [(2, 3), (0, 5)])
@pytest.mark.parametrize("name", with_field("patience"))
def test_patience_ends_the_training_and_0_runs_all_epochs(
    name: str, patience: int, ended: int, uneven: Sequences
) -> None:
    epochs: list[Epoch] = []
    context = FitContext(0, "cpu", lambda: {"NDCG@50": 0.5}, epochs.append)
    made(name, epochs=5, patience=patience).fit(uneven, context)
    assert [epoch.number for epoch in epochs] == list(range(1, ended + 1))


@pytest.mark.parametrize("name", with_field("max_gradient_norm"))
def test_a_greatest_norm_of_0_is_no_limit(name: str, uneven: Sequences) -> None:
    def trained(greatest: float) -> dict[str, np.ndarray]:
        model, epochs = made(name, epochs=1, dropout=0.0, max_gradient_norm=greatest), count()
        model.fit(uneven, FitContext(0, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
        weights: dict[str, np.ndarray] = model.state()  # type: ignore[attr-defined]
        return weights

    unlimited, far, near = trained(0.0), trained(1e9), trained(1e-3)
    assert all(np.array_equal(unlimited[key], far[key]) for key in far)
    assert any(not np.array_equal(unlimited[key], near[key]) for key in near)


@pytest.mark.parametrize("name", with_field("patience"))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dimension", 0),
        ("batch_size", 0),
        ("epochs", -1),
        ("patience", -1),
        ("learning_rate", math.nan),
        ("weight_averaging", 1.5),
    ],
)
def test_every_trained_model_refuses_what_makes_no_sense(name: str, field: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"^{name}\.{field} is {value}: give "):
        load(name)(**{field: value})
