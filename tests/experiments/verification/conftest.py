import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.verification import cells_of_studies, check_contents, check_store
from seqrec_bench.experiments.verification.completeness import StudyCells
from seqrec_bench.records import Record, Store
from seqrec_bench.records.check import Check
from seqrec_bench.studies.cells import Cell

SEEN, SAMPLED = "loo-full-seen-v1", "loo-uniform100-v1"
BRIEF = Cell("fpmc", "brief", 4, 0, {"epochs": 3})
CELLS = [
    BRIEF,
    replace(BRIEF, seed=1),
    replace(BRIEF, protocol=SEEN),
    replace(BRIEF, protocol=SAMPLED),
    Cell("popularity", "paper", 0, 0),
    Cell("popularity", "paper", 0, 0, protocol=SEEN),
]


@pytest.fixture(scope="session")
def small() -> Dataset:
    """40 users with 7 of 20 items each."""
    sequences = synthetic_sequences(n_users=40, n_items=20, length=7, order=0.8, seed=1)
    users, items = [f"u{user}" for user in sequences.users], [f"i{item}" for item in sequences.items]
    return prepare("small", Interactions.from_rows(users, items, sequences.times), None)


@pytest.fixture(scope="session")
def sound_results(small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results with trained models, of which one was ranked again, and with one that only counts; not to be changed."""
    store = Store(tmp_path_factory.mktemp("sound"))
    for cell in CELLS:
        finished = run_cell(cell, setting_under(cell.protocol, small, "cpu", store), lambda epoch: None)
        store.save(finished.record, finished.weights)
    return store.root


@pytest.fixture
def store(sound_results: Path, tmp_path: Path) -> Store:
    """A copy of them, to be spoilt."""
    return Store(Path(shutil.copytree(sound_results, tmp_path / "results")))


@pytest.fixture
def trained(store: Store) -> Record:
    (record,) = [found for found in store.records() if str(found.key) == str(BRIEF) and found.curve]
    return record


@pytest.fixture(scope="session")
def cells_of() -> dict[str, StudyCells]:
    return cells_of_studies()


@pytest.fixture
def checks_of(small: Dataset, cells_of: dict[str, StudyCells]) -> Callable[[Store], list[Check]]:
    def run(store: Store) -> list[Check]:
        records, checks = check_store(store)
        return checks + check_contents(records, store, {"small": small}, cells_of)

    return run


@pytest.fixture
def faults_of(checks_of: Callable[[Store], list[Check]]) -> Callable[[Store], dict[str, list[str]]]:
    """Runs every check and returns, by the names of those that do not hold, what is wrong."""

    def run(store: Store) -> dict[str, list[str]]:
        return {check.name: list(check.faults) for check in checks_of(store) if check.faults}

    return run
