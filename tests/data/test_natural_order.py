import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from natsort import natsorted

from seqrec_bench.data.natural_order import natural_order

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
    ],
)
def test_hand_made_orders(ids: list[str], expected: list[str]) -> None:
    assert ordered(ids) == expected


@given(st.lists(plain_numbers, min_size=1, unique=True))
def test_numbers_are_ordered_as_natsort_orders_them(ids: list[str]) -> None:
    assert ordered(ids) == natsorted(ids) == sorted(ids, key=int)


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
