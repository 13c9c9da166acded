"""A split as files for other systems, in several formats, with the raw ids and a page that says how each is used."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.exporting import recbole_files, sequence_files
from seqrec_bench.data.exporting.recbole_files import recbole_readme, write_recbole
from seqrec_bench.data.exporting.sequence_files import (
    is_leave_one_out,
    pairs_readme,
    sequences_readme,
    write_pairs,
    write_sequences,
)
from seqrec_bench.data.exporting.split_tables import (
    PARTS,
    QUOTED,
    blocks_at,
    csv_style,
    ids_have,
    places_of_parts,
    write_parquet,
    write_table,
)
from seqrec_bench.data.split import Split
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int64Array
from seqrec_bench.text import listed

FORMATS = ("csv", "parquet", "recbole", "sequences", "sasrec-pairs")
UNASKED = ("csv", "recbole")
"""What is written where no format is asked for; of them RecBole's only where it can hold the ids."""
COLUMNS = ("user_id", "item_id", "timestamp")


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


def read_formats(names: Sequence[str]) -> tuple[str, ...]:
    """The formats that are named, several in one name with commas between them, each once, in the order of `FORMATS`.

    Raises:
        InputError: There is no such format.
    """
    wanted = {each for name in names for each in name.split(",")}
    if unknown := sorted(wanted - {*FORMATS}):
        raise InputError(f"There is no format {unknown[0]!r} of a split: choose from {listed(FORMATS)}.")
    return tuple(name for name in FORMATS if name in wanted)


def write_split(
    folder: Path, dataset: Dataset, split: Split, labels: Labels, formats: Sequence[str] | None = None
) -> list[Path]:
    """Writes the files into a new folder and returns them.

    Args:
        dataset: Arranged as the protocol has it.
        formats: Some of `FORMATS`; None for `UNASKED`.

    Raises:
        InputError: The folder holds something already, or a format that was asked for can't hold the split or the ids.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already: name a new or an empty folder with --split.")
    chosen = _possible(dataset) if formats is None else tuple(formats)
    _require_possible(chosen, dataset, split, labels)
    folder.mkdir(parents=True, exist_ok=True)
    places, name = places_of_parts(dataset, split), f"{dataset.name}-{labels.protocol}"
    written = _write_parts(folder, chosen, dataset, places)
    written += [_write_users(folder / "users.csv", dataset, split), _write_items(folder / "items.csv", dataset, split)]
    if "recbole" in chosen:
        written += write_recbole(folder / "recbole", name, dataset, split, places)
    if "sequences" in chosen:
        written += write_sequences(folder / "sequences", name, dataset)
    if "sasrec-pairs" in chosen:
        written += write_pairs(folder / "sasrec-pairs", name, dataset)
    facts = _facts(dataset, split, labels, chosen) | ({} if formats is None else {"formats": list(chosen)})
    readme = _readme(facts, labels, chosen, dataset, asked=formats is not None)
    for file, text in (("split.json", json.dumps(facts, indent=2) + "\n"), ("README.md", readme)):
        (folder / file).write_text(text, encoding="utf-8")
        written.append(folder / file)
    return written


def _possible(dataset: Dataset) -> tuple[str, ...]:
    """Of `UNASKED` those that can hold the ids."""
    return UNASKED[:1] if ids_have(dataset, recbole_files.IMPOSSIBLE) else UNASKED


def _require_possible(formats: Sequence[str], dataset: Dataset, split: Split, labels: Labels) -> None:
    """Raises `InputError` for a format that can't hold the split or the ids."""
    unmarked = [name for name in ("sequences", "sasrec-pairs") if name in formats]
    if unmarked and not is_leave_one_out(dataset, split):
        raise InputError(
            f"--format {unmarked[0]} has whole sequences, whose last two items are the targets, and {labels.protocol} "
            "has others: choose csv, parquet or recbole, or a protocol that leaves one out."
        )
    if "recbole" in formats and ids_have(dataset, recbole_files.IMPOSSIBLE):
        raise InputError(
            f"An id of {dataset.name} has a space or a quotation mark in it, which RecBole's files can't hold: leave "
            "recbole out of --format, or give other ids."
        )
    if "sequences" in formats and ids_have(dataset, sequence_files.IMPOSSIBLE):
        raise InputError(
            f"An id of {dataset.name} has a space in it, which separates ids in lines of sequences: leave sequences "
            "out of --format (sasrec-pairs has numbers for ids), or give other ids."
        )


