import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Columns, Interactions, prepare, read_interactions
from seqrec_bench.data.reading.form import Form
from seqrec_bench.data.reading.row_blocks import BLOCK
from seqrec_bench.errors import InputError

ROWS = [("u1", "a"), ("u1", "é"), ("u2", "a"), ("u2", "c"), ("u2", "a")]
SEQUENCES, WITHOUT_USERS, PAIRS = Form("sequences"), Form("sequences-without-users"), Form("pairs")
UNNAMED = Columns()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """The pairs of user and item in a file of this content, in its order."""

    def read(
        content: str | bytes, form: Form, columns: Columns = UNNAMED, name: str = "f.txt"
    ) -> list[tuple[str, str]]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = read_interactions(path, columns, form)
        assert found.times is None
        users, items = found.user_ids[found.users], found.item_ids[found.items]
        return list(zip(users.tolist(), items.tolist(), strict=True))

    return read


@pytest.mark.parametrize(
    "content",
    [
        "u1 a é\nu2 a c a\n",
        "u1 a é\nu2 a c a",
        "u1 a é\r\nu2 a c a\r\n",
        "u1 a é\ru2 a c a\r",
        "u1\ta\té\nu2\ta\tc\ta\n",
        "  u1  a \t é \n\n \t \nu2 a c a\t\n\n",
        "\ufeffu1 a é\nu2 a c a\n",
    ],
)
def test_white_space_of_any_kind_separates(read: Callable[..., list[tuple[str, str]]], content: str) -> None:
    assert read(content, SEQUENCES) == ROWS
    assert read(gzip.compress(content.encode()), SEQUENCES, name="f.txt.gz") == ROWS
    assert read(content, SEQUENCES, name="f.csv") == ROWS


@pytest.mark.parametrize("separator", [",", ";", "|", "::", "tab"])
def test_another_separator_leaves_spaces_to_the_values(
    read: Callable[..., list[tuple[str, str]]], separator: str
) -> None:
    between = {"tab": "\t"}.get(separator, separator)
    assert read("u 1? a?b \nu2?c\n".replace("?", between), Form("sequences", separator)) == [
        ("u 1", " a"),
        ("u 1", "b "),
        ("u2", "c"),
    ]


def test_users_without_a_name_are_called_by_their_lines(read: Callable[..., list[tuple[str, str]]]) -> None:
    assert read("a b\n\nc\n", WITHOUT_USERS) == [("1", "a"), ("1", "b"), ("2", "c")]


def test_quotation_marks_are_content(read: Callable[..., list[tuple[str, str]]]) -> None:
    assert read('"u 1 "\n', SEQUENCES) == [('"u', "1"), ('"u', '"')]
    assert read('u\t"a\n', PAIRS) == [("u", '"a')]


def test_pairs_are_two_columns_without_names(read: Callable[..., list[tuple[str, str]]]) -> None:
    assert read("u1 a\nu1\té\n u2  a \nu2 c\nu2 a\n", PAIRS) == ROWS
    assert read("u1,a\nu1,é\n", Form("pairs", ",")) == ROWS[:2]
    assert read("u1::a\nu1::é\n", Form("pairs", "::")) == ROWS[:2]


def test_columns_by_number_are_read_from_lines_of_spaces(read: Callable[..., list[tuple[str, str]]]) -> None:
    form = Form(separator="space", has_header=False, has_times=False)
    assert read("5 u1 a\n3  u1 é\n", form, Columns("2", "3")) == ROWS[:2]
    named = Form(separator="space", has_times=False)
    assert read("stars user item\n5 u1 a\n3  u1 é\n", named) == ROWS[:2]


