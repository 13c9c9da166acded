"""Each metric against values worked by hand and against the mean over every order of the tied candidates."""

from collections.abc import Callable
from itertools import pairwise, permutations
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.evaluation.metrics import (
    METRICS,
    hit_rate,
    metric,
    ndcg,
    reciprocal_rank,
    too_good,
    validation_figures,
)
from seqrec_bench.records import Ranks

GAINS: dict[str, Callable[[int], float]] = {
    "HR": lambda rank: 1.0,
    "MRR": lambda rank: 1 / rank,
    "NDCG": lambda rank: 1 / log2(rank + 1),
}
cutoffs = st.integers(1, 60)


def ranks(*pairs: tuple[int, int]) -> Ranks:
    better, tied = zip(*pairs, strict=True)
    return Ranks(better=np.array(better, dtype=np.int64), tied=np.array(tied, dtype=np.int64))


def expectation_over_orders(name: str, better: int, tied: int, k: int) -> float:
    """The metric's mean over every order in which the tied candidates, of which 0 is the target, can stand."""
    gains = []
    for order in permutations(range(tied)):
        rank = better + order.index(0) + 1
        gains.append(GAINS[name](rank) if rank <= k else 0.0)
    return sum(gains) / len(gains)


def test_untied_targets_gain_by_their_rank() -> None:
    found = ranks((0, 1), (1, 1), (2, 1), (3, 1))
    np.testing.assert_array_equal(hit_rate(found, 3), [1, 1, 1, 0])
    np.testing.assert_allclose(reciprocal_rank(found, 3), [1, 1 / 2, 1 / 3, 0])
    np.testing.assert_allclose(ndcg(found, 3), [1, 1 / log2(3), 1 / 2, 0])


def test_tied_targets_gain_the_mean_of_the_ranks_they_may_have() -> None:
    found = ranks((0, 2), (2, 4), (1, 3))
    np.testing.assert_allclose(hit_rate(found, 3), [1, 1 / 4, 2 / 3])
    np.testing.assert_allclose(reciprocal_rank(found, 3), [3 / 4, (1 / 3) / 4, (1 / 2 + 1 / 3) / 3])
    np.testing.assert_allclose(ndcg(found, 3), [(1 + 1 / log2(3)) / 2, (1 / 2) / 4, (1 / log2(3) + 1 / 2) / 3])


@pytest.mark.parametrize("n_candidates", [50, 51, 1682])
def test_a_constant_scorer_gets_chance_level(n_candidates: int) -> None:
    assert hit_rate(ranks((0, n_candidates)), 50)[0] == pytest.approx(50 / n_candidates)


@pytest.mark.parametrize("name", METRICS)
@given(better=st.integers(0, 12), tied=st.integers(1, 6), k=st.integers(1, 12))
def test_equals_the_mean_over_every_order_of_the_tied(name: str, better: int, tied: int, k: int) -> None:
    expected = expectation_over_orders(name, better, tied, k)
    assert METRICS[name](ranks((better, tied)), k)[0] == pytest.approx(expected, abs=1e-12)


@given(better=st.integers(0, 100), tied=st.integers(1, 100), k=cutoffs)
def test_metrics_keep_their_order_and_range(better: int, tied: int, k: int) -> None:
    found = ranks((better, tied))
    values = [0.0, reciprocal_rank(found, k)[0], ndcg(found, k)[0], hit_rate(found, k)[0], 1.0]
    assert all(low <= high + 1e-12 for low, high in pairwise(values))


@pytest.mark.parametrize("name", METRICS)
@given(better=st.integers(0, 100), tied=st.integers(1, 100), k=cutoffs)
def test_nothing_is_lost_by_a_greater_cut_off_or_a_smaller_rank(name: str, better: int, tied: int, k: int) -> None:
    value = METRICS[name](ranks((better, tied)), k)[0]
    assert METRICS[name](ranks((better, tied)), k + 1)[0] >= value - 1e-12
    assert METRICS[name](ranks((better + 1, tied)), k)[0] <= value + 1e-12


@given(pairs=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), min_size=1), k=cutoffs)
def test_users_do_not_depend_on_each_other(pairs: list[tuple[int, int]], k: int) -> None:
    for name, compute in METRICS.items():
        alone = [compute(ranks(pair), k)[0] for pair in pairs]
        np.testing.assert_array_equal(compute(ranks(*pairs), k), alone, err_msg=name)


def test_a_metric_is_found_by_its_written_name() -> None:
    found = ranks((4, 3), (0, 1), (70, 2))
    np.testing.assert_array_equal(metric(found, "NDCG@50"), ndcg(found, 50))
    np.testing.assert_array_equal(metric(found, "MRR@5"), reciprocal_rank(found, 5))
    np.testing.assert_array_equal(metric(found, "HR@10"), hit_rate(found, 10))


def test_validation_figures_are_the_means_over_users_at_50() -> None:
    found = validation_figures(ranks((0, 1), (2, 1), (50, 1)))
    assert found == pytest.approx(
        {"HR@50": 2 / 3, "MRR@50": (1 + 1 / 3) / 3, "NDCG@50": (1 + 1 / 2) / 3}  # the third is at rank 51
    )


def test_figures_are_too_good_if_all_are_shown_as_1() -> None:
    assert too_good([1.0, 0.99996])
    assert not too_good([1.0, 0.99994])
    assert not too_good([1.0, 0.0])
