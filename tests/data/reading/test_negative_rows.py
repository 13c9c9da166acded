from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from seqrec_bench.data import Columns, Interactions, describe, prepare, read_interactions
from seqrec_bench.data.interactions import NegativeRows
from seqrec_bench.data.k_core import k_core
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError


def write(folder: Path, name: str, values: list[Any], suffix: str = ".csv") -> Path:
    """A file with a row for each of the values, which stand in a column of that name."""
    path = folder / f"f{suffix}"
    rows = range(len(values))
    table = pa.table({"user": ["u"] * len(values), name: values, "item": [f"i{row}" for row in rows], "time": rows})
    if suffix == ".parquet":
        parquet.write_table(table, path)
    else:
        lines = [",".join("" if value is None else str(value) for value in row.values()) for row in table.to_pylist()]
        path.write_text("\n".join([",".join(table.column_names), *lines]))
    return path


TELLING = [
    ("click", [1, 0, 1, 0], ("0",), 2),
    ("is_click:float", ["1.0", "0.0", "1.0"], ("0.0",), 1),
    ("Label", [1, -1, -1], ("-1",), 2),
    ("isLike", ["true", "false", "True", "FALSE"], ("FALSE", "false"), 2),
    ("purchased", ["t", "f", "", "f"], ("f",), 2),
    ("like", ["0.0", "1.0", "nan"], ("0.0",), 1),
    ("rating", [1, 0, 0], ("0",), 2),
    ("event_type", ["view", "dislike", "remove_from_cart"], ("dislike", "remove_from_cart"), 2),
]
SILENT = [
    ("click", [1, 1, 1]),
    ("click", [None, 1, 1]),
    ("label", ["toy", "0", "book"]),
    ("rating", [0, 5, 3]),
    ("rating", [1, 1]),
    ("event_type", ["view", "cart", "view"]),
    ("action_type", [0, 1, 2]),
    ("views", [0, 0, 1]),
]


@pytest.mark.parametrize(("name", "values", "said", "n_rows"), TELLING)
def test_rows_that_say_no_are_told_of_and_counted_as_interactions(
    tmp_path: Path, name: str, values: list[Any], said: tuple[str, ...], n_rows: int
) -> None:
    path = write(tmp_path, name, values)
    interactions = read_interactions(path, Columns())
    assert interactions.negative_rows == (NegativeRows(name, said, n_rows, len(values), are_dropped=False),)
    assert len(interactions.users) == len(values)


@pytest.mark.parametrize(
    ("name", "values", "said", "n_rows"), [case for case in TELLING if not {"", "nan"} & set(case[1])]
)
def test_the_form_leaves_them_out(
    tmp_path: Path, name: str, values: list[Any], said: tuple[str, ...], n_rows: int
) -> None:
    path = write(tmp_path, name, values)
    interactions = read_interactions(path, Columns(), Form(drop_negative_rows=name.partition(":")[0]))
    assert interactions.negative_rows == (NegativeRows(name, said, n_rows, len(values), are_dropped=True),)
    kept = [f"i{row}" for row, value in enumerate(values) if str(value) not in said]
    assert interactions.item_ids[interactions.items].tolist() == kept


@pytest.mark.parametrize(("name", "values"), SILENT)
def test_of_other_columns_nothing_is_said(tmp_path: Path, name: str, values: list[Any]) -> None:
    assert read_interactions(write(tmp_path, name, values), Columns()).negative_rows == ()


@pytest.mark.parametrize(
    ("values", "n_rows"), [([True, False, False], 2), ([0, 1, None], 1), ([0.0, 1.0, float("nan")], 1), ([[0], [1]], 0)]
)
def test_columns_of_parquet_tell_by_their_type(tmp_path: Path, values: list[Any], n_rows: int) -> None:
    negatives = read_interactions(write(tmp_path, "click", values, ".parquet"), Columns()).negative_rows
    assert sum(each.n_rows for each in negatives) == n_rows


def test_what_is_left_is_as_if_the_rows_had_never_been_there(tmp_path: Path) -> None:
    path = write(tmp_path, "click", [1, 0, 1, 1])
    data = prepare("d", read_interactions(path, Columns(), Form(drop_negative_rows="click")), None)
    twin = prepare("d", Interactions.from_rows(["u"] * 3, ["i0", "i2", "i3"], [0, 2, 3]), None)
    assert data.fingerprint == twin.fingerprint != prepare("d", read_interactions(path, Columns()), None).fingerprint
    assert describe(data).negative_rows == k_core(data, 1).negative_rows == (NegativeRows("click", ("0",), 1, 4, True),)


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("clicks", [1, 0], "f.csv has no column called click among user, clicks, item, time: name the right one by"),
        ("click", ["1", "", "0"], "Row 2 of .*f.csv has no click, by which --drop-negative-rows tells"),
        ("click", [0, 0, 0], "--drop-negative-rows click leaves out all rows of .*f.csv"),
        ("click", ["1", "0", "maybe"], "has the value 'maybe', which is neither a number nor"),
        ("click", ["1", "nan", "0"], "Row 2 of .*f.csv has no click, by which"),
        ("click", ["toy", "book"], "has the value 'toy', which is neither a number nor"),
    ],
)
def test_what_can_not_be_told_apart_is_refused(tmp_path: Path, name: str, values: list[Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_interactions(write(tmp_path, name, values), Columns(), Form(drop_negative_rows="click"))


def test_a_column_of_lists_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "click", [[0], [1]], ".parquet")
    with pytest.raises(
        InputError, match=r"Column click of .* holds list<element: int64>, and --drop-negative-rows takes"
    ):
        read_interactions(path, Columns(), Form(drop_negative_rows="click"))


def test_rows_at_fault_are_counted_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("user,item,time,click\nu,a,1,0\nNA,b,2,1\n")
    with pytest.raises(InputError, match=r"Row 2 of .* has the user 'NA'"):
        read_interactions(path, Columns(), Form(drop_negative_rows="click"))


def test_many_values_are_told_of_by_their_number() -> None:
    assert str(NegativeRows("x", ("-1", "-2", "-3", "-4", "0"), 5, 10, False)) == (
        "x is -1 or -2 or -3 or 2 other values in 5 of 10 rows (50.0%)"
    )
