import io
import re
from collections.abc import Iterator
from itertools import accumulate, takewhile
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.reading import row_blocks as module
from seqrec_bench.data.reading.delimited import COMMAS, TABS, UNQUOTED_TABS
from seqrec_bench.data.reading.row_blocks import LONGEST_ROW, BrokenValueError, Layout, LongRowError, row_blocks

DOUBLE = TABS._replace(doubt="")
Fault = LongRowError | BrokenValueError | None


def blocks_of(content: bytes, layout: Layout, block: int, longest: int) -> tuple[list[bytes], Fault]:
    """The blocks, where so many bytes are read at once and a row may have so many, and what they ended with."""
    blocks: list[bytes] = []
    with patch.multiple(module, BLOCK=block, LONGEST_ROW=longest):
        try:
            blocks.extend(row_blocks(io.BytesIO(content), layout))
        except (LongRowError, BrokenValueError) as error:
            return blocks, error
    return blocks, None


def literal_rows(content: bytes, layout: Layout) -> Iterator[bytes]:
    """Each row with the byte that ends it, byte by byte: what Arrow and the csv module take for one."""
    start, state = 0, "beginning"
    for place in range(len(content)):
        byte = content[place : place + 1]
        if state == "quoted":
            state = "closed" if byte == b'"' else "quoted"
        elif byte in (b"\n", b"\r"):
            yield content[start : place + 1]
            start, state = place + 1, "beginning"
        elif byte == layout.delimiter.encode():
            state = "beginning"
        elif byte == b'"' and layout.quoted and state in ("beginning", "closed"):
            state = "quoted"
        else:
            state = "plain"
    if start < len(content):
        yield content[start:]


def in_doubt(content: bytes, layout: Layout) -> list[bool]:
    """Of each row, whether a quoted value in it goes on over the end of a line, which is in doubt."""
    doubtful = rb"[\r\n]" if layout.delimiter == "\t" else rb'\\""[\r\n]'
    rows = literal_rows(content + b"x", layout)  # so that no row's last byte is a line end in it
    return [layout.doubt != "" and re.search(doubtful, row[:-1]) is not None for row in rows]


pieces = [
    b'"',
    b'""',
    b'\\"',
    b",",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"a",
    b'a"b',
    b',"',
    b'",',
    b'"\n',
    b'\n"',
    b"1234567",
]
contents = st.lists(st.sampled_from(pieces), max_size=40).map(b"".join)


@given(contents, st.sampled_from([COMMAS, TABS, DOUBLE, UNQUOTED_TABS]), st.integers(4, 30), st.integers(3, 30))
def test_blocks_are_cut_between_rows_and_end_before_one_at_fault(
    content: bytes, layout: Layout, block: int, longest: int
) -> None:
    blocks, error = blocks_of(content, layout, block, longest)
    rows = list(literal_rows(content, layout))
    doubts = in_doubt(content, layout)
    sound = takewhile(lambda row: len(row[0]) <= longest and not row[1], zip(rows, doubts, strict=False))
    fitting = [row for row, _ in sound]
    assert (b"".join(blocks), error is None) == (b"".join(fitting), fitting == rows)
    if isinstance(error, BrokenValueError):
        assert doubts[len(fitting)]
    elif error is not None:
        assert len(rows[len(fitting)]) > longest
    ends = {0, *accumulate(map(len, fitting))}
    assert set(accumulate(map(len, blocks))) <= ends


@pytest.mark.parametrize("n_bytes", [LONGEST_ROW - 1, LONGEST_ROW, LONGEST_ROW + 1])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("after", [b"", b"c\n", b"c\n" * 3_000_000])
def test_the_longest_row_is_read_wherever_it_stands(n_bytes: int, quoted: bool, after: bytes) -> None:
    row = b"x" * (n_bytes - 1) if not quoted else b'"' + b"x\n" * ((n_bytes - 4) // 2) + b"y" * (n_bytes % 2 + 1) + b'"'
    content = b"a\nb\n" + row + b"\n" + after
    assert len(row) == n_bytes - 1
    blocks: list[bytes] = []
    if n_bytes <= LONGEST_ROW:
        assert b"".join(row_blocks(io.BytesIO(content), COMMAS)) == content
        return
    with pytest.raises(LongRowError, match="more than 1,048,576 bytes") as caught:
        blocks.extend(row_blocks(io.BytesIO(content), COMMAS))
    assert caught.value.has_lines == quoted
    assert b"".join(blocks) == b"a\nb\n"


@pytest.mark.parametrize(("n_bytes", "fits"), [(9, True), (10, True), (11, False)])
def test_the_longest_row_may_lack_its_end(n_bytes: int, fits: bool) -> None:
    content = b"a\n" + b"x" * n_bytes
    blocks, error = blocks_of(content, COMMAS, 100, longest=10)
    assert (b"".join(blocks), error is None) == ((content, True) if fits else (b"a\n", False))


@pytest.mark.parametrize("kind", ["plain", "all quoted", "with line feeds", "with marks that are content", "mixed"])
def test_large_tables_come_in_blocks_that_can_be_put_together(kind: str) -> None:
    rng = np.random.default_rng(0)
    values = {
        "plain": [b"a", b"bc"],
        "all quoted": [b'"a"', b'"b ""c"""', b'""'],
        "with line feeds": [b'"a\nb"', b'"\n"', b"c"],
        "with marks that are content": [b'12" vinyl', b'a""', b"b"],
        "mixed": [b'12" vinyl', b'"a\n""b"', b'"a""\n"', b'"c"', b"d"],
    }[kind]
    lines = [b",".join(values[k] for k in row) for row in rng.integers(0, len(values), (3_000, 3)).tolist()]
    content = b"\n".join(lines * 5)
    with patch.multiple(module, BLOCK=2**14, LONGEST_ROW=2**12):
        blocks = list(row_blocks(io.BytesIO(content), COMMAS))
    assert b"".join(blocks) == content
    assert max(map(len, blocks)) <= 2**14 + 2**12
    ends = set(accumulate(map(len, literal_rows(content, COMMAS))))
    assert set(accumulate(map(len, blocks))) <= ends


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n", b"a", b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n"])
def test_a_byte_order_mark_is_taken_off_once(content: bytes) -> None:
    assert b"".join(row_blocks(io.BytesIO(content), COMMAS)) == content.removeprefix(b"\xef\xbb\xbf")


def test_marks_of_a_layout_without_quotation_open_nothing() -> None:
    content = b'"a\n' * 100
    blocks, error = blocks_of(content, UNQUOTED_TABS, 40, longest=5)
    assert (b"".join(blocks), error) == (content, None)


def test_a_row_without_end_in_quotation_marks_has_lines() -> None:
    blocks, error = blocks_of(b'a\n"b\n' + b"c\n" * 100, COMMAS, 40, longest=10)
    assert blocks == [b"a\n"]
    assert isinstance(error, LongRowError)
    assert error.has_lines
