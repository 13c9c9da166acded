import gzip
import io
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv

from seqrec_bench.data.reading import row_blocks
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import COMMAS, TABS, UNQUOTED_TABS, read_columns, read_names, text_rows
from seqrec_bench.data.reading.row_blocks import LONGEST_ROW, Layout
from seqrec_bench.errors import InputError

CHOSEN = ChosenColumns("u", "i", "t")


def test_names_are_read_from_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes('\ufeffu,"i, too",t\r\n1,2,3\r\n'.encode())
    assert read_names(path, COMMAS) == ["u", "i, too", "t"]


def test_names_are_read_through_gzip(tmp_path: Path) -> None:
    path = tmp_path / "f.tsv.gz"
    path.write_bytes(gzip.compress(b"u\ti\tt\n1\t2\t3\n"))
    assert read_names(path, TABS) == ["u", "i", "t"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\nu,i,t\n"])
def test_a_first_line_without_names_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"f\.csv has no column names"):
        read_names(path, COMMAS)


def test_columns_are_text_whatever_they_look_like() -> None:
    table = read_columns(
        io.BytesIO(b"u,x,i,t\n007,1,1e5,5\nNA,2,null,6\n"), COMMAS, ["u", "x", "i", "t"], True, CHOSEN, "f"
    )
    assert table.to_pydict() == {"u": ["007", "NA"], "i": ["1e5", "null"], "t": ["5", "6"]}


def test_names_can_be_given_for_a_table_without_them() -> None:
    table = read_columns(io.BytesIO(b"1\t2\t3\n"), TABS, ["t", "u", "i"], False, CHOSEN, "f")
    assert table.to_pydict() == {"u": ["2"], "i": ["3"], "t": ["1"]}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"u,i,t\n1,2,3\n1,2\n", "Row 2 of f.csv has 2 values for 3 columns"),
        (b"u,i,t\n\n\n1,2,3\n1,2,3,4\n", "Row 2 of f.csv has 4 values for 3 columns"),
        (b"u,i,t\n1,2,3\n\xff,2,3\n", "Row 2 of f.csv is not UTF-8 text"),
        (b'u,i,t\n1,2,3\n1,"2,3\n', "Row 2 of f.csv has quotation marks that do not fit together"),
        (b'u,i,t\n1,2,"3\n1,2,3\n', "Row 1 of f.csv has quotation marks that do not fit together"),
        (b"u,i,t\n1,2,3\n1,%b,3\n" % bytes(3 * 2**20), "Row 2 of f.csv has more than 1,048,576 bytes: cut it, or give"),
        (b'u,i,t\n1,2,3\n1,"%b,3\n' % (b"4\n" * 2**20), "Row 2 of f.csv has more than 1,048,576 bytes: close each"),
    ],
)
def test_the_row_at_fault_is_named(content: bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_columns(io.BytesIO(content), COMMAS, ["u", "i", "t"], True, CHOSEN, "f.csv")


@pytest.mark.parametrize(
    ("content", "row"), [(b'"u,1\n', 1), (b'u,1\n"v,2\n', 2), (b"u,1\nv,2\nw," + b"x" * 2**20, 3), (b"u,1\nv\n", 2)]
)
def test_without_names_on_top_rows_are_counted_from_the_first_line(content: bytes, row: int) -> None:
    with pytest.raises(InputError, match=f"Row {row} of f.csv has "):
        read_columns(io.BytesIO(content), COMMAS, ["1", "2"], False, ["1"], "f.csv")


def test_a_value_that_is_never_closed_is_not_taken_for_the_last_one() -> None:
    """In a column that nobody reads, Arrow itself says nothing and swallows the rest of the file."""
    content = b'u,i,t,review\n1,2,3,good\n1,2,3,"bad\n1,2,3,good\n'
    with pytest.raises(InputError, match=r"Row 2 of f\.csv has quotation marks that do not fit together"):
        read_columns(io.BytesIO(content), COMMAS, ["u", "i", "t", "review"], True, CHOSEN, "f.csv")


def test_what_nobody_reads_may_be_of_any_encoding() -> None:
    table = read_columns(io.BytesIO(b"1\t2\t3\t\xe9\n"), TABS, ["u", "i", "t", "x"], False, CHOSEN, "f")
    assert table.num_rows == 1


LONG = b"x" * LONGEST_ROW
HEAD, ROW = b"u,i,t\n", b"1,2,3\n"
MANY = b"1,%b,3\n" % bytes(2_000) * 2_500


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (HEAD + b"1,%b,3\n" % LONG, COMMAS),
        (HEAD + MANY + b"1,%b,3\n" % LONG + ROW, COMMAS),
        (HEAD + b"1,%b,3" % LONG, COMMAS),
        (HEAD + LONG * 3, COMMAS),
        (b"u,i,t," + LONG, COMMAS),
        (HEAD + ROW + b'1,"%b",3\n' % LONG, COMMAS),
        (HEAD + ROW + b'1,"%b",3\n' % (b"a line\n" * 150_000), COMMAS),
        (HEAD + ROW + b'1,"2,3\n' + MANY, COMMAS),
        (HEAD + b'1,5" x,3\n' + b'1,"%b",3\n' % (b"a line\n" * 150_000), COMMAS),
        ((HEAD + ROW + b"1,%b,3\n" % LONG + ROW).replace(b"\n", b"\r"), COMMAS),
        ((HEAD + ROW + b"1,%b,3\n" % LONG + ROW).replace(b"\n", b"\r\n"), COMMAS),
        ((HEAD + ROW + b"1,%b,3\n" % LONG + ROW).replace(b",", b"\t"), TABS),
        ((HEAD + ROW + b'1,"%b,3\n' % LONG + ROW).replace(b",", b"\t"), UNQUOTED_TABS),
    ],
)
def test_arrow_is_never_given_a_row_that_is_too_long(
    monkeypatch: pytest.MonkeyPatch, content: bytes, layout: Layout
) -> None:
    """It would refuse it, and might then never let the process end."""
    read_csv, longest = arrow_csv.read_csv, 0

    def spy(source: Any, read_options: arrow_csv.ReadOptions, **options: Any) -> Any:
        nonlocal longest
        given = source.to_pybytes()
        assert not read_options.use_threads
        assert read_options.block_size == len(given)
        longest = max(longest, *map(len, given.replace(b"\r", b"\n").split(b"\n")))
        return read_csv(source, read_options, **options)

    monkeypatch.setattr(arrow_csv, "read_csv", spy)
    with pytest.raises(InputError, match="f has more than 1,048,576 bytes"):
        read_columns(io.BytesIO(content), layout, ["u", "i", "t"], True, CHOSEN, "f")
    assert longest < 3_000


