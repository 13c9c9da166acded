import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from seqrec_bench.data import Columns, Dataset, Interactions, Split, leave_one_out, load_file, prepare
from seqrec_bench.data.exporting.recbole_files import LONGEST_LIST
from seqrec_bench.data.exporting.split_files import FORMATS, Labels, read_formats, write_split
from seqrec_bench.data.time_split import split_at_time
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.candidates import with_seen

LABELS = Labels("loo-full-v1", "9.9", "Do with them what you like.", "--interactions mine.csv")


def dataset(name: str = "small", of_item: str = "i{}") -> Dataset:
    """6 users of 2 to 62 of 70 items, with ties in time."""
    rng = np.random.default_rng(0)
    rows = [
        (f"u{user}", of_item.format(item), place // 3)
        for user, length in enumerate((2, 3, 4, 9, 30, 62))
        for place, item in enumerate(rng.permutation(70)[:length])
    ]
    users, items, times = zip(*rows, strict=True)
    return prepare(name, Interactions.from_rows(users, items, times), None)


def rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def literal(data: Dataset, split: Split) -> dict[str, list[list[str]]]:
    """The rows of each part, one user after another."""
    sequences = data.sequences
    found: dict[str, list[list[str]]] = {"train": [], "validation": [], "test": []}
    for user in range(sequences.n_users):
        first, n_train = int(sequences.offsets[user]), int(split.train.lengths[user])
        whole = [
            [str(data.user_ids[user]), str(data.item_ids[item]), str(time)]
            for item, time in zip(sequences.items[first:], sequences.times[first:], strict=True)
        ][: int(sequences.lengths[user])]
        found["train"] += whole[:n_train]
        if user in split.test.users:
            found["validation"].append(whole[n_train])
            found["test"].append(whole[n_train + 1])
    return found


@pytest.mark.parametrize("split_it", [leave_one_out, lambda sequences: split_at_time(sequences, 0.5)])
def test_each_part_has_its_rows_in_order(split_it, tmp_path: Path) -> None:
    data = dataset()
    split = split_it(data.sequences)
    written = write_split(tmp_path / "out", data, split, LABELS)
    assert sorted(written) == sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    for part, expected in literal(data, split).items():
        assert rows(tmp_path / "out" / f"{part}.csv") == [["user_id", "item_id", "timestamp"], *expected]


def test_the_parts_together_are_the_data_set(tmp_path: Path) -> None:
    data = dataset()
    write_split(tmp_path / "out", data, leave_one_out(data.sequences), LABELS)
    parts = [(tmp_path / "out" / f"{part}.csv").read_text() for part in ("train", "validation", "test")]
    whole = tmp_path / "small.csv"
    whole.write_text(parts[0] + "".join(part.split("\n", 1)[1] for part in parts[1:]))
    assert load_file(whole, Columns(), None).fingerprint == data.fingerprint


def test_recboles_files_have_typed_headers_and_each_sample_its_latest_items(tmp_path: Path) -> None:
    data = dataset()
    split = leave_one_out(data.sequences)
    write_split(tmp_path, data, split, LABELS)
    folder, expected = tmp_path / "recbole" / "small-loo-full-v1", literal(data, split)
    so_far: dict[str, list[str]] = {}
    for part, suffix in (("train", "train"), ("validation", "valid"), ("test", "test")):
        plain = rows(folder / f"small-loo-full-v1.{suffix}.inter", "\t")
        assert plain == [["user_id:token", "item_id:token", "timestamp:float"], *expected[part]]
        samples = []
        for user, item, time in expected[part]:
            before = so_far.setdefault(user, [])
            if before:
                samples.append([user, " ".join(before[-LONGEST_LIST:]), item, time])
            before.append(item)
        header = ["user_id:token", "item_id_list:token_seq", "item_id:token", "timestamp:float"]
        assert rows(folder / f"small-loo-full-v1.{suffix}_sequences.inter", "\t") == [header, *samples]
    assert max(len(sample[1].split()) for sample in samples) == LONGEST_LIST


def test_the_readme_says_which_protocol_recboles_own_figures_are_of(tmp_path: Path) -> None:
    data = dataset()
    write_split(tmp_path, data, leave_one_out(data.sequences), LABELS)
    text = " ".join((tmp_path / "README.md").read_text().split())
    assert "ranks a user's history too when it evaluates sequential models, and leaves it out for general ones" in text
    assert "gives under `loo-full-seen-v1`, not under `loo-full-v1`" in text


def test_ids_that_recboles_files_can_not_hold_are_quoted_in_csv_and_left_out_there(tmp_path: Path) -> None:
    data = dataset(of_item='a "b", {}')
    write_split(tmp_path, data, leave_one_out(data.sequences), LABELS)
    assert not (tmp_path / "recbole").exists()
    assert rows(tmp_path / "test.csv")[1:] == literal(data, leave_one_out(data.sequences))["test"]
    assert "There are no files for RecBole" in (tmp_path / "README.md").read_text()


def test_the_facts_and_the_terms_stand_beside_them(tmp_path: Path) -> None:
    data = dataset()
    write_split(tmp_path, data, with_seen(leave_one_out(data.sequences)), LABELS)
    facts = json.loads((tmp_path / "split.json").read_text())
    assert facts == {
        "dataset": "small", "fingerprint": data.fingerprint, "protocol": "loo-full-v1", "seqrec-bench": "9.9",
        "users": 6, "items": data.sequences.n_items, "train_interactions": 110 - 10, "evaluated_users": 5,
        "recbole": True, "terms": LABELS.terms,
    }  # fmt: skip
    assert LABELS.terms in (tmp_path / "README.md").read_text()
    assert "--name their-system --interactions mine.csv\n" in (tmp_path / "README.md").read_text()
    users = rows(tmp_path / "users.csv")
    assert users[:2] == [["user_id", "n_train", "evaluated"], ["u0", "2", "0"]]
    assert len(rows(tmp_path / "items.csv")) == 1 + data.sequences.n_items


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    data = dataset()
    with pytest.raises(InputError, match="is there already: name a new or an empty folder"):
        write_split(tmp_path, data, leave_one_out(data.sequences), LABELS)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_parquet_has_the_rows_of_csv(tmp_path: Path) -> None:
    data = dataset(of_item="0{}")
    split = leave_one_out(data.sequences)
    write_split(tmp_path, data, split, LABELS, ("parquet",))
    assert not (tmp_path / "train.csv").exists()
    for part, expected in literal(data, split).items():
        table = parquet.read_table(tmp_path / f"{part}.parquet")
        assert table.column_names == ["user_id", "item_id", "timestamp"]
        assert [
            [user, item, str(time)] for user, item, time in zip(*table.to_pydict().values(), strict=True)
        ] == expected
    assert load_file(tmp_path / "train.parquet", Columns(), None).sequences.n_interactions == split.train.n_interactions


def test_only_what_is_asked_for_is_written_and_told_of(tmp_path: Path) -> None:
    data = dataset()
    split = leave_one_out(data.sequences)
    for formats in (("csv",), ("csv", "parquet"), ("recbole",), ("sequences",), ("sasrec-pairs",)):
        folder = tmp_path / "-".join(formats)
        written = write_split(folder, data, split, LABELS, formats)
        assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
        there = {name for name in ("recbole", "sequences", "sasrec-pairs") if (folder / name).exists()}
        assert there | {path.suffix[1:] for path in folder.glob("train.*")} == {*formats}
        readme = (folder / "README.md").read_text()
        assert {name for name in FORMATS if f"`{name}/" in readme or f"`train.{name}`" in readme} == {*formats}
        assert "There are no files for RecBole" not in readme
        facts = json.loads((folder / "split.json").read_text())
        assert (facts["formats"], facts["recbole"]) == ([*formats], "recbole" in formats)
        assert (folder / "users.csv").exists()


@pytest.mark.parametrize(
    ("formats", "of_item", "complaint"),
    [
        (("recbole", "csv"), "a b{}", "has a space or a quotation mark in it, which RecBole's files can't hold: leave"),
        (
            ("csv", "sequences"),
            "a b{}",
            "has a space in it, which separates ids in lines of sequences: leave sequences out",
        ),
        (("sequences",), "a\t{}", "has a space in it"),
    ],
)
def test_a_format_that_can_not_hold_the_ids_is_refused_before_anything_is_written(
    formats: tuple[str, ...], of_item: str, complaint: str, tmp_path: Path
) -> None:
    data = dataset(of_item=of_item)
    with pytest.raises(InputError, match=complaint):
        write_split(tmp_path / "out", data, leave_one_out(data.sequences), LABELS, formats)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["sequences", "sasrec-pairs"])
