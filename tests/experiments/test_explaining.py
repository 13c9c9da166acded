"""A recorded model put back to be asked about a user."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.explaining import (
    bring_back,
    explain_from_record,
    require_explainable,
    summarise_from_record,
)
from seqrec_bench.records import CellKey, Ranks, Record, Store
from seqrec_bench.studies.cells import Cell

TRAINED = Cell("fpmc", "short", 4, 0, {"epochs": 2})
COUNTED = Cell("sequential-rules", "wide", 0, 0, {"window": 3})


@pytest.fixture
def store(toy: Dataset, tmp_path: Path) -> Store:
    """Holds a model that is trained and one that counts, neither with its usual settings."""
    found = Store(tmp_path / "results")
    for cell in (TRAINED, COUNTED):
        finished = run_cell(cell, setting_under(LOO_FULL, toy, "cpu", found), lambda epoch: None)
        found.save(finished.record, finished.weights)
    return found


def record_of(store: Store, cell: Cell) -> Record:
    found = store.load(CellKey("toy", LOO_FULL, cell.model, cell.variant, cell.dimension, cell.seed))
    assert found is not None
    return found


@pytest.mark.parametrize("cell", [TRAINED, COUNTED], ids=lambda cell: cell.model)
def test_every_user_is_explained_with_the_recorded_rank(toy: Dataset, store: Store, cell: Cell) -> None:
    record = record_of(store, cell)
    trained = bring_back(record.key, toy, store)
    for row, user in enumerate(toy.user_ids.tolist()):
        found = explain_from_record(trained, user, top=20)
        assert found.held_out is not None
        assert (found.held_out.better, found.held_out.tied) == (record.test.better[row], record.test.tied[row])
        assert found.recommendations[found.held_out.better].score == found.held_out.scored.score
        assert (found.key, found.weights) == (record.key, record.weights)


def test_a_trained_model_is_not_fitted_again(toy: Dataset, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fit(*arguments: object) -> None:
        raise AssertionError("it was fitted")

    monkeypatch.setattr("seqrec_baselines.fpmc.FPMC.fit", fit)
    assert summarise_from_record(bring_back(record_of(store, TRAINED).key, toy, store)).parts.keys() == {
        "user",
        "last item",
    }


def test_what_a_record_lacks_is_set_as_it_was_before_there_was_such_a_setting(
    toy: Dataset, store: Store, imply: Callable[..., None]
) -> None:
    record = record_of(store, COUNTED)
    assert record.recipe.hyperparameters
    store.save(replace(record, recipe=replace(record.recipe, hyperparameters={})))
    (name, value), *_ = record.recipe.hyperparameters.items()
    imply(COUNTED.model, **{name: value})
    assert getattr(bring_back(record.key, toy, store).recommender, name) == value


def test_a_rank_other_than_the_recorded_one_is_refused(toy: Dataset, store: Store) -> None:
    trained = bring_back(record_of(store, TRAINED).key, toy, store)
    better = trained.record.test.better.copy()
    better[2] += 1
    spoilt = replace(trained, record=replace(trained.record, test=Ranks(better, trained.record.test.tied)))
    with pytest.raises(InvalidRecordError, match=r"the held-out item of user u2 where .*fpmc/short-d4-s0.json has it"):
        explain_from_record(spoilt, "u2", top=3)
    assert explain_from_record(spoilt, "u3", top=3)
    with pytest.raises(InvalidRecordError, match="the held-out items where"):
        summarise_from_record(spoilt)


def test_without_a_record_it_says_how_to_make_one(toy: Dataset, store: Store) -> None:
    with pytest.raises(MissingCellsError, match=r"no record .*s0\.json: train .* --seeds 0 .* --interactions FILE"):
        bring_back(replace(record_of(store, TRAINED).key, model="caser"), toy, store)


def test_without_a_record_it_names_the_other_runs_of_the_model_and_the_data_as_they_were_given(
    toy: Dataset, store: Store
) -> None:
    key = record_of(store, TRAINED).key
    others = r"but of fpmc there is --variant short --dimension 4 --seeds 0: name one of these, or train the cell by"
    command = r"`seqrec-bench run --models fpmc --dims 9 --seeds 7 --variant short --interactions mine.csv --results "
    with pytest.raises(MissingCellsError, match=f"{others} {command}"):
        bring_back(replace(key, dimension=9, seed=7), toy, store, "--interactions mine.csv")


def test_a_record_made_with_tags_asks_for_them_and_one_without_does_not_take_them(toy: Dataset, store: Store) -> None:
    record = record_of(store, COUNTED)
    with pytest.raises(InputError, match=r"s0\.json was made without item tags: leave --tags away"):
        bring_back(record.key, replace(toy, tags_fingerprint="0" * 64), store)
    tagged = replace(record.recipe.dataset, tags_fingerprint="0" * 64)
    store.save(replace(record, recipe=replace(record.recipe, dataset=tagged)))
    with pytest.raises(InputError, match=r"s0\.json was made with item tags: give them with --tags FILE"):
        bring_back(record.key, toy, store)


def test_without_weights_it_says_how_to_train_them(toy: Dataset, store: Store) -> None:
    next(store.root.rglob("*.safetensors")).unlink()
    with pytest.raises(MissingCellsError, match="weights of fpmc short-d4-s0 are not here"):
        bring_back(record_of(store, TRAINED).key, toy, store)


@pytest.mark.parametrize("cell", [TRAINED, COUNTED], ids=lambda cell: cell.model)
def test_a_record_made_on_other_data_is_refused(toy: Dataset, store: Store, cell: Cell) -> None:
    with pytest.raises(InvalidRecordError, match="was made on other data"):
        bring_back(record_of(store, cell).key, replace(toy, fingerprint="0" * 64), store)


def test_an_unknown_user_is_refused_with_a_guess(toy: Dataset, store: Store) -> None:
    trained = bring_back(record_of(store, TRAINED).key, toy, store)
    with pytest.raises(InputError, match=r"toy has no user 'u33' \(did you mean 'u.*'\?\): give an id .* such as u0"):
        explain_from_record(trained, "u33", top=3)


def test_a_model_that_says_nothing_is_refused_with_those_that_do() -> None:
    with pytest.raises(InputError, match=r"^popularity does not say .*: choose from am-lstm, esasrec, fpmc, item-knn"):
        require_explainable("popularity")
    require_explainable("am-lstm")


def test_a_model_with_neither_attention_nor_parts_has_no_summary(toy: Dataset, store: Store) -> None:
    trained = bring_back(record_of(store, COUNTED).key, toy, store)
    with pytest.raises(InputError, match="sequential-rules wide-d0-s0 has neither attention nor parts"):
        summarise_from_record(trained)
    assert not np.array_equal(trained.record.test.better, record_of(store, TRAINED).test.better)


@pytest.mark.parametrize(
    ("raised", "says"),
    [
        (ValueError("no"), r"^The recommender 'sequential-rules' has failed while it was {}: ValueError: no \("),
        (SystemExit(0), r"^The recommender 'sequential-rules' has called for the end of the process while it was {} "),
    ],
)
@pytest.mark.parametrize(("method", "when"), [("fit", "brought back"), ("score", "explained")])
def test_what_its_code_raises_names_the_model(
    toy: Dataset,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    says: str,
    method: str,
    when: str,
) -> None:
    def fail(*arguments: object) -> None:
        raise raised

    monkeypatch.setattr(f"seqrec_baselines.sequential_rules.SequentialRules.{method}", fail)
    with pytest.raises(InputError, match=says.format(when)):
        explain_from_record(bring_back(record_of(store, COUNTED).key, toy, store), str(toy.user_ids[0]), top=3)
