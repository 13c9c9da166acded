from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqrec_bench.data.reading.arrow_casts import same_seconds
from seqrec_bench.data.reading.arrow_times import read_times
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import TimeArray

MARCH = 1_709_251_200
"""2024-03-01 at midnight, in seconds since 1970."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(times: object, dates: bool = True) -> TimeArray:
    return read_times(pa.table({"t": times})["t"], "t", "the file", dates).values


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["2024-03-01", "1969-12-31"], [MARCH, -86_400]),
        (["2024-03-01T00:00:01", "2024-03-01 00:00:02"], [MARCH + 1, MARCH + 2]),
        (["2024-03-01T00:00:00Z", "2024-03-01 01:00:00+01:00", "2024-02-29T18:30:00-0530"], [MARCH] * 3),
        (["2024-03-01 00:00:00+00", "2024-03-01 00:00:01-00:00"], [MARCH, MARCH + 1]),
        ([" 2024-03-01", "2024-03-02 "], [MARCH, MARCH + 86_400]),
        (["2024-03-01T00:00:00.000", "2024-03-01T00:00:01"], [MARCH, MARCH + 1]),
        (["2024-03-01T00:00:00.5", "2024-03-01T00:00:01"], [MARCH * 1000 + 500, MARCH * 1000 + 1000]),
        (["2024-03-01T00:00:00.000001Z"], [MARCH * 10**6 + 1]),
        (["2024-03-01T00:00:00.123456789", "2024-03-01T00:00:00"], [MARCH * 10**9 + 123_456_789, MARCH * 10**9]),
        (["1969-12-31T23:59:59.9"], [-100]),
        (["1969-12-31T23:59:59.999999999", " 1970-01-01T00:00:00"], [-1, 0]),
        (["2262-04-11T23:47:16.854775807", "1677-09-21T00:12:44.000000001"], [2**63 - 1, 1 - 9_223_372_036 * 10**9]),
        (["9999-12-31T23:59:59.999999"], [253_402_300_799_999_999]),
        (pa.array([19_783, 0], pa.date32()), [MARCH, 0]),
        (pa.array([MARCH * 1000, 0], pa.date64()), [MARCH, 0]),
        (pa.array([MARCH, 0], pa.timestamp("s")), [MARCH, 0]),
        (pa.array([MARCH * 10**9, 0], pa.timestamp("ns", "Europe/Berlin")), [MARCH, 0]),
        (pa.array([MARCH * 10**6 + 2000, 0], pa.timestamp("us")), [MARCH * 1000 + 2, 0]),
        (pa.array(["2024-03-01"] * 2).dictionary_encode(), [MARCH] * 2),
    ],
)  # fmt: skip
def test_dates_become_whole_numbers_of_the_coarsest_unit_that_holds_them(times: object, expected: list[int]) -> None:
    found = read(times)
    assert found.dtype == np.int64
    assert found.tolist() == expected


LIKE = "all rows in one way"


@pytest.mark.parametrize(
    ("times", "problem"),
    [
        (["2024-03-01", "2024-02-30"], "Row 2 of the file has the t '2024-02-30', which no calendar or clock has"),
        (["2023-02-29"], "Row 1 .* which no calendar"),
        (["2024-03-01T00:00:00", "2024-03-01T24:00:00.5"], "Row 2 .* which no calendar"),
        (["2024-03-01T00:00:00Z", "2024-03-01T00:00:00+24:00"], "Row 2 .* which no calendar"),
        (["2024-03-01T00:00:00Z", "2024-03-01T00:00:00+00:60"], "Row 2 .* which no calendar"),
        (["2024-03-01", "7", "x"], f"Row 2 of the file has the t '7', which is not a date like .*{LIKE}"),
        (["2024-03-01", "2024-03-01T00:00:00"], f"Row 2 .* is not a date like .*{LIKE}"),
        (["2024-03-01T00:00:00", "2024-03-01"], f"Row 2 .* is not a date and time without a zone .*{LIKE}"),
        (["2024-03-01T00:00:00", "2024-03-01T00:00:00Z"], f"Row 2 .* is not a date and time without a zone .*{LIKE}"),
        (["2024-03-01T00:00:00Z", "2024-03-01T00:00:00"], f"Row 2 .* is not a date and time with a zone .*{LIKE}"),
        (["2024-03-01T00:00:00", "2024-03-01T00:00"], f"Row 2 .*{LIKE}"),
        (["2024-03-01T00:00:00", "2024-03-01T00:00:00.1234567890"], f"Row 2 .*{LIKE}"),
        (["2024-03-01T00:00:00.123456789", "2500-01-01T00:00:00"], "Row 2 .* 64 bits do not hold in nanoseconds"),
        (["2024-03-01T00:00:00.123456789Z", "2024-03-01T00:00:00Z", "2500-01-01T00:00:00Z"], "Row 3 .* 64 bits do not"),
        (["1700-01-01T00:00:00.123456789", "1600-01-01T00:00:00"], "Row 2 .* 64 bits do not hold in nanoseconds"),
        (["2262-04-11T23:47:16.854775807", "2262-04-11T23:47:16.854775808"], "Row 2 .* 64 bits do not hold"),
        (["2262-04-11T23:47:16.000000001", "2262-04-11T23:47:17.000000000"], "Row 2 .* 64 bits do not hold"),
        (["1677-09-21T00:12:44.123456789", "1677-09-21T00:12:43.145224191"], "Row 2 .* 64 bits do not hold"),
        (["2024-03-01", "", "2024-03-01"], "Row 2 of the file has no t"),
        (["2024-03-01", None, "2024-03-01"], "Row 2 of the file has no t"),
        (["2024-03-01T00:00"], "Row 1 .* is not a number: give seconds since 1970 or .* or in all rows dates such as"),
        (["01.03.2024"], "Row 1 .* is not a number"),
        (["20240301T000000"], "Row 1 .* is not a number"),
    ],
)
def test_other_dates_are_an_error(times: object, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(times)


def test_a_file_of_numbers_alone_has_no_dates() -> None:
    with pytest.raises(InputError, match=r"Row 1 .*; dates are read from \.csv, \.tsv and \.parquet alone"):
        read(["2024-03-01"], dates=False)


def test_text_that_is_not_utf_8_is_an_error() -> None:
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"]).buffers())
    with pytest.raises(InputError, match="Column t of the file holds text that is not UTF-8"):
        read(bad)


def test_the_first_of_several_impossible_dates_is_named() -> None:
    times = ["2024-03-01"] * 1000
    times[499] = times[900] = "2024-13-01"
    with pytest.raises(InputError, match="Row 500 "):
        read(pa.chunked_array([times[:300], times[300:]]))


two = st.integers(0, 99).map("{:02}".format)
days = st.builds("{:04}-{}-{}".format, st.integers(1, 9999), two, two) | st.dates().map(str)
clocks = st.builds("{}:{}:{}".format, two, two, two) | st.times().map(lambda time: f"{time:%H:%M:%S}")
fractions = st.just("") | st.from_regex(r"\.[0-9]{1,6}", fullmatch=True)
zones = st.just("Z") | st.from_regex(r"[+-][0-2][0-9](:?[0-5][0-9])?", fullmatch=True)
stamps = st.builds("{}{}{}{}".format, days, st.sampled_from("T "), clocks, fractions)
columns = st.one_of(
    *(st.lists(form, min_size=1, max_size=4) for form in (days, stamps, st.builds(str.__add__, stamps, zones)))
)


def microseconds(text: str) -> int:
    """Since 1970, one row at a time; raises ValueError for what Python's calendar does not have."""
    moment = datetime.fromisoformat(text)
    gap = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH
    return (gap.days * 86_400 + gap.seconds) * 10**6 + gap.microseconds


@given(columns)
@settings(max_examples=50)
def test_what_is_read_is_what_python_reads(times: list[str]) -> None:
    try:
        expected = [microseconds(time) for time in times]
    except ValueError:
        with pytest.raises(InputError):
            read(times)
        return
    unit = next(unit for unit in (10**6, 10**3, 1) if all(time % unit == 0 for time in expected))
    assert read(times).tolist() == [time // unit for time in expected]


def test_a_date_that_arrow_wraps_is_noticed() -> None:
    """As the versions before 23 wrap it: the instant modulo 2^64."""
    text = pa.chunked_array([["2024-03-01T00:00:00.123456789", None], ["2500-01-01T00:00:00"]])
    instants = [MARCH * 10**9 + 123_456_789, None, microseconds("2500-01-01T00:00:00") * 1000 - 2**64]
    assert same_seconds(pa.chunked_array([instants[:2]]).cast(pa.timestamp("ns")), text[:2])
    assert not same_seconds(pa.chunked_array([instants]).cast(pa.timestamp("ns")), text)
