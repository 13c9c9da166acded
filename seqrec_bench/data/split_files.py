"""A split as files for other systems: plain csv, and RecBole's atomic files, with the raw ids.

RecBole (1.2.1) reads a split of one's own by ``benchmark_filename``: the files ``<dataset>/<dataset>.<part>.inter`` in
its ``data_path``. Its general models want the interactions of each part. Its sequential ones want the samples
themselves, each with the list of items before it, and refuse files without. Its data set has a name of its own here,
since RecBole takes ``ml-100k`` from a folder of its own whatever `data_path` says.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.split import Split
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int64Array

PARTS = ("train", "validation", "test")
RECBOLE_PARTS = ("train", "valid", "test")
LONGEST_LIST = 50
"""RecBole's own MAX_ITEM_LIST_LENGTH: it would cut the end off a longer list, which is the latest items."""
BLOCK = 2**16
"""Samples whose lists are made at once."""


class Style(NamedTuple):
    """How values stand in a row."""

    delimiter: str
    quoting: str
    """As Arrow calls it."""


QUOTED, TABS = Style(",", "needed"), Style("\t", "none")
"""Arrow quotes every text; so csv files have none where the ids do without."""

_INTERACTION = {"user_id": "token", "item_id": "token", "timestamp": "float"}
_SAMPLE = {"user_id": "token", "item_id_list": "token_seq", "item_id": "token", "timestamp": "float"}


@dataclass(frozen=True)
class Labels:
    """What the files say of themselves."""

    protocol: str
    version: str
    """Of the bench."""
    terms: str
    """What the data may be used for."""
    score_options: str
    """What `seqrec-bench score` has to be told of the data and the protocol."""
    candidates: str = "Every item is ranked but those of the user's history."
    """What is ranked, in a sentence."""


def write_split(folder: Path, dataset: Dataset, split: Split, labels: Labels) -> list[Path]:
    """Writes the files into a new folder and returns them.

    Args:
        dataset: Arranged as the protocol has it.

    Raises:
        InputError: The folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already: name a new or an empty folder with --split.")
    folder.mkdir(parents=True, exist_ok=True)
    places = _places(dataset, split)
    written = [
        *(
            _write_interactions(folder / f"{part}.csv", list(_INTERACTION), _csv_style(dataset), dataset, places[part])
            for part in PARTS
        ),
        _write_users(folder / "users.csv", dataset, split),
        _write_items(folder / "items.csv", dataset, split),
        *_write_recbole(folder / "recbole", f"{dataset.name}-{labels.protocol}", dataset, split, places),
    ]
    facts = _facts(dataset, split, labels, recbole=len(written) > len(PARTS) + 2)
    for name, text in (("split.json", json.dumps(facts, indent=2) + "\n"), ("README.md", _readme(facts, labels))):
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def _places(dataset: Dataset, split: Split) -> dict[str, Int64Array]:
    """Where each part's interactions stand among all, user by user; a history is the beginning of its sequence.

    Of a given split, all its interactions, those that are no further target among them too.
    """
    trained, known = split.train.lengths, split.test.history.lengths
    ends = dataset.sequences.lengths if dataset.given else known + np.isin(np.arange(len(known)), split.test.users)
    bounds = {"train": (np.zeros_like(trained), trained), "validation": (trained, known), "test": (known, ends)}
    return {part: _between(dataset.sequences.offsets[:-1], *both) for part, both in bounds.items()}


def _between(offsets: Int64Array, first: Int64Array, last: Int64Array) -> Int64Array:
    """The places from each user's `first` to its `last`, exclusively, counted from its offset; user by user."""
    counts = last - first
    places: Int64Array = np.arange(counts.sum()) + np.repeat(offsets + first - (np.cumsum(counts) - counts), counts)
    return places


def _columns(dataset: Dataset, places: Int64Array) -> dict[str, npt.NDArray[Any]]:
    sequences = dataset.sequences
    return {
        "user_id": dataset.user_ids[sequences.users[places]],
        "item_id": dataset.item_ids[sequences.items[places]],
        "timestamp": sequences.times[places],
    }


def _write_interactions(path: Path, header: Sequence[str], style: Style, dataset: Dataset, places: Int64Array) -> Path:
    pieces = (places[start : start + BLOCK] for start in range(0, len(places), BLOCK))
    return _write_table(path, header, style, (_columns(dataset, piece) for piece in pieces))


def _write_users(path: Path, dataset: Dataset, split: Split) -> Path:
    evaluated = np.isin(np.arange(len(dataset.user_ids)), split.test.evaluated).astype(np.int64)
    columns = {"user_id": dataset.user_ids, "n_train": split.train.lengths, "evaluated": evaluated}
    return _write_table(path, list(columns), _csv_style(dataset), [columns])


def _write_items(path: Path, dataset: Dataset, split: Split) -> Path:
    columns: dict[str, Any] = {"item_id": dataset.item_ids[1:], "n_train": split.train.item_counts[1:]}
    if dataset.item_titles is not None:
        columns["title"] = np.array(dataset.item_titles[1:], dtype=np.str_)
    return _write_table(path, list(columns), QUOTED, [columns])


