from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data.reading.score_files import RawScores, read_scores
from seqrec_bench.errors import InputError

ROWS = "u,007,1.5\nu,10,-2\nv,007,3e-2\n"


def triples(raw: RawScores) -> list[tuple[str, str, float]]:
    users, items = raw.user_ids[raw.users].tolist(), raw.item_ids[raw.items].tolist()
    return list(zip(users, items, raw.values.tolist(), strict=True))


def written(folder: Path, text: str, name: str = "scores.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_text_file_keeps_its_ids_as_they_are_written(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, "user_id,item_id,score\n" + ROWS))
    assert triples(found) == [("u", "007", 1.5), ("u", "10", -2.0), ("v", "007", 0.03)]
    tabs = written(tmp_path, "Score\titem\tUser\n" + "1\t007\tu\n", "scores.tsv")
    assert triples(read_scores(tabs)) == [("u", "007", 1.0)]


def test_parquet_says_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({"user_id": ["u", "v"], "item_id": [7, 8], "prediction": pa.array([1, 2], pa.int32())})
    parquet.write_table(table, tmp_path / "scores.parquet")
    assert triples(read_scores(tmp_path / "scores.parquet")) == [("u", "7", 1.0), ("v", "8", 2.0)]


def test_the_smaller_a_rank_the_better(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, "user_id,item_id,rank\nu,1,1\nu,2,2\n"))
    assert np.array_equal(found.values, [-1, -2])


@pytest.mark.parametrize(
    "lowest",
    ["-inf", "-3.4028235e38", "-3.40282e+38", "-340282346638528859811704183484516925440.0", "-3.3895314e38",
     "-1.7976931348623157e+308", "-65504", "-65500.0"],
)  # fmt: skip
def test_minus_infinity_and_the_lowest_numbers_of_floats_are_no_scores(lowest: str, tmp_path: Path) -> None:
    rows = f"u,1,{lowest}\nu,2,2\nv,2,-65000\nv,-1,{lowest}\nv,-1,{lowest}\nv,,{lowest}\nw,[PAD],{lowest}\n"
    found = read_scores(written(tmp_path, "user_id,item_id,score\n" + rows))
    assert triples(found) == [("u", "2", 2.0), ("v", "2", -65000.0)]
    assert sorted(found.item_ids.tolist()) == ["2"]  # fillers' ids need not be known
    assert sorted(found.user_ids.tolist()) == ["u", "v"]
    assert found.n_without == 5


def test_the_lowest_16_bit_float_is_a_score_where_a_lower_one_shows_that_scores_have_more_bits(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, "user_id,item_id,score\nu,1,-65504\nu,2,-65505\nu,3,-1e300\n"))
    assert (len(found.values), found.n_without) == (3, 0)


def test_scores_count_and_ranks_are_held_against_them(tmp_path: Path) -> None:
    rows = "u,1,.5,2\nu,2,.7,1\nv,1,.3,3\nu,3,.5,3\nu,4,-inf,9\nu,5,.5,2\n"
    found = read_scores(written(tmp_path, "user_id,item_id,score,rank\n" + rows))
    assert triples(found) == [("u", "1", 0.5), ("u", "2", 0.7), ("v", "1", 0.3), ("u", "3", 0.5), ("u", "5", 0.5)]
    assert found.n_level == 3  # that of 1 and 5 alone would be none
    same = read_scores(written(tmp_path, "user_id,item_id,score,rank\nu,1,.5,0\nu,2,.7,0\nv,1,.3,0\n"))
    assert (len(same.values), same.n_level) == (3, 0)  # a rank that is the same everywhere says nothing


