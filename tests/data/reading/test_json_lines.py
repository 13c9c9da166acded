import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.data import Columns, read_interactions
from seqrec_bench.data.reading.form import PLAIN, Form
from seqrec_bench.errors import InputError

ROWS = [("u", "a", 1), ("u", "b", 2), ("v", "a", 3)]
NAMES = ("user_id", "item_id", "timestamp")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[tuple[str, str, float]]]:
    """The rows of a file of this content."""

    def read(content: str | bytes, form: Form = PLAIN, name: str = "f.jsonl") -> list[tuple[str, str, float]]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = read_interactions(path, Columns(), form)
        assert found.times is not None
        users, items = found.user_ids[found.users], found.item_ids[found.items]
        return list(zip(users.tolist(), items.tolist(), found.times.tolist(), strict=True))

    return read


def lines(*rows: tuple[Any, Any, Any], more: str = "") -> str:
    return "".join(json.dumps(dict(zip(NAMES, row, strict=True)))[:-1] + more + "}\n" for row in rows)


@pytest.mark.parametrize("name", ["f.json", "f.jsonl", "f.NDJSON", "f.json.gz"])
@pytest.mark.parametrize("more", ["", ', "x": {"user_id": [1, {"y": null}]}'])
def test_objects_are_read(read: Callable[..., object], name: str, more: str) -> None:
    content = lines(*ROWS, more=more).encode()
    assert read(gzip.compress(content) if name.endswith(".gz") else content, name=name) == ROWS
    assert read(content, Form("json"), "f.txt") == ROWS


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: "\n" + text.rstrip(),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("{", " { ").replace(":", " :\t"),
    ],
)
def test_white_space_is_of_no_matter(read: Callable[..., object], change: Callable[[str], str]) -> None:
    assert read(change(lines(*ROWS))) == ROWS


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(1, 2, 3), (1, 10**15, 4)], [("1", "2", 3), ("1", str(10**15), 4)]),
        ([("007", "7", 3), ("7", "07", 4)], [("007", "7", 3), ("7", "07", 4)]),
        ([(2**63, 2**64 - 1, 3), (1, 2, 4)], [(str(2**63), str(2**64 - 1), 3), ("1", "2", 4)]),
        ([("u", -1, 1), ("u", 2, 1.5)], [("u", "-1", 1.0), ("u", "2", 1.5)]),
        ([("u", "a", 1.5), ("u", "b", 2)], [("u", "a", 1.5), ("u", "b", 2.0)]),
        ([("u", "a", 2**63 - 1), ("u", "b", 2**63 - 2)], [("u", "a", 2**63 - 1), ("u", "b", 2**63 - 2)]),
        ([("u", "a", "1"), ("u", "b", "2.5")], [("u", "a", 1.0), ("u", "b", 2.5)]),
        ([("u", "a", "2024-03-01"), ("u", "é\n", "1970-01-02")], [("u", "a", 1_709_251_200), ("u", "é\n", 86_400)]),
    ],
)  # fmt: skip
def test_numbers_and_texts_are_what_they_are(
    read: Callable[..., object], rows: list[tuple[Any, Any, Any]], expected: object
) -> None:
    assert read(lines(*rows)) == expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "has no rows"),
        ("\n \n", "has no rows"),
        ("[" + lines(ROWS[0]) + "]", "Row 1 of .* is no JSON"),
        ('["u"]\n', "Row 1 of .* is no object of JSON"),
        ("null\n", "Row 1 of .* is no object of JSON"),
        ('{\n"user_id": "u"}\n', "Row 1 of .* is no JSON"),
        (lines(*ROWS) + "{\n", "Row 4 of .* is no JSON"),
        (lines(*ROWS).replace("\n", "", 1), "Row 1 of .* is no JSON"),
        (lines(*ROWS) + "7\n", "Row 4 of .* is no object of JSON"),
        (lines(("u", "a", 1), ("u", 7, 2)), "Row 2 of .* has the item_id 7, and the first row a text: write all"),
        (lines((7, "a", 1), ("u", "b", 2)), "Row 2 of .* has the user_id 'u', and the first row a number: write all"),
        (lines(("u", "a", 1), ("u", ["b"], 2)), r"Row 2 of .* has the item_id \['b'\], and the first row a text"),
        (lines(("u", "a", 1), ("u", "b", True)), "Row 2 of .* has the timestamp True, and the first row a number"),
        (lines(("u", 1.5, 1)), "Column item_id of .* holds double: ids have to be text or integers"),
        (lines(("u", True, 1)), "Column item_id of .* holds bool: ids have to be text or integers"),
        (lines(("u", {"a": 1}, 1)), "Column item_id of .* holds struct<>: ids have to be text or integers"),
        (lines(("u", None, 1), ("u", "b", 2)), "Row 1 of .* has no item_id: give it one"),
        (lines(("u", "a", 1)) + '{"user_id": "u", "timestamp": 2}\n', "Row 2 of .* has no item_id: give it one"),
        (lines(("u", "a", None), ("u", "b", 2)), "Row 1 of .* has no timestamp"),
        (lines(("u", "a", float("nan"))), "Row 1 of .* has the timestamp nan: times have to be finite"),
        (lines(("u", "a", 2**53 + 1), ("u", "b", 0.5)), "which is not exact beside those with fractions"),
        (lines(("u", "a\0", 1)), "with a NUL character"),
        (lines(*ROWS, more=', "user_id": "w"'), "Row 1 of .* has user_id twice: take one of them out"),
        (lines(ROWS[0]) + '{"user_id": "\\ud800", "item_id": "a", "timestamp": 1}\n', "Row 2 .* half a character in"),
        ('{"user_id": "u", "item_id": "a"}\n', r"no column with a usual name \(timestamp, .* or add --no-times"),
        (lines(*ROWS) + '{"x": "' + "x" * 2**20 + '"}\n', "Row 4 of .* has more than 1,048,576 bytes: cut it"),
        (b'{"user_id": "u", "item_id": "\xff", "timestamp": 1}\n', "text that is not UTF-8"),
        (lines(("u", ["a", "b"], [1, 2])), "Column item_id of .* holds lists: add --layout lists"),
        ('{"user": "u", "items": ["a"], "times": [1]}\n', "user, items, times: add --layout lists"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_has_to_be_is_refused(
    read: Callable[..., object], content: str | bytes, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read(content)


@pytest.mark.parametrize("form", [Form(separator=","), Form(has_header=False)])
def test_separators_and_headers_are_not_for_json(read: Callable[..., object], form: Form) -> None:
    with pytest.raises(InputError, match="leave --separator and --no-header out"):
        read(lines(*ROWS), form)


def test_a_large_file_is_read_block_by_block(read: Callable[..., object]) -> None:
    rows = [(f"u{number % 100}", number % 77, number) for number in range(2_500)]
    content = lines(*rows, more=', "x": "' + "é" * 620 + '"')
    assert len(content) > 3 * 2**19
    assert read(content) == [(user, str(item), time) for user, item, time in rows]
    late = content + lines(("u", "text", 1))
    with pytest.raises(InputError, match=r"Row 2501 of .* has the item_id 'text', and the first row a number"):
        read(late)
