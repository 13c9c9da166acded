"""The pieces of Markdown: aligned, escaped, narrow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.rendering.markdown import (
    LINE_WIDTH,
    NONE,
    escape_markdown,
    markdown_notes,
    markdown_table,
    number,
    wrapped,
)


def test_the_first_column_stands_left_and_the_others_right() -> None:
    assert markdown_table([["model", "HR", "n"], ["a", "0.25", "10"], ["longer", "—", "5"]]) == (
        "| model  |   HR |  n |\n"
        "| :----- | ---: | -: |\n"
        "| a      | 0.25 | 10 |\n"
        "| longer |    — |  5 |"
    )  # fmt: skip


def test_a_table_with_a_short_line_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        markdown_table([["model", "HR"], ["a"]])


@given(st.lists(st.tuples(st.text(alphabet="ab|_ ", min_size=1), st.text(alphabet="01.")), min_size=1))
def test_the_lines_of_a_table_are_equally_long_and_have_equally_many_cells(body: list[tuple[str, str]]) -> None:
    lines = markdown_table([[escape_markdown(cell) for cell in line] for line in [("head", "x"), *body]]).split("\n")
    assert len(lines) == 2 + len(body)
    assert len(set(map(len, lines))) == 1
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}


@pytest.mark.parametrize("character", r"\`*_{}[]<>|#~")
def test_what_would_be_markup_is_escaped(character: str) -> None:
    assert escape_markdown(f"a{character}b{character}") == f"a\\{character}b\\{character}"


def test_what_is_no_markup_stays() -> None:
    assert escape_markdown("AM-LSTM, d = 50 (±95 %); «ä»") == "AM-LSTM, d = 50 (±95 %); «ä»"


def test_a_text_with_line_breaks_becomes_one_line() -> None:
    assert escape_markdown(" a\n\n# b\t c ") == r"a \# b c"


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, ".4f", NONE),
        (None, "+.4f", NONE),
        (0.12345678, ".4f", "0.1235"),
        (0.0, "+.4f", "+0.0000"),
        (-0.00004, "+.4f", "+0.0000"),
        (-0.00006, "+.4f", "-0.0001"),
        (-0.00004, ".4f", "0.0000"),
        (1.5, "+.4f", "+1.5000"),
    ],
)
def test_numbers_have_four_digits_and_zero_has_no_minus(value: float | None, form: str, text: str) -> None:
    assert number(value, form) == text


def test_notes_are_a_list_whose_lines_fit_a_terminal() -> None:
    notes = ["one " * 30, "a_b", "two " * 30]
    lines = markdown_notes(notes).split("\n")
    assert max(map(len, lines)) <= LINE_WIDTH == 80
    assert [line[:2] for line in lines] == ["- ", "  ", "- ", "- ", "  "]
    assert lines[2] == r"- a\_b"
    assert " ".join(line[2:] for line in lines) == f"{'one ' * 30}a\\_b {('two ' * 30).rstrip()}"


def test_a_word_is_never_cut_in_two() -> None:
    word = "no-fixed-user-vector" * 5
    assert wrapped(f"short {word} short").split("\n") == ["short", word, "short"]
    assert wrapped("long-hyphenated " * 6).split("\n") == [" ".join(["long-hyphenated"] * 5), "long-hyphenated"]
