from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record
from seqrec_bench.studies.loading import load_study
from seqrec_bench.studies.view import View

N_USERS = 40
SEEDS = (0, 1, 2)


@pytest.fixture(scope="session")
def view() -> View:
    return load_study("chen2020").view()


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Builds a record of the paper's data and protocol, with ranks drawn for its model, variant, dimension and seed."""

    def make(
        model: str,
        dimension: int,
        seed: int = 0,
        *,
        better: list[int] | None = None,
        dataset: str = "ml-100k",
        protocol: str = "loo-full-v1",
        variant: str = "paper",
        fingerprint: str = "0123456789abcdef" * 4,
        tags: str | None = None,
        version: int = 1,
        hyperparameters: dict[str, Any] | None = None,
        deterministic: bool = False,
    ) -> Record:
        drawn = np.random.default_rng([*f"{model} {variant}".encode(), dimension, seed]).integers(0, 120, N_USERS)
        ranks = np.array(drawn if better is None else better, dtype=np.int64)
        test = Ranks(better=ranks, tied=np.ones_like(ranks))
        return Record(
            key=CellKey(dataset, protocol, model, variant, dimension, seed),
            recipe=Recipe(DatasetIdentity(dataset, fingerprint, tags), version, hyperparameters or {}),
            deterministic=deterministic,
            validation=test,
            test=test,
            curve=[],
            seconds={"fit": 1.0, "score": 1.0},
            peak_memory_bytes=1,
            parameters=1,
            environment={},
        )

    return make


@pytest.fixture(scope="session")
def all_records(view: View, make_record: Callable[..., Record]) -> list[Record]:
    """A record of every cell of Table 1 and of the figures, at three seeds."""
    records = [
        make_record(row.model, dimension, seed)
        for row in view.rows
        for dimension in view.figure_dimensions
        for seed in SEEDS
    ]
    for row in view.references:
        seeds = SEEDS if row.dimension else SEEDS[:1]
        records += [make_record(row.model, row.dimension, seed, deterministic=not row.dimension) for seed in seeds]
    return records


@pytest.fixture(scope="session")
def ablation_records(view: View, make_record: Callable[..., Record]) -> list[Record]:
    """A record of AM-LSTM as published and of each of its ablations, at three seeds."""
    variants = ["paper", *[row.variant for row in view.ablations]]
    return [make_record("am-lstm", 100, seed, variant=variant) for variant in variants for seed in SEEDS]
