import csv
import json
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Columns, Dataset, Interactions, Split, leave_one_out, load_file, prepare
from seqrec_bench.data.split_files import LONGEST_LIST, Labels, write_split
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
