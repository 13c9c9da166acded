"""Metrics of lists against literal ones in plain Python, on lists of every shape."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.list_metrics import LIST_KINDS
from seqrec_bench.evaluation.metrics import Metric, selection_metric
from seqrec_bench.records import Ranks, TopLists


@st.composite
def any_lists(draw: st.DrawFn) -> TopLists:
    n_items, n_users = draw(st.integers(2, 12)), draw(st.integers(1, 9))
    k, n_evaluated = draw(st.integers(1, n_items + 2)), draw(st.integers(1, 6))
    popularity = [0, *draw(st.lists(st.integers(0, n_users), min_size=n_items, max_size=n_items))]
    rows = []
    for _ in range(n_evaluated):
        items = draw(st.permutations(range(1, n_items + 1)))[: draw(st.integers(1, min(k, n_items)))]
        rows.append([*items, *[0] * (k - len(items))])
    return TopLists(np.array(rows, dtype=np.int32), np.array(popularity, dtype=np.int32), n_users)


def literal(name: str, lists: TopLists) -> list[float]:
    rows = [[item for item in row if item] for row in lists.items.tolist()]
    popularity = lists.popularity.tolist()
    shown = Counter(item for row in rows for item in row)
    if name == "Coverage":
        return [len(shown) / lists.n_items]
    if name == "Novelty":
        return [sum(math.log2(lists.n_users / max(popularity[item], 1)) for item in row) / len(row) for row in rows]
    if name == "ARP":
        return [sum(popularity[item] for item in row) / len(row) for row in rows]
    # Half the mean difference between two items' shares, over the mean share, made 1 where one item has all.
    shares = [shown[item] / shown.total() for item in range(1, lists.n_items + 1)]
    differences = sum(abs(share - other) for share in shares for other in shares)
    return [differences / (2 * (lists.n_items - 1))]


@pytest.mark.parametrize("name", LIST_KINDS)
@given(lists=any_lists())
def test_values_are_those_of_the_literal_definition(name: str, lists: TopLists) -> None:
    found = LIST_KINDS[name].measure(lists)
    assert found.dtype == np.float64
    assert found.shape == ((len(lists.items),) if LIST_KINDS[name].is_per_user else (1,))
    assert found.tolist() == pytest.approx(literal(name, lists), abs=1e-12)


def of(rows: list[list[int]], popularity: list[int], n_users: int = 8) -> TopLists:
    return TopLists(np.array(rows, dtype=np.int32), np.array(popularity, dtype=np.int32), n_users)


def test_extremes() -> None:
    one = of([[1], [1], [1]], [0, 8, 4, 1, 0])
    all_alike = of([[1, 2], [3, 4]], [0, 8, 4, 1, 0])
    assert (LIST_KINDS["Gini"].measure(one).item(), LIST_KINDS["Gini"].measure(all_alike).item()) == (1, 0)
    assert (LIST_KINDS["Coverage"].measure(one).item(), LIST_KINDS["Coverage"].measure(all_alike).item()) == (0.25, 1)
    assert LIST_KINDS["Novelty"].measure(one).tolist() == [0, 0, 0]  # everybody has it
    assert LIST_KINDS["Novelty"].measure(all_alike).tolist() == [0.5, 3]  # of 1, 2, 3 and, for none at all, 3 bits
    assert LIST_KINDS["ARP"].measure(all_alike).tolist() == [6, 0.5]


def test_a_metric_of_lists_is_named_like_any_and_neither_chooses_nor_has_ranks() -> None:
    ranks = Ranks(np.array([0]), np.array([1]))
    for name, kind in LIST_KINDS.items():
        metric = Metric(f"{name}@10")
        assert (metric.cut_off, metric.is_per_user) == (10, kind.is_per_user)
        assert metric.sign == (-1 if kind.lower_is_better else 1)
        with pytest.raises(InputError, match=f"^{name}@10 is a metric of lists, which can't choose"):
            selection_metric(f"{name}@10")
        with pytest.raises(InputError, match=f"^{name}@10 is a metric of lists and not of ranks"):
            metric.values(ranks)
        with pytest.raises(InputError, match=f"'{name}': {name} has a cut-off, as {name}@10 has"):
            Metric(name)


@pytest.mark.parametrize(
    ("rows", "popularity", "n_users", "complaint"),
    [
        ([[1, 5]], [0, 1, 1], 2, "items that are not among the 2"),
        ([[-1]], [0, 1, 1], 2, "items that are not among the 2"),
        ([[1]], [0, 3, 1], 2, "popularity is not that of items among 2 users"),
        ([[1]], [0, -1, 1], 2, "popularity is not that of items among 2 users"),
        ([[1]], [0, 0, 0], 0, "popularity is not that of items among 0 users"),
        ([], [0, 1], 2, "must be 2-d and 1-d"),
    ],
)
def test_lists_that_can_not_be_are_refused(
    rows: list[list[int]], popularity: list[int], n_users: int, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        of(rows, popularity, n_users)