def _csv_style(dataset: Dataset) -> Style:
    return QUOTED if _ids_have(dataset, r'[,"\r\n]') else Style(",", "none")


def _ids_have(dataset: Dataset, pattern: str) -> bool:
    ids = [*dataset.user_ids.tolist(), *dataset.item_ids.tolist()]
    return any(re.search(pattern, identifier) for identifier in ids)


def _write_recbole(
    parent: Path, name: str, dataset: Dataset, split: Split, places: Mapping[str, Int64Array]
) -> list[Path]:
    """The atomic files; none where a raw id has what separates values in them, or is quoted by it."""
    if _ids_have(dataset, r'[\s"]'):
        return []
    written = []
    (parent / name).mkdir(parents=True)
    for part, suffix in zip(PARTS, RECBOLE_PARTS, strict=True):
        path = parent / name / f"{name}.{suffix}.inter"
        written.append(_write_interactions(path, _typed(_INTERACTION), TABS, dataset, places[part]))
        path = parent / name / f"{name}.{suffix}_sequences.inter"
        known = {"validation": split.train.lengths, "test": split.test.history.lengths}.get(part)
        written.append(_write_table(path, _typed(_SAMPLE), TABS, _samples(dataset, places[part], known)))
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
    ends_of_history = sequences.offsets[users[places]] + before
    places, ends_of_history = places[before > 0], ends_of_history[before > 0]
    before = np.minimum(before[before > 0], LONGEST_LIST)
    ids = pa.array(dataset.item_ids, pa.string())
    for start in range(0, len(places), BLOCK):
        here, lengths = places[start : start + BLOCK], before[start : start + BLOCK]
        ends = np.cumsum(lengths)
        listed = np.arange(ends[-1]) + np.repeat(ends_of_history[start : start + BLOCK] - ends, lengths)
        lists = pa.ListArray.from_arrays(
            np.concatenate([[0], ends]).astype(np.int32), ids.take(sequences.items[listed])
        )
        columns = _columns(dataset, here)
        yield {"user_id": columns.pop("user_id"), "item_id_list": pc.binary_join(lists, " "), **columns}


def _write_table(path: Path, header: Sequence[str], style: Style, blocks: Iterable[Mapping[str, Any]]) -> Path:
    """Writes the header as it is, then the blocks' columns."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, delimiter=style.delimiter, quoting_style=style.quoting)
    with path.open("wb") as file:
        file.write((style.delimiter.join(header) + "\n").encode())
        for block in blocks:
            csv.write_csv(pa.table({name: pa.array(values) for name, values in block.items()}), file, options)
    return path


def _facts(dataset: Dataset, split: Split, labels: Labels, recbole: bool) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "protocol": labels.protocol,
        "seqrec-bench": labels.version,
        "users": len(dataset.user_ids),
        "items": dataset.sequences.n_items,
        "train_interactions": split.train.n_interactions,
        "evaluated_users": len(split.test.evaluated),
        **_target_counts(split),
        "recbole": recbole,
        "terms": labels.terms,
    }


def _target_counts(split: Split) -> dict[str, int]:
    """How many targets there are, where some user has several or others validate than test."""
    if not split.test.names_users:
        return {}
    return {"validation_targets": len(split.validation.users), "test_targets": len(split.test.users)}


def _parts_in_words(facts: Mapping[str, Any]) -> str:
    n_users = facts["evaluated_users"]
    if "test_targets" not in facts:
        return f"""- `validation.csv`: one target for each of {n_users} users, whose history is in `train.csv`.
- `test.csv`: one target for each of the same users, whose history is in `train.csv` and then in `validation.csv`."""
    return f"""- `validation.csv`: {facts["validation_targets"]} targets, whose history is in `train.csv`.
- `test.csv`: {facts["test_targets"]} targets of {n_users} users, whose history is in `train.csv` and
  then in `validation.csv`. A user's targets are ranked one by one, each without the others. An item that stands twice
  for a user is one target."""


def _readme(facts: Mapping[str, Any], labels: Labels) -> str:
    name = f"{facts['dataset']}-{facts['protocol']}"
    recbole = f"""
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
    without = "\nThere are no files for RecBole: an id has a space or a quotation mark in it, which these can't hold.\n"
    return f"""# The split of {facts["dataset"]} under {facts["protocol"]}

Written by seqrec-bench {facts["seqrec-bench"]}. {labels.terms}

- `train.csv`: what a system may learn from. Rows stand user by user, each in order of time.
{_parts_in_words(facts)}
  Systems are not trained again on the latter.
- `users.csv` and `items.csv`: who and what there is. {labels.candidates}
- `split.json`: the same facts for programs.
{recbole if facts["recbole"] else without}
Give every evaluated user's scores for all items, as columns user_id, item_id and score, to this command, in which files
are named as they were when the split was written:

```sh
seqrec-bench score test-scores.csv --validation validation-scores.csv --name their-system {labels.score_options}
```
"""
