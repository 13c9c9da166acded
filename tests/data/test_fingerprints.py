import hashlib
import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.data import Dataset, Interactions, RawTags, prepare
from seqrec_bench.data.fingerprints import sequences_fingerprint, tags_fingerprint
from seqrec_bench.recommender import ItemTags

ROWS = [("u1", "a", 5), ("u2", "b", 1), ("u1", "c", 7), ("u1", "b", 7), ("u2", "a", 2)]


def prepared(rows: list[tuple[str, str, float]]) -> Dataset:
    users, items, times = zip(*rows, strict=True)
    return prepare("small", Interactions.from_rows(users, items, times), None)


def test_fingerprint_is_the_hash_written_out() -> None:
    parts = [
        ("users", json.dumps(["u1", "u2"]).encode()),
        ("items", json.dumps(["", "a", "b", "c"]).encode()),
        ("<i8", struct.pack("<3q", 0, 3, 5)),
        ("<i4", struct.pack("<5i", 1, 3, 2, 2, 1)),
        ("<i8", struct.pack("<5q", 5, 7, 7, 1, 2)),
    ]
    content = b"".join(f"{kind} {len(part)}\n".encode() + part for kind, part in parts)
    assert prepared(ROWS).fingerprint == hashlib.sha256(content).hexdigest()


def test_fingerprint_does_not_depend_on_how_users_are_interleaved() -> None:
    by_user = [row for row in ROWS if row[0] == "u2"] + [row for row in ROWS if row[0] == "u1"]
    assert prepared(by_user).fingerprint == prepared(ROWS).fingerprint


def test_fingerprint_does_not_depend_on_how_times_are_written() -> None:
    as_floats = [(user, item, float(time)) for user, item, time in ROWS]
    assert prepared(as_floats).fingerprint == prepared(ROWS).fingerprint


def test_fingerprint_does_not_depend_on_byte_order_or_layout() -> None:
    data = prepared(ROWS)
    swapped = replace(
        data.sequences,
        items=data.sequences.items.astype(">i4"),
        times=data.sequences.times.astype(">i8"),
        offsets=data.sequences.offsets.astype(">i8"),
    )
    assert sequences_fingerprint(swapped, data.user_ids, data.item_ids) == data.fingerprint


@pytest.mark.parametrize(
    ("changed", "row", "value"),
    [
        ("a user's id", 0, ("u3", "a", 5)),
        ("an item's id", 2, ("u1", "d", 7)),
        ("which item", 4, ("u2", "b", 2)),
        ("a time", 1, ("u2", "b", 1.5)),
        ("a time without a change of order", 2, ("u1", "c", 6)),
    ],
)
def test_fingerprint_changes_with(changed: str, row: int, value: tuple[str, str, float]) -> None:
    rows = [*ROWS[:row], value, *ROWS[row + 1 :]]
    assert prepared(rows).fingerprint != prepared(ROWS).fingerprint, changed


def test_fingerprint_changes_with_the_order_of_tied_rows() -> None:
    assert prepared([ROWS[0], ROWS[1], ROWS[3], ROWS[2], ROWS[4]]).fingerprint != prepared(ROWS).fingerprint


def test_fingerprint_changes_with_the_renaming_of_every_id() -> None:
    renamed = [(f"{user}x", item, time) for user, item, time in ROWS]
    assert prepared(renamed).fingerprint != prepared(ROWS).fingerprint


def test_fingerprint_tells_adjacent_ids_apart() -> None:
    sequences = prepared(ROWS).sequences
    items = np.array(["", "a", "b", "c"])
    one, other = np.array(["u1", "u2"]), np.array(['u1", "u', "2"])
    assert sequences_fingerprint(sequences, one, items) != sequences_fingerprint(sequences, other, items)


def test_tags_fingerprint_is_the_hash_written_out() -> None:
    tags = ItemTags(("x", "y"), np.array([0, 1, 1], dtype=np.int32), np.array([0, 0, 2, 2, 3]))
    assert tags_fingerprint(tags) == hashlib.sha256(b'[["x", "y"], [], ["y"]]').hexdigest()


def test_tags_change_only_the_tags_fingerprint() -> None:
    interactions = Interactions.from_rows(["u"], ["a"], [1])
    one = prepare("small", interactions, RawTags({"a": frozenset({"x"})}, {}))
    other = prepare("small", interactions, RawTags({"a": frozenset({"y"})}, {"a": "A title"}))
    assert one.fingerprint == other.fingerprint == prepare("small", interactions, None).fingerprint
    assert one.tags_fingerprint != other.tags_fingerprint