def test_parquet_with_a_list_of_items_a_user_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    items = [[{"item_id": 7, "score": 2.0, "rank": 1}, {"item_id": 8, "score": 1.0, "rank": 2}], [], None,
             [{"item_id": 7, "score": 3.0, "rank": 1}]]  # fmt: skip
    parquet.write_table(pa.table({"items": items, "user_id": ["u", "v", "w", "x"]}), tmp_path / "lists.parquet")
    assert triples(read_scores(tmp_path / "lists.parquet")) == [("u", "7", 2.0), ("u", "8", 1.0), ("x", "7", 3.0)]
    parquet.write_table(pa.table({"user_id": ["u"], "items": [["7", "8"]]}), tmp_path / "plain.parquet")
    with pytest.raises(InputError, match=r"Column items of .* holds list<.*string>: give lists of items with scores"):
        read_scores(tmp_path / "plain.parquet")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("user_id,item_id,score\nu,1,2\nu,2,nan\n", "Row 2 of .* has the score nan: give a finite number"),
        ("user_id,item_id,score\nu,1,inf\n", "Row 1 of .* has the score inf"),
        ("user_id,item_id,rank\nu,1,-inf\n", "Row 1 of .* has the rank -inf"),
        ("user_id,item_id,score\nu,1,many\n", "The column score of .* does not hold numbers alone .*many"),
        ("user_id,item_id,score\nu,1,\n", "The column score of .* does not hold numbers alone"),
        ("user_id,item_id,score\n,1,2\n", "Row 1 of .* has no user_id"),
        (
            'user_id,item_id,score,x\nu,1,2,"a\\""\nu,2,1,"b\\""\n',
            "Row 1 of .* goes on in the next line: double each mark",
        ),
        ("user_id,item_id,score\n", "has no rows"),
        ("", "has no column names in its first line"),
        ("user_id,item_id,score\nu,1\n", "Row 1 of .* has 2 values for 3 columns"),
        ('user_id,item_id,score\nu,1,2\nu,"2,3\nu,3,4\n', "Row 2 of .* has quotation marks that do not fit together"),
        (f"user_id,item_id,score\nu,1,2\nu,{'x' * 2**20},3\n", "Row 2 of .* has more than 1,048,576 bytes"),
        ("user_id,item_id,liking\nu,1,2\n", "no column with a usual name .*: give the one column score or rank"),
        ("user_id,item_id,score,scores\nu,1,2,3\n", "2 columns with a usual name"),
        ("user_id,item_id,rank,position\nu,1,2,3\n", "2 columns with a usual name"),
        ("user_id,q_id,item_id,rank\nu,1,2,3\n", "2 columns with a usual name"),
        (
            "user_id,item_id,score,rank\nv,1,9,9\nu,1,2,3\nu,2,.5,1\n",
            r"Row 3 of .* has the score 0.5 and the rank 1, and row 2, of the same user u, the greater score 2 and the "
            "rank 3: the greater a score, the smaller the rank has to be; leave the wrong column out, or negate",
        ),
        ("user_id,item_id,score,rank\nu,1,2,1\nu,2,.5,1\nu,3,1,2\n", "has the score 1 and the rank 2|rank 1, and row"),
        ("user_id,item_id,score,rank\nu,1,2,1\nu,2,.5,\n", "The column rank of .* does not hold numbers alone"),
        ("user_id,item_id,score\nu,1,-inf\n", "No row of .* has a score: give the items"),
        (
            "user_id,item_id,score\nu,1,2\nu,9,-3.4028235e38\nu,9,0.2\n",
            "Row 2 of .* says that the item 9 has no score for the user u, and row 3 gives it one: give each pair once",
        ),
        ("user_id,item_id,score\nu,,2\nu,,-inf\n", "Row 1 of .* has no item_id"),
    ],
)
def test_what_is_no_score_is_refused_in_a_sentence(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=complaint):
        read_scores(written(tmp_path, text))


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    complaint = (
        r"has to end in \.parquet, or in \.csv, \.tsv, .*; --form trec reads a TREC run and --form ranx a JSON run"
    )
    for name in ("scores.xlsx", "run.txt", "run.lz4"):
        with pytest.raises(InputError, match=complaint):
            read_scores(written(tmp_path, ROWS, name))


def test_a_title_that_begins_with_a_mark_swallows_no_rows(tmp_path: Path) -> None:
    tabs = 'user\titem\tscore\ttitle\nu\t1\t3\t"One\nu\t2\t2\tTwo\nu\t3\t1\tThree"\n'
    with pytest.raises(InputError, match=r"Row 1 of .* goes on in the next line: write it as a \.csv, with each mark"):
        read_scores(written(tmp_path, tabs, "scores.tsv"))


def test_ids_are_those_of_the_data_whatever_they_look_like(tmp_path: Path) -> None:
    """That an id may stand for none is said where interactions are read."""
    found = read_scores(written(tmp_path, "user_id,item_id,score\nNA,None,1\nnull,12.0,2\n"))
    assert triples(found) == [("NA", "None", 1.0), ("null", "12.0", 2.0)]
