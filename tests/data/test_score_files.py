from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data.score_files import RawScores, read_scores
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


def test_minus_infinity_is_no_score(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, "user_id,item_id,score\nu,1,-inf\nu,2,2\n"))
    assert triples(found) == [("u", "2", 2.0)]


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
        ("user_id,item_id,score,rank\nu,1,2,3\n", "2 columns with a usual name"),
    ],
)
def test_what_is_no_score_is_refused_in_a_sentence(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=complaint):
        read_scores(written(tmp_path, text))


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has to end in \.parquet, or in \.csv, \.tsv"):
        read_scores(written(tmp_path, ROWS, "scores.xlsx"))


def test_a_title_that_begins_with_a_mark_swallows_no_rows(tmp_path: Path) -> None:
    tabs = 'user\titem\tscore\ttitle\nu\t1\t3\t"One\nu\t2\t2\tTwo\nu\t3\t1\tThree"\n'
    with pytest.raises(InputError, match=r"Row 1 of .* goes on in the next line: write it as a \.csv, with each mark"):
        read_scores(written(tmp_path, tabs, "scores.tsv"))


def test_ids_are_those_of_the_data_whatever_they_look_like(tmp_path: Path) -> None:
    """That an id may stand for none is said where interactions are read."""
    found = read_scores(written(tmp_path, "user_id,item_id,score\nNA,None,1\nnull,12.0,2\n"))
    assert triples(found) == [("NA", "None", 1.0), ("null", "12.0", 2.0)]
