from dataclasses import dataclass
from pathlib import Path

import pytest

from seqrec_bench.evaluation import parameter_count
from seqrec_bench.evaluation.parameter_count import count_parameters
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.recommender import FitContext, Sequences
from seqrec_bench.records import Store

COMMITTED = Store(Path(__file__).parents[2] / "results")


@pytest.mark.parametrize("name", list(registered()))
def test_extrapolated_counts_are_those_of_the_committed_records(name: str) -> None:
    records = [COMMITTED.load(key) for key in COMMITTED.recorded() if (key.model, key.variant) == (name, "paper")]
    found = {record.key.dimension: record.parameters for record in records if record}
    dimension = min(found)
    assert count_parameters(name, dimension, n_users=943, n_items=1682) == found[dimension]


@dataclass
class Squares:
    n_parameters: int = 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self.n_parameters = train.n_users * train.n_items


def test_a_count_that_is_not_linear_in_users_and_items_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter_count, "build", lambda *_: Squares())
    assert count_parameters("squares", 10, 943, 1682) is None
