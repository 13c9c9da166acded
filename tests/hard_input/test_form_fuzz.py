"""Whatever the bytes, and in whatever form they are said to be, they are read right or refused."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqrec_bench.data import Columns, Interactions, prepare, read_interactions
from seqrec_bench.data.reading.form import LAYOUTS, SEPARATORS, Form
from seqrec_bench.errors import InputError

LINES = b"1 5 6 7 4\n2 7 5 8\n3\t5  6 \n"
JSON = b'{"user_id": 1, "item_id": 5, "timestamp": 3}\n{"user_id": 1, "item_id": 6, "timestamp": 4, "x": [{"y": 1}]}\n'
OF_LISTS = b'{"user": "u", "items": ["a", "b"], "times": [1, 2]}\n{"user": "v", "items": ["b"], "times": [1.5]}\n'
SAMPLES = b"user_id:token\titem_id_list:token_seq\titem_id:token\n1\t5\t6\n1\t5 6\t7\n2\t\t5\n"
NAMES = ["f.txt", "f.csv", "f.inter", "f.jsonl"]
Pair = tuple[str, str]
forms = st.builds(
    Form,
    st.sampled_from([None, *(name for name in LAYOUTS if name != "json")]),
    st.sampled_from([None, *SEPARATORS]),
    st.booleans(),
    st.booleans(),
)
PIECES = [
    b" ", b"\t", b"\n", b"\r", b"\0", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1f", b"::", b";",
    b"|", b",", b'"', b"{", b"}", b"[", b"]", b"[]", b"{}", b"null", b"true", b"1e3", b"0.5", b"-0", b"NaN",
    b"9223372036854775808", b'"\\ud800"', b'"\\u0000"', b'"x": ',
]  # fmt: skip


def changed(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with a few pieces replaced."""
    pieces = st.tuples(st.integers(0, len(content)), st.integers(0, 8), st.sampled_from(PIECES) | st.binary(max_size=4))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        edited = content
        for start, length, piece in edits:
            edited = edited[:start] + piece + edited[start + length :]
        return edited

    return st.lists(pieces, max_size=4).map(apply)


any_content = st.one_of(*map(changed, (LINES, JSON, OF_LISTS, SAMPLES)), st.binary(max_size=64))
few_in_one_folder = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, content: bytes, form: Form, columns: Columns) -> Interactions | None:
    """The interactions, from which a data set can be made, or None where they are refused."""
    path.write_bytes(content)
    try:
        interactions = read_interactions(path, columns, form)
    except InputError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
        return None
    assert prepare("any", interactions, None).sequences.n_interactions == len(interactions.users)
    return interactions


def pairs_of(interactions: Interactions) -> list[Pair]:
    users, items = interactions.user_ids[interactions.users], interactions.item_ids[interactions.items]
    return list(zip(users.tolist(), items.tolist(), strict=True))


@given(
    st.sampled_from(NAMES), any_content, forms, st.sampled_from([Columns(), Columns("1", "2"), Columns("1", "2", "3")])
)
@few_in_one_folder
def test_any_bytes_in_any_form_are_read_or_refused(
    tmp_path: Path, name: str, content: bytes, form: Form, columns: Columns
) -> None:
    read(tmp_path / name, content, form, columns)


@given(changed(LINES) | st.binary(max_size=40), st.booleans())
@few_in_one_folder
def test_sequences_are_what_python_splits(tmp_path: Path, content: bytes, with_users: bool) -> None:
    layout = "sequences" if with_users else "sequences-without-users"
    interactions = read(tmp_path / "f", content, Form(layout, ids_as_written=True), Columns())
    if interactions is not None:
        lines = [re.findall("[^ \t]+", line) for line in re.split("[\r\n]", content.decode("utf-8-sig"))]
        lines = [line for line in lines if line]
        rows = lines if with_users else [[str(number), *line] for number, line in enumerate(lines, start=1)]
        assert pairs_of(interactions) == [(row[0], item) for row in rows for item in row[1:]]


@given(changed(JSON) | st.binary(max_size=40))
@few_in_one_folder
def test_json_lines_are_what_python_loads(tmp_path: Path, content: bytes) -> None:
    columns = Columns("user_id", "item_id", "timestamp")
    interactions = read(tmp_path / "f.json", content, Form(ids_as_written=True), columns)
    if interactions is not None:
        lines = re.split("[\r\n]", content.decode("utf-8-sig", errors="replace"))
        objects = [json.loads(line) for line in lines if line.strip()]
        assert pairs_of(interactions) == [(str(each["user_id"]), str(each["item_id"])) for each in objects]
        if not isinstance(objects[0]["timestamp"], str):
            assert interactions.times is not None
            assert np.array_equal(interactions.times, [each["timestamp"] for each in objects])


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4),
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4),
            min_size=1,
            max_size=5,
        ),
        min_size=1,
        max_size=5,
    )
)
@few_in_one_folder
def test_samples_and_lists_have_what_the_sequences_have(tmp_path: Path, sequences: dict[str, list[str]]) -> None:
    """Of JSON, in which a value may be anything."""
    lists = [{"user": user, "items": items} for user, items in sequences.items()]
    samples = [
        {"user": user, "item_list": items[:place], "item": items[place]}
        for user, items in sequences.items()
        for place in range(len(items))
    ]
    expected = [(user, item) for user, items in sequences.items() for item in items]
    forms = {"lists": lists, "samples": samples[::-1]}
    for layout, rows in forms.items():
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        form = Form(layout, has_times=False, ids_as_written=True)
        interactions = read(tmp_path / "f.jsonl", content, form, Columns())
        assert interactions is not None
        assert sorted(pairs_of(interactions)) == sorted(expected)
        twin = Interactions.from_rows(*zip(*expected, strict=True), None)
        assert prepare("a", interactions, None).fingerprint == prepare("a", twin, None).fingerprint


@pytest.mark.parametrize("layout", ["lists", "samples", "json"])
def test_nesting_and_size_without_end_is_refused(tmp_path: Path, layout: str) -> None:
    for content in (b"[" * 500_000, b'{"user_id":' * 80_000, b'{"user_id": ' + b"9" * 100_000 + b"}", b"x" * 2**21):
        assert read(tmp_path / "f.json", content, Form(layout), Columns()) is None
