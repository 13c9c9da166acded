"""Small files of the form that each public data set has: what its declaration reads of them."""

# ruff: noqa: E501  -- tables, one case a line

import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pytest
from pyarrow import parquet

from seqrec_bench.data.sets.declaration import Family
from seqrec_bench.data.sets.registry import declared, find_dataset, named_dataset, registered
from seqrec_bench.errors import InputError

Rows = list[tuple[str, str, int | None]]


def parquet_of(**columns: object) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", compression=8) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def lines(*rows: str, encoding: str = "utf-8") -> bytes:
    return "".join(f"{row}\n" for row in rows).encode(encoding)


def review(**values: object) -> str:
    """A line of Amazon's reviews."""
    return json.dumps({"reviewText": 'He said "fine"', "overall": 5.0, "reviewTime": "01 20, 2014", **values})


DIGINETICA = "sessionId;userId;itemId;timeframe;eventdate"
S3REC = {"Beauty": "beauty", "Sports_and_Outdoors": "sports", "Toys_and_Games": "toys", "Yelp": "yelp",
         "LastFM": "lastfm"}  # fmt: skip
SEQUENCES: Rows = [("1", "3", None), ("1", "1", None), ("2", "3", None)]
ATTRIBUTES = {"1": {"10", "11"}, "3": set()}
VENUE = "\t4bf58dd8d48988d16d941735\tCafé\t40.71\t-73.99\t-240\t"
GAMES = [
    "{u'username': u'Ann\\xe9', u'hours': 1.5, u'product_id': u'70', u'date': u'2017-12-17', u'text': u\"it's {fun}\"}",
    "{'username': 'Bob', 'product_id': '80', 'date': '1970-01-02', 'found_funny': 1, 'early_access': False, 'text': ''}",
    """{'text': "a', 'username': 'Eve', 'b': 1}", 'product_id': "90", 'date': '1970-01-03', 'username': "D'A \\'\\n"}""",
    "{'username': 'Cy', 'product_id': '80', 'date': '1970-01-04', 'tags': ['a', {'username': 'Eve'}]}",
]

