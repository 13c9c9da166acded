"""Advice that a refusal gives, followed: with the options that it names, or the change, the file is read."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.data import Columns, load_file
from seqrec_bench.data.reading.form import Form
from seqrec_bench.errors import InputError

HEAD = "user_id,item_id,timestamp\n"
TABS = HEAD.replace(",", "\t")
TITLES = 'user\titem\ttime\ttitle\nu\ta\t1\tOne\nu\tb\t2\t"Two\nu\tc\t3\tThree"\n'
FLAGS = {"--no-header": "no_header", "--no-times": "no_times", "--ids-as-written": "ids_as_written"}

OPTIONS = [
    ("f.csv", HEAD.replace(",", ";") + "u;a;1\nu;b;2\n", 2),
    ("f.csv", '"user";"item";"time"\n"u";"a";"1"\n"u";"b";"2"\n', 2),
    ("f.csv", TABS + "u\ta\t1\nu\tb\t2\n", 2),
    ("f.tsv", HEAD + "u,a,1\nu,b,2\n", 2),
    ("f.tsv", HEAD.replace(",", "|") + "u|a|1\nu|b|2\n", 2),
    ("f.tsv", TITLES, 3),
    ("f.tsv", 'user\titem\ttime\ttitle\tartist\nu\ta\t1\t"One\tBand"\nu\tb\t2\tTwo\tBand\n', 2),
    ("f.csv", 'user,item,time,path\nu,a,1,"C:\\""\nD:"\nu,b,2,x\n', 2),
    ("f.csv", TITLES.replace("\t", ","), 3),
    ("f.csv", HEAD + "NA,a,1\nu,b,2\n", 2),
    ("f.csv", HEAD + "u,null,1\nNone,nan,2\n", 2),
    ("f.csv", HEAD + "u,12,1\nu,12.0,2\n", 2),
    ("f.csv", HEAD + "u,1.23457E+17,1\nu,b,2\n", 2),
    ("f.csv", "u,a,1700000001\nu,b,1700000002\n", 2),
    ("f.dat", "u::a::5::1700000001\nu::b::4::1700000002\n", 2),
    ("f.txt", "u a b\nv b c d\n", 5),
]


@pytest.mark.parametrize(("name", "content", "n_rows"), OPTIONS)
def test_the_options_that_a_refusal_names_read_the_file(tmp_path: Path, name: str, content: str, n_rows: int) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError) as refusal:
        DataOptions(interactions=path).load()
    options: dict[str, Any] = options_of(str(refusal.value))
    assert DataOptions(interactions=path, **options).load().sequences.n_interactions == n_rows


def options_of(message: str) -> dict[str, object]:
    """The options that a message names behind its first "add", by the fields of `DataOptions`."""
    words = shlex.split(message.partition(" add ")[2].removesuffix(".").replace(", ", " "))
    given: dict[str, object] = {}
    while words and words[0].startswith("--"):
        option = words.pop(0)
        given[FLAGS.get(option, option.removeprefix("--").replace("-", "_"))] = option in FLAGS or words.pop(0)
    return given


TAGS = [
    ("t.tsv", 'item_id\ttitle\na\t"x\nb\ty"\n', "t.item", str),
    ("t.tsv", 'item_id\ttitle\na\t"x\nb\ty"\n', "t.tsv", lambda text: text.replace('"x\n', '"x"\n').replace('y"', "y")),
    ("t.csv", "item_id;tags\na;x\n", "t.csv", lambda text: text.replace(";", ",")),
    ("t.csv", "item_id,tags\na,nan\nb,x\n", "t.csv", lambda text: text.replace("nan", "")),
    ("t.item", "item_id\ttags\na\tx\ty\n", "t.item", lambda text: text.replace("\ty", "")),
    ("t.csv", "sep=,\nitem_id,tags\na,x\n", "t.csv", lambda text: text.partition("\n")[2]),
    ("t.csv", 'item_id,title\na,"7\\""\nb,"8\\""\n', "t.csv", lambda text: text.replace('\\"', '""')),
]


@pytest.mark.parametrize(("name", "content", "mended_name", "mend"), TAGS)
def test_a_file_of_tags_is_read_once_it_is_as_the_refusal_says(
    tmp_path: Path, name: str, content: str, mended_name: str, mend: Callable[[str], str]
) -> None:
    path, tags = tmp_path / "f.csv", tmp_path / name
    path.write_text(HEAD + "u,a,1\nu,b,2\n")
    tags.write_text(content)
    with pytest.raises(InputError, match=r"t\.[a-z]+ has "):
        load_file(path, Columns(), tags)
    mended = tmp_path / mended_name
    mended.write_text(mend(content))
    assert load_file(path, Columns(), mended, form=Form()).sequences.n_items == 2
