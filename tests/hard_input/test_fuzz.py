"""Whatever the bytes, readers and the record loader read them right or refuse them with an error of their own.

`tests/fuzz.py` runs the same checks for longer, guided by coverage.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from seqrec_bench.data import Columns, describe, prepare, read_interactions, read_tags
from seqrec_bench.data.reading.form import Form
from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.errors import InputError, InvalidRecordError
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record, Store

INTERACTIONS = b'user_id,item_id,timestamp,x\nu,a,1,\n"u",b,-2,"y\nz"\nu,"c, ""d""",3.5,\nv,\xc3\xa9,4,\n\nv,a,5,\n'
DATED = b"user,item,time\nu,a,2024-03-01T12:30:00Z\nu,b,2024-03-01 14:30:00.5+02:00\nu,c,2024-02-29T00:00:00-01\n"
TAGS = b'item_id,title,tags\na,"One, ""two""",x|y\n\xc3\xa9,,\na,Three,(no genres listed)\n'
SUFFIXES = [".csv", ".tsv", ".inter", ".csv.gz", ".parquet"]
TAG_SUFFIXES = [".csv", ".tsv", ".item", ".csv.gz"]
TOKENS = [
    b'"', b'""', b",", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"NA", b"nan", b"-inf", b"1e400", b"0x10", b"-0", b"9223372036854775808", b"1" * 400,
    b"2024-03-01", b"2023-02-29", b"T24:00:00", b" 12:30:00", b".123456", b"+01:00", b"Z", b" UTC",
    b"user_id", b"item_id:token", b"timestamp", b"tags", b"PAR1", b"\x1f\x8b",
    b"{", b"}", b"[", b"]", b"true", b"null", b"1.0", b"NaN", b"1e999", b'"schema": 1, ', b'"\\ud800"',
]  # fmt: skip


PIECES = [*TOKENS, b"[" * 2_000, b'{"a": ' * 2_000]


VALUES = [
    "0", "1", "2", "-1", "-0", "1.0", "-0.0", "0.5", "1e999", "NaN", "true", "false", "null", "9223372036854775808",
    "1" * 400, "[]", "{}", "[0, 1]", "[1, 1]", "[true, 1]", "[1.0, 1]", "[[1], [1]]", '{"a": 1}', '{"a": 1e999}',
    '{"a": 1, "a": 1}',
    '""', '"x"', '"..\\/x"', '"\\ud800"', '"\\u0000"', "[" * 2_000 + "]" * 2_000, '{"better": [0, 1], "tied": [1, 1]}',
]  # fmt: skip
"""JSON, and what is taken for it."""


def check_interactions(path: Path) -> None:
    """Text that is read is what the csv module reads, wherever that has no doubts."""
    try:
        interactions = read_interactions(path, Columns())
    except InputError:
        return
    data = prepare("any", interactions, None)
    assert data.sequences.n_interactions == len(interactions.times)
    try:
        describe(data)
    except InputError as error:
        assert "nobody is left to evaluate" in str(error)
    if path.suffix in (".csv", ".tsv", ".inter"):
        users = interactions.user_ids[interactions.users].tolist()
        items = interactions.item_ids[interactions.items].tolist()
        expected = read_by_csv(path)
        if expected is not None:
            assert expected[:2] == [users, items]
            check_dates(expected[2], interactions.times.tolist())