pieces = [
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"1",
    b'2"2',
    b'"3"',
    b',"4\n',
    b'5",',
    b"6,7,8\n",
    b"\xff",
    b"\xef\xbb\xbf",
]
VALUES = ["1", '2"', '"3"', '"4\n"', '"5,""6"', "é", "\ufeff7", ""]
rows = st.lists(st.tuples(*[st.sampled_from(VALUES)] * 3).map(",".join), max_size=9).map("\n".join).map(str.encode)


def answer(content: bytes, layout: Layout) -> object:
    try:
        return read_columns(io.BytesIO(content), layout, ["u", "i", "t"], True, CHOSEN, "f").to_pydict()
    except InputError as error:
        return str(error)


@given(st.lists(st.sampled_from(pieces), max_size=30).map(b"".join) | rows, st.integers(3, 40), st.booleans())
def test_what_is_read_does_not_depend_on_where_blocks_end(content: bytes, block: int, quoted: bool) -> None:
    content, layout = HEAD + content, Layout(",", quoted)
    expected, expected_rows = answer(content, layout), rows_of(content, layout)
    with patch.object(row_blocks, "BLOCK", block):
        assert answer(content, layout) == expected
        assert rows_of(content, layout) == expected_rows


def rows_of(content: bytes, layout: Layout) -> object:
    try:
        return [row for row in text_rows(io.BytesIO(content), layout, "f") if row]
    except InputError as error:
        return str(error)
