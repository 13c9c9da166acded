"""Whatever the bytes of another system's file, its scores are those of a literal reading, or it is refused."""

import csv
import io
import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqrec_bench.data.reading.score_files import read_scores
from seqrec_bench.errors import InputError

THEIRS = Path(__file__).parents[1] / "data" / "their_files"
TABLE = b'user_id,item_id,score,rank\nu,a,2.5,1\n"u","b, ""c""",-1e-3,2\nu,-1,-3.4028235e38,3\nv,a,-inf,1\nv,b,7,2\n'
TREC = b"u Q0 a 1 2.5 t\nu Q0 b 2 -1e-3 t\n\nv\tQ0  a 1 7 t\n"
RANX = b'{"u": {"a": 2.5, "b": -1e-3, "c": 7}, "v": {"a": 1}}'
CONTENTS = {".csv": TABLE, ".trec": TREC, ".json": RANX}
PIECES = [
    b" ", b"\t", b"\n", b"\r", b"\0", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xef\xbb\xbf", b",", b'"', b'""', b"{",
    b"}", b"[", b"]", b":", b"null", b"true", b"nan", b"NaN", b"inf", b"-inf", b"-Infinity", b"1e999", b"-65504", b"-0",
    b"-3.4028235e38", b"1" * 400, b'"\\ud800"', b'"\\u0000"', b'"a": 1, ', b"user_id", b"score", b"rank", b"items",
]  # fmt: skip
few_in_one_folder = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
LOW = (-1.7976931348623157e308, -3.4028234663852886e38, -3.3895313892515355e38)
Triples = list[tuple[str, str, float]]


def changed(content: bytes, most: int) -> st.SearchStrategy[bytes]:
    """The content with a few pieces replaced."""
    pieces = st.tuples(st.integers(0, len(content)), st.integers(0, 8), st.sampled_from(PIECES) | st.binary(max_size=4))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        edited = content
        for start, length, piece in edits:
            edited = edited[:start] + piece + edited[start + length :]
        return edited

    return st.lists(pieces, max_size=most).map(apply)


def read(path: Path) -> Triples | None:
    """What the file scores, or None where it is refused."""
    try:
        raw = read_scores(path)
    except InputError as error:
        assert str(error).endswith(".")
        return None
    users, items = raw.user_ids[raw.users].tolist(), raw.item_ids[raw.items].tolist()
    assert {*users} == {*raw.user_ids.tolist()} and {*items} == {*raw.item_ids.tolist()}
    return list(zip(users, items, raw.values.tolist(), strict=True))


def literal(suffix: str, content: bytes) -> Triples:
    """The same by the csv module, by hand and by the json module, of what has a score."""
    text = content.decode("utf-8-sig")
    if suffix == ".json":
        rows = [(user, item, score) for user, items in json.loads(text).items() for item, score in items.items()]
    elif suffix == ".trec":
        values = [re.findall(r"[^ \t]+", line) for line in re.split(r"[\r\n]+", text) if line.strip(" \t")]
        rows = [(user, item, float(score)) for user, _, item, _, score, _ in values]
    else:
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        number = "score" if "score" in table[0] else "rank"
        sign = -1 if number == "rank" else 1
        rows = [(row["user_id"], row["item_id"], sign * float(row[number])) for row in table]
    rows = [
        row for row in rows if row[2] > -math.inf and not any(math.isclose(row[2], low, rel_tol=1e-4) for low in LOW)
    ]
    lowest = min((score for *_, score in rows), default=0)
    return [
        (user, item, float(score)) for user, item, score in rows if score != lowest or score not in (-65504, -65500)
    ]


@pytest.mark.parametrize("suffix", CONTENTS)
@given(data=st.data())
@few_in_one_folder
def test_text_is_read_as_it_says_or_refused(suffix: str, data: st.DataObject, tmp_path: Path) -> None:
    content = data.draw(changed(CONTENTS[suffix], 3) | st.binary(max_size=32))
    path = tmp_path / f"f{suffix}"
    path.write_bytes(content)
    found = read(path)
    if found is not None and (suffix != ".csv" or content.startswith(b"user_id,item_id,score,rank\n")):
        expected = literal(suffix, content)
        assert [pair[:2] for pair in found] == [pair[:2] for pair in expected]
        assert all(math.isclose(a[2], b[2], rel_tol=1e-15) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", ["ranx-test.parquet", "lenskit-test.parquet"])
@given(data=st.data())
@few_in_one_folder
def test_parquet_is_read_or_refused(name: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data.draw(changed((THEIRS / name).read_bytes(), 2)))
    read(path)
