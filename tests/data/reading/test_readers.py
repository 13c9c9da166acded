import gzip
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from seqrec_bench.data import Columns, Interactions, read_interactions
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

ROWS = [("u1", "007", 3), ("u2", "7", 1), ("u1", "a b", -2)]
CONTENT = {
    "f.csv": b"user_id,item_id,timestamp\nu1,007,3\nu2,7,1\nu1,a b,-2\n",
    "f.CSV": b"user_id,item_id,timestamp\nu1,007,3\nu2,7,1\nu1,a b,-2\n",
    "f.tsv": b"user_id\titem_id\ttimestamp\nu1\t007\t3\nu2\t7\t1\nu1\ta b\t-2\n",
    "f.inter": b"timestamp:float\tuser_id:token\titem_id:token\n3\tu1\t007\n1\tu2\t7\n-2\tu1\ta b\n",
    "bom.csv": b"\xef\xbb\xbfuser_id,item_id,timestamp\nu1,007,3\nu2,7,1\nu1,a b,-2\n",
    "crlf.csv": b"user_id,item_id,timestamp\r\nu1,007,3\r\nu2,7,1\r\nu1,a b,-2\r\n",
    "quoted.csv": b'"user_id","item_id","timestamp"\n"u1","007","3"\n"u2","7","1"\n"u1","a b","-2"\n',
    "no-last-newline.csv": b"user_id,item_id,timestamp\nu1,007,3\nu2,7,1\nu1,a b,-2",
    "blank-lines.csv": b"user_id,item_id,timestamp\nu1,007,3\n\nu2,7,1\nu1,a b,-2\n\n",
    "more-columns.csv": b'text,user_id,item_id,timestamp\n"a,\nb",u1,007,3\nc,u2,7,1\nd,u1,a b,-2\n',
}


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def to_rows(interactions: Interactions) -> list[tuple[str, str, float]]:
    users, items = interactions.user_ids[interactions.users], interactions.item_ids[interactions.items]
    return list(zip(users.tolist(), items.tolist(), interactions.times.tolist(), strict=True))


@pytest.mark.parametrize("zipped", ["", ".gz"])
@pytest.mark.parametrize("name", CONTENT)
def test_text_is_read(tmp_path: Path, name: str, zipped: str) -> None:
    path = write(tmp_path, name + zipped, CONTENT[name])
    assert to_rows(read_interactions(path, Columns())) == ROWS


def test_parquet_is_read(tmp_path: Path) -> None:
    users, items, times = zip(*ROWS, strict=True)
    path = tmp_path / "f.parquet"
    parquet.write_table(pa.table({"rating": [1, 2, 3], "ts": times, "uid": users, "iid": items}), path)
    assert to_rows(read_interactions(path, Columns())) == ROWS


def test_parquet_of_categories_is_read(tmp_path: Path) -> None:
    """As pandas writes a column of categories."""
    users, items, times = zip(*ROWS, strict=True)
    path = tmp_path / "f.parquet"
    categories = pa.array(items).dictionary_encode()
    parquet.write_table(pa.table({"user": users, "item": categories, "time": times}), path)
    assert to_rows(read_interactions(path, Columns())) == ROWS


def test_options_name_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", b"who,what,when,user_id\nu,i,1,x\n")
    assert to_rows(read_interactions(path, Columns("who", "what", "when"))) == [("u", "i", 1)]


def test_other_columns_may_share_a_name(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", b"x,user_id,x,item_id,timestamp\n1,u,2,i,3\n")
    assert to_rows(read_interactions(path, Columns())) == [("u", "i", 3)]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=5),
            st.sampled_from(["1", "01", "NA", "null", "nan", "true", "1.0", "é,"]),
            st.integers(-(2**40), 2**40),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_what_is_written_is_read(tmp_path: Path, suffix: str, rows: list[tuple[str, str, int]]) -> None:
    users, items, times = zip(*rows, strict=True)
    table = pa.table({"user": users, "item": items, "time": times})
    path = tmp_path / f"f{suffix}"
    if suffix == ".parquet":
        parquet.write_table(table, path)
    else:
        options = arrow_csv.WriteOptions(delimiter="," if suffix == ".csv" else "\t", quoting_style="all_valid")
        arrow_csv.write_csv(table, path, options)
    assert to_rows(read_interactions(path, Columns(), Form(ids_as_written=True))) == rows


TRACKS = b'user\titem\ttime\ttitle\nu\ta\t1\tOne\nu\tb\t2\t"Two\nu\tc\t3\tThree"\nu\td\t4\t"Four"\n'


