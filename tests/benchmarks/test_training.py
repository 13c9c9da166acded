"""The benchmark of training, on little data."""

import math

import pytest

from benchmarks.training import MODELS, epochs_of, measure_row, products_of_an_epoch
from seqrec_bench.data import Split, leave_one_out
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.evaluation.synthetic import synthetic_sequences


@pytest.fixture(scope="module")
def split() -> Split:
    return leave_one_out(synthetic_sequences(n_users=20, n_items=15, length=8, order=0.5, seed=0))


def test_every_model_that_is_trained_is_measured() -> None:
    counting = {"item-knn", "markov-chain", "popularity", "sequential-rules", "stan", "v-sknn"}
    assert MODELS.keys() == registered().keys() - counting


@pytest.mark.parametrize("name", ["am-lstm", "fpmc"])
def test_a_row_has_the_epochs_seconds_and_their_ratio_to_those_of_the_products(name: str, split: Split) -> None:
    found, seconds, speed, floor, ratio = measure_row(name, MODELS[name], split)
    assert found == name
    assert float(seconds) >= 0
    assert int(speed.replace(",", "")) > 0
    if name == "fpmc":
        assert (floor, ratio) == ("—", "—")
    else:
        assert float(floor) >= 0 < float(ratio)  # how great they are is no matter of a test


def test_the_products_are_those_of_one_epoch(split: Split) -> None:
    shapes = products_of_an_epoch("caser", {"history_length": 3, "batch_size": 64}, split)
    heights = {inner: count for (_, rows, inner, columns), count in shapes.items() if columns == 32}
    steps = math.ceil(20 * 3 / 64)  # of 6 training items, the last 3 have 3 before them
    assert heights == {100 * height: steps * (3 - height + 1) for height in (1, 2, 3)}


def test_validation_is_done_where_it_is_asked_for(split: Split) -> None:
    without = epochs_of("fpmc", {}, split, 1)
    with_it = epochs_of("fpmc", {}, split, 1, validated=True)
    assert without[0].validation["NDCG@50"] == 0 < with_it[0].validation["NDCG@50"]
