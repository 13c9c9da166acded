"""Sequences and pairs that are written are read again by slow readers of what the code of S3-Rec and SASRec takes."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Columns, Dataset, Interactions, Split, leave_one_out, load_file, prepare
from seqrec_bench.data.exporting import sequence_files as sequence_files_module
from seqrec_bench.data.exporting.sequence_files import write_pairs, write_sequences
from seqrec_bench.data.exporting.split_files import Labels, write_split
from seqrec_bench.data.reading.form import Form

Parts = dict[str, tuple[list[str], str, str]]
"""By user: training items, validation target and test target."""


def made(of_user: str = "u{}", of_item: str = "i\"{},'") -> Dataset:
    """7 users of 1 to 40 of 60 items, some of them several times, with ties in time."""
    rng = np.random.default_rng(0)
    drawn = [rng.integers(1, 61, length) for length in (1, 2, 3, 4, 9, 30, 40)]
    drawn.append(np.arange(1, 61))
    rows = [
        (of_user.format(user), of_item.format(item), place // 3)
        for user, items in enumerate(drawn, start=1)
        for place, item in enumerate(items.tolist())
    ]
    users, items, times = zip(*rows, strict=True)
    return prepare("made", Interactions.from_rows(users, items, times), None)


def parts(data: Dataset, split: Split) -> Parts:
    found = {}
    for row, user in enumerate(split.test.users.tolist()):
        first, last = split.train.offsets[user : user + 2]
        train = [str(data.item_ids[item]) for item in split.train.items[first:last]]
        targets = (str(data.item_ids[holdout.targets[row]]) for holdout in (split.validation, split.test))
        found[str(data.user_ids[user])] = (train, *targets)
    return found  # type: ignore[return-value]


def as_s3_rec_reads(path: Path) -> dict[str, list[str]]:
    """A user before the first space, then items with one space between."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    found = {}
    for line in lines:
        user, items = line.strip().split(" ", 1)
        found[user] = items.split(" ")
    assert len(found) == len(lines)
    return found


def as_sasrec_reads(path: Path) -> dict[int, list[int]]:
    """Two whole numbers in a line."""
    found: dict[int, list[int]] = defaultdict(list)
    for line in path.read_text().splitlines():
        user, item = line.rstrip().split(" ")
        found[int(user)].append(int(item))
    return found


def last_two(sequences: dict[str, list[str]]) -> Parts:
    return {user: (items[:-2], items[-2], items[-1]) for user, items in sequences.items() if len(items) >= 3}


def names(path: Path) -> list[str]:
    """The ids by number, from 1."""
    import csv

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["number"]) for row in rows] == list(range(1, len(rows) + 1))
    kind = path.stem.removesuffix("s")
    return ["", *(row[f"{kind}_id"] for row in rows)]


@pytest.mark.parametrize("block", [7, 2**16])
def test_lines_of_sequences_hold_the_split(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence_files_module, "BLOCK", block)
    data = made()
    whole, numbered, users, items = write_sequences(tmp_path / "sequences", "made", data)
    expected = parts(data, leave_one_out(data.sequences))
    assert list(as_s3_rec_reads(whole)) == data.user_ids.tolist()
    assert last_two(as_s3_rec_reads(whole)) == expected
    user_of, item_of = names(users), names(items)
    by_number = as_s3_rec_reads(numbered)
    assert (
        last_two({user_of[int(user)]: [item_of[int(item)] for item in items] for user, items in by_number.items()})
        == expected
    )
    assert max(int(item) for items in by_number.values() for item in items) == data.sequences.n_items


def test_ids_that_are_their_numbers_are_written_once(tmp_path: Path) -> None:
    data = made("{}", "{}")
    (whole,) = write_sequences(tmp_path / "sequences", "made", data)
    assert last_two(as_s3_rec_reads(whole)) == parts(data, leave_one_out(data.sequences))
    zero = made("{}", "0{}")
    assert len(write_sequences(tmp_path / "zero", "made", zero)) == 4


@pytest.mark.parametrize("block", [7, 2**16])
def test_pairs_hold_the_split_under_numbers_from_1(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence_files_module, "BLOCK", block)
    data = made(of_user="user {}")
    pairs, users, items = write_pairs(tmp_path / "pairs", "made", data)
    user_of, item_of, found = names(users), names(items), as_sasrec_reads(pairs)
    assert sorted(found) == list(range(1, len(data.user_ids) + 1))
    assert {item for items in found.values() for item in items} == set(range(1, data.sequences.n_items + 1))
    assert last_two({user_of[user]: [item_of[item] for item in items] for user, items in found.items()}) == parts(
        data, leave_one_out(data.sequences)
    )


def test_what_is_written_is_read_again_as_the_same_split(tmp_path: Path) -> None:
    data = made("{}", "{}")
    labels = Labels("loo-full-v1", "9.9", "Yours.", "")
    write_split(tmp_path / "out", data, leave_one_out(data.sequences), labels, ("sequences", "sasrec-pairs"))
    expected, fingerprints = parts(data, leave_one_out(data.sequences)), set()
    for folder, layout in (("sequences", "sequences"), ("sasrec-pairs", "pairs")):
        path = tmp_path / "out" / folder / "made-loo-full-v1.txt"
        again = load_file(path, Columns(), None, form=Form(layout=layout))
        assert parts(again, leave_one_out(again.sequences)) == expected
        fingerprints.add(again.fingerprint)
        write_split(tmp_path / layout, again, leave_one_out(again.sequences), labels, (folder,))
        assert next((tmp_path / layout / folder).glob("*.txt")).read_bytes() == path.read_bytes()
    assert len(fingerprints) == 1


def test_the_page_says_who_is_evaluated_by_code_that_reads_them(tmp_path: Path) -> None:
    data = made()
    labels = Labels("loo-full-v1", "9.9", "Yours.", "")
    write_split(tmp_path / "out", data, leave_one_out(data.sequences), labels, ("sequences", "sasrec-pairs"))
    text = " ".join((tmp_path / "out" / "README.md").read_text().split())
    assert "evaluate every line: 2 of these 8 users are not evaluated here" in text
    assert "does not evaluate users with 3 interactions, of whom there are 1 here" in text
    assert "last item is the test target, the one before it the validation target" in text
