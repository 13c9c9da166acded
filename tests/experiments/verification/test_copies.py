"""Runs of a model whose seed matters, under two seeds with the same ranks or with others."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from seqrec_bench.errors import ExitCode
from seqrec_bench.experiments.verification.copies import check_copies
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
    check = check_copies([run(FAR), run(FAR[::-1] + np.arange(100), 1), run(FAR, 2)])
    assert (check.n_passed, check.code, len(check.faults)) == (2, ExitCode.INVALID_RECORDS, 1)
    assert "fpmc/brief-d4-s2.json has exactly the ranks of small/loo-full-v1/fpmc/brief-d4-s0.json" in check.faults[0]


@pytest.mark.parametrize("part", ["validation", "test"])
def test_another_rank_of_a_single_user_is_another_run(part: str) -> None:
    better = FAR.copy()
    better[7] += 1
    other = run(FAR, 1, **{part: Ranks(better, np.ones_like(better))})
    assert check_copies([run(FAR), other]).faults == []


@pytest.mark.parametrize(
    "better", [FAR[1:], np.arange(1000) // 901 * 400], ids=["few users", "nearly every target comes first"]
)
def test_where_runs_may_agree_by_chance_the_same_ranks_prove_nothing(better: npt.NDArray[np.int64]) -> None:
    assert check_copies([run(better), run(better, 1)]).faults == []
    assert check_copies([run(better), run(better, 1)]).n_passed == 0


def test_the_same_ranks_of_a_deterministic_model_or_of_another_cell_are_as_they_should_be() -> None:
    assert check_copies([run(FAR, deterministic=True), run(FAR, 1, deterministic=True)]).faults == []
    assert check_copies([run(FAR), run(FAR, 1, dimension=8)]).faults == []
