from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


@pytest.fixture
def record() -> Record:
    """A record in which no field is empty."""
    return Record(
        key=CellKey("toy", "loo-full-v1", "caser", "paper", dimension=100, seed=3),
        recipe=Recipe(DatasetIdentity("toy", "f" * 64, "7" * 64), 2, {"dimension": 100, "heights": [2, 3], "l2": 1e-6}),
        deterministic=False,
        validation=Ranks(better=np.array([0, 7, 2]), tied=np.array([1, 1, 4])),
        test=Ranks(better=np.array([5, 0, 1681]), tied=np.array([1, 3, 1])),
        curve=[Epoch(1, 6.25, {"NDCG@50": 0.125}, 1.5), Epoch(2, 5.5, {"NDCG@50": 0.25}, 1.25)],
        seconds={"fit": 2.75, "score": 0.5},
        peak_memory_bytes=300_000_000,
        parameters=1_000,
        environment={"numpy": "2.1.0", "threads": 1},
        targets=TargetFacts(fewest=1_650, most=1_682, tied=1, untrained=0, repeated=np.array([0, 1])),
    )


@pytest.fixture
def record_of(record: Record) -> Callable[[CellKey], Record]:
    """Builds the same record under another key."""

    def build(key: CellKey) -> Record:
        return replace(record, key=key, recipe=replace(record.recipe, dataset=DatasetIdentity(key.dataset, "f", None)))

    return build
