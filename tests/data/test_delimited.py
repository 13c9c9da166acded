import gzip
import io
from pathlib import Path

import pytest

from seqrec_bench.data.columns import ChosenColumns
from seqrec_bench.data.delimited import COMMAS, TABS, read_columns, read_names
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
        (b"u,i,t\n1,2,3\n1,%b,3\n" % bytes(3 * 2**20), "Row 2 of f.csv has more than 1,048,576 characters in a line"),
    ],
)
def test_the_row_at_fault_is_named(content: bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_columns(io.BytesIO(content), COMMAS, ["u", "i", "t"], True, CHOSEN, "f.csv")


def test_a_value_that_is_never_closed_is_not_taken_for_the_last_one() -> None:
    """In a column that nobody reads, Arrow itself says nothing and swallows the rest of the file."""
    content = b'u,i,t,review\n1,2,3,good\n1,2,3,"bad\n1,2,3,good\n'
    with pytest.raises(InputError, match=r"Row 2 of f\.csv has quotation marks that do not fit together"):
        read_columns(io.BytesIO(content), COMMAS, ["u", "i", "t", "review"], True, CHOSEN, "f.csv")


def test_what_nobody_reads_may_be_of_any_encoding() -> None:
    table = read_columns(io.BytesIO(b"1\t2\t3\t\xe9\n"), TABS, ["u", "i", "t", "x"], False, CHOSEN, "f")
    assert table.num_rows == 1