FORMS: dict[str, tuple[Mapping[str, bytes], Rows]] = {
    **{
        f"s3rec-{name}": (
            {f"{file}.txt": lines("1 3 1", "2 3"), f"{file}_item2attributes.json": b'{"3": [], "1": [10, 11]}'},
            SEQUENCES,
        )
        for file, name in S3REC.items()
    },
    "bert4rec-beauty": ({"beauty.txt": lines("1 3", "1 1", "2 3")}, SEQUENCES),
    "amazon2014-Beauty": (
        {"ratings_Beauty.csv": lines("A39HTATAQ9V7YF,0205616461,5.0,1369699200", "A3,B001,1.0,1355443200")},
        [("A39HTATAQ9V7YF", "0205616461", 1369699200), ("A3", "B001", 1355443200)],
    ),
    "amazon2014-5core-Beauty": (
        {
            "reviews_Beauty_5.json.gz": gzip.compress(
                lines(
                    review(reviewerID="A1", asin="0594451647", helpful=[3, 3], unixReviewTime=1390176000),
                    review(reviewerID="A2", asin="B001", helpful=[0, 0], unixReviewTime=1390089600),
                )
            )
        },
        [("A1", "0594451647", 1390176000), ("A2", "B001", 1390089600)],
    ),
    "amazon2018-Books": (
        {"Books.csv": lines("0001713353,A1C6M8LCIX4M6M,5.0,1123804800", "B001,A2,3.0,1112140800")},
        [("A1C6M8LCIX4M6M", "0001713353", 1123804800), ("A2", "B001", 1112140800)],
    ),
    "amazon2018-5core-Books": (
        {
            "Books_5.json.gz": gzip.compress(
                lines(
                    review(verified=True, reviewerID="A1", asin="B1", style={"Format:": " Paperback"}, unixReviewTime=2),
                    review(verified=False, reviewerID="A2", asin="B2", vote="1,234", unixReviewTime=1),
                )
            )
        },
        [("A1", "B1", 2), ("A2", "B2", 1)],
    ),
    **{
        f"{edition}-Toys_and_Games": (
            {
                "Toys_and_Games.csv.gz": gzip.compress(
                    lines(
                        "user_id,parent_asin,rating,timestamp",
                        "AGKASBHYZPGTEPO6LWZPVJWB2BVA,B006GBITXC,3.0,1452647382000",
                        "AG2,B00TLEMSVK,4.0,1454675785000",
                    )
                )
            },
            [("AGKASBHYZPGTEPO6LWZPVJWB2BVA", "B006GBITXC", 1452647382000), ("AG2", "B00TLEMSVK", 1454675785000)],
        )
        for edition in ("amazon2023", "amazon2023-5core")
    },
    "steam": (
        {"steam_reviews.json.gz": gzip.compress(lines(*GAMES))},
        [("Anné", "70", 1513468800), ("Bob", "80", 86400), ("D'A '\n", "90", 172800), ("Cy", "80", 259200)],
    ),
    "gowalla": (
        {
            "loc-gowalla_totalCheckins.txt.gz": gzip.compress(
                lines(
                    "0\t2010-10-19T23:55:27Z\t30.2359091167\t-97.7951395833\t22847",
                    "0\t2010-10-18T22:17:43Z\t30.26\t-97.76\t420315",
                )
            )
        },
        [("0", "22847", 1287532527), ("0", "420315", 1287440263)],
    ),
    **{
        f"foursquare-{city.lower()}": (
            {
                "dataset_tsmc2014.zip": zipped(
                    **{
                        f"dataset_tsmc2014/dataset_TSMC2014_{city}.txt": lines(
                            f"470\t49bbd6c0f964a520f4531fe3{VENUE}Tue Apr 03 18:00:09 +0000 2012",
                            f'979\t"4a43{VENUE}Thu Jan 01 00:00:01 +0000 1970',
                            encoding="latin-1",
                        )
                    }
                )
            },
            [("470", "49bbd6c0f964a520f4531fe3", 1333476009), ("979", '"4a43', 1)],
        )
        for city in ("NYC", "TKY")
    },
    "lastfm-1k": (
        {
            "userid-timestamp-artid-artname-traid-traname.tsv": lines(
                'user_000639\t2009-04-08T01:57:47Z\tf1b1cf71\tThe Dogs D\'Amour\t9e20\t"Fall in Love Again?',
                "user_000639\t2009-04-08T01:53:56Z\t\tNULL\t\tWait",
            )
        },
        [("user_000639", "The Dogs D'Amour", 1239155867), ("user_000639", "NULL", 1239155636)],
    ),
    **{
        f"yambda-{size}-{event}": (
            {
                f"{event}.parquet": parquet_of(
                    uid=pa.array([100, 100], pa.uint32()),
                    timestamp=pa.array([5, 10], pa.uint32()),
                    item_id=pa.array([8, 9], pa.uint32()),
                    is_organic=pa.array([1, 0], pa.uint8()),
                )
            },
            [("100", "8", 5), ("100", "9", 10)],
        )
        for size, event in [("50m", "likes"), ("50m", "listens"), ("500m", "likes"), ("5b", "likes")]
    },
    "retailrocket": (
        {
            "events.csv": lines(
                "timestamp,visitorid,event,itemid,transactionid",
                "1433221332117,257597,view,355908,",
                "1433224214164,992329,transaction,248676,4000",
            )
        },
        [("257597", "355908", 1433221332117), ("992329", "248676", 1433224214164)],
    ),
    "yoochoose-clicks": (
        {
            "yoochoose-clicks.dat": lines(
                "1,2014-04-07T10:51:09.277Z,214536502,0", "2,2014-04-07T13:56:37.614Z,214662742,S"
            )
        },
        [("1", "214536502", 1396867869277), ("2", "214662742", 1396878997614)],
    ),
    "diginetica-views": (
        {
            "train-item-views.csv": lines(
                DIGINETICA, "1;NA;81766;526309;2016-05-09", "1;7;31331;1031018;2016-05-09"
            )
        },
        [("1", "81766", 1462752000000 + 526309), ("1", "31331", 1462752000000 + 1031018)],
    ),
}  # fmt: skip


def rows_of(name: str, folder: Path) -> tuple[Rows, dict[str, set[str]] | None]:
    interactions, tags = named_dataset(name).source.read(folder)
    times = interactions.times
    stamps = [None] * len(interactions.users) if times is None else times.tolist()
    ids = (interactions.user_ids[interactions.users].tolist(), interactions.item_ids[interactions.items].tolist())
    found = None if tags is None else {item: set(of_item) for item, of_item in (tags.tags or {}).items()}
    return list(zip(*ids, stamps, strict=True)), found


def put(name: str, folder: Path, content: Mapping[str, bytes]) -> None:
    assert set(content) == set(named_dataset(name).source.checksums)
    for file, each in content.items():
        (folder / file).write_bytes(each)


@pytest.mark.parametrize("name", FORMS)
def test_a_file_of_the_form_is_read(tmp_path: Path, name: str) -> None:
    content, expected = FORMS[name]
    put(name, tmp_path, content)
    rows, tags = rows_of(name, tmp_path)
    assert rows == expected
    if name.startswith("s3rec"):
        assert tags == ATTRIBUTES
    elif name.startswith("foursquare"):
        assert tags == {item: {"Café"} for _, item, _ in expected}
    else:
        assert tags is None


