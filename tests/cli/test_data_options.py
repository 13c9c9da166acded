from pathlib import Path

import pytest

from seqrec_bench.cli import data_options
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.study_data import options_of
from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.studies.study import DataFile, Study


def test_the_default_is_movielens_100k(ml_100k: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    data = DataOptions().load()
    assert (data.name, data.fingerprint) == ("ml-100k", ml_100k.fingerprint)
    assert capsys.readouterr().out == ""


def test_a_data_set_is_loaded_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []
    monkeypatch.setattr(data_options, "find_cached", named.append)
    monkeypatch.setattr(data_options, "fetch_with_notice", lambda name: named.append(name) or f"the files of {name}")
    monkeypatch.setattr(data_options, "load_fetched", named.append)
    DataOptions("ml-1m").load()
    assert named == ["ml-1m", "ml-1m", "the files of ml-1m"]


def test_what_is_cached_is_looked_up_once_and_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    monkeypatch.setattr(data_options, "find_cached", lambda name: looked_up.append(name) or f"the files of {name}")
    monkeypatch.setattr(data_options, "load_fetched", looked_up.append)
    DataOptions("ml-1m").load()
    assert looked_up == ["ml-1m", "the files of ml-1m"]


def test_own_files_are_loaded_with_their_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    interactions, tags = tmp_path / "mine.csv", tmp_path / "tags.csv"
    interactions.write_text("who,what,when\nu,a,1\nu,b,2\n")
    tags.write_text("item,tags\na,x|y\n")
    data = DataOptions(
        interactions=interactions, tags=tags, user_column="who", item_column="what", time_column="when"
    ).load()
    assert data.name == "mine"
    assert data.sequences.tags is not None
    assert data.sequences.tags.names == ("x", "y")
    assert str(interactions) in capsys.readouterr().err


def test_own_files_are_called_as_they_are_told_to_be(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("user,item,time\nu,a,1\nu,b,2\n")
    assert DataOptions(interactions=path, data_name="shop_2.b").load().name == "shop_2.b"


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a b", "\u00e4", "x" * 101, "ml-100k"])
def test_what_can_be_no_name_of_own_data_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"can't be a data set's name, since|is the name of a public data set"):
        DataOptions(interactions=tmp_path / "not-read.csv", data_name=name).load()


def test_a_public_data_set_keeps_its_name() -> None:
    with pytest.raises(InputError, match="--interactions FILE"):
        DataOptions("ml-100k", data_name="mine").load()


@pytest.mark.parametrize(
    "options",
    [DataOptions("ml-100k", tags=Path("t.csv")), DataOptions(item_column="x"), DataOptions("ml-100k", time_column="x")],
)
def test_options_on_a_file_need_the_file(options: DataOptions) -> None:
    with pytest.raises(InputError, match="--interactions FILE"):
        options.load()


def test_a_name_and_a_file_exclude_each_other() -> None:
    with pytest.raises(InputError, match=r"ml-1m and --interactions f\.csv exclude each other"):
        DataOptions("ml-1m", Path("f.csv")).load()


CLICKS = "user,item,time,click\nu,a,1,1\nu,NA,2,0\nu,c,3,1\n"


def test_what_is_said_of_a_file_is_said_again_as_advice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.csv"
    path.write_text(CLICKS)
    options = DataOptions(interactions=path, quoting="none", ids_as_written=True, drop_negative_rows="click")
    data = options.load()
    assert data.item_ids.tolist() == ["", "a", "c"]
    assert "Note:" not in capsys.readouterr().err
    assert options.arguments() == f"--interactions {path} --quoting none --drop-negative-rows click --ids-as-written"


def test_a_note_tells_of_rows_that_say_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.csv"
    path.write_text(CLICKS)
    assert DataOptions(interactions=path, ids_as_written=True).load().sequences.n_interactions == 3
    note = (
        "Note: click is 0 in 1 of 3 rows (33.3%), which count as interactions like all others: "
        "--drop-negative-rows click"
    )
    assert note in capsys.readouterr().err


def test_how_a_file_is_laid_out_is_said_by_options(tmp_path: Path) -> None:
    path = tmp_path / "my clicks.dat"
    path.write_text("u::a\nu::b\n")
    by_number = DataOptions(
        interactions=path, user_column="1", item_column="2", separator="::", no_header=True, no_times=True
    )
    pairs = DataOptions(interactions=path, layout="pairs", separator="::")
    assert by_number.load().fingerprint == pairs.load().fingerprint
    assert by_number.arguments() == (
        f"--interactions '{path}' --user-column 1 --item-column 2 --separator :: --no-header --no-times"
    )
    assert pairs.arguments() == f"--interactions '{path}' --layout pairs --separator ::"


@pytest.mark.parametrize(
    "options",
    [
        DataOptions(layout="pairs"),
        DataOptions(separator="tab"),
        DataOptions(no_header=True),
        DataOptions(no_times=True),
    ],
)
def test_what_is_said_of_a_layout_needs_the_file_too(options: DataOptions) -> None:
    with pytest.raises(InputError, match="the options of columns, layout and values describe --interactions FILE"):
        options.load()


def test_a_studys_file_says_how_it_is_laid_out() -> None:
    data = DataFile(name="m", interactions="f.txt", layout="rows", separator="space", no_header=True, no_times=True)
    study = Study.model_construct(folder=Path("there"))
    expected = {"layout": "rows", "separator": "space", "no_header": True, "no_times": True}
    assert options_of(study, data) == DataOptions(interactions=Path("there/f.txt"), data_name="m", **expected)


def test_a_studys_file_says_what_the_options_say() -> None:
    data = DataFile(name="mine", interactions="f.csv", quoting="none", ids_as_written=True, drop_negative_rows="click")
    study = Study.model_construct(folder=Path("there"))
    assert options_of(study, data) == DataOptions(
        interactions=Path("there/f.csv"),
        data_name="mine",
        quoting="none",
        ids_as_written=True,
        drop_negative_rows="click",
    )


@pytest.mark.parametrize(
    "options", [DataOptions(quoting="none"), DataOptions(ids_as_written=True), DataOptions(drop_negative_rows="x")]
)
def test_what_is_said_of_values_needs_the_file_too(options: DataOptions) -> None:
    with pytest.raises(InputError, match="--interactions FILE"):
        options.load()


def test_tags_are_taken_as_written_too(tmp_path: Path) -> None:
    interactions, tags = tmp_path / "f.csv", tmp_path / "t.csv"
    interactions.write_text("user,item,time\nu,a,1\nu,b,2\n")
    tags.write_text("item,tags\na,None\nb,x\n")
    with pytest.raises(InputError, match="has the tags 'None', a mark for a missing value"):
        DataOptions(interactions=interactions, tags=tags).load()
    data = DataOptions(interactions=interactions, tags=tags, ids_as_written=True).load()
    assert data.sequences.tags is not None
    assert data.sequences.tags.names == ("None", "x")
