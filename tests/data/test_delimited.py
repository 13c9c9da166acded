import gzip
import io
from pathlib import Path

import pytest

from seqrec_bench.data.columns import ChosenColumns
from seqrec_bench.data.delimited import read_columns, read_names
from seqrec_bench.errors import InputError

CHOSEN = ChosenColumns("u", "i", "t")


def test_names_are_read_from_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes('\ufeffu,"i, too",t\r\n1,2,3\r\n'.encode())
    assert read_names(path, ",") == ["u", "i, too", "t"]


def test_names_are_read_through_gzip(tmp_path: Path) -> None:
    path = tmp_path / "f.tsv.gz"
    path.write_bytes(gzip.compress(b"u\ti\tt\n1\t2\t3\n"))
    assert read_names(path, "\t") == ["u", "i", "t"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\nu,i,t\n"])
def test_a_first_line_without_names_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"f\.csv has no column names"):
        read_names(path, ",")


def test_columns_are_text_whatever_they_look_like() -> None:
    table = read_columns(io.BytesIO(b"u,x,i,t\n007,1,1e5,5\nNA,2,null,6\n"), ",", None, CHOSEN, "f.csv")
    assert table.to_pydict() == {"u": ["007", "NA"], "i": ["1e5", "null"], "t": ["5", "6"]}


def test_names_can_be_given_for_a_table_without_them() -> None:
    table = read_columns(io.BytesIO(b"1\t2\t3\n"), "\t", ["t", "u", "i"], CHOSEN, "f")
    assert table.to_pydict() == {"u": ["2"], "i": ["3"], "t": ["1"]}


@pytest.mark.parametrize("content", [b"u,i,t\n1,2\n", b"u,i,t\n\xff,2,3\n", b"u,i,t\n1,2,3,4\n"])
def test_damaged_rows_are_an_error(content: bytes) -> None:
    with pytest.raises(InputError, match=r"f\.csv can't be read as a table"):
        read_columns(io.BytesIO(content), ",", None, CHOSEN, "f.csv")
