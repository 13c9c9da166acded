import gzip
import json
import re
from pathlib import Path

import pytest

from seqrec_bench.data.reading import run_files
from seqrec_bench.data.reading.score_files import read_scores
from seqrec_bench.errors import InputError


def found(path: Path, form: str | None = None) -> list[tuple[str, str, float]]:
    raw = read_scores(path, form)
    users, items = raw.user_ids[raw.users].tolist(), raw.item_ids[raw.items].tolist()
    return list(zip(users, items, raw.values.tolist(), strict=True))


TREC = b'u1 Q0 007 1 2.5 mine\r\n\n  u1\tQ0\ti"2   2 -1e-3 mine \nv Q0 007 1 3 mine'
JSON = b'{"u1": {"007": 2.5, "i\\"2": -1e-3}, "x": {}, "v": {"007": 3}}'
ROWS = [("u1", "007", 2.5), ("u1", 'i"2', -0.001), ("v", "007", 3.0)]


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.trec", TREC, None),
        ("a.run", TREC, None),
        ("a.txt", TREC, "trec"),
        ("a.trec.gz", gzip.compress(TREC, mtime=0), None),
        ("a.json", JSON, None),
        ("a.json.gz", gzip.compress(JSON, mtime=0), None),
        ("a.csv", JSON, "ranx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_run_is_read_by_its_name_or_as_it_is_asked_for(
    name: str, content: bytes, form: str | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert found(tmp_path / name, form) == ROWS


def test_a_long_trec_run_is_that_of_a_literal_reading(tmp_path: Path) -> None:
    path = tmp_path / "long.trec"
    path.write_text("".join(f"user{n // 50} Q0 i{n} {n % 50} {-n / 7} my-tag\n" for n in range(40_000)))
    assert path.stat().st_size > 2**20  # more than a block of rows
    literal = [(line.split()[0], line.split()[2], float(line.split()[4])) for line in path.read_text().splitlines()]
    assert found(path) == literal


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.trec", b"u Q0 i 1 2 t\nu Q0 i 2 1 my tag\n", r"Row 2 of .* has 7 values for 6 columns: correct it"),
        ("a.trec", b"u Q0 i 1 2 t\n\xff Q0 i 2 1 t\n", "Row 2 of .* is not UTF-8 text"),
        ("a.trec", b"", "has no rows"),
        ("a.trec", b"u Q0 i 1 2 t\nu Q0 j 1 1 t\nu Q0 k 2 0 t\n", "Row 2 of .* has the score 1 and the rank 1"),
        ("a.json", b"", "can't be read as JSON"),
        ("a.json", b"{}", "has no rows"),
        ("a.json", b'{"u": {"i": 1}', "can't be read as JSON .*: give an undamaged file"),
        ("a.json", b"[" * 10**6, "can't be read as JSON"),
        ("a.json", b'{"\xff": {"i": 1}}', "can't be read as JSON"),
        ("a.json", b'["u"]', 'has not the form {"user": {"item": score}}: write it so, or give csv or Parquet'),
        ("a.json", b'{"u": ["i", "j"]}', "at the user 'u': write it so, or give csv"),
        ("a.json", b'{"u": {"i": 1, "j": null}}', "at the user 'u', the item 'j', whose score is null: give"),
        ("a.json", b'{"u": {"j": true}}', "whose score is true"),
        ("a.json", b'{"u": {"j": "1.0"}}', 'whose score is "1.0"'),
        ("a.json", b'{"u": {"j": NaN}}', "whose score is NaN"),
        ("a.json", b'{"u": {"j": 1' + b"0" * 400 + b"}}", "whose score is 1000"),
        ("a.json", b'{"u": {"j": 1, "k": 2, "j": 3}}', "has 'j' twice in one object: give each user"),
        ("a.json", b'{"u": {"j": 1}, "u": {"k": 3}}', "has 'u' twice in one object"),
        ("a.json", b'{"u": {"\\ud800": 1}}', "has an id with half a character"),
        ("a.json", b'{"u": {"": 1}}', "Row 1 of .* has no item_id"),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused_in_a_sentence(name: str, content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=re.escape(complaint) if "{" in complaint else complaint):
        read_scores(tmp_path / name)


def test_json_that_unpacks_to_more_than_there_is_room_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_files, "LONGEST_JSON", 10_000)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps({"u": {"i": "1" * 10_000}}).encode()))
    with pytest.raises(InputError, match="has more than 10,000 bytes of JSON: save the run as Parquet"):
        read_scores(tmp_path / "a.json.gz")
