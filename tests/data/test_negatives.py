"""Files of negatives: what they say, and what is refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqrec_bench.data.negatives import GivenNegatives, read_negatives
from seqrec_bench.errors import InputError


def read(folder: Path, content: str | bytes, name: str = "mine_sample.txt") -> GivenNegatives:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_negatives(path)


def lines_of(found: GivenNegatives) -> dict[str, list[str]]:
    items = np.split(found.item_ids[found.items], found.offsets[1:-1])
    return {user: row.tolist() for user, row in zip(found.user_ids.tolist(), items, strict=True)}


IDS = st.text("abc019.-é", min_size=1, max_size=4)
few_files = settings(max_examples=40)
FILES = st.dictionaries(IDS, st.lists(IDS, min_size=1, max_size=6), min_size=1, max_size=6)


@given(lines=FILES)
@few_files
def test_a_file_says_the_same_in_any_order_and_with_any_blanks(
    tmp_path_factory: pytest.TempPathFactory, lines: dict[str, list[str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    plain = read(folder, "".join(f"{user} {' '.join(items)}\n" for user, items in lines.items()))
    assert lines_of(plain) == {user: sorted(lines[user]) for user in sorted(lines)}
    rows = [[user, *sorted(items, reverse=True)] for user, items in lines.items()][::-1]
    other = read(folder, "\ufeff" + "\r\n\n".join(" \t".join(row) for row in rows))
    assert lines_of(other) == lines_of(plain)
    assert other.digest == plain.digest


@given(lines=FILES, others=FILES)
@few_files
def test_other_users_or_items_are_another_file(
    tmp_path_factory: pytest.TempPathFactory, lines: dict[str, list[str]], others: dict[str, list[str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    one, other = (read(folder, "\n".join(" ".join([u, *row]) for u, row in of.items())) for of in (lines, others))
    assert (one.digest == other.digest) == (lines_of(one) == lines_of(other))


def test_the_digest_stays(tmp_path: Path) -> None:
    """It stands in records' names."""
    assert read(tmp_path, "1 10 9 9\n2 30\n").digest == "b974355a"


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, gzip.compress(b"1 2 3\n"), "mine_sample.txt.gz")
    assert lines_of(found) == {"1": ["2", "3"]}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "has no rows: give a file with a user and items in each."),
        ("\n \n", "has no rows: give a file with a user and items in each."),
        ("1 2\n\n3\n", "Row 2 of {} has '3' and no items: give a user and, after spaces, the items to rank"),
        ("1,2,3\n", "Row 1 of {} has '1,2,3' and no items: give a user and, after spaces, the items to rank"),
        ("1 2\n\n1 3\n", "Row 2 of {} has the user '1' again: give each user one row."),
        ("1 2\na 3\0\n", "of {} has the id '3\\x00', with a NUL character: take that out."),
        (b"1 \xff\n", "Row 1 of {} is not UTF-8 text: save the file as UTF-8."),
        ("1 " + "2" * 2**20, "Row 1 of {} has more than 1,048,576 bytes: cut it"),
    ],
)
def test_what_is_no_file_of_negatives_is_refused(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, content)
    assert complaint.format(tmp_path / "mine_sample.txt") in str(raised.value)


def test_a_file_that_is_not_there_or_damaged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist: give a file that does"):
        read_negatives(tmp_path / "none.txt")
    with pytest.raises(InputError, match="can't be unpacked"):
        read(tmp_path, "1 2 3\n", "mine_sample.txt.gz")