@pytest.mark.parametrize(
    ("content", "form", "sentence"),
    [
        (b"", SEQUENCES, "has no rows"),
        (b" \n\n", SEQUENCES, "has no rows"),
        (b"", PAIRS, "has no rows"),
        (b"u a\n\nv\n", SEQUENCES, r"Row 2 of .* has a user and no item: take it out"),
        (b"u a\nv b\n\nu c\n", SEQUENCES, r"Row 3 of .* has the user 'u' again, as row 1 has: put all items"),
        (b"u a\nv \xff\n", SEQUENCES, r"Row 2 of .* is not UTF-8 text"),
        (b"u a\nv \xed\xa0\x80\n", SEQUENCES, r"Row 2 of .* is not UTF-8 text"),
        (b"u a\nv a\0b\n", SEQUENCES, "with a NUL character"),
        (b"u,a\n\nv,,b\n", Form("sequences", ","), r"Row 2 of .* has an empty value"),
        (b"u,a\nv,b,\n", Form("sequences", ","), r"Row 2 of .* has an empty value"),
        (b",u,a\n", Form("sequences", ","), r"Row 1 of .* has an empty value"),
        (b"u;a;b\n", SEQUENCES, "has a user and no item: .* by --separator"),
        (b"u a\nu2, a, b, c\n", SEQUENCES, r"Row 2 of .* has items with commas behind them, 'a, b, c': write spaces"),
        (b"a, b\n", Form("sequences-without-users"), r"Row 1 of .* has items with commas behind them, 'a, b': write"),
        (b"u a NA\n", SEQUENCES, r"Interaction 2 of .* has the item 'NA', a mark for a missing value"),
        (b"u a\nu b c\n", PAIRS, r"Row 2 of .* has 3 values for 2 columns: correct it or, if a line is a sequence"),
        (b"u a b\nu c d\n", PAIRS, r"The first line of .* has 3 values, and pairs have two: .* --layout sequences"),
        (b"u a " + b"x" * 2**20 + b"\n", SEQUENCES, r"Row 1 of .* has more than 1,048,576 bytes: cut it"),
        (b"u a\n" + b"v " + b"x " * 2**20, SEQUENCES, r"Row 2 of .* has more than 1,048,576 bytes: cut it"),
    ],
)  # fmt: skip
def test_what_is_no_line_of_that_form_is_refused_by_its_row(
    read: Callable[..., object], content: bytes, form: Form, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read(content, form)


@pytest.mark.parametrize("form", [SEQUENCES, PAIRS])
def test_columns_are_not_for_lines_of_values(read: Callable[..., object], form: Form) -> None:
    with pytest.raises(InputError, match="leave the column options out"):
        read("u a\n", form, Columns(user="user"))


def test_ids_may_end_with_a_comma(read: Callable[..., object]) -> None:
    assert read("u a, b,\nv b c,\n", SEQUENCES) == [("u", "a,"), ("u", "b,"), ("v", "b"), ("v", "c,")]


def test_lines_may_stand_where_a_block_ends(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sequences = [rng.integers(0, 10**6, rng.integers(1, 400)).tolist() for _ in range(2_000)]
    text = "".join(f"{user} {' '.join(map(str, items))}\n" for user, items in enumerate(sequences))
    assert len(text) > 3 * BLOCK
    (tmp_path / "f.txt").write_text(text)
    found = read_interactions(tmp_path / "f.txt", Columns(), SEQUENCES)
    items = found.item_ids[found.items].astype(np.int64)
    assert np.array_equal(items, np.concatenate(sequences))
    assert np.array_equal(np.bincount(found.users), [len(sequence) for sequence in sequences])
    assert found.user_ids.tolist() == [str(user) for user in range(len(sequences))]


def test_sequences_and_pairs_of_the_same_data_are_one_data_set(tmp_path: Path) -> None:
    """And the same as if the places had been given as times, but for knowing that there are none."""
    (tmp_path / "sequences.txt").write_text("2 9 10 9\n1 10 8\n")
    (tmp_path / "pairs.txt").write_text("2 9\n1 10\n2 10\n1 8\n2 9\n")
    files = {"sequences.txt": SEQUENCES, "pairs.txt": PAIRS}
    found = [prepare("f", read_interactions(tmp_path / name, Columns(), form), None) for name, form in files.items()]
    users, items, places = ["2", "2", "2", "1", "1"], ["9", "10", "9", "10", "8"], [0, 1, 2, 0, 1]
    found.append(prepare("f", Interactions.from_rows(users, items, None), None))
    timed = prepare("f", Interactions.from_rows(users, items, places), None)
    assert {data.fingerprint for data in found} == {timed.fingerprint}
    assert [data.has_times for data in (*found, timed)] == [False, False, False, True]