def test_all_that_is_declared_is_tried() -> None:
    tried = {name for name in FORMS if find_dataset(name)}
    for name in registered():
        found = declared(name)
        names = set(found.names) if isinstance(found, Family) else {found.name}
        assert names & tried or name.startswith("ml-"), name


WRONG: list[tuple[str, str, bytes, str]] = [
    ("s3rec-lastfm", "LastFM_item2attributes.json", b'{"1": 5}', "a list of numbers for each item"),
    ("s3rec-lastfm", "LastFM_item2attributes.json", b'["1"]', "a list of numbers for each item"),
    ("s3rec-lastfm", "LastFM_item2attributes.json", b'{"1": [true]}', "a list of numbers for each item"),
    ("s3rec-lastfm", "LastFM_item2attributes.json", b'{"1": [5]', "a list of numbers for each item"),
    ("s3rec-lastfm", "LastFM.txt", b"1 3 1\n1 3\n", "1"),
    ("bert4rec-beauty", "beauty.txt", b"1 3\n1 3 4\n", "Row 2 of .* has 3 values for 2 columns"),
    ("steam", "steam_reviews.json.gz", gzip.compress(b"{'username': 'a', 'product_id': '1'}\n"), "Row 1 of .*KeyError: 'date'"),
    ("steam", "steam_reviews.json.gz", gzip.compress(b'{"username": null}\n'), "Row 1 of .* is no review"),
    ("steam", "steam_reviews.json.gz", gzip.compress(lines(GAMES[1], "__import__('os').getcwd()")), "Row 2 of .* is no review"),
    ("steam", "steam_reviews.json.gz", gzip.compress(lines(GAMES[1].replace("1970-01-02", "1970-13-02"))), "Row 1 of .* is no review"),
    ("steam", "steam_reviews.json.gz", gzip.compress(lines(GAMES[1].replace("'Bob'", "7"))), "Row 1 of .* no text for a name"),
    ("steam", "steam_reviews.json.gz", gzip.compress(lines(GAMES[1][:-20])), "Row 1 of .* is no review"),
    ("steam", "steam_reviews.json.gz", gzip.compress(lines("(" * 100_000)), "Row 1 of .* is no review"),
    ("steam", "steam_reviews.json.gz", gzip.compress(b""), "has no rows"),
    ("gowalla", "loc-gowalla_totalCheckins.txt.gz", gzip.compress(b"0\t2010-10-19T23:55:27Z\t30\n"), "Row 1 of .* has 3 values for 5 columns"),
    ("gowalla", "loc-gowalla_totalCheckins.txt.gz", b"no gzip", "can't be unpacked"),
    ("foursquare-nyc", "dataset_tsmc2014.zip", zipped(other=b""), "dataset_TSMC2014_NYC.txt in .* can't be unpacked"),
    ("foursquare-nyc", "dataset_tsmc2014.zip", zipped(**{"dataset_tsmc2014/dataset_TSMC2014_NYC.txt": lines(f"1\ta{VENUE}Tue Apr 03 18:00:09 +0000 2012", f"1\ta{VENUE}Tue Apr 03")}), "Row 2 of .*Tue Apr 03"),
    ("diginetica-views", "train-item-views.csv", lines(DIGINETICA, "1;NA;2;x;2016-05-09"), "odd day or timeframe.*'x'"),
    ("diginetica-views", "train-item-views.csv", lines(DIGINETICA, "1;NA;2;3;2016-05-32"), "odd day or timeframe.*2016-05-32"),
    ("diginetica-views", "train-item-views.csv", lines("1;NA;2;3;2016-05-31"), "begins with '1;NA;2;3;2016-05-31' and not with the names of its columns, session_id;user_id;"),
    ("retailrocket", "events.csv", lines("timestamp,itemid,event,visitorid,transactionid", "1,2,view,3,"), "begins with .* and not with the names of its columns, timestamp,visitorid,"),
    ("retailrocket", "events.csv", b"", "begins with '' and not"),
    ("amazon2023-Toys_and_Games", "Toys_and_Games.csv.gz", gzip.compress(b"AG2,B00,4.0,1454675785000\n"), "begins with 'AG2,B00,"),
    ("amazon2018-Books", "Books.csv", b"item,user,rating,timestamp\nB,A,1.0,5\n", "timestamp"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "file", "content", "said"), WRONG, ids=[case[3] for case in WRONG])
def test_a_file_of_another_form_is_refused_in_a_sentence(
    tmp_path: Path, name: str, file: str, content: bytes, said: str
) -> None:
    put(name, tmp_path, FORMS[name][0])
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError, match=said):
        rows_of(name, tmp_path)