def test_whole_sequences_hold_no_other_split_than_leave_one_out(name: str, tmp_path: Path) -> None:
    data = dataset()
    for split in (split_at_time(data.sequences, 0.5), shorter_by_one(leave_one_out(data.sequences))):
        complaint = (
            f"--format {name} has whole sequences, whose last two items are the targets, and loo-full-v1 has others"
        )
        with pytest.raises(InputError, match=complaint):
            write_split(tmp_path / "out", data, split, LABELS, ("csv", name))
        assert not (tmp_path / "out").exists()
    write_split(tmp_path / "seen", data, with_seen(leave_one_out(data.sequences)), LABELS, (name,))


def shorter_by_one(split: Split) -> Split:
    """The same targets but for a user who has none."""
    test = replace(split.test, users=split.test.users[1:], targets=split.test.targets[1:])
    return replace(split, test=test)


def test_formats_are_read_from_options_with_and_without_commas() -> None:
    assert read_formats(["sequences,csv", "csv", "parquet"]) == ("csv", "parquet", "sequences")
    with pytest.raises(InputError, match="There is no format 'xml' of a split: choose from csv, parquet, recbole, seq"):
        read_formats(["csv,xml"])


def test_times_that_are_none_are_called_so(tmp_path: Path) -> None:
    data = replace(dataset(), has_times=False)
    write_split(tmp_path, data, leave_one_out(data.sequences), LABELS)
    assert (
        "These data have no times: `timestamp` is a row's place in that order." in (tmp_path / "README.md").read_text()
    )
