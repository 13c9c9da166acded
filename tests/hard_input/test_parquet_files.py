"""Hard Parquet files of interactions: each row of the page's table, read right or refused with that sentence."""

# ruff: noqa: E501  -- a table, one case a line

import zlib
from base64 import b85decode
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

ROWS = [("u", "a", 1), ("u", "b", 2), ("u", "c", 3)]
NUMBERS = [("u", "1", 1), ("u", "2", 2), ("u", "3", 3)]
SAME = ("as the plain file", ROWS)
RANDOM = np.random.default_rng(0).bytes(4096)
OF_128_BITS = (
    "c-nna&2HL25MD0`MG>kvWL8-6!56GVwNkTfgk2?vHBD0#0)$Fbs<=3@ouEP-VUxd8)o0+;N9eg{o}y3CC+Y0kZMl$@z2lwlXJ#yWAcjpS!!~SpfdU~"
    "!!+QY)YEZK=Q-car2%(sz8Yw|lKOmKwUN0}wXbyx?Hew^owzddrY_O$<tZSs-`hpjFgH+I9l0`FR&|^JosS)e~Yp!*n*c%%u|7|3j%p&D8W@BqbttBP"
    "8!EE3Rsra<ipjSMuXr2YCcR!TpNs^%@R2wuOr$M@g>JUtzd4t%ML}d*up&R<4^-VLLc?;}E33iC}8%di6Wvdb}Vtp?e&kn(UNgDe~8MU@B?8p)7RWTg"
    ")KfO&aucKK||4CoT<v9Y^vE1A{JU^TlXO%h?A{A{F&&A6D;`jG5-x1=f;GJRcl}TT2Lh9Sc(z+v$z9{$-%7YN^6s{`eb<`G~Ota4_*>)s;x>>LAtN(f"
    "gzDQ~(ukYW6C!<Wk{U>C)=|2-+sr>i3@}uNq92WDO75=XD_Z3C?H81(-QHY}>Qtu6tX)sUC-P_0PI=R_1@1l7+Np4KO-`sc1-HXL!8k()xbNEI0I*vo"
    "$ies0D%{RQ|296hS?;wtO+zO)5<9qrcemD6=#`uK}@Td9%#p<RR"
)
"""Such a file, packed: Arrow writes none."""
DAMAGED = "f.parquet can't be read as Parquet (...): give an undamaged file."


def ids_hold(kind: str) -> str:
    return (
        f"Column item of f.parquet holds {kind}: ids have to be text or integers: cast them before the file is written."
    )


def times_hold(kind: str) -> str:
    return f"Column time of f.parquet holds {kind}: times have to be numbers, seconds since 1970 for example, dates or timestamps."


def table(**columns: Any) -> pa.Table:
    return pa.table({"user": ["u"] * 3, "item": ["a", "b", "c"], "time": [1, 2, 3], **columns})


def not_utf_8() -> pa.Array:
    return pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xff", b"c"]).buffers())


def two_row_groups() -> pa.Table:
    """Row groups with a dictionary each, in which one text has different numbers."""
    first, second = pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "b"]).dictionary_encode()
    return pa.table({"user": ["u"] * 4, "item": pa.chunked_array([first, second]), "time": [1, 2, 3, 4]})


