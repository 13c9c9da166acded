"""The pieces of Markdown: aligned, escaped, narrow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.rendering.blocks import (
    Block,
    ClaimCard,
    Column,
    Grid,
    Heading,
    Kind,
    Notes,
    Paragraph,
    Report,
    Section,
    Verbatim,
    numbers,
    remarks,
    words,
)
from seqrec_bench.rendering.markdown import (
    LINE_WIDTH,
    NONE,
    escape_markdown,
    markdown_notes,
    markdown_table,
    number,
    report_markdown,
    to_markdown,
    wrapped,
)


def test_the_first_column_stands_left_and_the_others_right() -> None:
    assert markdown_table([["model", "HR", "n"], ["a", "0.25", "10"], ["longer", "—", "5"]]) == (
        "| model  |   HR |  n |\n"
        "|:-------|-----:|---:|\n"
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


GRID = Grid(
    "Models_1",
    [*words("model"), Column("is", Kind.VERDICT), *numbers("a_z\nmean"), *remarks("why_not")],
    [["a_b", "better", "< .1", "it_is"]],
    label="HR",
    bold=[(0, 2)],
)
CARD = ClaimCard("C_1", "It <is>.", "supported", "Of 1 part, 1.", GRID, ["A note."])
TABLE = """\
| HR   | is     | a_z, mean | why\\_not |
|:-----|:-------|----------:|---------:|
| a\\_b | better |  **< .1** |   it\\_is |"""


def page(*blocks: Block) -> str:
    return report_markdown(Report("T", "S", "1", [Section("s", "A_B", blocks, in_text=True), Section("t", "No", [])]))


def test_words_and_remarks_are_escaped_and_numbers_are_as_they_are() -> None:
    assert to_markdown([GRID]) == f"{TABLE}\n"


def test_a_report_has_captions_where_a_command_has_labels() -> None:
    table = (
        TABLE.replace("| HR   |", "| model |").replace("|:-----|:-", "|:------|:-").replace("| a\\_b |", "| a\\_b  |")
    )
    assert page(GRID) == f"# T\n\nS\n\n## A\\_B\n\n**Models\\_1**\n\n{table}\n"


def test_a_claim_has_a_heading_in_a_command_and_its_count_in_a_report() -> None:
    assert to_markdown([CARD]) == f"### C\\_1: supported\n\nIt \\<is\\>.\n\n{TABLE}\n\n- A note.\n"
    assert "\n\n**C_1: supported.** It \\<is\\>. Of 1 part, 1.\n\n**Models" in page(CARD)
    bare = ClaimCard("C", "It is.", "open", "None.", None, [])
    assert to_markdown([bare]) == "### C: open\n\nIt is.\n"
    assert page(bare).endswith("## A\\_B\n\n**C: open.** It is. None.\n")


def test_what_is_for_html_alone_is_in_no_report_as_text() -> None:
    shown, hidden = Paragraph("Shown."), Paragraph("Hidden.", only_html=True)
    assert page(shown, hidden, Heading("H"), Notes([])).endswith("## A\\_B\n\nShown.\n\n### H\n")


def test_lines_of_verbatim_markdown_stay_as_they_are() -> None:
    long = "*a_b* " * 40
    assert to_markdown([Verbatim(long), Notes(["x"])]) == f"{long}\n\n- x\n"
