"""Hard files of item tags: each row of the page's table, read right or refused with that sentence."""

# ruff: noqa: E501  -- a table, one case a line

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Columns, load_file

PLAIN = b"item_id,tags\na,x|y\nb,\nc,y\n"
TAGS = {"a": {"x", "y"}, "b": set(), "c": {"y"}}
SAME = ("as the plain file", TAGS)
INTERACTIONS = b"user,item,time\nu,a,1\nu,b,2\nu,c,3\n"
TAG_NAMES = "tags, tag, genres, genre, class, categories, category"
RANDOM = np.random.default_rng(0).bytes(4096)
UNKNOWN = "The tags given for the data set f know none of its 3 items (its first item is a): give tags with the same item ids."

CASES = [
    ("plain", "t.csv", PLAIN, ("the tags that the others are held against", TAGS)),
    ("unknown items beside known ones", "t.csv", PLAIN + b"z,q\n", ("they are ignored", TAGS)),
    ("unknown items alone", "t.csv", b"item_id,tags\nz,q\n", UNKNOWN),
    ("header only", "t.csv", b"item_id,tags\n", UNKNOWN),
    ("items without a row", "t.csv", b"item_id,tags\na,x|y\nc,y\n", ("they have no tags", TAGS)),
    ("no tag at all", "t.csv", b"item_id,tags\na,\n", ("no item has tags", {"a": set(), "b": set(), "c": set()})),
    ("an item in several rows, a tag twice", "t.csv", b"item_id,tags\na,x|x\na,y\nb,\nc,y\n", ("together", TAGS)),
    ("empty file", "t.csv", b"", "t.csv has no column names in its first line: give a file that begins with them."),
    ("titles alone", "t.csv", b"item_id,title\na,x\n", ("no tags, and titles for explain", None)),
    ("titles of unknown items", "t.csv", b"item_id,title\nz,x\n", UNKNOWN.replace("tags", "titles")),
    ("missing column", "t.csv", b"item_id,name\na,x\n", f"t.csv has no column with a usual name ({TAG_NAMES}) among item_id, name: rename the column of tags, or that of titles (title, movie_title, item_title) where there are no tags."),
    ("semicolons", "t.csv", PLAIN.replace(b",", b";"), "t.csv has a single column, 'item_id;tags', with semicolons in its name: convert it, since a .csv has commas between columns, and other text tabs."),
    ("a mark for missing tags", "t.csv", PLAIN.replace(b"c,y", b"c,nan"), "Row 3 of t.csv has the tags 'nan', a mark for a missing value: leave the field empty where an item has none, or add --ids-as-written if it is one."),
    ("such a mark within tags", "t.csv", PLAIN.replace(b"c,y", b"c,y|nan"), ("content", TAGS | {"c": {"y", "nan"}})),
    ("titles that begin or end with a quotation mark", "t.tsv", b'item_id\ttitle\na\t"x\nb\ty\nc\tz"\n', "Row 1 of t.tsv has a value that begins with a quotation mark and goes on in the next line: name it .item if the mark is a part of the value, or put the value into one line."),
    ("the same in RecBole's format", "t.item", b'item_id\tclass\na\t"x\nb\ty\nc\tz"\n', ("content", {"a": {'"x'}, "b": {"y"}, "c": {'z"'}})),
    ("a row too long in RecBole's format", "t.item", b"item_id\ttags\na\tx\ty\n", "Row 1 of t.item has 3 values for 2 columns: correct it; nothing is quoted here, so no value can hold the separator."),
    ("a row too long", "t.csv", PLAIN + b"d,x,y\n", "Row 4 of t.csv has 3 values for 2 columns: correct it, with quotation marks around a value that holds the separator."),
    ("a row of 2 MB", "t.csv", PLAIN + b"d," + b"x" * 2_000_000, "Row 4 of t.csv has more than 1,048,576 bytes: cut it, or give a file of lines."),
    ("a quoted value of 2 MB of lines", "t.csv", PLAIN + b'd,"' + b"x\n" * 1_000_000 + b'"\n', "Row 4 of t.csv has more than 1,048,576 bytes: close each quoted value in it, or cut it."),
    ("a quoted value never closed", "t.csv", b'item_id,tags\na,"x\nb,\nc,y\n', "Row 1 of t.csv has quotation marks that do not fit together (...): close each quoted value, and double the marks in it."),
    ("quotation marks in RecBole's format", "t.item", b'item\tclass\na\t"x\nb\t\nc\ty"\n', ("content", {"a": {'"x'}, "b": set(), "c": {'y"'}})),
    ("commas, unicode, right to left, 10,000 characters", "t.csv", ('item_id,tags\na,"é, אב|\u202e"\nb,\nc,' + "x" * 10_000 + "\n").encode(), ("as it stands", {"a": {"é, אב", "\u202e"}, "b": set(), "c": {"x" * 10_000}})),
    ("byte-order mark and CRLF", "t.csv", b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n"), SAME),
    ("Latin-1", "t.csv", PLAIN + "d,é\n".encode("latin-1"), "Row 4 of t.csv is not UTF-8 text: save the file as UTF-8."),
    ("random bytes", "t.csv", RANDOM, "t.csv is not UTF-8 text in its first line: save it as UTF-8, and name it .gz if it is gzip-ed."),
    ("gzip", "t.csv.gz", gzip.compress(PLAIN), SAME),
    ("truncated gzip", "t.csv.gz", gzip.compress(PLAIN + RANDOM.hex().encode())[:-500], "t.csv.gz can't be unpacked (...): give an undamaged file, without .gz in its name if it is not gzip-ed."),
    ("another kind", "t.parquet", RANDOM, "t.parquet is of an unknown kind: a file of tags has to end in .csv, .tsv, .item with or without .gz."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_hard_file_of_tags_is_read_right_or_refused(
    tmp_path: Path,
    hold: Callable[..., None],
    name: str,
    content: bytes,
    outcome: str | tuple[str, dict[str, set[str]] | None],
) -> None:
    path, tags = tmp_path / "f.csv", tmp_path / name
    path.write_bytes(INTERACTIONS)
    tags.write_bytes(content)
    if isinstance(outcome, str):
        hold(outcome, "f.csv", "--tags", name)
        return
    data = load_file(path, Columns(), tags)
    if outcome[1] is None:
        assert (data.sequences.tags, data.tags_fingerprint, data.item_titles) == (None, None, ("", "x", "", ""))
    else:
        assert data.sequences.tags is not None
        found, offsets = data.sequences.tags, data.sequences.tags.offsets
        names = {
            item: {found.names[tag] for tag in found.ids[offsets[i] : offsets[i + 1]]}
            for i, item in enumerate(data.item_ids.tolist())
        }
        assert names == {"": set(), **outcome[1]}


def test_the_page_has_these_files_of_tags(documented: Callable[..., None]) -> None:
    documented("tag-files", [(what, name, outcome) for what, name, _, outcome in CASES])
