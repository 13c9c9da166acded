from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation import parameter_count
from seqrec_bench.evaluation.parameter_count import count_parameters
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.recommender import FitContext, Sequences
from seqrec_bench.records import Store

COMMITTED = Store(Path(__file__).parents[2] / "results")


RECORDED = {key.model for key in COMMITTED.recorded()}


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_extrapolated_counts_are_those_of_the_committed_records(name: str) -> None:
    records = [COMMITTED.load(key) for key in COMMITTED.recorded() if (key.model, key.variant) == (name, "paper")]
    found = {record.key.dimension: record.parameters for record in records if record}
    dimension = min(found)
    assert count_parameters(name, dimension, n_users=943, n_items=1682) == found[dimension]


@pytest.mark.parametrize("name", sorted(registered().keys() - RECORDED))
def test_extrapolated_counts_are_those_of_a_fit_to_data_of_that_size(name: str) -> None:
    dimension = 0 if name in ("v-sknn", "stan") else 10
    assert count_parameters(name, dimension, 50, 64) == parameter_count._count(name, dimension, 50, 64)


@dataclass
class Squares:
    n_parameters: int = 0
    name: ClassVar[str] = "squares"

    def fit(self, train: Sequences, context: FitContext) -> None:
        self.n_parameters = train.n_users * train.n_items


def test_a_count_that_is_not_linear_in_users_and_items_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter_count, "build", lambda *_: Squares())
    assert count_parameters("squares", 10, 943, 1682) is None


@pytest.mark.parametrize(
    ("outcome", "complaint"),
    [
        (SystemExit(0), "'squares' has called for the end of the process while it was fitted to count its parameters"),
        (ValueError("no"), r"^squares can't be fitted to 20 users and 30 items, .* \(ValueError: no\)"),
        (1.5, "has 1.5 for n_parameters: give a whole number from 0"),
        (2**63, "for n_parameters: give a whole number from 0"),
    ],
)
def test_a_model_that_can_not_be_counted_is_named(
    monkeypatch: pytest.MonkeyPatch, outcome: BaseException | float, complaint: str
) -> None:
    class Fails(Squares):
        def fit(self, train: Sequences, context: FitContext) -> None:
            if isinstance(outcome, BaseException):
                raise outcome
            self.n_parameters = outcome  # type: ignore[assignment]

    monkeypatch.setattr(parameter_count, "build", lambda *_: Fails())
    with pytest.raises(InputError, match=complaint):
        count_parameters("squares", 10, 943, 1682)
