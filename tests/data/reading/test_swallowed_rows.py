import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Columns, read_interactions
from seqrec_bench.data.reading import row_blocks
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import COMMAS, read_columns
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

CHOSEN = ChosenColumns("user", "item", "time")
NAMES = ["user", "item", "time", "title"]
HEAD = "user,item,time,title\n"
TAIL = "".join(f"v,i{n},{n},x\n" for n in range(5))


def read(text: str) -> list[str]:
    table = read_columns(io.BytesIO(text.encode()), COMMAS, NAMES, True, CHOSEN.names, "f.csv")
    items: list[str] = table["item"].to_pylist()
    return items


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ('u,a,1,One\nu,b,2,"Two\nu,c,3,Three"\n', 2),
        ('u,a,1,One\n\nu,b,2,"Two\nw,d,3,x\nu,c,3,Three"\n', 2),
        ('u,a,2024-03-01,"Two\nw,a,2024-03-02,Three"\n', 1),
        ('u,a,1,"a\nb"\nu,b,2,"Two\nu,c,3,Three"\n', 2),
    ],
)
def test_rows_within_a_value_are_found(rows: str, row: int, end: str) -> None:
    with pytest.raises(
        InputError, match=rf"Row {row} of f.csv has a value that begins .* lines that look like rows: add"
    ):
        read((HEAD + rows + TAIL).replace("\n", end))


def test_the_row_is_counted_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_blocks, "BLOCK", 64)
    with pytest.raises(InputError, match=r"Row 6 of f\.csv has a value that begins"):
        read(HEAD + TAIL + 'u,a,1,"Two\nu,b,2,Three"\n' + TAIL)


@pytest.mark.parametrize(
    "rows",
    [
        'p,a,0,"two\nlines, a"\np,b,1,"two\nlines, b"\n',
        'u,a,1,"good, bad, 10, all"\nu,b,2,"one\nfine, so, 10, all"\nu,c,3,"x"\n',
        'u,a,1,"one\nu,c,today,all"\n',
        'u,a,1,"one\nu,c,,all"\n',
        'u,a,1,"one\nu,c,3"\n',
        'u,a,1,"one\nu,c,3,4,5"\n',
        'u,a,1,"say ""x""\nor, so"\n',
    ],
)
def test_a_value_of_several_lines_is_read(rows: str) -> None:
    assert read(HEAD + rows + TAIL) == [row[1] for row in csv.reader(io.StringIO(rows + TAIL))]


lines = st.text(st.sampled_from('ab1,. "'), max_size=12)
texts = st.lists(lines, min_size=1, max_size=4).map("\n".join)


@given(st.lists(texts, min_size=1, max_size=6))
def test_reviews_that_are_written_right_are_read(reviews: list[str]) -> None:
    """No line begins with a user or has an item second: those of here are made of other letters."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([NAMES, *(("u", f"i{n}", n, x) for n, x in enumerate(reviews))])
    assert read(file.getvalue()) == [f"i{n}" for n in range(len(reviews))]


def test_the_form_says_what_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEAD + 'u,a,1,One\nu,b,2,"Two\nu,c,3,Three"\n')
    with pytest.raises(InputError, match=r"look like rows: add --quoting none if .*, or --quoting double if"):
        read_interactions(path, Columns())
    assert len(read_interactions(path, Columns(), Form(quoting="none")).users) == 3
    assert len(read_interactions(path, Columns(), Form(quoting="double")).users) == 2
