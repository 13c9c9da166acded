"""States survive the way through a safetensors file bit for bit, and what such a file can't hold is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_st

from seqrec_bench.errors import InputError
from seqrec_bench.records.weights import decode_weights, encode_weights, plain_arrays

names = st.text(st.characters(categories=["L", "N", "P"]), max_size=8)
numbers = np_st.boolean_dtypes() | np_st.integer_dtypes() | np_st.unsigned_integer_dtypes() | np_st.floating_dtypes()
arrays = np_st.arrays(numbers.filter(lambda dtype: dtype.itemsize <= 8), np_st.array_shapes(min_dims=0, min_side=0))


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].shape == value.shape
        assert found[name].dtype == value.dtype.newbyteorder("=")
        assert found[name].tobytes() == value.astype(value.dtype.newbyteorder("=")).tobytes()


@given(st.dictionaries(names, arrays, max_size=4))
def test_arrays_come_back_bit_for_bit(state: dict[str, np.ndarray]) -> None:
    assert_same(decode_weights(encode_weights(state)), state)


GRID = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(GRID.T, id="transposed"),
        pytest.param(np.asfortranarray(GRID), id="column-major"),
        pytest.param(GRID[::-1, ::2], id="every other"),
        pytest.param(np.broadcast_to(np.float32(3), (4, 5)), id="repeated"),
        pytest.param(np.array([-np.inf, np.nan, -0.0]), id="not finite"),
    ],
)
def test_an_array_comes_back_however_it_lies_in_memory(value: np.ndarray) -> None:
    assert_same(decode_weights(encode_weights({"value": value})), {"value": value})
    assert_same(plain_arrays({"value": value}), {"value": value})


def test_equal_arrays_are_equal_bytes_in_whatever_order_they_come() -> None:
    state = {"b": GRID, "a": np.arange(3), "c": GRID.astype(np.float64)}
    assert encode_weights(state) == encode_weights(dict(sorted(state.items())))
    assert encode_weights(state) != encode_weights({**state, "b": GRID + 1})


def test_what_comes_back_can_be_written_to() -> None:
    decode_weights(encode_weights({"grid": GRID}))["grid"] += 1


@pytest.mark.parametrize(
    ("state", "complaint"),
    [
        (None, "The state is a NoneType: give a mapping of names to NumPy arrays"),
        ([GRID], "The state is a list: "),
        ({3: GRID}, "The state has an array under 3, which is no name for one"),
        ({"__metadata__": GRID}, "under '__metadata__', which is no name"),
        ({"\ud800": GRID}, "which is no name"),
        ({"w": [1.0, 2.0]}, "The state has list under 'w': give NumPy arrays of numbers or booleans"),
        ({"w": np.float32(1)}, "The state has float32 under 'w'"),
        ({"w": np.array([object()])}, "The state has dtype object under 'w'"),
        ({"w": np.array(["a"])}, "The state has dtype <U1 under 'w'"),
        ({"w": np.array([1j])}, "The state has dtype complex128 under 'w'"),
    ],
)
def test_what_is_no_state_is_refused(state: Any, complaint: str) -> None:
    for refuse in (plain_arrays, encode_weights):
        with pytest.raises(InputError, match=complaint):
            refuse(state)
