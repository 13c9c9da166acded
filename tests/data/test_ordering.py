import random
from collections.abc import Callable
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from natsort import natsorted

from seqrec_bench.data.ordering import (
    natural_order,
    order_by_user_and_time,
    reverse_ties,
    shuffle_ties,
    sort_ties_by_item,
    stable_argsort,
)
from seqrec_bench.recommender import Sequences

id_texts = st.text(min_size=1, max_size=8).filter(lambda text: not text.endswith("\0"))
plain_numbers = st.integers(0, 2**63 - 1).map(str)


def ordered(ids: list[str]) -> list[str]:
    array = np.array(ids, dtype=np.str_)
    return array[natural_order(array)].tolist()


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["10", "2", "1"], ["1", "2", "10"]),
        (["a10", "a2", "b1"], ["a2", "a10", "b1"]),
        (["10", "2", "x"], ["2", "10", "x"]),
        (["7", "007", "07", "6"], ["6", "007", "07", "7"]),
        (["-1", "0", "-2"], ["0", "-1", "-2"]),
        ([str(10**30), "5"], ["5", str(10**30)]),
        (["\u0663", "2"], ["2", "\u0663"]),
        (["0", "1", "02", "10"], ["0", "1", "02", "10"]),
        (["9", "10", "0010", "11"], ["9", "0010", "10", "11"]),
    ],
)
def test_hand_made_orders(ids: list[str], expected: list[str]) -> None:
    assert ordered(ids) == expected


@given(st.lists(plain_numbers, min_size=1, unique=True))
def test_numbers_are_ordered_as_natsort_orders_them(ids: list[str]) -> None:
    expected = natsorted(ids)
    assert ordered(ids) == ordered(expected) == expected == sorted(ids, key=int)


@given(st.lists(id_texts, min_size=1, max_size=12, unique=True))
def test_texts_are_ordered_as_natsort_orders_them(ids: list[str]) -> None:
    assert ordered(ids) == natsorted(sorted(ids))


@given(
    st.lists(st.one_of(id_texts, plain_numbers), min_size=1, max_size=12, unique=True),
    st.randoms(use_true_random=False),
)
def test_order_does_not_depend_on_the_order_given(ids: list[str], rng: random.Random) -> None:
    shuffled = rng.sample(ids, len(ids))
    assert ordered(shuffled) == ordered(ids)


def test_one_odd_id_leaves_the_numbers_in_order() -> None:
    numbers = [str(n) for n in range(0, 3000, 7)]
    assert ordered([*reversed(numbers), "odd"]) == [*numbers, "odd"]


GREATEST = 2**63 - 1
int64s = st.one_of(st.integers(-3, 3), st.integers(-GREATEST - 1, GREATEST), st.sampled_from([-GREATEST - 1, GREATEST]))
lengths = st.integers(1, 40)


def literal_order(users: list[int], times: list[float]) -> list[int]:
    return sorted(range(len(users)), key=lambda row: (users[row], times[row], row))


@given(lengths.flatmap(lambda n: arrays(np.int64, n, elements=int64s)))
def test_order_is_the_stable_one_over_the_whole_range(values: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
    before = values.copy()
    order = stable_argsort(values)
    assert order.tolist() == literal_order(values.tolist(), [0] * len(values))
    assert order.dtype == np.int64
    assert np.array_equal(values, before)


@pytest.mark.parametrize("span", [1, 7, 2**20, 2**47, 2**48, 2**62])
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_order_is_stable_where_digits_are_one_or_several(span: int, dtype: type[np.signedinteger]) -> None:
    """Positions of 60,000 values take 16 bits, which leaves digits of 48."""
    span = min(span, np.iinfo(dtype).max)
    rng = np.random.default_rng(0)
    values = rng.integers(-(span // 2), span // 2 + 1, 30_000)
    values = np.concatenate([values, rng.permutation(values)]).astype(dtype)
    assert np.array_equal(stable_argsort(values), np.argsort(values, kind="stable"))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.one_of(st.integers(-2, 2), int64s)), min_size=1, max_size=40),
)
def test_rows_are_ordered_by_user_time_and_row(rows: list[tuple[int, int]]) -> None:
    users, times = map(list, zip(*rows, strict=True))
    order = order_by_user_and_time(np.array(users, dtype=np.int32), np.array(times, dtype=np.int64))
    assert order.tolist() == literal_order(users, times)


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-1.5, 0.25, 0.5, 1e300])), min_size=1, max_size=40))
def test_fractional_times_are_ordered_too(rows: list[tuple[int, float]]) -> None:
    users, times = map(list, zip(*rows, strict=True))
    assert order_by_user_and_time(np.array(users, dtype=np.int32), np.array(times)).tolist() == literal_order(
        users, times
    )


def test_one_row_is_in_order() -> None:
    assert stable_argsort(np.array([5])).tolist() == [0]


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
