from decimal import Decimal
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.reading.arrow_times import read_times
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import TimeArray

digits = st.from_regex(r"[0-9]{1,19}", fullmatch=True)
near = st.integers(-3, 3).map(lambda step: str(1_709_251_200_000_000_000 + step))
fractions = st.from_regex(r"[0-9]{0,17}\.[0-9]{1,12}|1593012345\.[0-9]{3,9}|[1-9]e[0-9]", fullmatch=True)


def read(times: list[str]) -> TimeArray:
    return read_times(pa.chunked_array([times]), "t", "the file", True).values


@given(st.lists(digits | near | fractions | st.just("0.5"), min_size=2, max_size=8))
def test_times_that_differ_stay_apart_or_are_refused(times: list[str]) -> None:
    """Literally: each pair, as Python's decimals have it."""
    exact = [Decimal(time) for time in times]
    try:
        found = read(times)
    except InputError as error:
        if "once fractions make floats" in str(error):
            assert any(a != b and float(a) == float(b) for a, b in combinations(exact, 2))
        else:
            assert "in short" in str(error) or "64 bits" in str(error)
        return
    for a, b in combinations(range(len(times)), 2):
        assert (found[a] < found[b], found[a] == found[b]) == (exact[a] < exact[b], exact[a] == exact[b])


def test_the_rows_of_the_first_two_are_named() -> None:
    times = ["0.5", "1709251200000000002", "7", "1709251200000000001", "1709251200000000001"]
    with pytest.raises(InputError, match=r"Row 4 of the file has the t 17\d*1, which is the 17\d*2 of row 2 once"):
        read(times)


@pytest.mark.parametrize(
    "times", [["9007199254740993", "9007199254740992"], ["9007199254740993", "9007199254740992.0"]]
)
@pytest.mark.parametrize("other", ["1.0", "1e0", "7."])
def test_a_fraction_of_nothing_is_one_too(times: list[str], other: str) -> None:
    with pytest.raises(InputError, match="Row 3 of the file has the t 9007199254740992"):
        read([other, *times])


@pytest.mark.parametrize("times", [["inf", "1e400", "0.5"], ["nan", "0.5", "1.23456789012345678"]])
def test_what_is_not_finite_is_an_error_and_no_pair(times: list[str]) -> None:
    with pytest.raises(InputError, match=r"Row 1 of the file has the t '(inf|nan)': times have to be finite"):
        read(times)


@pytest.mark.parametrize("times", [["1.5", "1.50"], ["1", "1.0", "1e0", " 1 "], ["-0.0", "0"]])
def test_one_number_written_in_several_ways_is_one_time(times: list[str]) -> None:
    assert len(np.unique(read(times))) == 1


@pytest.mark.parametrize("time", ["1.70925E+12", "1.70925e+09", "1.7e9", "2E+06", "-1.70925E+12"])
def test_times_in_short_are_refused_where_most_are(time: str) -> None:
    with pytest.raises(InputError, match=r"Row 2 of the file has the t '.*', a number in short, as in most rows"):
        read(["7", time, time])


@pytest.mark.parametrize("times", [["1e+09", "1000000001", "1000000002"], ["1.709251200e+09"] * 2, ["1e5", "2e5"]])
def test_other_exponents_are_read(times: list[str]) -> None:
    assert read(times).tolist() == [float(time) for time in times]
