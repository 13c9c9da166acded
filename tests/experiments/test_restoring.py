"""Cells of protocols that rank trained models again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.evaluation.metrics import validation_figures
from seqrec_bench.evaluation.protocols import LOO_FULL, PROTOCOLS
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.cell import FinishedCell, run_cell, setting_under
from seqrec_bench.experiments.run import make_plan
from seqrec_bench.recommender import FitContext, Sequences
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.cells import Cell

SEEN = "loo-full-seen-v1"
RANKED_AGAIN = [name for name, protocol in PROTOCOLS.items() if protocol.base]
BASE = Cell("fpmc", "short", 4, 0, {"epochs": 2})


def finish(cell: Cell, dataset: Dataset, store: Store) -> FinishedCell:
    return run_cell(cell, setting_under(cell.protocol, dataset, "cpu", store), lambda epoch: None)


@pytest.fixture
def store(toy: Dataset, tmp_path: Path) -> Store:
    """Holds the trained model."""
    found = Store(tmp_path / "results")
    finished = finish(BASE, toy, found)
    found.save(finished.record, finished.weights)
    return found


@pytest.fixture
def trained(store: Store) -> Record:
    (record,) = store.records()
    return record


@pytest.fixture
def no_fit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, fitting is an error."""

    def fit(self: object, train: Sequences, context: FitContext) -> None:
        raise AssertionError("it was fitted")

    monkeypatch.setattr(type(build("fpmc", 4, {})), "fit", fit)


def remove_weights(store: Store) -> None:
    (path,) = store.root.rglob("*.safetensors")
    path.unlink()


@pytest.mark.parametrize("name", RANKED_AGAIN)
def test_ranks_are_those_of_the_model_in_memory(name: str, toy: Dataset, store: Store) -> None:
    recommender, split = build(BASE.model, BASE.dimension, BASE.settings), PROTOCOLS[LOO_FULL].hold_out(toy)

    def validate() -> dict[str, float]:
        return validation_figures(rank_targets(recommender, split.validation))

    recommender.fit(split.train, FitContext(BASE.seed, "cpu", validate, lambda epoch: None))
    again = PROTOCOLS[name].hold_out(toy)
    found = finish(replace(BASE, protocol=name), toy, store).record
    assert found.test == rank_targets(recommender, again.test)
    assert found.validation == rank_targets(recommender, again.validation)


@pytest.mark.usefixtures("no_fit")
def test_nothing_is_trained_and_the_record_names_the_weights(toy: Dataset, store: Store, trained: Record) -> None:
    finished = finish(replace(BASE, protocol=SEEN), toy, store)
    record = finished.record
    assert record.key == replace(trained.key, protocol=SEEN)
    assert record.recipe == trained.recipe
    assert (list(record.curve), finished.weights, finished.complaint) == ([], None, None)
    assert record.weights == trained.weights is not None
    assert record.parameters == trained.parameters
    store.save(record)
    assert store.load(record.key) == record
    assert store.load_weights(trained)


def test_a_model_without_a_state_is_fitted(toy: Dataset, tmp_path: Path) -> None:
    record = finish(Cell("popularity", "paper", 0, 0, protocol=SEEN), toy, Store(tmp_path / "nothing")).record
    assert record.weights is None
    fitted = build("popularity", 0, {})
    split = PROTOCOLS[SEEN].hold_out(toy)
    fitted.fit(split.train, None)  # type: ignore[arg-type]  # a model that only counts needs no context
    assert record.test == rank_targets(fitted, split.test)


def test_without_a_record_nothing_is_ranked(toy: Dataset, tmp_path: Path) -> None:
    with pytest.raises(MissingCellsError, match=r"There is no record .*/loo-full-v1/fpmc/short-d4-s0\.json"):
        finish(replace(BASE, protocol=SEEN), toy, Store(tmp_path / "nothing"))


def test_without_weights_nothing_is_ranked(toy: Dataset, store: Store) -> None:
    remove_weights(store)
    with pytest.raises(MissingCellsError, match=r"weights of fpmc short-d4-s0 are not here .* train the cell"):
        finish(replace(BASE, protocol=SEEN), toy, store)


def test_a_record_that_was_stored_without_weights_is_refused(toy: Dataset, store: Store, trained: Record) -> None:
    store.save(replace(trained, weights=None))
    with pytest.raises(InputError, match="was stored without weights"):
        finish(replace(BASE, protocol=SEEN), toy, store)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda recipe: replace(recipe, version=9), "was made by version 9 of the model"),
        (lambda recipe: replace(recipe, dataset=replace(recipe.dataset, fingerprint="0" * 64)), "made on other data"),
    ],
)
def test_a_stale_record_is_refused_and_named(
    toy: Dataset, store: Store, trained: Record, change: Callable, reason: str
) -> None:
    store.save(replace(trained, recipe=change(trained.recipe)))
    with pytest.raises(InvalidRecordError, match=reason) as error:
        finish(replace(BASE, protocol=SEEN), toy, store)
    assert str(store.path(trained.key)) in str(error.value)


def test_what_was_ranked_again_is_done_until_the_weights_are_others(
    toy: Dataset, store: Store, trained: Record
) -> None:
    cell = replace(BASE, protocol=SEEN)
    store.save(finish(cell, toy, store).record)
    assert make_plan([cell], store, toy, fresh=False).done == [cell]
    store.save(trained, {"other": np.zeros(1)})
    stale = make_plan([cell], store, toy, fresh=False).stale
    assert stale == [(cell, "made with other weights than those of loo-full-v1")]


def test_a_record_whose_base_is_not_here_is_done(toy: Dataset, store: Store, trained: Record) -> None:
    cell = replace(BASE, protocol=SEEN)
    store.save(finish(cell, toy, store).record)
    store.path(trained.key).unlink()
    assert make_plan([cell], store, toy, fresh=False).done == [cell]


@pytest.fixture
def tied(toy: Dataset) -> Dataset:
    """All of a user's interactions at one time, but for the first three."""
    times = np.where(np.arange(8) < 3, np.arange(8), 3)
    return replace(toy, sequences=replace(toy.sequences, times=np.tile(times, 30)))


def test_another_order_of_ties_is_trained_on_and_known_by_its_fingerprint(tied: Dataset, store: Store) -> None:
    cell = replace(BASE, protocol="loo-full-reversed-ties-v1")
    finished = finish(cell, tied, store)
    assert finished.weights is not None
    assert len(finished.record.curve) == 2
    reversed_data = PROTOCOLS[cell.protocol].arrange(tied)
    assert finished.record.recipe.dataset.fingerprint == reversed_data.fingerprint != tied.fingerprint
    store.save(finished.record, finished.weights)
    assert make_plan([cell], store, tied, fresh=False).done == [cell]
