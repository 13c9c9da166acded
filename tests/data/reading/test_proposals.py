"""What refusals propose; that what they propose reads the file is in tests/hard_input/test_forms.py."""

from pathlib import Path

import pytest

from seqrec_bench.data import Columns, read_interactions
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

HEADLESS = "A0,B0,5.0,1370000000\nA0,B1,5.0,1370000060\nA1,B1,4.0,1370000050\nA1,B0,4.0,1370000055\n"


def refusal(path: Path, content: str | bytes, columns: Columns | None = None, form: Form | None = None) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read_interactions(path, columns or Columns(), form or Form())
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "proposed"),
    [
        ("1 a b c\n2 b\n", "--layout sequences if lines begin with a user, else add --layout sequences-without-users"),
        ("1 a b\n2 b c\n", "--layout sequences if"),
        ("1,a,b\n2,b\n", "--layout sequences --separator ',' if"),
        ("1 a\n1 b\n", "add --layout pairs."),
        ("1::a\n1::b\n", "add --layout pairs --separator '::'."),
        ("1\ta\n1\tb\n", "add --layout pairs --separator tab."),
        ("1 a 5\n1 b 3\n", "add --separator space --no-header --user-column 1 --item-column 2 --no-times,"),
        ("1 a 12\n1 b 13\n", "add --separator space --no-header --user-column 1 --item-column 2 --time-column 3,"),
        ("2024-03-01;1;a\n2024-03-02;1;b\n", "--user-column 2 --item-column 3 --time-column 1,"),
        ("A1;0205616461;5.0;1369699200\nA1;0205616462;5.0;1369699300\n", "--item-column 2 --time-column 4,"),
        ("1|a|2024-03-01\n1|b|2024-03-02\n", "'|' --no-header --user-column 1 --item-column 2 --time-column 3,"),
        ("u;t;i\n1;2024-03-01 10:00:00;a,b\n", "rows with ; between values: add --separator ';'."),
        ("u;2024-03-01 10:00:00;i\nu;2024-03-01 10:00:00;a,b\n", "rows with ; between values, without column names"),
        ("user;time;item\n1;2024-03-01 10:00:00;a,b\n", "rows with ; between values: add --separator ';'."),
        ("user;item\n1;a\n", "rows with ; between values: add --separator ';' --no-times."),
        ("User  Item\tTime\n1 a 3\n", "rows with spaces between values: add --separator space."),
        ('"user","item","time"\n"a,b","c","3"\n"a","c","3"\n', "rows with , between values: add --separator ','."),
        ("1\ta,b,c\n2\tb\n3\tc,d\n", "a list of items a line: write spaces in place of commas, and add --layout"),
        ("1\tThe One\n1\tThe Two\n", "add --layout pairs --separator tab."),
        ("1\tThe One\n2\tOne\n3\tTwo\n", "add --layout pairs --separator tab."),
        ("1 a 2015-01-01 10:00:00\n1 b 2015-01-02 9:00\n", "a date and a time of day as two values: make one of them"),
        ("".join(f"{n};{n + 50};5;{n + 10**9}\n" for n in range(9)), "--item-column 2 --time-column 4,"),
        ("".join(f"{n};a;b;{n + 10**9}\n" for n in range(1, 5)), "--user-column 1 --item-column 2 --time-column 4,"),
        ("".join(f"{n};a;b;{n + 10**9}\n" for n in range(1, 6)), "--user-column 2 --item-column 3 --time-column 4,"),
        ('[{"user": 1}, {"user": 2}]\n', "lists in brackets: write one object of JSON a line"),
        ("['a', 'b']\n['b']\n", "lists in brackets: write"),
        ('{"user": 1}\n', "one JSON object a line: add --layout json."),
    ],
)  # fmt: skip
def test_what_a_file_without_a_telling_name_looks_like_is_proposed(tmp_path: Path, content: str, proposed: str) -> None:
    assert proposed in refusal(tmp_path / "f.txt", content)


