"""The files of a given split: their forms, their name, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Columns, Dataset
from seqrec_bench.data.part_files import PartFiles, load_parts
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

Rows = dict[str, list[tuple[str, str, int]]]


def load(folder: Path, names: str = "train validation test", suffix: str = ".csv", **kinds: object) -> Dataset:
    train, *validation, test = (folder / f"{name}{suffix}" for name in names.split())
    columns = kinds.pop("columns", Columns())
    return load_parts(PartFiles(train, test, *validation), columns, None, form=Form(**kinds))  # type: ignore[arg-type]


def test_the_parts_are_those_of_their_rows(
    given_rows: Callable[..., Rows],
    given_dataset: Callable[..., Dataset],
    write_given: Callable[..., list[str]],
    tmp_path: Path,
) -> None:
    rows = given_rows()
    write_given(tmp_path / "mine", rows)
    expected = given_dataset(rows)
    found = load(tmp_path / "mine")
    assert (found.name, found.fingerprint) == ("mine", expected.fingerprint)
    without = load(tmp_path / "mine", "train test")
    del rows["validation"]
    assert without.fingerprint == given_dataset(rows).fingerprint


def test_the_files_of_caser_and_of_rechorus_are_read(given_rows: Callable[..., Rows], tmp_path: Path) -> None:
    """Caser's: `user item rating` without header and times; ReChorus': tabs in .csv, and negatives beside targets."""
    rows = given_rows()
    for part, name in (("train", "train"), ("validation", "dev"), ("test", "test")):
        by_time = sorted(rows[part], key=lambda row: row[2])
        more, negatives = ("", "") if part == "train" else ("\tneg_items", "\t[7, 8, 9]")
        tabs = "".join(f"{user}\t{item}\t{time}{negatives}\n" for user, item, time in by_time)
        (tmp_path / f"{name}.csv").write_text(f"user_id\titem_id\ttime{more}\n{tabs}")
        (tmp_path / f"{name}.txt").write_text("".join(f"{user} {item} 5\n" for user, item, _ in by_time))
    rechorus = load(tmp_path, "train dev test", separator="tab")
    columns = Columns(user="1", item="2")
    caser = load(
        tmp_path, "train dev test", ".txt", separator="space", has_header=False, has_times=False, columns=columns
    )
    assert (rechorus.has_times, caser.has_times) == (True, False)
    np.testing.assert_array_equal(caser.sequences.items, rechorus.sequences.items)
    np.testing.assert_array_equal(caser.sequences.offsets, rechorus.sequences.offsets)
    assert caser.given is not None and rechorus.given is not None
    np.testing.assert_array_equal(caser.given.codes, rechorus.given.codes)
    ends = caser.sequences.offsets[1:] - 1
    assert (caser.sequences.times[ends] == caser.sequences.lengths - 1).all()  # one order over all parts


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data/ml-5m.train.csv", "ml-5m"),
        ("data/ml-5m/train.csv", "ml-5m"),
        ("data/beauty_train.csv.gz", "beauty"),
        ("data/mine/Training-set.csv", "mine"),
        ("data/trains.csv", "trains"),
        ("data/ml-100k/train.csv", "own-ml-100k"),
        ("data/my data/train.csv", "my-data"),
    ],
)
def test_data_are_called_after_the_training_or_its_folder(path: str, name: str, tmp_path: Path) -> None:
    from gzip import compress

    train, test = tmp_path / path, tmp_path / "t.csv"
    train.parent.mkdir(parents=True)
    text = b"user_id,item_id,time\na,x,1\na,y,2\na,z,3\n"
    train.write_bytes(compress(text) if path.endswith(".gz") else text)
    test.write_bytes(b"user_id,item_id,time\na,w,4\n")
    assert load_parts(PartFiles(train, test), Columns(), None).name == name


HEAD = "user_id,item_id,time\n"
W = HEAD + "a,w,4\n"


@pytest.mark.parametrize(
    ("validation", "test", "says"),
    [
        pytest.param(None, HEAD + "a,w,4\n", "is the same file as validation and test: ", id="same file"),
        pytest.param(W, W, "the same rows, as validation and test: ", id="same rows"),
        pytest.param(HEAD + "a,y,2\na,x,1\na,x,3\n", HEAD + "a,v,9\n", None, id="other order"),
        pytest.param(HEAD + "a,w,4.5\n", HEAD + "a,v,9007199254740995\n", "would not stay exact", id="inexact"),
    ],
)  # fmt: skip
def test_what_can_be_no_split_is_refused(validation: str | None, test: str, says: str | None, tmp_path: Path) -> None:
    for name, text in (("train", HEAD + "a,x,1\na,y,2\na,x,3\n"), ("validation", validation), ("test", test)):
        if text is not None:
            (tmp_path / f"{name}.csv").write_text(text)
    validating = tmp_path / ("test.csv" if validation is None else "validation.csv")
    files = PartFiles(tmp_path / "train.csv", tmp_path / "test.csv", validating)
    if says is None:
        load_parts(files, Columns(), None)
        return
    with pytest.raises(InputError, match=says):
        load_parts(files, Columns(), None)


def test_a_link_to_the_same_file_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(HEAD + "a,x,1\na,y,2\n")
    (tmp_path / "test.csv").symlink_to(tmp_path / "train.csv")
    with pytest.raises(InputError, match="is the same file as training and test"):
        load(tmp_path, "train test")


def test_dates_are_in_one_unit_over_all_parts(tmp_path: Path) -> None:
    """The test's have fractions of a second, and the training's none."""
    (tmp_path / "train.csv").write_text(HEAD + "a,x,2024-03-01T00:00:01\na,y,2024-03-01T00:00:02\n")
    (tmp_path / "test.csv").write_text(HEAD + "a,w,2024-03-01T00:00:02.5\n")
    found = load(tmp_path, "train test")
    start = 1_709_251_200_000
    assert found.sequences.times.tolist() == [start + 1000, start + 2000, start + 2500]
    (tmp_path / "test.csv").write_text(HEAD + "a,w,1709251203\n")
    with pytest.raises(InputError, match=r"train\.csv are dates, and those in .*test\.csv numbers: write those"):
        load(tmp_path, "train test")


def test_columns_that_tell_of_negative_rows_are_counted_over_all_parts(tmp_path: Path) -> None:
    head = "user_id,item_id,time,click\n"
    (tmp_path / "train.csv").write_text(head + "a,x,1,1\na,y,2,0\na,z,3,1\n")
    (tmp_path / "test.csv").write_text(head + "a,w,4,0\na,v,5,1\n")
    (found,) = load(tmp_path, "train test").negative_rows
    assert (found.column, found.n_rows, found.n_all_rows, found.are_dropped) == ("click", 2, 5, False)
    assert load(tmp_path, "train test", drop_negative_rows="click").sequences.n_interactions == 3


def test_a_single_item_over_all_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(HEAD + "a,x,1\na,x,2\n")
    (tmp_path / "test.csv").write_text(HEAD + "a,x,3\n")
    with pytest.raises(InputError, match="has a single item, 'x'"):
        load(tmp_path, "train test")


def test_users_without_ids_are_the_same_where_all_parts_have_as_many_lines(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("a b\nb c\n")
    (tmp_path / "test.txt").write_text("c\na\n")
    found = load(tmp_path, "train test", ".txt", layout="sequences-without-users")
    assert found.sequences.lengths.tolist() == [3, 3]
    (tmp_path / "test.txt").write_text("c\n")
    with pytest.raises(InputError, match="have 2 and 1 lines, and without users a line is of the one who"):
        load(tmp_path, "train test", ".txt", layout="sequences-without-users")


def test_ids_of_one_part_with_fractions_are_refused_unless_as_written(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("u 1\nu 2\n")
    (tmp_path / "test.txt").write_text("u 3.0\nu 2.0\n")
    sentence = "Interaction 4 of .*test.txt, counted through, has the item '2.0' and interaction 2 '2', which are one"
    with pytest.raises(InputError, match=sentence):
        load(tmp_path, "train test", ".txt", layout="pairs")
    assert load(tmp_path, "train test", ".txt", layout="pairs", ids_as_written=True).sequences.n_items == 4


def test_tags_that_look_missing_are_read_as_written(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("u 1\nu 2\n")
    (tmp_path / "test.txt").write_text("u 3\n")
    (tmp_path / "tags.csv").write_text("item,tags\n1,NA\n")
    files = PartFiles(tmp_path / "train.txt", tmp_path / "test.txt")
    with pytest.raises(InputError, match="--ids-as-written"):
        load_parts(files, Columns(), tmp_path / "tags.csv", form=Form("pairs"))
    found = load_parts(files, Columns(), tmp_path / "tags.csv", form=Form("pairs", ids_as_written=True))
    assert found.tags_fingerprint is not None