CASES = [
    ("plain", table(), ("the rows that the others are held against", ROWS)),
    ("integers as ids", table(item=[1, 2, 3]), ("as text", NUMBERS)),
    ("dictionaries", table(user=pa.array(["u"] * 3).dictionary_encode(), time=pa.array(["1", "2", "3"]).dictionary_encode()), SAME),
    ("dictionaries of integers", table(item=pa.array([1, 2, 3]).dictionary_encode()), ("as text", NUMBERS)),
    ("other dictionaries in other row groups", two_row_groups(), ("by their texts", [*ROWS, ("u", "b", 4)])),
    ("large text, views of text", table(user=pa.array(["u"] * 3, pa.large_string()), item=pa.array(["a", "b", "c"], pa.string_view())), SAME),
    ("times as text", table(time=["1", "2", "3"]), SAME),
    ("times of 16 bits", table(time=pa.array(np.array([1, 2, 3], np.float16))), SAME),
    ("a column of objects that is not read", table(more=[{"time": 1}] * 3), SAME),
    ("a point in a column's name", table(**{"user.item": ["x"] * 3}), SAME),
    ("decimal times", table(time=pa.array([1, 2, 3]).cast(pa.decimal128(30, 2))), SAME),
    ("decimal times that floats would make one", table(time=pa.array([Decimal("1709251200000000001.5"), Decimal("1709251200000000001.6"), Decimal(3)], pa.decimal128(38, 1))), "Row 2 of f.parquet has the time 1709251200000000001.6, which is the 1709251200000000001.5 of row 1 once fractions make floats of all times: write whole numbers in all rows, of a finer unit if need be."),
    ("whole decimals as ids", table(item=pa.array([1, 2, 3]).cast(pa.decimal128(38, 0))), ("as text", NUMBERS)),
    ("whole decimals of 256 bits as ids", table(item=pa.array([Decimal(10**70), None, Decimal(3)], pa.decimal256(76, 0)).fill_null(Decimal(-2))), ("as text", [("u", str(10**70), 1), ("u", "-2", 2), ("u", "3", 3)])),
    ("decimals with fractions as ids", table(item=pa.array([1, 2, 3]).cast(pa.decimal128(30, 2))), ids_hold("decimal128(30, 2)")),
    ("UUIDs as ids", table(item=pa.array([UUID(int=number).bytes for number in (1, 2, 1)], pa.uuid())), ("as they are written", [("u", str(UUID(int=number)), row) for row, number in enumerate((1, 2, 1), start=1)])),
    ("marks for missing ids", table(item=["a", "None", "nan"]), "Row 2 of f.parquet has the item 'None', a mark for a missing value (2 of 3 interactions: None, nan): give them an id or take them out, or add --ids-as-written if these are ids."),
    ("timestamps", table(time=pa.array([1000, 2000, 3000], pa.timestamp("ms"))), SAME),
    ("timestamps with a zone", table(time=pa.array([10**9, 2 * 10**9, 3 * 10**9], pa.timestamp("ns", "Asia/Tokyo"))), SAME),
    ("timestamps with fractions", table(time=pa.array([1, 2000, 3000], pa.timestamp("us"))), ("microseconds since 1970", [("u", "a", 1), ("u", "b", 2000), ("u", "c", 3000)])),
    ("dates", table(time=pa.array([0, 1, 2], pa.date32())), ("seconds since 1970", [("u", "a", 0), ("u", "b", 86_400), ("u", "c", 172_800)])),
    ("dates as text", table(time=["1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z", "1970-01-01T00:00:03Z"]), SAME),
    ("a timestamp missing", table(time=pa.array([1, None, 3], pa.timestamp("s"))), "Row 2 of f.parquet has no time: give it one or take the row out."),
    ("times of day", table(time=pa.array([1, 2, 3], pa.time32("s"))), times_hold("time32[ms]")),
    ("times that are not UTF-8", table(time=not_utf_8()), "Column time of f.parquet holds text that is not UTF-8 (...): write the file anew, as UTF-8."),
    ("true and false as times", table(time=[True, False, True]), times_hold("bool")),
    ("times of 64 bits without a sign", table(time=pa.array([1, 2, 2**64 - 1], pa.uint64())), "Column time of f.parquet does not fit into 64-bit integers: give smaller times."),
    ("NaN", table(time=[1.0, float("nan"), 3.0]), "Row 2 of f.parquet has the time nan: times have to be finite numbers of 64 bits."),
    ("no time", table(time=[1, None, 3]), "Row 2 of f.parquet has no time: give it one or take the row out."),
    ("no times at all", table(time=pa.nulls(3)), times_hold("null")),
    ("no id", table(item=["a", None, "c"]), "Row 2 of f.parquet has no item: give it one or take the row out."),
    ("floats as ids", table(item=[1.0, 2.0, 3.0]), ids_hold("double")),
    ("bytes as ids", table(item=[b"a", b"b", b"c"]), ids_hold("binary")),
    ("lists as ids", table(item=[[1], [2], [3]]), "Column item of f.parquet holds lists: add --layout lists if rows are users."),
    ("text that is not UTF-8", table(item=not_utf_8()), "Column item of f.parquet holds text that is not UTF-8 (...): write the file anew, as UTF-8."),
    ("NUL in an id", table(item=["a", "a\0", "c"]), r"Column item of f.parquet has the id 'a\x00', with a NUL character: take that out."),
    ("no ids at all", table(item=pa.nulls(3)), "Row 1 of f.parquet has no item, like 3 of 3 in all: give it one or take the row out."),
    ("integers of 128 bits, as polars writes them", zlib.decompress(b85decode(OF_128_BITS)), "f.parquet has something that can't be read (...): cast it before the file is written, ids to text for example."),
    ("no rows", table().slice(0, 0), "f.parquet has no rows: give a file with interactions."),
    ("no columns", pa.table({}), "f.parquet has no column with a usual name (user_id, user, uid), no column with a usual name (item_id, item, iid, movie_id, movie, product_id, product) and no column with a usual name (timestamp, time, ts, unix_time, unix_timestamp, unix_review_time) among none: name the right ones by --user-column, --item-column and --time-column."),
    ("a column named twice", table(TIME=[1, 2, 3]), "f.parquet has 2 columns with a usual name (time, TIME) among user, item, time, TIME: name the right one by --time-column."),
    ("truncated", -20, DAMAGED),
    ("random bytes in the middle of a file with checksums", slice(100, 110), DAMAGED),
    ("random bytes", RANDOM, DAMAGED),
    ("random bytes between its marks", b"PAR1" + RANDOM + b"PAR1", DAMAGED),
    ("csv called .parquet", b"user,item,time\nu,a,1\n", DAMAGED),
    ("empty file", b"", DAMAGED),
]  # fmt: skip


def write(content: pa.Table | bytes | int | slice, path: Path) -> None:
    """A table, bytes, or the plain table cut off or with random bytes in it."""
    if isinstance(content, bytes):
        path.write_bytes(content)
        return
    parquet.write_table(content if isinstance(content, pa.Table) else table(), path, write_page_checksum=True)
    whole = bytearray(path.read_bytes())
    if isinstance(content, slice):
        whole[content] = RANDOM[content]
    path.write_bytes(whole[:content] if isinstance(content, int) else whole)


@pytest.mark.parametrize(("content", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_hard_parquet_file_is_read_right_or_refused(
    tmp_path: Path, hold: Callable[..., None], content: Any, outcome: object
) -> None:
    write(content, tmp_path / "f.parquet")
    hold(outcome, "f.parquet")


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
def test_every_compression_is_read(tmp_path: Path, hold: Callable[..., None], compression: str) -> None:
    parquet.write_table(table(), tmp_path / "f.parquet", compression=compression)
    hold(SAME, "f.parquet")


def test_folders_that_look_like_partitions_say_nothing(tmp_path: Path, hold: Callable[..., None]) -> None:
    (tmp_path / "item=7").mkdir()
    parquet.write_table(table(), tmp_path / "item=7" / "f.parquet")
    hold(SAME, "item=7/f.parquet")


def test_the_page_has_these_parquet_files(documented: Callable[..., None]) -> None:
    documented("parquet-files", [(what, "f.parquet", outcome) for what, _, outcome in CASES])
