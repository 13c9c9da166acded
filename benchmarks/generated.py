"""Interactions like those of a large service, generated: items by a power law, users of very unequal activity."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.recommender import Int64Array

N_ITEMS = 50_000
MEAN_LENGTH = 100
"""Interactions a user."""
ZIPF_EXPONENT = 0.8
"""Probability of the k-th item ~ k^-0.8."""
ACTIVITY_SIGMA = 1.0
"""Of the log-normal distribution of users' activity."""
LINES = 100_000
"""Of a file that are made at once."""
FIRST_TIME, N_SECONDS = 1_000_000_000, 500_000_000


@dataclass(frozen=True)
class Generated:
    """Rows in random order; no user has an item twice."""

    users: Int64Array
    """(n_interactions,) numbers from 1."""
    items: Int64Array
    """(n_interactions,) numbers from 1."""
    times: Int64Array
    """(n_interactions,) seconds."""


def generate(n_interactions: int, seed: int = 0) -> Generated:
    """Draws (user, item) pairs until as many different ones are there, and a time for each.

    One user for every 100 interactions; the ids are not numbered by activity or popularity.
    """
    rng = np.random.default_rng(seed)
    n_users = max(1, n_interactions // MEAN_LENGTH)
    activity = np.cumsum(rng.lognormal(sigma=ACTIVITY_SIGMA, size=n_users))
    popularity = np.cumsum(np.arange(1, N_ITEMS + 1) ** -ZIPF_EXPONENT)
    item_ids = rng.permutation(N_ITEMS) + 1
    pairs = np.empty(0, dtype=np.int64)
    while len(pairs) < n_interactions:
        n_draws = n_interactions - len(pairs) + 1_000
        users = _draw(activity, n_draws, rng)
        pairs = _distinct(np.concatenate([pairs, users * N_ITEMS + _draw(popularity, n_draws, rng)]))
    pairs = rng.permutation(pairs)[:n_interactions]
    times = FIRST_TIME + rng.integers(0, N_SECONDS, n_interactions)
    return Generated(users=pairs // N_ITEMS + 1, items=item_ids[pairs % N_ITEMS], times=times)


def generated_dataset(n_interactions: int) -> Dataset:
    """The data set that these interactions make, without the detour over a file."""
    generated = generate(n_interactions)
    user_ids, item_ids = (np.arange(codes.max() + 1).astype(np.str_) for codes in (generated.users, generated.items))
    users, items = generated.users.astype(np.int32), generated.items.astype(np.int32)
    return prepare("generated", Interactions(users, items, generated.times, user_ids, item_ids), None)


def write_files(n_interactions: int, folder: Path) -> dict[str, Path]:
    """Generates interactions and writes them to a file of each form; returns the paths by suffix.

    ``.txt`` has one user a line, with the items in order of time.
    """
    from pyarrow import csv, parquet

    generated = generate(n_interactions)
    table = _table(generated)
    paths = {suffix: folder / f"interactions.{suffix}" for suffix in ("csv", "parquet", "jsonl", "txt")}
    csv.write_csv(table, paths["csv"])
    parquet.write_table(table, paths["parquet"])
    _write_objects(table, paths["jsonl"])
    _write_sequences(generated, paths["txt"])
    return paths


def _write_objects(table: Any, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    with path.open("w", encoding="utf-8") as file:
        for batch in table.to_batches(LINES):
            values = [column.cast(pa.string()) for column in batch.columns]
            names = [f'"{name}": ' for name in batch.schema.names]
            fields = [pc.binary_join_element_wise(name, value, "") for name, value in zip(names, values, strict=True)]
            file.writelines(f"{{{line}}}\n" for line in pc.binary_join_element_wise(*fields, ", ").to_pylist())


def _write_sequences(generated: Generated, path: Path) -> None:
    order = np.lexsort((generated.times, generated.users))
    users, starts = np.unique(generated.users[order], return_index=True)
    with path.open("w", encoding="utf-8") as file:
        for user, items in zip(users.tolist(), np.split(generated.items[order], starts[1:]), strict=True):
            file.write(f"{user} {' '.join(map(str, items.tolist()))}\n")


def _table(interactions: Generated) -> Any:
    import pyarrow as pa

    return pa.table({"user_id": interactions.users, "item_id": interactions.items, "timestamp": interactions.times})


def _draw(cumulative: npt.NDArray[np.float64], n_draws: int, rng: np.random.Generator) -> Int64Array:
    """Numbers from 0, with probabilities in proportion to the steps of `cumulative`."""
    numbers: Int64Array = np.searchsorted(cumulative, rng.random(n_draws) * cumulative[-1], side="right")
    return numbers


def _distinct(codes: Int64Array) -> Int64Array:
    codes.sort()
    distinct: Int64Array = codes[np.append(True, codes[1:] != codes[:-1])]
    return distinct