@pytest.mark.parametrize(
    ("name", "content", "quoting", "items"),
    [
        ("f.tsv", TRACKS, "none", ["a", "b", "c", "d"]),
        ("f.tsv", TRACKS, "double", ["a", "b", "d"]),
        ("f.inter", TRACKS, None, ["a", "b", "c", "d"]),
        ("f.csv", b'user,item,time,x\nu,"a",1,"6\\""\nu,b,2,"7\\""\n', "none", ['"a"', "b"]),
        ("f.csv", b'user,item,time,x\nu,"a",1,"6\\""\nu,b,2,"7\\""\n', "double", ["a"]),
    ],
)
def test_quotation_marks_are_what_the_form_says(
    tmp_path: Path, name: str, content: bytes, quoting: str | None, items: list[str]
) -> None:
    path = write(tmp_path, name, content)
    assert [row[1] for row in to_rows(read_interactions(path, Columns(), Form(quoting=quoting)))] == items


@pytest.mark.parametrize("form", [{"quoting": "some"}, {"quoting": "double", "separator": "::"}])
def test_a_form_that_there_is_not_is_an_error(form: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"There is no quoting some: choose from none and double|leave --quoting out"):
        Form(**form)  # type: ignore[arg-type]


@pytest.mark.parametrize("mark", ["", '"'])
@pytest.mark.parametrize(
    ("name", "separator"), [("f.csv", ";"), ("f.csv", "\t"), ("f.csv", "|"), ("f.tsv", ","), ("f.tsv", ";")]
)
def test_the_separator_that_a_refusal_names_is_what_reads_the_file(
    tmp_path: Path, name: str, separator: str, mark: str
) -> None:
    head = separator.join(f"{mark}{column}{mark}" for column in ("user", "item", "time"))
    path = write(tmp_path, name, f"{head}\n{separator.join('ua1')}\n".encode())
    with pytest.raises(InputError, match="has a single column") as refusal:
        read_interactions(path, Columns())
    (option,) = re.findall(r": add --separator (.*)\.$", str(refusal.value))
    form = Form(separator=shlex.split(option)[0])
    assert to_rows(read_interactions(path, Columns(), form)) == [("u", "a", 1)]


def test_large_text_is_read_block_by_block(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    users, items, times = rng.integers(0, 5000, (3, 300_000))
    path = tmp_path / "f.csv"
    arrow_csv.write_csv(pa.table({"user": users, "item": items, "time": times}), path)
    assert path.stat().st_size > 3 * 2**20
    interactions = read_interactions(path, Columns())
    assert np.array_equal(interactions.user_ids[interactions.users].astype(np.int64), users)
    assert np.array_equal(interactions.item_ids[interactions.items].astype(np.int64), items)
    assert np.array_equal(interactions.times, times)
    assert len(interactions.user_ids) == len(np.unique(users))


def test_line_feeds_inside_quotes_may_stand_where_a_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    review = "\n".join(["a line of a review"] * 50)
    path.write_text("user,review,item,time\n" + "".join(f'u,"{review}",i,{time}\n' for time in range(3_000)))
    assert path.stat().st_size > 2 * 2**20
    assert read_interactions(path, Columns()).times.tolist() == list(range(3_000))


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"f\.csv does not exist"):
        read_interactions(tmp_path / "f.csv", Columns())


def test_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder without Parquet files"):
        read_interactions(tmp_path, Columns())


@pytest.mark.parametrize("name", ["f.xlsx", "f", "f.gz", "f.csv.zip", "f.parquet.bz2"])
@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"", b"word\nword\n"])
def test_an_unknown_suffix_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"unknown kind.*\.parquet, or in \.csv, \.tsv, \.inter"):
        read_interactions(path, Columns())


@pytest.mark.parametrize("name", ["f.xlsx", "f", "f.txt.gz"])
def test_what_text_of_an_unknown_suffix_looks_like_is_said(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, b"user,item,time\n1,2,3\n")
    with pytest.raises(InputError, match="rows with , between values: add --separator ','"):
        read_interactions(path, Columns())
    assert to_rows(read_interactions(path, Columns(), Form(separator=","))) == [("1", "2", 3)]


@pytest.mark.parametrize(("content", "suffix"), [(b"PAR1...", ".parquet"), (gzip.compress(b"1,2\n", mtime=0), ".gz")])
def test_what_bytes_of_an_unknown_suffix_look_like_is_said(tmp_path: Path, content: bytes, suffix: str) -> None:
    (tmp_path / "f.txt").write_bytes(content)
    with pytest.raises(InputError, match=f"end its name in {suffix}"):
        read_interactions(tmp_path / "f.txt", Columns())


@pytest.mark.parametrize("name", ["f.csv", "f.tsv", "f.inter", "f.csv.gz", "f.parquet"])
def test_an_empty_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=name):
        read_interactions(write(tmp_path, name, b""), Columns())


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_column_names_alone_are_an_error(tmp_path: Path, name: str, end: bytes) -> None:
    path = write(tmp_path, name, b"user,item,time" + end)
    with pytest.raises(InputError, match="has no rows"):
        read_interactions(path, Columns())


