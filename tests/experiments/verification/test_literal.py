"""The literal metrics, against sums that are written out and against the evaluator's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.experiments.verification.figures import CHECKED
from seqrec_bench.experiments.verification.literal import literal_values, mean
from seqrec_bench.records import Ranks


def ranks(*pairs: tuple[int, int]) -> Ranks:
    better, tied = zip(*pairs, strict=True)
    return Ranks(np.array(better), np.array(tied))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HR@3", [1, 2 / 4, 0]),
        ("MRR@3", [1, (1 / 2 + 1 / 3) / 4, 0]),
        ("Recall@3", [1, 2 / 4, 0]),
        ("MAP@3", [1, (1 / 2 + 1 / 3) / 4, 0]),
        ("MRR", [1, (1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 4, sum(1 / rank for rank in range(4, 13)) / 9]),
        ("MeanRank", [1, 3.5, 8]),
        ("NDCG@3", [1, (1 / math.log2(3) + 1 / math.log2(4)) / 4, 0]),
    ],
)
def test_ties_are_spread_over_their_ranks_up_to_the_cut_off(name: str, expected: list[float]) -> None:
    assert literal_values(ranks((0, 1), (1, 4), (3, 9)), name) == pytest.approx(expected, abs=1e-15)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1), st.integers(1, 40))
def test_they_are_the_evaluators(pairs: list[tuple[int, int]], cut_off: int) -> None:
    for name in (*CHECKED, *(f"{name.partition('@')[0]}@{cut_off}" for name in CHECKED if name.cut_off)):
        assert literal_values(ranks(*pairs), name) == pytest.approx(metric(ranks(*pairs), name).tolist(), rel=1e-12)


def test_what_has_no_twin_is_refused() -> None:
    with pytest.raises(InputError, match="There is no literal twin of Precision@10"):
        literal_values(ranks((0, 1)), "Precision@10")


def test_the_mean_is_over_users() -> None:
    assert mean([1.0, 0.0, 0.5]) == 0.5
