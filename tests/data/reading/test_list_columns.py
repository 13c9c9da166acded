import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from seqrec_bench.data import Columns, Interactions, read_interactions
from seqrec_bench.data.reading import list_columns
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

LISTS, UNTIMED, SAMPLES = Form("lists"), Form("lists", has_times=False), Form("samples")
USERS, ITEMS, TIMES = ["u", "v"], [["a", "b"], ["b"]], [[1, 2], [5]]
ROWS = [("u", "a", 1), ("u", "b", 2), ("v", "b", 5)]


def rows_of(found: Interactions) -> list[tuple[Any, ...]]:
    users, items = found.user_ids[found.users].tolist(), found.item_ids[found.items].tolist()
    return list(zip(users, items, *([] if found.times is None else [found.times.tolist()]), strict=True))


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """What a Parquet file with these columns says."""

    def read(form: Form, **columns: Any) -> list[tuple[Any, ...]]:
        parquet.write_table(pa.table(columns), tmp_path / "f.parquet")
        return rows_of(read_interactions(tmp_path / "f.parquet", Columns(), form))

    return read


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.string()), pa.large_list(pa.large_string()), pa.list_(pa.dictionary(pa.int32(), pa.string()))]
)
def test_lists_of_any_kind_are_read(read: Callable[..., object], kind: pa.DataType) -> None:
    assert read(LISTS, uid=USERS, item_ids=pa.array(ITEMS, kind), timestamps=TIMES) == ROWS
    assert read(UNTIMED, uid=USERS, item_ids=pa.array(ITEMS, kind), timestamps=TIMES) == [row[:2] for row in ROWS]


def test_lists_of_fixed_size_of_numbers_and_of_dates_are_read(read: Callable[..., object]) -> None:
    items = pa.array([[1, 2], [2, 7]], pa.list_(pa.int64(), 2))
    times = pa.array([[0, 1], [5, 6]], pa.list_(pa.timestamp("s")))
    assert read(LISTS, user=[10, 11], item=items, time=times) == [
        ("10", "1", 0),
        ("10", "2", 1),
        ("11", "2", 5),
        ("11", "7", 6),
    ]


@pytest.mark.parametrize("separator", ["\t", ","])
def test_lists_of_text_have_spaces_between_values(tmp_path: Path, separator: str) -> None:
    path = tmp_path / {"\t": "f.inter", ",": "f.csv"}[separator]
    lines = [["user:token", "item_list:token_seq", "time_list:float_seq"], ["u", " a  b ", "1 2"], ["v", "b", "5"]]
    path.write_text("".join(separator.join(line) + "\n" for line in lines))
    assert rows_of(read_interactions(path, Columns(), LISTS)) == ROWS


