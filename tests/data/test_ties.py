from collections.abc import Callable
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.ties import reverse_ties, shuffle_ties, sort_ties_by_item
from seqrec_bench.recommender import Sequences

N_ITEMS = 9
Pair = tuple[int, int]
"""A time and an item."""
pairs = st.lists(st.tuples(st.integers(-1, 2), st.integers(1, N_ITEMS)), max_size=7)
users_of_pairs = st.lists(pairs.map(lambda those: sorted(those, key=lambda pair: pair[0])), min_size=1, max_size=6)
RULES: dict[str, tuple[Callable[[Sequences], Sequences], Callable[[list[int]], list[int]]]] = {
    "reversed": (reverse_ties, lambda items: items[::-1]),
    "up": (lambda s: sort_ties_by_item(s, descending=False), sorted),
    "down": (lambda s: sort_ties_by_item(s, descending=True), lambda items: sorted(items, reverse=True)),
}


def sequences(users: list[list[Pair]], kind: type = np.int64) -> Sequences:
    flat = [pair for user in users for pair in user]
    return Sequences(
        items=np.array([item for _, item in flat], dtype=np.int32),
        times=np.array([time for time, _ in flat], dtype=kind),
        offsets=np.cumsum([0, *map(len, users)]),
        n_items=N_ITEMS,
    )


def pairs_of(found: Sequences) -> list[list[Pair]]:
    both = list(zip(found.times.tolist(), found.items.tolist(), strict=True))
    return [both[start:end] for start, end in pairwise(found.offsets.tolist())]


def literal(user: list[Pair], rule: Callable[[list[int]], list[int]]) -> list[Pair]:
    blocks = groupby(user, key=lambda pair: pair[0])
    return [(time, item) for time, block in blocks for item in rule([item for _, item in block])]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("kind", [np.int64, np.float64])
@given(users=users_of_pairs)
def test_equals_the_literal_rule(name: str, kind: type, users: list[list[Pair]]) -> None:
    ours, rule = RULES[name]
    assert pairs_of(ours(sequences(users, kind))) == [literal(user, rule) for user in users]


@given(users=users_of_pairs, seed=st.integers(0, 5))
def test_a_random_order_moves_items_only_within_one_time_of_one_user(users: list[list[Pair]], seed: int) -> None:
    found = pairs_of(shuffle_ties(sequences(users), seed))
    assert [sorted(user) for user in found] == [sorted(user) for user in users]
    assert [[time for time, _ in user] for user in found] == [[time for time, _ in user] for user in users]


def test_all_orders_of_a_tie_are_equally_likely() -> None:
    n_users = 6000
    found = shuffle_ties(sequences([[(0, 1), (0, 2), (0, 3)]] * n_users), 0).items.reshape(n_users, 3)
    _, counts = np.unique(found, axis=0, return_counts=True)
    assert len(counts) == 6
    assert (abs(counts - 1000) < 5 * np.sqrt(1000 * 5 / 6)).all()


def test_the_seed_decides_a_random_order() -> None:
    tied = sequences([[(0, item) for item in range(1, 10)]] * 3)
    first, again, other = (shuffle_ties(tied, seed).items.tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_users_of_one_time_are_not_mixed() -> None:
    assert reverse_ties(sequences([[(5, 1), (5, 2)], [(5, 3), (5, 4)]])).items.tolist() == [2, 1, 4, 3]


def test_the_sequences_given_are_left_alone() -> None:
    given_ = sequences([[(0, 1), (0, 2)]])
    reverse_ties(given_)
    assert given_.items.tolist() == [1, 2]