@pytest.mark.parametrize("content", ["", "\n", "word\n", "word\nword\n", b"\0\1\2", b"PK\3\4\0", b"\xff\xfe\0"])
def test_nothing_is_proposed_where_nothing_shows(tmp_path: Path, content: str | bytes) -> None:
    sentence = refusal(tmp_path / "f.txt", content)
    assert sentence.endswith(
        "f.txt is of an unknown kind: its name has to end in .parquet, or in .csv, .tsv, .inter, .jsonl, .ndjson, "
        ".json with or without .gz."
    )


@pytest.mark.parametrize(
    ("columns", "has_times", "proposed"),
    [
        (Columns(), True, "--no-header --user-column 1 --item-column 2 --time-column 4"),
        (Columns("A0", "B0", "1370000000"), True, "--no-header --user-column 1 --item-column 2 --time-column 4"),
        (Columns("A0", "B0"), True, "--no-header --user-column 1 --item-column 2 --time-column 4"),
        (Columns("A0", "B0"), False, "--no-header --user-column 1 --item-column 2 --no-times"),
        (Columns(), False, "--no-header --user-column 1 --item-column 2 --no-times"),
    ],
)
def test_a_first_line_of_data_is_not_taken_for_names(
    tmp_path: Path, columns: Columns, has_times: bool, proposed: str
) -> None:
    sentence = refusal(tmp_path / "f.csv", HEADLESS, columns, Form(has_times=has_times))
    assert "has no column names, since its first line looks like data, 'A0, B0, 5.0, 1370000000'" in sentence
    assert f": add {proposed}, or the right columns by number." in sentence


def test_names_that_stand_among_the_ids_are_no_names(tmp_path: Path) -> None:
    """Where nothing in the first line is a number."""
    sentence = refusal(tmp_path / "f.csv", "u,a\nu,b\nv,a\n", Columns("u", "a"), Form(has_times=False))
    assert "add --no-header --user-column 1 --item-column 2 --no-times" in sentence


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("0,1,2\nu,a,3\n", Columns("0", "1", "2")),
        ("user,item,time,2019,2020\nu,a,3,0,1\n", Columns()),
        ("who,item,time,2019\nu,a,3,0\n", Columns("who")),
        (",user,item,time\n0,u,a,3\n", Columns()),
        ("user,item,time\nuser,item,3\n", Columns()),
    ],
)
def test_names_that_were_read_before_are_names_still(tmp_path: Path, content: str, columns: Columns) -> None:
    """pandas calls columns without names 0, 1, 2, ...; and columns that are not used may be called anything."""
    (tmp_path / "f.csv").write_text(content)
    assert len(read_interactions(tmp_path / "f.csv", columns).users) == 1


def test_numbers_of_columns_are_asked_for_where_there_are_no_names(tmp_path: Path) -> None:
    assert "--no-header --user-column 1 --item-column 2 --time-column 4" in refusal(
        tmp_path / "f.csv", HEADLESS, form=Form(has_header=False)
    )
    sentence = refusal(tmp_path / "f.csv", HEADLESS, Columns("1", "9", "4"), Form(has_header=False))
    assert "has no column called 9 among 1, 2, 3, 4: name the right one by --item-column" in sentence


def test_text_of_another_separator_without_names_is_told_both_at_once(tmp_path: Path) -> None:
    sentence = refusal(tmp_path / "f.csv", HEADLESS.replace(",", ";"))
    assert "looks like rows with ; between values, without column names: add --separator ';' --no-header" in sentence
    assert "looks like one sequence a line: add --layout sequences" in refusal(tmp_path / "f.csv", "1 2 3\n2 3\n")


def test_json_under_another_name_is_seen(tmp_path: Path) -> None:
    sentence = refusal(tmp_path / "f.csv", '{"user": "u", "item": "a", "time": 1}\n')
    assert sentence.endswith("f.csv looks like one JSON object a line: add --layout json.")
