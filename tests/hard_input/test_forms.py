"""Files in the forms of the field's sources: each row of the page's table, refused with advice and read as it says."""

# ruff: noqa: E501  -- a table, one case a line

import gzip
import io
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.data import Interactions, prepare
from seqrec_bench.data.reading.columns import LIST_NAMES, OF_SOURCES
from seqrec_bench.data.reading.form import LAYOUTS, SEPARATORS
from seqrec_bench.errors import InputError
from seqrec_bench.rendering.markdown import escape_markdown, markdown_table

Rows = list[tuple[str, str, float]]
FLAGS = ("no_header", "no_times", "ids_as_written")
MOST_STEPS = 4

AMAZON = [
    ("A1", "B1", 1369699200),
    ("A1", "B2", 1369699300),
    ("A1", "B3", 1369699400),
    ("A2", "B1", 1369699250),
    ("A2", "B3", 1369699350),
    ("A2", "B2", 1369699450),
]
IN_ORDER = [("1", "5", 0), ("1", "6", 1), ("1", "7", 2), ("1", "4", 3), ("2", "7", 0), ("2", "5", 1), ("2", "8", 2)]
SECONDS = [(user, item, 1_400_000_000 + time) for user, item, time in IN_ORDER]
DAY, HOUR = 86_400, 3_600


