"""The files of S3-Rec and BERT4Rec as they are published, where they lie in the cache, against a reading of our own.

Nothing here uses NumPy, Arrow or the readers but for what is checked.
"""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from seqrec_bench.cache import cache_folder
from seqrec_bench.data import Columns, describe, leave_one_out, load_file
from seqrec_bench.data.exporting.sequence_files import write_pairs, write_sequences
from seqrec_bench.data.reading.form import Form
from seqrec_bench.recommender import Sequences

FILES = [
    ("Beauty.txt", "sequences", "226cce9c", 22_363, 12_101, 198_502, 0, 138),
    ("Sports_and_Outdoors.txt", "sequences", "2a095e06", 35_598, 18_357, 296_337, 0, 317),
    ("Toys_and_Games.txt", "sequences", "176c680c", 19_412, 11_924, 167_597, 0, 279),
    ("Yelp.txt", "sequences", "724b2191", 30_431, 20_033, 316_354, 11_830, 73),
    ("LastFM.txt", "sequences", "9ded486a", 1_090, 3_646, 52_551, 0, 2),
    ("beauty.txt", "pairs", "f480b7a7", 40_226, 54_542, 353_962, 0, 4_018),
]
"""Name, layout, the beginning of its sha256, users, items, interactions, repeats and test targets never trained on."""


def by_hand(text: str, layout: str) -> dict[str, list[str]]:
    """Each user's items, line by line."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        user, *items = line.split(" ")
        assert layout == "pairs" or user not in found
        found.setdefault(user, []).extend(items)
    return found


def in_words(sequences: Sequences, users: list[str], items: list[str]) -> dict[str, list[str]]:
    """The same of what was read."""
    found, offsets = [items[item] for item in sequences.items.tolist()], sequences.offsets.tolist()
    return {user: found[offsets[place] : offsets[place + 1]] for place, user in enumerate(users)}


@pytest.mark.parametrize(
    ("name", "layout", "digest", "n_users", "n_items", "n_rows", "n_repeats", "n_cold"),
    FILES,
    ids=[f[0] for f in FILES],
)
def test_counts_order_and_split_are_those_of_the_file(
    name: str,
    layout: str,
    digest: str,
    n_users: int,
    n_items: int,
    n_rows: int,
    n_repeats: int,
    n_cold: int,
    tmp_path: Path,
) -> None:
    path = next((each for each in sorted(cache_folder().glob(f"*/{name}")) if is_published(each, digest)), None)
    if path is None:
        pytest.skip(f"{name} of the published sha256 is not in the cache, and no test fetches it")
    expected = by_hand(path.read_text(encoding="ascii"), layout)
    dataset = load_file(path, Columns(), None, form=Form(layout))
    users, items = dataset.user_ids.tolist(), dataset.item_ids.tolist()
    assert (users, items[1:]) == tuple(
        sorted(ids, key=int) for ids in (expected, {item for row in expected.values() for item in row})
    )
    assert in_words(dataset.sequences, users, items) == expected
    assert dataset.sequences.times.tolist() == [place for user in users for place in range(len(expected[user]))]
    split = leave_one_out(dataset.sequences)
    assert in_words(split.train, users, items) == {user: row[:-2] for user, row in expected.items()}
    assert in_words(split.test.history, users, items) == {user: row[:-1] for user, row in expected.items()}
    for holdout, place in ((split.validation, -2), (split.test, -1)):
        targets = dict(zip((users[user] for user in holdout.users), (items[t] for t in holdout.targets), strict=True))
        assert targets == {user: row[place] for user, row in expected.items()}
    trained = Counter(item for row in expected.values() for item in row[:-2])
    cold = sum(row[-1] not in trained for row in expected.values())
    repeats = sum(len(row) - len(set(row)) for row in expected.values())
    described = describe(dataset)
    counts = (len(users), len(items) - 1, described.n_interactions, described.n_repeats, described.n_cold_test_targets)
    assert counts == (n_users, n_items, n_rows, n_repeats, n_cold)
    assert (repeats, cold) == (n_repeats, n_cold)
    assert (described.has_times, described.tied_interactions, described.n_ambiguous_targets) == (False, None, None)
    written, *_ = (write_sequences if layout == "sequences" else write_pairs)(tmp_path / "again", "again", dataset)
    assert written.read_bytes() == path.read_bytes()


def is_published(path: Path, digest: str) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest().startswith(digest)