def _write_parts(
    folder: Path, formats: Sequence[str], dataset: Dataset, places: Mapping[str, Int64Array]
) -> list[Path]:
    written = []
    if "csv" in formats:
        style = csv_style(dataset)
        for part in PARTS:
            written.append(write_table(folder / f"{part}.csv", COLUMNS, style, blocks_at(dataset, places[part])))
    if "parquet" in formats:
        written += [write_parquet(folder / f"{part}.parquet", blocks_at(dataset, places[part])) for part in PARTS]
    return written


def _write_users(path: Path, dataset: Dataset, split: Split) -> Path:
    evaluated = np.isin(np.arange(len(dataset.user_ids)), split.test.evaluated).astype(np.int64)
    columns = {"user_id": dataset.user_ids, "n_train": split.train.lengths, "evaluated": evaluated}
    return write_table(path, list(columns), csv_style(dataset), [columns])


def _write_items(path: Path, dataset: Dataset, split: Split) -> Path:
    columns: dict[str, Any] = {"item_id": dataset.item_ids[1:], "n_train": split.train.item_counts[1:]}
    if dataset.item_titles is not None:
        columns["title"] = np.array(dataset.item_titles[1:], dtype=np.str_)
    return write_table(path, list(columns), QUOTED, [columns])


def _facts(dataset: Dataset, split: Split, labels: Labels, formats: Sequence[str]) -> dict[str, Any]:
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
        "recbole": "recbole" in formats,
        "terms": labels.terms,
    }


def _target_counts(split: Split) -> dict[str, int]:
    """How many targets there are, where some user has several or others validate than test."""
    if not split.test.names_users:
        return {}
    return {"validation_targets": len(split.validation.users), "test_targets": len(split.test.users)}


def _readme(facts: Mapping[str, Any], labels: Labels, formats: Sequence[str], dataset: Dataset, asked: bool) -> str:
    name = f"{facts['dataset']}-{facts['protocol']}"
    sections = []
    if "recbole" in formats:
        sections.append(recbole_readme(name))
    elif not asked:
        sections.append(
            "\nThere are no files for RecBole: an id has a space or a quotation mark in it, which these can't hold.\n"
        )
    if "sequences" in formats:
        sections.append(sequences_readme(name, dataset, facts["users"]))
    if "sasrec-pairs" in formats:
        sections.append(pairs_readme(name, dataset))
    parts = _parts_readme(facts, formats, dataset).lstrip()
    return f"""# The split of {facts["dataset"]} under {facts["protocol"]}

Written by seqrec-bench {facts["seqrec-bench"]}. {labels.terms}

{parts}- `users.csv` and `items.csv`: who and what there is. {labels.candidates}
- `split.json`: the same facts for programs.
{"".join(sections)}
Give every evaluated user's scores for all items, as columns user_id, item_id and score, to this command, in which files
are named as they were when the split was written:

```sh
seqrec-bench score test-scores.csv --validation validation-scores.csv --name their-system {labels.score_options}
```
"""


def _parts_readme(facts: Mapping[str, Any], formats: Sequence[str], dataset: Dataset) -> str:
    """What the files of the parts are, if there are any."""
    suffixes = [suffix for suffix in ("csv", "parquet") if suffix in formats]
    if not suffixes:
        return ""
    train, validation, test = (" and ".join(f"`{part}.{suffix}`" for suffix in suffixes) for part in PARTS)
    history, latest = (f"`{part}.{suffixes[0]}`" for part in PARTS[:2])
    order = "" if dataset.has_times else " These data have no times: `timestamp` is a row's place in that order."
    validating, testing = _targets_in_words(facts)
    return f"""
- {train}: what a system may learn from. Rows stand user by user, each in order of time.{order}
- {validation}: {validating}, whose history is in {history}.
- {test}: {testing}, whose history is in {history} and then in {latest}.
  Systems are not trained again on the latter.{_SEVERAL if "test_targets" in facts else ""}
"""


_SEVERAL = """
  A user's targets are ranked one by one, each without the others; an item that stands twice for a user is one."""


def _targets_in_words(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What the targets of the validation and of the test are."""
    n_users = facts["evaluated_users"]
    if "test_targets" not in facts:
        return f"one target for each of {n_users} users", "one target for each of the same users"
    return f"{facts['validation_targets']} targets", f"{facts['test_targets']} targets of {n_users} users"