def check_dates(texts: Sequence[str], times: Sequence[float]) -> None:
    """Dates that are read are the instants that Python takes them for, to its microsecond and from its year 1 on."""
    if not re.match(r"\s*\d{4}-\d\d-\d\d", texts[0]) or any(re.search(r"\.\d{7}|0000-", text) for text in texts):
        return
    moments = [datetime.fromisoformat(re.sub(r" ?(UTC|GMT)$| (?=[Z+-])", to_zone, text.strip())) for text in texts]
    assert len({moment.tzinfo is None for moment in moments}) == 1
    start = datetime(1970, 1, 1, tzinfo=UTC if moments[0].tzinfo else None)
    expected = [(moment - start) // timedelta(microseconds=1) for moment in moments]
    assert expected in [[time * unit for time in times] for unit in (10**6, 10**3, 1)]


def to_zone(found: re.Match[str]) -> str:
    """What Python takes for a zone's name, or for the space before a zone."""
    return "Z" if found[1] else ""


def read_by_csv(path: Path) -> list[list[str]] | None:
    """The users, items and times, or None for what breaks the rules of csv, in which Arrow is more lenient."""
    quoting = csv.QUOTE_NONE if path.suffix == ".inter" else csv.QUOTE_MINIMAL
    text = io.StringIO(path.read_bytes().decode("utf-8-sig", errors="replace"), newline="")
    try:
        names, *rows = csv.reader(text, delimiter="," if path.suffix == ".csv" else "\t", quoting=quoting, strict=True)
    except csv.Error:
        return None
    plain = ["".join(c for c in name.partition(":")[0].casefold() if c.isalnum()) for name in names]
    columns = [next(place for place, name in enumerate(plain) if name.startswith(start)) for start in "uit"]
    return [[row[column] for row in rows if row] for column in columns]


def check_tags(path: Path) -> None:
    try:
        tags = read_tags(path)
    except InputError:
        return
    assert all(isinstance(item, str) for item in (*(tags.tags or ()), *tags.titles))


def check_record(store: Store, key: CellKey, content: bytes) -> None:
    """A record that is read says what its text says, type by type, also when it is written again."""
    path = store.path(key)
    path.write_bytes(content)
    try:
        record = store.load(key)
    except InvalidRecordError:
        return
    assert record is not None
    store.save(record)
    assert same_json(json.loads(content), json.loads(path.read_bytes()))
    written = path.read_bytes()
    store.save(store.load(key) or record)
    assert path.read_bytes() == written


def same_json(read: dict[str, Any], written: dict[str, Any]) -> bool:
    """Whether both say the same but for what may be absent, and for the seconds of epochs, which are rounded."""
    for epoch in (*read["curve"], *written["curve"]):
        epoch["seconds"] = 0
    return json.dumps({"weights_sha256": None, "targets": None, **read}, sort_keys=True) == json.dumps(
        written, sort_keys=True
    )


def a_record() -> Record:
    return Record(
        key=CellKey("toy", "loo-full-v1", "caser", "paper", dimension=100, seed=3),
        recipe=Recipe(DatasetIdentity("toy", "f" * 64, None), 2, {"heights": [2, 3], "l2": 1e-6}),
        deterministic=False,
        validation=Ranks(better=np.array([0, 7]), tied=np.array([1, 4])),
        test=Ranks(better=np.array([5, 0]), tied=np.array([1, 3])),
        curve=[Epoch(1, 6.25, {"NDCG@50": 0.125}, 1.5)],
        seconds={"fit": 2.75},
        peak_memory_bytes=3,
        parameters=1,
        environment={"numpy": "2.1.0"},
        targets=TargetFacts(fewest=90, most=99, tied=None, untrained=1, repeated=np.array([1])),
    )


def changed(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with a few pieces replaced."""
    pieces = st.tuples(st.integers(0, len(content)), st.integers(0, 8), st.sampled_from(PIECES) | st.binary(max_size=4))

    def apply(edits: Sequence[tuple[int, int, bytes]]) -> bytes:
        edited = content
        for start, length, piece in edits:
            edited = edited[:start] + piece + edited[start + length :]
        return edited

    return st.lists(pieces, max_size=4).map(apply)


def with_values(content: bytes, values: Sequence[tuple[int, str]]) -> bytes:
    """A JSON object with these texts at these places, counted over all that is in it."""
    fields = json.loads(content)
    for number, (place, _) in enumerate(values):
        ways = list(ways_into(fields))
        *way, last = ways[place % len(ways)]
        reduce(getitem, way, fields)[last] = f"value {number}"
    text = json.dumps(fields)
    for number, (_, value) in enumerate(values):
        text = text.replace(f'"value {number}"', value)
    return text.encode()


def ways_into(value: Any) -> Iterator[tuple[Any, ...]]:
    """The keys and positions that lead to each part of a JSON value."""
    for key in value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0):
        yield (key,)
        yield from ((key, *way) for way in ways_into(value[key]))


def packed(content: bytes, suffix: str) -> bytes:
    """Text with commas as a file of that kind has it, as far as that goes."""
    tabbed = content if ".csv" in suffix else content.replace(b",", b"\t")
    return gzip.compress(tabbed, mtime=0) if suffix.endswith(".gz") else tabbed


def a_parquet_file() -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"user": ["u"] * 4, "item": ["a", "b", "c", "d"], "time": [1, 2, 3, 4]}), buffer)
    return buffer.getvalue()


contents = st.sampled_from(SUFFIXES).flatmap(
    lambda suffix: st.tuples(
        st.just(suffix),
        changed(a_parquet_file())
        if suffix == ".parquet"
        else st.one_of(*(changed(packed(seed, suffix)) for seed in (INTERACTIONS, DATED)), st.binary(max_size=64)),
    )
)
tag_contents = st.sampled_from(TAG_SUFFIXES).flatmap(
    lambda suffix: st.tuples(st.just(suffix), changed(packed(TAGS, suffix)) | st.binary(max_size=64))
)
each_in_one_folder = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(contents)
@each_in_one_folder
def test_interactions_are_read_right_or_refused(tmp_path: Path, file: tuple[str, bytes]) -> None:
    suffix, content = file
    path = tmp_path / f"f{suffix}"
    path.write_bytes(content)
    check_interactions(path)


@given(tag_contents)
@each_in_one_folder
def test_tags_are_read_or_refused(tmp_path: Path, file: tuple[str, bytes]) -> None:
    suffix, content = file
    path = tmp_path / f"f{suffix}"
    path.write_bytes(content)
    check_tags(path)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)
times = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 5)


@given(
    st.lists(st.tuples(texts, texts, times, st.text(st.characters(codec="utf-8"))), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
@each_in_one_folder
def test_any_table_that_is_written_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, int, str]], ending: str
) -> None:
    path = tmp_path / "f.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(
            [("user", "item", "time", "more"), *rows]
        )
    interactions = read_interactions(path, Columns(), Form(ids_as_written=True))
    users, items = interactions.user_ids[interactions.users], interactions.item_ids[interactions.items]
    found = list(zip(users.tolist(), items.tolist(), interactions.times.tolist(), strict=True))
    assert found == [row[:3] for row in rows]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.save(a_record())
    return store


@given(st.data())
@each_in_one_folder
def test_a_changed_record_is_read_as_what_it_says_or_refused(store: Store, data: st.DataObject) -> None:
    store.save(a_record())
    content = store.path(a_record().key).read_bytes()
    check_record(store, a_record().key, data.draw(changed(content) | st.binary(max_size=64)))


@given(
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from(VALUES) | st.text(max_size=3).map(json.dumps)), max_size=3)
)
@each_in_one_folder
def test_a_record_with_other_values_is_read_as_what_it_says_or_refused(
    store: Store, values: list[tuple[int, str]]
) -> None:
    store.save(a_record())
    content = store.path(a_record().key).read_bytes()
    check_record(store, a_record().key, with_values(content, values))


@given(changes=st.data())
@each_in_one_folder
def test_an_array_file_of_any_bytes_is_read_or_refused(
    store: Store, changes: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the record has its very hash."""
    from seqrec_bench.records import store as module
    from seqrec_bench.records.files import write_beside

    monkeypatch.setattr(module, "MAX_USERS_IN_JSON", 1)
    record = a_record()
    path = store.save(record)
    (arrays,) = path.parent.glob("*.npz")
    digest = write_beside(path, changes.draw(changed(arrays.read_bytes()) | st.binary(max_size=64)), ".npz")
    fields = json.loads(path.read_bytes())
    for name in ("validation", "test"):
        fields[name] = {"file": f"{path.stem}.{digest[:16]}.npz", "sha256": digest}
    fields["targets"]["repeated"] = fields["test"]
    path.write_text(json.dumps(fields))
    try:
        loaded = store.load(record.key)
    except InvalidRecordError:
        pass
    else:
        assert loaded is not None
        assert loaded.test.better.dtype == np.int64
    for file in path.parent.glob("*.npz"):
        file.unlink()
