import numpy as np
import pyarrow as pa
import pytest

from seqrec_bench.data import Interactions
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.errors import InputError

CHOSEN = ChosenColumns("u", "i", "t")


def read(users: object, items: object, times: object) -> Interactions:
    return interactions_from_table(pa.table({"u": users, "i": items, "t": times}), CHOSEN, "the file")


def raw_ids(interactions: Interactions) -> tuple[list[str], list[str]]:
    users, items = interactions.user_ids[interactions.users], interactions.item_ids[interactions.items]
    return users.tolist(), items.tolist()


@pytest.mark.parametrize(
    "ids",
    [
        pa.array(["b", "7", "b"]),
        pa.array(["b", "7", "b"], pa.large_string()),
        pa.array(["b", "7", "b"]).dictionary_encode(),
        pa.array(["b", "7", "b"], pa.large_string()).dictionary_encode(),
        pa.DictionaryArray.from_arrays(pa.array([2, 0, 2], pa.int8()), pa.array(["7", "unused", "b"])),
        pa.chunked_array([pa.array(["b"]).dictionary_encode(), pa.array(["7", "b"]).dictionary_encode()]),
    ],
)
def test_text_ids_are_read_however_they_are_stored(ids: pa.Array) -> None:
    interactions = read(ids, ids, [1, 2, 3])
    assert raw_ids(interactions) == (["b", "7", "b"], ["b", "7", "b"])
    assert len(set(interactions.user_ids.tolist())) == len(interactions.user_ids)
    assert interactions.users.dtype == np.int32


@pytest.mark.parametrize("number_type", [pa.int8(), pa.uint16(), pa.int64()])
def test_integer_ids_become_text(number_type: pa.DataType) -> None:
    ids = pa.array([10, 9, 10], number_type)
    assert raw_ids(read(ids, ids, [1, 2, 3])) == (["10", "9", "10"], ["10", "9", "10"])


@pytest.mark.parametrize("ids", [pa.array([1.0, 2.0]), pa.array([True, False]), pa.array([b"a", b"b"])])
def test_ids_of_other_types_are_an_error(ids: pa.Array) -> None:
    with pytest.raises(InputError, match=r"Column u of the file holds .*ids have to be text or integers"):
        read(ids, [1, 2], [1, 2])


@pytest.mark.parametrize("ids", [["a", None], ["a", ""], pa.array(["a", None]).dictionary_encode(), [1, None]])
def test_missing_ids_name_their_row(ids: object) -> None:
    with pytest.raises(InputError, match="Row 2 of the file has no u"):
        read(ids, [1, 2], [1, 2])
    with pytest.raises(InputError, match="Row 2 of the file has no i"):
        read([1, 2], ids, [1, 2])


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["1", "-2", "30"], [1, -2, 30]),
        (["1", " 2 ", "3"], [1, 2, 3]),
        (["1e3", "+2", "0.5"], [1000.0, 2.0, 0.5]),
        (pa.array([1, 2, 3], pa.int32()), [1, 2, 3]),
        (pa.array([1, 2, 3], pa.uint64()), [1, 2, 3]),
        (pa.array([1, 2, 0.5], pa.float32()), [1.0, 2.0, 0.5]),
    ],
)
def test_times_are_read_as_numbers(times: object, expected: list[float]) -> None:
    read_times = read([1, 2, 3], [1, 2, 3], times).times
    assert read_times.tolist() == expected
    assert read_times.dtype == (np.int64 if isinstance(expected[0], int) else np.float64)


def test_whole_numbers_beyond_doubles_stay_exact() -> None:
    assert read([1, 2], [1, 2], ["9007199254740993", "1"]).times.tolist() == [9007199254740993, 1]


@pytest.mark.parametrize(
    ("times", "problem"),
    [
        (["1", "", "3"], "Row 2 of the file has no t"),
        (["1", "  ", "3"], "Row 2 of the file has no t"),
        (pa.array([1, None, 3]), "Row 2 of the file has no t"),
        (["1", "", "x"], "Row 3 of the file has the t 'x', which is not a number"),
        (["1", "2024-01-31", "y"], "Row 2 of the file has the t '2024-01-31'.*or in all rows dates such as"),
        (["1.5", "1_000", "3"], "Row 2 of the file has the t '1_000'"),
        (["1", "nan", "inf"], "Row 2 of the file has the t .nan.: times have to be finite"),
        (["1", "2", "-inf"], "Row 3 of the file has the t .-inf.: times have to be finite"),
        (pa.array([1.0, float("inf"), 3.0]), "Row 2 of the file has the t inf"),
        (pa.array([1, 2, 3], pa.duration("s")), r"Column t of the file holds duration\[s\]"),
        (pa.array([1, None, 3], pa.timestamp("s")), "Row 2 of the file has no t"),
        (["", "2024-01-31", "x"], "Row 1 of the file has no t"),
        (pa.array([True, False, True]), "Column t of the file holds bool"),
        (pa.array([1, 2, 2**63], pa.uint64()), "Column t of the file does not fit into 64-bit integers"),
    ],
)
def test_times_that_are_no_numbers_are_an_error(times: object, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read([1, 2, 3], [1, 2, 3], times)


@pytest.mark.parametrize("row", [0, 1, 498, 499, 998, 999])
def test_the_first_of_several_bad_times_is_named(row: int) -> None:
    times = [str(n) for n in range(1000)]
    times[row] = times[999] = "bad"
    with pytest.raises(InputError, match=f"Row {row + 1} of the file has the t 'bad'"):
        read(list(range(1000)), list(range(1000)), pa.chunked_array([times[:300], times[300:]]))


def test_no_row_is_an_error() -> None:
    with pytest.raises(InputError, match="the file has no rows"):
        read(pa.array([], pa.string()), pa.array([], pa.string()), pa.array([], pa.string()))
