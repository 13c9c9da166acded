import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqrec_bench.data.ordering import order_by_user_and_time, stable_argsort

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