def test_parquet_without_rows_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    parquet.write_table(pa.table({"user": ["a"], "item": ["b"], "time": [1]}).slice(0, 0), path)
    with pytest.raises(InputError, match="has no rows"):
        read_interactions(path, Columns())


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-20],
        lambda content: content[: len(content) // 2],
        lambda content: content[:60] + bytes(40) + content[100:],
        lambda content: b"user,item,time\n1,2,3\n",
        lambda content: content[:5],
    ],
)
def test_damaged_gzip_is_an_error(tmp_path: Path, damage: object) -> None:
    rows = b"".join(b"%d,%d,%d\n" % (n, n * n, n * n * n) for n in range(20_000))
    path = tmp_path / "f.csv.gz"
    path.write_bytes(damage(gzip.compress(b"user,item,time\n" + rows)))  # type: ignore[operator]
    with pytest.raises(InputError, match=r"f\.csv\.gz can't be unpacked"):
        read_interactions(path, Columns())


@pytest.mark.parametrize("keep", [10, 100, -10])
def test_damaged_parquet_is_an_error(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "f.parquet"
    parquet.write_table(pa.table({"user": ["a"], "item": ["b"], "time": [1]}), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="can't be read as Parquet"):
        read_interactions(path, Columns())


def test_text_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", "user,item,time\né,1,2\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"Row 1 of .*f\.csv is not UTF-8 text"):
        read_interactions(path, Columns())


@pytest.mark.parametrize("name", ["f.csv", "f.parquet"])
def test_absent_columns_are_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "f.csv":
        path.write_bytes(b"user,when\n1,2\n")
    else:
        parquet.write_table(pa.table({"user": ["a"], "when": [1]}), path)
    with pytest.raises(InputError, match=r"no column .* among user, when: name .* by --item-column and --time-"):
        read_interactions(path, Columns())


def test_a_row_without_time_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", b"user,item,time\n1,2,3\n1,3,\n")
    with pytest.raises(InputError, match=r"Row 2 of .*f\.csv has no time"):
        read_interactions(path, Columns())


@pytest.mark.parametrize(
    "content",
    [
        b'user_id,item_id,time"u,a,1,\n\x80"u",b,-2,"y\nz"\nu,"c",3.5,\n',
        b'user_id,item_id,time"u,a,1,\n""",b,-2,"y\nz"\nu,"c",3.5,\n',
        b'1,2,"3\n',
        b"1\n2\n",
    ],
)
def test_a_first_line_like_data_above_marks_at_fault_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match=r"has no column|do not fit together"):
        read_interactions(write(tmp_path, "f.csv", content), Columns())


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("f.csv", b"\n\r\nu,a\nv,b\n", {"has_header": False, "has_times": False}),
        ("f.txt", b"\n \t\nu a\nv b\n", {"layout": "pairs"}),
    ],
)
def test_empty_lines_before_the_first_row_are_none(
    tmp_path: Path, name: str, content: bytes, form: dict[str, Any]
) -> None:
    columns = Columns() if form.get("layout") else Columns("1", "2")
    found = read_interactions(write(tmp_path, name, content), columns, Form(**form))
    assert found.user_ids[found.users].tolist() == ["u", "v"]


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("f.csv", b"user_id,item_id\nu,a\nv,b\n", {"has_header": False, "has_times": False}),
        ("f.txt", b"UserID movieId\nu a\nv b\n", {"layout": "pairs"}),
    ],
)
def test_column_names_are_no_interaction(tmp_path: Path, name: str, content: bytes, form: dict[str, Any]) -> None:
    path = write(tmp_path, name, content)
    columns = Columns() if form.get("layout") else Columns("1", "2")
    with pytest.raises(InputError, match=r"has column names in its first line, .* leave --no-header or --layout pairs"):
        read_interactions(path, columns, Form(**form))
    assert len(read_interactions(path, columns, Form(**form, ids_as_written=True)).users) == 3


def test_column_names_are_called_so_where_no_header_is_given_without_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", b"user_id,item_id,time\nu,a,1\n")
    with pytest.raises(InputError, match="has column names in its first line, user_id, item_id, time, which"):
        read_interactions(path, Columns(), Form(has_header=False))


def test_column_names_of_a_file_put_behind_another_are_no_interaction(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", b"user,item\nu,a\nu,item\nuser,item\nu,b\n")
    with pytest.raises(InputError, match=r"Row 3 of .* has the column names again: take that line out"):
        read_interactions(path, Columns(), Form(has_times=False))
    assert len(read_interactions(path, Columns(), Form(has_times=False, ids_as_written=True)).users) == 4
