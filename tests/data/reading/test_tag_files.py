import gzip
from pathlib import Path

import pytest

from seqrec_bench.data import RawTags, read_tags
from seqrec_bench.errors import InputError

CONTENT = {
    "f.csv": 'movieId,title,genres\n1,"First, The",Drama|Film-Noir\n02,Second,\n',
    "bom.csv": '\ufeffmovieId,title,genres\r\n1,"First, The",Drama|Film-Noir\r\n02,Second,\r\n',
    "long.csv": 'item,title,tag\n1,"First, The",Drama\n1,"First, The",Film-Noir\n02,Second,\n',
    "f.tsv": "item_id\ttags\ttitle\n1\tDrama | Film-Noir|\tFirst, The\n\n02\t(no genres listed)\tSecond",
    "f.item": ("item_id:token\tmovie_title:token_seq\tclass:token_seq\n1\tFirst, The\tDrama Film-Noir\n02\tSecond\t\n"),
}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("zipped", ["", ".gz"])
@pytest.mark.parametrize("name", CONTENT)
def test_tags_and_titles_are_read(tmp_path: Path, name: str, zipped: str) -> None:
    expected = RawTags({"1": frozenset({"Drama", "Film-Noir"}), "02": frozenset()}, {"1": "First, The", "02": "Second"})
    assert read_tags(write(tmp_path, name + zipped, CONTENT[name])) == expected


def test_titles_may_be_absent(tmp_path: Path) -> None:
    assert read_tags(write(tmp_path, "f.csv", "iid,categories\n1,a\n")) == RawTags({"1": frozenset({"a"})}, {})


def test_tags_may_be_absent_where_there_are_titles(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", "item_id,title,year\n1,Toy Story,1995\n")
    assert read_tags(path) == RawTags(None, {"1": "Toy Story (1995)"})


@pytest.mark.parametrize(("year", "title"), [("1995", "Toy Story (1995)"), ("V", "Toy Story"), ("", "Toy Story")])
def test_a_year_in_a_column_of_its_own_goes_with_the_title(tmp_path: Path, year: str, title: str) -> None:
    path = write(tmp_path, "f.csv", f"item_id,movie_title,release_year,genres\n1,Toy Story,{year},a\n")
    assert read_tags(path).titles == {"1": title}


def test_a_single_token_of_recbole_is_one_tag(tmp_path: Path) -> None:
    tags = read_tags(write(tmp_path, "f.item", "item_id:token\tgenre:token\n1\tScience fiction\n"))
    assert tags.tags == {"1": frozenset({"Science fiction"})}


def test_quotation_marks_are_content_for_recbole(tmp_path: Path) -> None:
    content = 'item_id:token\ttitle:token_seq\tgenre:token_seq\n1\t"Great\ta\n2\tShow"\tb\n'
    tags = read_tags(write(tmp_path, "f.item", content))
    assert tags == RawTags({"1": frozenset("a"), "2": frozenset("b")}, {"1": '"Great', "2": 'Show"'})


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("f.csv", "", "has no column names in its first line"),
        (
            "f.csv",
            "item,name\n",
            r"no column .* among item, name: rename the column of tags, or that of titles \(title",
        ),
        ("f.csv", "item,tags,genres\n", "2 columns .* rename the column of tags"),
        ("f.csv", "item,tags\n1,a\n2\n", r"Row 2 of .*f\.csv has 1 values for 2 columns"),
        ("f.parquet", "", "unknown kind"),
    ],
)
def test_unfit_files_are_an_error(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_tags(write(tmp_path, name, text))


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_tags(tmp_path / "f.csv")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("f.csv", b"item,tags\n\xff,a\n", "Row 1 of .*is not UTF-8 text"),
        ("f.csv.gz", b"item,tags\n1,a\n", "can't be unpacked"),
        ("f.csv", b'item,tags\n1,a\n2,"b\n3,c\n', "Row 2 of .*quotation marks that do not fit together"),
    ],
)
def test_damaged_files_are_an_error(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        read_tags(path)


def test_movielens_100k_of_recbole_is_read(recbole_folder: Path) -> None:
    tags = read_tags(recbole_folder / "ml-100k.item")
    assert len(tags.tags) == len(tags.titles) == 1_682
    assert tags.tags["1"] == {"Animation", "Children's", "Comedy"}
    assert tags.titles["1"] == "Toy Story (1995)"
    assert sum(map(len, tags.tags.values())) == 2_893
