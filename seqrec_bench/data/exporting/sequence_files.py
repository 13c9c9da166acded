"""A leave-one-out split in files without a word of it: whole sequences, whose last two items are the targets.

Code in the form of S3-Rec's reads a line ``user item item ...`` for each user, code in the form of SASRec's and of
BERT4Rec's a line ``user item`` for each interaction, user by user in order of time.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.exporting.split_tables import BLOCK, SPACES, csv_style, write_table
from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.split import MIN_EVALUATED_LENGTH, Split

IMPOSSIBLE = r"\s"
"""A regular expression: an id with this can't stand in a line of ids."""


def is_leave_one_out(dataset: Dataset, split: Split) -> bool:
    """Whether the targets are the last two of every user who has three interactions, and all else is training data."""
    lengths = dataset.sequences.lengths
    users = np.flatnonzero(lengths >= MIN_EVALUATED_LENGTH)
    kept = lengths.copy()
    kept[users] -= 2
    return (
        all(np.array_equal(holdout.users, users) for holdout in (split.validation, split.test))
        and np.array_equal(split.train.lengths, kept)
        and np.array_equal(split.validation.history.lengths, kept)
        and np.array_equal(split.test.history.lengths[users], lengths[users] - 1)
    )


def write_sequences(folder: Path, name: str, dataset: Dataset) -> list[Path]:
    """Writes a line for each user, with the raw ids and, where these are others, with numbers."""
    folder.mkdir()
    written = [_write_lines(folder / f"{name}.txt", dataset, dataset.user_ids, dataset.item_ids)]
    if not is_numbered(dataset):
        users = np.arange(1, len(dataset.user_ids) + 1).astype(np.str_)
        items = np.arange(len(dataset.item_ids)).astype(np.str_)
        written += [
            _write_lines(folder / f"{name}-numbered.txt", dataset, users, items),
            *_write_numbers(folder, dataset),
        ]
    return written


def write_pairs(folder: Path, name: str, dataset: Dataset) -> list[Path]:
    """Writes a line for each interaction, with numbers for ids, and which number is which id."""
    folder.mkdir()
    sequences = dataset.sequences
    users = sequences.users + 1
    blocks = (
        {"user": users[start : start + BLOCK], "item": sequences.items[start : start + BLOCK]}
        for start in range(0, sequences.n_interactions, BLOCK)
    )
    return [write_table(folder / f"{name}.txt", [], SPACES, blocks), *_write_numbers(folder, dataset)]


def is_numbered(dataset: Dataset) -> bool:
    """Whether the raw ids are the numbers from 1 by which pairs call them."""
    return _are_numbers(dataset.user_ids) and _are_numbers(dataset.item_ids[1:])


def _are_numbers(ids: StrArray) -> bool:
    return np.array_equal(ids, np.arange(1, len(ids) + 1).astype(np.str_))


def _write_numbers(folder: Path, dataset: Dataset) -> list[Path]:
    return [
        write_table(
            folder / f"{kind}s.csv",
            ["number", f"{kind}_id"],
            csv_style(dataset),
            [{"number": np.arange(1, len(ids) + 1), f"{kind}_id": ids}],
        )
        for kind, ids in (("user", dataset.user_ids), ("item", dataset.item_ids[1:]))
    ]


def _write_lines(path: Path, dataset: Dataset, user_ids: StrArray, item_ids: StrArray) -> Path:
    with path.open("wb") as file:
        for lines in _lines(dataset, user_ids, item_ids):
            file.write("".join(lines).encode())
    return path


def _lines(dataset: Dataset, user_ids: StrArray, item_ids: StrArray) -> Iterator[list[str]]:
    """The lines of some users, then those of the next."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sequences, texts = dataset.sequences, pa.array(item_ids, pa.string())
    firsts = np.searchsorted(sequences.offsets, np.arange(0, sequences.n_interactions, BLOCK))
    bounds = np.unique(np.append(firsts, sequences.n_users))
    for first, last in pairwise(bounds.tolist()):
        offsets = sequences.offsets[first : last + 1]
        items = texts.take(pa.array(sequences.items[offsets[0] : offsets[-1]]))
        joined = pc.binary_join(pa.ListArray.from_arrays((offsets - offsets[0]).astype(np.int32), items), " ")
        users = pa.array(user_ids[first:last], pa.string())
        lines: list[str] = pc.binary_join_element_wise(
            pc.binary_join_element_wise(users, joined, " "), "", "\n"
        ).to_pylist()
        yield lines


def sequences_readme(name: str, dataset: Dataset, n_users: int) -> str:
    """How the lines are read."""
    n_short = n_users - int(np.count_nonzero(dataset.sequences.lengths >= MIN_EVALUATED_LENGTH))
    numbered = f"""
`{name}-numbered.txt` has numbers from 1 in place of the ids, for code that reads numbers alone, as S3-Rec's does;
`users.csv` and `items.csv` beside it say which number is which id, and scores want the ids back.
"""
    return f"""
`sequences/{name}.txt` has a line `user item item ...` for each user, in order of time. The split is not marked in it: a
user's last item is the test target, the one before it the validation target, and the rest is training data; whoever has
fewer than {MIN_EVALUATED_LENGTH} items is training data only.
{numbered if not is_numbered(dataset) else ""}
S3-Rec's code, and the many that took it over, read this form (`--data_dir` and `--data_name`) and split it so. They
evaluate every line: {n_short} of these {n_users} users are not evaluated here.
"""


def pairs_readme(name: str, dataset: Dataset) -> str:
    """How the pairs are read."""
    n_shortest = int(np.count_nonzero(dataset.sequences.lengths == MIN_EVALUATED_LENGTH))
    return f"""
`sasrec-pairs/{name}.txt` has a line `user item` for each interaction, user by user in order of time, with numbers from
1 for the ids; `users.csv` and `items.csv` beside it say which number is which id, and scores want the ids back. The
split is not marked in it: a user's last item is the test target, the one before it the validation target, and the rest
is training data; whoever has fewer than {MIN_EVALUATED_LENGTH} items is training data only.

The code of SASRec (kang205/SASRec, as `data/{name}.txt`) and of BERT4Rec (FeiSun/BERT4Rec, `--dataset_name`) reads this
form and splits it so. BERT4Rec's is trained on the validation targets too, and the port pmixer/SASRec.pytorch does not
evaluate users with {MIN_EVALUATED_LENGTH} interactions, of whom there are {n_shortest} here. Each ranks a target among
100 sampled items, so what it prints is not what `seqrec-bench score` gives for its scores.
"""
