"""Runs of a model whose seed matters, under two seeds with the same ranks or with others."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from seqrec_bench.errors import ExitCode
from seqrec_bench.experiments.verification.copies import check_copies
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record

FAR = np.full(100, 400)


def run(better: npt.NDArray[np.int64], seed: int = 0, dimension: int = 4, **fields: Any) -> Record:
    """A run with so many candidates above each user's targets."""
    ranks = Ranks(better, np.ones_like(better))
    key = CellKey("small", "loo-full-v1", "fpmc", "brief", dimension, seed)
    made: dict[str, Any] = {
        "recipe": Recipe(DatasetIdentity("small", "0" * 64, None), 1, {}),
        "deterministic": False,
        "validation": ranks,
        "test": ranks,
        "curve": [],
        "seconds": {"fit": 1.0, "score": 1.0},
        "peak_memory_bytes": 1,
        "parameters": 1,
        "environment": {},
    }
    return Record(key, **made | fields)


def test_a_record_that_was_copied_to_another_seed_is_found() -> None:
    check = check_copies([run(FAR), run(FAR + np.arange(100), 1), run(FAR, 2)])
    assert (check.n_passed, check.code, len(check.faults)) == (2, ExitCode.INVALID_RECORDS, 1)
    copied = "fpmc/brief-d4-s2.json has the validation ranks and the test ranks of small/loo-full-v1/fpmc/brief-d4-s0"
    assert copied in check.faults[0]


def other_ranks(seed: int) -> Ranks:
    better = np.random.default_rng(seed).integers(10, 400, 100)
    return Ranks(better, np.ones_like(better))


def curve(*losses: float, figure: float = 0.25) -> list[Epoch]:
    return [Epoch(number, loss, {"NDCG@50": figure}, 1.0) for number, loss in enumerate(losses, start=1)]


@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("n_changed", [1, 10])
def test_a_copy_with_some_ranks_changed_is_found(part: str, n_changed: int) -> None:
    better = FAR.copy()
    better[:n_changed] += 1
    other = {"validation": other_ranks(1), "test": other_ranks(2)} | {part: Ranks(better, np.ones_like(better))}
    (fault,) = check_copies([run(FAR), run(FAR, 1, **other)]).faults
    assert f"fpmc/brief-d4-s1.json has the {part} ranks of small/loo-full-v1/fpmc/brief-d4-s0.json" in fault


def test_where_a_tenth_and_more_stands_elsewhere_it_is_another_run() -> None:
    better = FAR.copy()
    better[:11] += 1
    ranks = Ranks(better, np.ones_like(better))
    assert check_copies([run(FAR), run(FAR, 1, validation=ranks, test=ranks)]).faults == []


def test_a_copy_whose_users_have_changed_places_is_found() -> None:
    ranks = other_ranks(1)
    moved = Ranks(ranks.better[::-1].copy(), ranks.tied)
    first = run(FAR, 0, test=ranks, validation=other_ranks(2))
    other = run(FAR, 1, test=moved, validation=other_ranks(3))
    assert "has the test ranks of" in check_copies([first, other]).faults[0]


@pytest.mark.parametrize(
    ("fields", "common"),
    [
        ({"weights": "5" * 64}, "the weights"),
        ({"curve": curve(1.5, 0.75)}, "an epoch of the learning curve"),
        ({"weights": "5" * 64, "curve": curve(1.5)}, "the weights and an epoch of the learning curve"),
    ],
)
def test_the_weights_and_the_curve_of_another_seed_are_found_whatever_the_ranks(
    fields: dict[str, Any], common: str
) -> None:
    runs = [run(FAR, 0, **fields), run(FAR, 1, validation=other_ranks(1), test=other_ranks(2), **fields)]
    (fault,) = check_copies(runs).faults
    assert f"has {common} of small/loo-full-v1/fpmc/brief-d4-s0.json: one is a copy of the other" in fault


@pytest.mark.parametrize(
    "other", [curve(1.25, 0.5), curve(1.5, 0.5, figure=0.5), curve(1.5000001)], ids=["loss", "figure", "last digits"]
)
def test_curves_that_differ_anywhere_are_of_two_runs(other: list[Epoch]) -> None:
    ranks = {"validation": other_ranks(1), "test": other_ranks(2)}
    assert check_copies([run(FAR, curve=curve(1.5, 0.75)), run(FAR, 1, curve=other, **ranks)]).faults == []


@pytest.mark.parametrize("losses", [(0.0,), (2.0, 1.0), (0.5, 0.5)], ids=["zero", "whole", "twice"])
def test_a_number_in_the_place_of_a_loss_proves_nothing(losses: tuple[float, ...]) -> None:
    ranks = {"validation": other_ranks(1), "test": other_ranks(2)}
    assert check_copies([run(FAR, curve=curve(*losses)), run(FAR, 1, curve=curve(*losses), **ranks)]).faults == []


@pytest.mark.parametrize(
    "better", [FAR[1:], np.arange(1000) // 901 * 400], ids=["few users", "nearly every target comes first"]
)
def test_where_runs_may_agree_by_chance_the_same_ranks_prove_nothing(better: npt.NDArray[np.int64]) -> None:
    assert check_copies([run(better), run(better, 1)]).faults == []


def test_the_same_ranks_of_a_deterministic_model_or_of_another_cell_are_as_they_should_be() -> None:
    assert check_copies([run(FAR, deterministic=True), run(FAR, 1, deterministic=True)]).faults == []
    assert check_copies([run(FAR), run(FAR, 1, dimension=8)]).faults == []
