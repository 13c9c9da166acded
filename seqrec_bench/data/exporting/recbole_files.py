"""A split as RecBole's atomic files.

RecBole (1.2.1) reads a split of one's own by ``benchmark_filename``: the files ``<dataset>/<dataset>.<part>.inter`` in
its ``data_path``. Its general models want the interactions of each part. Its sequential ones want the samples
themselves, each with the list of items before it, and refuse files without. Its data set has a name of its own here,
since RecBole takes ``ml-100k`` from a folder of its own whatever `data_path` says.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.exporting.split_tables import BLOCK, PARTS, TABS, blocks_at, columns_at, write_table
from seqrec_bench.data.split import Split
from seqrec_bench.recommender import Int64Array

RECBOLE_PARTS = ("train", "valid", "test")
LONGEST_LIST = 50
"""RecBole's own MAX_ITEM_LIST_LENGTH: it would cut the end off a longer list, which is the latest items."""
IMPOSSIBLE = r'[\s"]'
"""A regular expression: an id with this can't be held, since it separates values there or is quoted by RecBole."""

_INTERACTION = {"user_id": "token", "item_id": "token", "timestamp": "float"}
_SAMPLE = {"user_id": "token", "item_id_list": "token_seq", "item_id": "token", "timestamp": "float"}


def write_recbole(
    parent: Path, name: str, dataset: Dataset, split: Split, places: Mapping[str, Int64Array]
) -> list[Path]:
    """Writes them into a folder of that name; the ids have nothing of `IMPOSSIBLE`.

    Args:
        places: As `places_of_parts` has it.
    """
    written = []
    (parent / name).mkdir(parents=True)
    for part, suffix in zip(PARTS, RECBOLE_PARTS, strict=True):
        path = parent / name / f"{name}.{suffix}.inter"
        written.append(write_table(path, _typed(_INTERACTION), TABS, blocks_at(dataset, places[part])))
        path = parent / name / f"{name}.{suffix}_sequences.inter"
        known = {"validation": split.train.lengths, "test": split.test.history.lengths}.get(part)
        written.append(write_table(path, _typed(_SAMPLE), TABS, _samples(dataset, places[part], known)))
    return written


def _typed(columns: Mapping[str, str]) -> list[str]:
    return [f"{name}:{kind}" for name, kind in columns.items()]


def _samples(dataset: Dataset, places: Int64Array, known: Int64Array | None) -> Iterator[dict[str, Any]]:
    """The interactions that have others of their user before them, each with the latest of these.

    Args:
        known: (n_users,) how many of a user's interactions are its targets' history; None for all before each.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    sequences, users = dataset.sequences, dataset.sequences.users
    before = places - sequences.offsets[users[places]] if known is None else known[users[places]]
    last = sequences.offsets[users[places]] + before
    places, last, before = places[before > 0], last[before > 0], np.minimum(before[before > 0], LONGEST_LIST)
    ids = pa.array(dataset.item_ids, pa.string())
    for start in range(0, len(places), BLOCK):
        here, lengths = places[start : start + BLOCK], before[start : start + BLOCK]
        ends = np.cumsum(lengths)
        listed = np.arange(ends[-1]) + np.repeat(last[start : start + BLOCK] - ends, lengths)
        lists = pa.ListArray.from_arrays(
            np.concatenate([[0], ends]).astype(np.int32), ids.take(sequences.items[listed])
        )
        columns = columns_at(dataset, here)
        yield {"user_id": columns.pop("user_id"), "item_id_list": pc.binary_join(lists, " "), **columns}


def recbole_readme(name: str) -> str:
    """How RecBole reads them."""
    return f"""
`recbole/{name}/` has the same as RecBole's atomic files. With `data_path: recbole` and `dataset: {name}`:

- `benchmark_filename: [train, valid, test]` for general models;
- `benchmark_filename: [train_sequences, valid_sequences, test_sequences]`, `alias_of_item_id: [item_id_list]` and
  `load_col: {{inter: [user_id, item_id_list, item_id]}}` for sequential ones. Each sample has the {LONGEST_LIST} latest
  items before it.

RecBole 1.2.1 ranks a user's history too when it evaluates sequential models, and leaves it out for general ones. So
what it prints of a sequential model for a leave-one-out split is what `seqrec-bench score` gives under
`loo-full-seen-v1`, not under `loo-full-v1`, and is not to be held against what it prints of a general one. The scores
that it computes are as good for either protocol.
"""