@pytest.mark.parametrize(
    ("form", "columns", "sentence"),
    [
        (LISTS, {"item_ids": [["a", "b"], None]}, "Row 2 of .* has no item_ids: give it one"),
        (LISTS, {"item_ids": [["a", "b"], []], "timestamps": [[1, 2], []]}, "Row 2 of .* has no item_ids"),
        (LISTS, {"timestamps": [[1, 2], [5, 6]]}, "Row 2 of .* has 1 items in item_ids and 2 times in timestamps"),
        (LISTS, {"timestamps": [[1, 2], [None]]}, "Row 2 of .* lacks a value in its timestamps"),
        (LISTS, {"item_ids": [["a", None], ["b"]]}, "Row 1 of .* lacks a value in its item_ids"),
        (LISTS, {"item_ids": [["a", "NA"], ["b"]]}, "Interaction 2 of .* has the item 'NA', a mark"),
        (LISTS, {"item_ids": ["[1, 2]", "[2]"]}, "holds lists in brackets, '\\[1, 2\\]': write them with spaces"),
        (LISTS, {"item_ids": ["a, b", "b"]}, "holds lists with commas, 'a, b': write them with spaces between values"),
        (LISTS, {"item_ids": [1, 2]}, "Column item_ids of .* holds int64: it has to hold lists"),
        (LISTS, {"item_ids": [[1.5, 2.0], [1.0]]}, "holds double: ids have to be text or integers"),
        (LISTS, {"item_ids": [[["a"], ["b"]], [["a"]]]}, "ids have to be text or integers"),
        (LISTS, {"uid": ["u", None]}, "Row 2 of .* has no uid"),
        (UNTIMED, {"uid": ["u", "u"]}, "Row 2 of .* has the user 'u' again, as row 1 has: put all items"),
    ],
)  # fmt: skip
def test_lists_that_are_not_whole_are_refused(
    read: Callable[..., object], form: Form, columns: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read(form, **{"uid": USERS, "item_ids": ITEMS, "timestamps": TIMES, **columns})


def test_a_user_may_have_several_rows_where_times_tell_their_order(read: Callable[..., object]) -> None:
    rows = read(LISTS, uid=["u", "v", "u"], items=[["b"], ["b"], ["a"]], times=[[2], [5], [1]])
    assert rows == [("u", "b", 2), ("v", "b", 5), ("u", "a", 1)]


def samples(*rows: tuple[str, Sequence[str], str]) -> str:
    head = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    return head + "".join(f"{user}\t{' '.join(before)}\t{item}\n" for user, before, item in rows)


WHOLE = [("u", "", "a"), ("v", "ab", "c"), ("u", "ab", "c"), ("u", "a", "b"), ("v", "abc", "a"), ("w", "", "c")]
OF_WHOLE = {"u": "abc", "v": "abca", "w": "c"}


def test_samples_are_what_they_were_made_from(tmp_path: Path) -> None:
    """In any order, and whether or not a user's first sample has a list."""
    path = tmp_path / "f.inter"
    path.write_text(samples(*WHOLE))
    found = rows_of(read_interactions(path, Columns(), SAMPLES))
    assert sorted(found) == sorted((user, item) for user, items in OF_WHOLE.items() for item in items)
    json_path = tmp_path / "f.jsonl"
    objects = [{"uid": user, "movie_list": list(before), "movie": item} for user, before, item in WHOLE]
    json_path.write_text("".join(json.dumps(row) + "\n" for row in objects))
    assert rows_of(read_interactions(json_path, Columns(), SAMPLES)) == found


def test_samples_are_compared_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_columns, "BLOCK", 3)
    test_samples_are_what_they_were_made_from(tmp_path)
    path = tmp_path / "f.inter"
    for place, (user, before, _) in enumerate(WHOLE):
        spoilt = [*WHOLE[:place], (user, before, "z"), *WHOLE[place + 1 :]]
        path.write_text(samples(*spoilt))
        if before == OF_WHOLE[user][:-1]:  # the longest, whose last item nothing else has
            read_interactions(path, Columns(), SAMPLES)
            continue
        with pytest.raises(InputError, match=r"Row \d of .* does not begin as row \d does") as caught:
            read_interactions(path, Columns(), SAMPLES)
        rows = [f"{row}" for row, sample in enumerate(WHOLE, start=1) if sample[0] == user]
        assert str(caught.value).split()[1] in rows


def test_ids_of_lists_and_targets_may_be_of_two_types(read: Callable[..., object]) -> None:
    targets = pa.array([2, 3], pa.int32())
    assert read(SAMPLES, user=[1, 1], item=targets, item_list=[[1], [1, 2]]) == [("1", "1"), ("1", "2"), ("1", "3")]
    assert read(SAMPLES, user=[1], item=["2"], item_list=[[1]]) == [("1", "1"), ("1", "2")]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("u", "ab", "c"), ("u", "b", "c")], "Row 2 of .* does not begin as row 1 does, .* user 'u'"),
        ([("u", "bcd", "e"), ("v", "a", "b"), ("u", "abc", "d")], "Row 3 of .* does not begin as row 1 does"),
        ([("u", "a", "b"), ("u", "a", "c")], "Row 2 of .* does not begin as row 1 does"),
        ([("u", "a", "b"), ("", "a", "c")], "Row 2 of .* has no user_id"),
        ([], "has no rows"),
    ],
)  # fmt: skip
def test_samples_of_no_one_sequence_are_refused(tmp_path: Path, rows: list[Any], sentence: str) -> None:
    path = tmp_path / "f.inter"
    path.write_text(samples(*rows))
    with pytest.raises(InputError, match=sentence):
        read_interactions(path, Columns(), SAMPLES)


def test_lists_beside_are_of_no_matter_where_rows_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("user,item,item_list,time\nu,a,,1\nu,b,a,2\n")
    with pytest.raises(
        InputError, match=r"samples rather than interactions, .*: add --layout samples, or --layout rows"
    ):
        read_interactions(path, Columns())
    assert rows_of(read_interactions(path, Columns(), Form("rows"))) == ROWS[:2]


@pytest.mark.parametrize(
    ("column", "values"), [("item_list", [[1.0], [1.0, 2.0]]), ("item_list", [[True], [False]]), ("item", [2.0, 3.0])]
)
def test_samples_have_ids_and_no_fractions(read: Callable[..., object], column: str, values: list[Any]) -> None:
    with pytest.raises(InputError, match=f"Column {column} of .* holds (double|bool): ids have to be text or integers"):
        read(SAMPLES, **{"user": ["u", "u"], "item": [2, 3], "item_list": [[1], [1, 2]], column: values})


def test_samples_need_the_column_of_what_came_before(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("user,item,time\nu,a,1\n")
    with pytest.raises(InputError, match="has no columns called as item with list behind"):
        read_interactions(tmp_path / "f.csv", Columns(), SAMPLES)
