from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.data.k_core import k_core
from seqrec_bench.data.repeats import count_repeats, drop_repeats

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=25)


@given(rows=ROWS)
def test_each_users_first_interaction_with_an_item_stays(rows: list[tuple[str, int, int]]) -> None:
    users, items, times = zip(*rows, strict=True)
    data = prepare("some", Interactions.from_rows(list(users), list(map(str, items)), np.array(times)), None)
    found = drop_repeats(data)
    expected: dict[str, list[tuple[str, int]]] = {user: [] for user in data.user_ids.tolist()}
    for user, item, time in sorted(rows, key=lambda row: row[2]):
        if str(item) not in [had for had, _ in expected[user]]:
            expected[user].append((str(item), time))
    kept = found.sequences
    bounds = dict(zip(data.user_ids.tolist(), pairwise(kept.offsets.tolist()), strict=True))
    assert {
        user: list(zip(data.item_ids[kept.items[a:b]].tolist(), kept.times[a:b].tolist(), strict=True))
        for user, (a, b) in bounds.items()
    } == expected
    assert count_repeats(data.sequences) == len(rows) - sum(map(len, expected.values()))
    assert count_repeats(kept) == 0
    assert (found.fingerprint == data.fingerprint) == (count_repeats(data.sequences) == 0)
    assert kept.n_items == data.sequences.n_items


ROWS_IN_ORDER = [(user, item) for user in "abc" for item in f"1{user}21321"]


def without_times(rows: list[tuple[str, str]]) -> Dataset:
    """Data of which the order of rows is all that is known: the times are places."""
    places = [sum(user == other for other, _ in rows[:row]) for row, (user, _) in enumerate(rows)]
    users, items = zip(*rows, strict=True)
    data = prepare("some", Interactions.from_rows(list(users), list(items), np.array(places)), None)
    return replace(data, has_times=False)


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        (drop_repeats, [(user, item) for user in "abc" for item in f"1{user}23"]),
        (lambda data: k_core(data, 2), [row for row in ROWS_IN_ORDER if row[0] != row[1]]),
    ],
)
def test_without_times_what_is_left_is_as_a_file_of_it(
    keep: Callable[[Dataset], Dataset], left: list[tuple[str, str]]
) -> None:
    found, expected = keep(without_times(ROWS_IN_ORDER)), without_times(left)
    assert (found.has_times, found.fingerprint) == (False, expected.fingerprint)
