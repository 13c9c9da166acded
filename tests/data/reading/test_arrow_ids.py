import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.reading import arrow_ids
from seqrec_bench.data.reading.arrow_ids import NUMBERS_END, encode_ids
from seqrec_bench.errors import InputError

LAST = NUMBERS_END - 1
plain = st.one_of(
    st.integers(0, 120), st.integers(0, LAST), st.sampled_from([9, 10, 99, 100, 999_999, 1_000_000, LAST])
)
chunked = st.lists(st.lists(plain, min_size=1, max_size=8), min_size=1, max_size=3)


def decoded(column: pa.ChunkedArray) -> list[str]:
    codes, ids = encode_ids(column, "u", "the file")
    assert codes.dtype == np.int32
    assert len(set(ids.tolist())) == len(ids) == len(set(codes.tolist()))
    return ids[codes].tolist()


def is_table_used(ids: list[str]) -> bool:
    return arrow_ids._plain_numbers(pa.chunked_array([ids])) is not None


@given(chunked)
def test_plain_numbers_are_read_from_text_and_from_integers(chunks: list[list[int]]) -> None:
    expected = [str(number) for chunk in chunks for number in chunk]
    assert decoded(pa.chunked_array([[str(number) for number in chunk] for chunk in chunks])) == expected
    assert decoded(pa.chunked_array(chunks, pa.int64())) == expected


@given(st.lists(plain.map(str), min_size=1, max_size=20))
def test_plain_numbers_are_coded_by_the_table(ids: list[str]) -> None:
    assert is_table_used(ids)


@pytest.mark.parametrize(
    "odd", ["007", "00", "+5", "-5", "-0", " 5", "5 ", "0x1F", "0x98967F", "0x989680", "5.0", "5e3", "x", "٣"]
)
@pytest.mark.parametrize("others", [["5", "31", "7"], ["0"], [str(LAST)] * 3])
def test_one_id_written_otherwise_keeps_all_of_them_as_they_are(odd: str, others: list[str]) -> None:
    ids = [*others, odd, *others]
    assert not is_table_used(ids)
    assert decoded(pa.chunked_array([ids])) == ids


@pytest.mark.parametrize("great", [NUMBERS_END, 2**31, 2**40, 2**63 - 1, -1, -(2**63)])
def test_numbers_beyond_the_table_are_read_too(great: int) -> None:
    ids = ["5", str(great), "5"]
    assert not is_table_used(ids)
    assert decoded(pa.chunked_array([ids])) == ids
    assert decoded(pa.chunked_array([[5, great, 5]], pa.int64())) == ids


def test_unsigned_numbers_beyond_64_bits_of_signed_ones_are_read() -> None:
    assert decoded(pa.chunked_array([[2**64 - 1, 1]], pa.uint64())) == [str(2**64 - 1), "1"]


@given(st.lists(st.sampled_from(["1", "2", "", None, "a"]), min_size=1, max_size=10))
def test_the_first_missing_id_is_named(ids: list[str | None]) -> None:
    column = pa.chunked_array([ids], pa.string())
    missing = [row for row, value in enumerate(ids, start=1) if not value]
    if not missing:
        assert decoded(column) == ids
        return
    with pytest.raises(InputError, match=f"Row {missing[0]} of the file has no u"):
        encode_ids(column, "u", "the file")


def test_one_long_id_among_many_is_refused_where_all_would_take_its_space(monkeypatch: pytest.MonkeyPatch) -> None:
    column = pa.chunked_array([["long id", *"abcde"]])
    monkeypatch.setattr(arrow_ids, "MOST_CHARACTERS", 42)
    assert decoded(column) == ["long id", *"abcde"]
    monkeypatch.setattr(arrow_ids, "MOST_CHARACTERS", 41)
    with pytest.raises(InputError, match="Column u of the file has 6 ids, and one of 7 characters: shorten it"):
        encode_ids(column, "u", "the file")
