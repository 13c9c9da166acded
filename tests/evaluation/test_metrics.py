"""Each metric against values worked by hand and against the mean over every order of the tied candidates."""

import json
import re
from collections.abc import Callable
from copy import copy
from itertools import pairwise, permutations
from math import inf, log2

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import KINDS, CutOff, Metric, metric, read_metrics, too_good, validation_figures
from seqrec_bench.records import Ranks

GAINS: dict[str, Callable[[int], float]] = {
    "HR": lambda rank: 1.0,
    "Recall": lambda rank: 1.0,
    "NDCG": lambda rank: 1 / log2(rank + 1),
    "MRR": lambda rank: 1 / rank,
    "MAP": lambda rank: 1 / rank,
    "MeanRank": float,
}
WITH_CUT_OFF = [name for name, kind in KINDS.items() if kind.cut_off is not CutOff.NONE]
WITHOUT = [name for name, kind in KINDS.items() if kind.cut_off is not CutOff.NEEDED]
cutoffs = st.integers(1, 60)


def ranks(*pairs: tuple[int, int]) -> Ranks:
    better, tied = zip(*pairs, strict=True)
    return Ranks(better=np.array(better, dtype=np.int64), tied=np.array(tied, dtype=np.int64))


def expectation_over_orders(name: str, better: int, tied: int, k: float) -> float:
    """The metric's mean over every order in which the tied candidates, of which 0 is the target, can stand."""
    gains = []
    for order in permutations(range(tied)):
        rank = better + order.index(0) + 1
        gains.append(GAINS[name](rank) if rank <= k else 0.0)
    return sum(gains) / len(gains)


def hit_rate(found: Ranks, k: int) -> npt.NDArray[np.float64]:
    return metric(found, f"HR@{k}")


def reciprocal_rank(found: Ranks, k: int) -> npt.NDArray[np.float64]:
    return metric(found, f"MRR@{k}")


def ndcg(found: Ranks, k: int) -> npt.NDArray[np.float64]:
    return metric(found, f"NDCG@{k}")


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


@pytest.mark.parametrize("name", WITH_CUT_OFF)
@given(better=st.integers(0, 12), tied=st.integers(1, 6), k=st.integers(1, 12))
def test_equals_the_mean_over_every_order_of_the_tied(name: str, better: int, tied: int, k: int) -> None:
    expected = expectation_over_orders(name, better, tied, k)
    assert metric(ranks((better, tied)), f"{name}@{k}")[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", WITHOUT)
@given(better=st.integers(0, 12), tied=st.integers(1, 6))
def test_without_a_cut_off_all_ranks_count(name: str, better: int, tied: int) -> None:
    expected = expectation_over_orders(name, better, tied, k=inf)
    assert metric(ranks((better, tied)), name)[0] == pytest.approx(expected, abs=1e-12)


@given(better=st.integers(0, 100), tied=st.integers(1, 100), k=cutoffs)
def test_metrics_keep_their_order_and_range(better: int, tied: int, k: int) -> None:
    found = ranks((better, tied))
    values = [0.0, reciprocal_rank(found, k)[0], ndcg(found, k)[0], hit_rate(found, k)[0], 1.0]
    assert all(low <= high + 1e-12 for low, high in pairwise(values))


@pytest.mark.parametrize("name", WITH_CUT_OFF)
@given(better=st.integers(0, 100), tied=st.integers(1, 100), k=cutoffs)
def test_nothing_is_lost_by_a_greater_cut_off_or_a_smaller_rank(name: str, better: int, tied: int, k: int) -> None:
    value = metric(ranks((better, tied)), f"{name}@{k}")[0]
    assert metric(ranks((better, tied)), f"{name}@{k + 1}")[0] >= value - 1e-12
    assert metric(ranks((better + 1, tied)), f"{name}@{k}")[0] <= value + 1e-12


@given(pairs=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), min_size=1), k=cutoffs)
def test_users_do_not_depend_on_each_other(pairs: list[tuple[int, int]], k: int) -> None:
    for name in (*(f"{kind}@{k}" for kind in WITH_CUT_OFF), *WITHOUT):
        alone = [metric(ranks(pair), name)[0] for pair in pairs]
        np.testing.assert_array_equal(metric(ranks(*pairs), name), alone, err_msg=name)


def test_a_metric_is_its_name() -> None:
    found = Metric("NDCG@10")
    assert (found, json.dumps({found: 1}), copy(found)) == ("NDCG@10", '{"NDCG@10": 1}', found)
    assert (found.cut_off, Metric("MRR").cut_off, Metric(found)) == (10, None, found)
    assert (found.sign, Metric("MeanRank").sign) == (1, -1)
    assert isinstance(copy(found), Metric)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "choose from HR@K, Recall@K, NDCG@K, MRR@K, MRR, MAP@K, MeanRank"),
        ("ndcg@10", "choose from HR@K,"),
        ("Precision@10", "choose from HR@K,"),
        ("HR", "HR has a cut-off, as HR@10 has"),
        ("MeanRank@10", "MeanRank has no cut-off"),
        ("HR@", "a cut-off is a whole number from 1 to 10000, as HR@10 has"),
        ("HR@0", "a cut-off is a whole number"),
        ("HR@010", "a cut-off is a whole number"),
        ("HR@10001", "a cut-off is a whole number"),
        ("HR@1e1", "a cut-off is a whole number"),
        ("HR@-1", "a cut-off is a whole number"),
        ("HR@10@20", "a cut-off is a whole number"),
        ("HR@\u0661", "a cut-off is a whole number"),
        (" HR@10", "choose from HR@K,"),
    ],
)
def test_what_is_no_metric_is_refused(name: str, why: str) -> None:
    with pytest.raises(InputError, match=rf"^There is no metric {re.escape(repr(name))}: {why}"):
        Metric(name)


def test_metrics_are_read_in_their_order() -> None:
    assert read_metrics(["NDCG@10", "HR@5", "MRR"]) == ("NDCG@10", "HR@5", "MRR")
    with pytest.raises(InputError, match="The metric HR@5 is named twice"):
        read_metrics(["HR@5", "MRR", "HR@5"])
    with pytest.raises(InputError, match="No metric is named: name one or more of HR@K"):
        read_metrics([])


def test_validation_figures_are_the_means_over_users_at_50() -> None:
    found = validation_figures(ranks((0, 1), (2, 1), (50, 1)))
    assert found == pytest.approx(
        {"HR@50": 2 / 3, "MRR@50": (1 + 1 / 3) / 3, "NDCG@50": (1 + 1 / 2) / 3}  # the third is at rank 51
    )


def test_the_metric_that_chooses_is_among_them() -> None:
    found = validation_figures(ranks((0, 1), (2, 1)), "NDCG@10")
    assert list(found) == ["HR@50", "MRR@50", "NDCG@50", "NDCG@10"]
    assert found["NDCG@10"] == pytest.approx((1 + 1 / 2) / 2)
    assert list(validation_figures(ranks((0, 1)), "MRR@50")) == ["HR@50", "MRR@50", "NDCG@50"]


def test_figures_are_too_good_if_all_are_shown_as_1() -> None:
    assert too_good([1.0, 0.99996])
    assert not too_good([1.0, 0.99994])
    assert not too_good([1.0, 0.0])
    assert not too_good([1.0, 243.5])  # a mean rank
    assert not too_good([])  # of lists alone, which may show the whole catalogue