def text(rows: Sequence[Sequence[object]], separator: str, head: Sequence[str] = ()) -> bytes:
    lines = [separator.join(map(str, row)) for row in ([head] if head else []) + list(rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def json_lines(rows: Sequence[Sequence[object]], names: str) -> bytes:
    import json

    return "".join(json.dumps(dict(zip(names.split(), row, strict=True))) + "\n" for row in rows).encode()


def table(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def parts(folder: Path) -> None:
    """As Spark and DuckDB write them, ten parts so that their order shows."""
    for place, (user, item, time) in enumerate(SECONDS):
        part = folder / f"year={2014 + place % 2}" / f"part-{place}.parquet"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(table(user_id=[user], item_id=[item], timestamp=[time]))
        part.with_name(f".{part.name}.crc").write_bytes(b"crc")
    (folder / "_SUCCESS").touch()


def dated(stamps: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(user, item, stamp) for (user, item, _), stamp in zip(IN_ORDER, stamps, strict=True)]


CLOCKS = [f"2009-05-04T23:0{minute}:57Z" for minute in range(7)]
CLOCKED = [(user, item, 1_241_478_057 + 60 * place) for place, (user, item, _) in enumerate(IN_ORDER)]
SEQUENCES = b"1 5 6 7 4\n2 7 5 8\n"
PAIRS = [(user, item) for user, item, _ in IN_ORDER]
LISTS = {
    "item_ids": [["5", "6", "7", "4"], ["7", "5", "8"]],
    "timestamps": [[1_400_000_000 + n for n in range(k)] for k in (4, 3)],
}
RANKED = [("1", "5", 1), ("1", "6", 1), ("1", "7", 1), ("1", "4", 1), ("2", "7", 1), ("2", "5", 1), ("2", "8", 1)]
SAMPLES = b"user_id:token\titem_id_list:token_seq\titem_id:token\ttimestamp:float\n1\t5\t6\t2\n1\t5 6\t7\t3\n1\t5 6 7\t4\t4\n2\t7\t5\t2\n2\t7 5\t8\t3\n"

CASES: list[tuple[str, str, bytes | Callable[[Path], None], str, str, str | Rows]] = [
    # form, file, content, what has to be said unasked, options that the refusal adds, rows or a sentence
    ("one user a line: S3-Rec and those who took its files", "Beauty.txt", SEQUENCES, "", "--layout sequences", IN_ORDER),
    ("one sequence a line without a user: gSASRec", "sessions.txt", b"5 6 7 4\n7 5 8\n", "--layout sequences-without-users", "", IN_ORDER),
    ("a user and, behind a tab, items", "users.txt", b"1\t5 6 7 4\n2\t7 5 8\n", "", "--layout sequences", IN_ORDER),
    ("one user a line, commas and spaces", "sequences.txt", SEQUENCES.replace(b" ", b", "), "--layout sequences", "", "Row 1 of sequences.txt has items with commas behind them, '5, 6, 7, 4': write spaces alone between values."),
    ("one user a line, commas", "sequences.csv", SEQUENCES.replace(b" ", b","), "--layout sequences --separator ,", "", IN_ORDER),
    ("pairs: SASRec, BERT4Rec", "beauty.txt", text(PAIRS, " "), "", "--layout pairs", IN_ORDER),
    ("pairs with column names", "clicks.csv", text(PAIRS, ",", ["user_id", "item_id"]), "", "--no-times", IN_ORDER),
    ("`user item rating`: Caser", "train.txt", text(RANKED, " "), "", "--separator space --no-header --user-column 1 --item-column 2 --no-times", IN_ORDER),
    ("tabs in a .csv: ReChorus", "train.csv", text(SECONDS, "\t", ["user_id", "item_id", "time"]), "", "--separator tab", SECONDS),
    ("`::`: MovieLens 1M and 10M", "ratings.dat", text([(u, i, 5, t) for u, i, t in SECONDS], "::"), "", "--separator :: --no-header --user-column 1 --item-column 2 --time-column 4", SECONDS),
    ("tabs, no column names: MovieLens 100K", "u.data", text([(u, i, 3, t) for u, i, t in SECONDS], "\t"), "", "--separator tab --no-header --user-column 1 --item-column 2 --time-column 4", SECONDS),
    ("semicolons: Diginetica", "train-item-views.csv", text([(u, "NA", i, t, "2016-05-09") for u, i, t in SECONDS], ";", ["sessionId", "userId", "itemId", "timeframe", "eventdate"]), "--user-column sessionId --time-column timeframe", "--separator ;", SECONDS),
    ("semicolons, all quoted: Book-Crossing", "BX-Book-Ratings.csv", text([(f'"{u}"', f'"{i}"', '"0"') for u, i, _ in IN_ORDER], ";", ['"User-ID"', '"ISBN"', '"Book-Rating"']), "", "--separator ; --no-times", IN_ORDER),
    ("vertical bars", "clicks.txt", text(SECONDS, "|", ["user", "item", "time"]), "", "--separator |", SECONDS),
    ("spaces, with column names", "clicks.txt", text(SECONDS, "  ", ["user", "item", "time"]), "", "--separator space", SECONDS),
    ("tabs, no column names, a quotation mark before a title: Last.fm 1K", "userid-timestamp-artid-artname-traid-traname.tsv", text([(u, t, i, "The artist", "", f'"Heroes" no. {n}' if n else '"Heroes') for n, (u, i, t) in enumerate(dated(CLOCKS))], "\t"), "", "--quoting none --no-header --user-column 1 --item-column 3 --time-column 2", CLOCKED),
    ("tabs, no column names: Gowalla", "loc-gowalla_totalCheckins.txt", text([(u, t, "30.2359091167", "-97.7951395833", i) for u, i, t in dated(CLOCKS)], "\t"), "", "--separator tab --no-header --user-column 1 --item-column 5 --time-column 2", CLOCKED),
    ("tabs, no column names, Latin-1, dates with months: Foursquare", "dataset_TSMC2014_NYC.txt", text([(u, i, "4bf58dd8", "Café", "40.71", "-74.00", -240, f"Tue Apr 03 18:0{n}:09 +0000 2012") for n, (u, i, _) in enumerate(IN_ORDER)], "\t").decode().encode("latin-1"), "", "--separator tab --no-header --user-column 1 --item-column 2 --time-column 8", [(u, i, 1_333_476_009 + 60 * n) for n, (u, i, _) in enumerate(IN_ORDER)]),
    ("commas, no column names, numbers of rows: pandas", "clicks.csv", text([(n, u, i, t) for n, (u, i, t) in enumerate(AMAZON)], ","), "", "--no-header --user-column 2 --item-column 3 --time-column 4", AMAZON),
    ("commas, no column names: Yoochoose", "yoochoose-clicks.dat", text([(u, t, i, 0) for u, i, t in dated([f"2014-04-07T10:5{n}:09.277Z" for n in range(7)])], ","), "", "--separator , --no-header --user-column 1 --item-column 3 --time-column 2", [(u, i, 1_396_867_809_277 + 60_000 * n) for n, (u, i, _) in enumerate(IN_ORDER)]),
    ("commas, no column names: Amazon 2014 and 2018, ratings alone", "ratings_Beauty.csv", text([(u, i, 5.0, t) for u, i, t in AMAZON], ","), "", "--no-header --user-column 1 --item-column 2 --time-column 4", AMAZON),
    ("JSON lines: Amazon 2014 and 2018", "reviews_Beauty_5.json", json_lines([(u, i, 5.0, "06 3, 2013", t) for u, i, t in AMAZON], "reviewerID asin overall reviewTime unixReviewTime"), "", "", AMAZON),
    ("JSON lines: Amazon 2023", "All_Beauty.jsonl", json_lines([(u, f"{i}v", i, 5.0, t * 1000, True, [{"small": "x"}]) for u, i, t in AMAZON], "user_id asin parent_asin rating timestamp verified_purchase images"), "--item-column parent_asin", "", [(u, i, t * 1000) for u, i, t in AMAZON]),
    ("Amazon 2023, 5-core", "All_Beauty.csv", text([(u, i, 5.0, t * 1000) for u, i, t in AMAZON], ",", ["user_id", "parent_asin", "rating", "timestamp"]), "", "", [(u, i, t * 1000) for u, i, t in AMAZON]),
    ("JSON lines with dates: Yelp", "yelp_academic_dataset_review.json", json_lines([("r", u, i, 4.0, f"2018-07-07 22:0{n}:11") for n, (u, i, _) in enumerate(IN_ORDER)], "review_id user_id business_id stars date"), "", "", [(u, i, 1_531_000_811 + 60 * n) for n, (u, i, _) in enumerate(IN_ORDER)]),
    ("JSON lines under another name", "reviews.txt", json_lines([(int(u), int(i), t) for u, i, t in SECONDS], "user_id item_id timestamp"), "", "--layout json", SECONDS),
    ("JSON lines, one user a line", "sequences.jsonl", json_lines([("1", *(LISTS[name][0] for name in LISTS)), ("2", *(LISTS[name][1] for name in LISTS))], "user_id item_ids timestamps"), "", "--layout lists", SECONDS),
    ("Python's dictionaries a line: Steam", "steam_reviews.json", b"{u'username': u'a', u'product_id': u'b', u'date': u'2017-12-17'}\n", "", "", "Row 1 of steam_reviews.json is no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)): give a file with one object a line."),
    ("one JSON array", "all.json", b'[{"user_id": 1, "item_id": 2, "timestamp": 3}]\n', "", "", "Row 1 of all.json is no object of JSON: give a file with one object a line."),
    ("events with visitors: RetailRocket", "events.csv", text([(t, u, "view", i, "") for u, i, t in SECONDS], ",", ["timestamp", "visitorid", "event", "itemid", "transactionid"]), "", "", SECONDS),
    ("Parquet, a row an interaction: Yambda", "likes.parquet", table(uid=pa.array([int(u) for u, _, _ in SECONDS], pa.uint32()), timestamp=pa.array([t for *_, t in SECONDS], pa.uint32()), item_id=pa.array([int(i) for _, i, _ in SECONDS], pa.uint32()), is_organic=pa.array([1] * 7, pa.uint8())), "", "", SECONDS),
    ("Parquet, one user a row with lists: Yambda", "sequential.parquet", table(uid=[1, 2], timestamp=LISTS["timestamps"], item_id=LISTS["item_ids"]), "", "--layout lists", SECONDS),
    ("Parquet, one user a row with lists: Hugging Face", "train-00000-of-00001.parquet", table(user_id=["1", "2"], **LISTS), "", "--layout lists", SECONDS),
    ("Parquet, lists without times", "sequences.parquet", table(user_id=["1", "2"], item_ids=LISTS["item_ids"]), "", "--layout lists --no-times", IN_ORDER),
    ("a folder of Parquet parts: Spark, DuckDB", "events.parquet", parts, "", "", SECONDS),
    ("RecBole's atomic file", "ml.inter", text(SECONDS, "\t", ["user_id:token", "item_id:token", "timestamp:float"]), "", "", SECONDS),
    ("RecBole's samples", "ml.train.inter", SAMPLES, "", "--layout samples", IN_ORDER),
    ("RecBole's samples, one a user and no times", "ml.test.inter", b"user_id:token\titem_id_list:token_seq\titem_id:token\n1\t5 6 7\t4\n2\t7 5\t8\n", "", "--layout samples", IN_ORDER),
    ("RecBole's sequences", "ml.inter", b"user_id:token\titem_id_list:token_seq\n1\t5 6 7 4\n2\t7 5 8\n", "", "--layout lists --no-times", IN_ORDER),
]  # fmt: skip
TEXTS = [case for case in CASES if isinstance(case[2], bytes) and not case[1].endswith(".parquet")]


def options_of(words: Sequence[str]) -> dict[str, Any]:
    """The fields of `DataOptions` that these words of a command line stand for."""
    known, given, words = {field.name for field in fields(DataOptions)}, {}, list(words)
    while words:
        name = words.pop(0).removeprefix("--").replace("-", "_")
        assert name in known
        given[name] = True if name in FLAGS else words.pop(0)
    return given


def advice(sentence: str) -> dict[str, Any]:
    """The first options that the sentence says to add."""
    found: list[str] = []
    for word in shlex.split(sentence.partition("add --")[2]):
        end = re.fullmatch(r"(.+?)([,.])?", word)
        assert end
        found.append(end[1])
        if end[2] or (found[-1] in ("if", "or")):
            break
    words = found[:-1] if found[-1] in ("if", "or") else found
    return options_of(["--" + words[0], *words[1:]])


def follow(path: Path, said: dict[str, Any]) -> tuple[dict[str, Any], Any, str]:
    """Does what refusals advise until the file is read, or they advise nothing: the options, the data, the last words."""
    options = dict(said)
    for _ in range(MOST_STEPS):
        try:
            return options, DataOptions(interactions=path, **options).load(), ""
        except InputError as error:
            sentence = str(error)
            if "add --" not in sentence:
                return options, None, sentence
            options |= advice(sentence)
    raise AssertionError(f"no end: {sentence}")


@pytest.mark.parametrize(
    ("name", "content", "said", "added", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_form_is_read_as_its_refusal_advises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: Any, said: str, added: str, outcome: str | Rows
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    content(path) if callable(content) else path.write_bytes(content)
    given = options_of(said.split())
    options, data, sentence = follow(path, given)
    assert options == given | options_of(added.split())
    if isinstance(outcome, str):
        assert sentence == outcome
        return
    has_times = outcome != IN_ORDER
    users, items, times = zip(*outcome, strict=True)
    twin = prepare("twin", Interactions.from_rows(users, items, times), None)
    assert (data.fingerprint, data.has_times) == (twin.fingerprint, has_times)
    assert data.sequences.n_interactions == len(outcome)


@pytest.mark.parametrize(
    ("name", "content", "said", "added"), [case[1:5] for case in TEXTS], ids=[case[0] for case in TEXTS]
)
def test_text_of_a_form_is_the_same_gzip_ed_or_with_other_line_ends(
    tmp_path: Path, name: str, content: bytes, said: str, added: str
) -> None:
    options = options_of([*said.split(), *added.split()])
    plain = tmp_path / name
    plain.write_bytes(content)
    _, expected, refused = follow(plain, options)
    packed, windows = tmp_path / f"{name}.gz", tmp_path / f"windows-{name}"
    packed.write_bytes(gzip.compress(content))
    windows.write_bytes(content.replace(b"\n", b"\r\n").removesuffix(b"\r\n"))
    for path in (packed, windows):
        _, data, sentence = follow(path, options)
        assert sentence.replace(str(path), "it") == refused.replace(str(plain), "it")
        assert (data and data.fingerprint) == (expected and expected.fingerprint)


def test_the_page_has_these_forms() -> None:
    page = (Path(__file__).parents[2] / "docs" / "input.md").read_text(encoding="utf-8")
    lines = [
        (what, escape_markdown(name), _code(said), _code(added), _read(outcome))
        for what, name, _, said, added, outcome in CASES
    ]
    head = ("form", "file", "to be said", "added by the refusal", "read")
    (found,) = re.findall("<!-- forms:begin -->\n(.*?)\n?<!-- forms:end -->\n", page, flags=re.DOTALL)
    assert found == markdown_table([head, *lines], n_left=5), "put what is expected there, if it is right"


def _code(options: str) -> str:
    return f"`{options}`".replace("|", "\\|") if options else ""


def _read(outcome: str | Rows) -> str:
    if isinstance(outcome, str):
        return f"refused: {escape_markdown(outcome)}"
    return "yes, in the order of rows" if outcome == IN_ORDER else "yes, in the order of times"


def test_the_page_has_all_words_of_options_and_all_names_of_columns() -> None:
    page = (Path(__file__).parents[2] / "docs" / "input.md").read_text(encoding="utf-8")
    (section,) = re.findall("## Forms\n(.*?)<!-- forms:begin", page, flags=re.DOTALL)
    assert tuple(re.findall(r"^\| `--layout ([a-z-]+)`", section, flags=re.MULTILINE)) == LAYOUTS
    words = {word.replace("\\", "") for word in re.findall("`([^`]+)`", section)}
    names = {name for names in (*OF_SOURCES, *OF_SOURCES.values(), *LIST_NAMES.values()) for name in names}
    assert names | set(SEPARATORS) <= words
