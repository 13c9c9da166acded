import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.data import Dataset, leave_one_out
from seqrec_bench.errors import InputError, ScoreError
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build, hyperparameters, registered
from seqrec_bench.experiments.cell import FinishedCell, Setting, cell_key, cell_recipe, run_cell
from seqrec_bench.recommender import Epoch, Restorable
from seqrec_bench.records import CellKey, Record
from seqrec_bench.studies.cells import Cell

pytestmark = pytest.mark.usefixtures("unruly")


def run(cell: Cell, dataset: Dataset) -> tuple[Record, list[Epoch]]:
    epochs: list[Epoch] = []
    return finish(cell, dataset, epochs.append).record, epochs


def finish(cell: Cell, dataset: Dataset, report: Callable[[Epoch], None] = lambda epoch: None) -> FinishedCell:
    return run_cell(cell, Setting(dataset, "cpu"), report)


def test_the_record_says_what_was_run_and_what_came_of_it(toy: Dataset) -> None:
    record, epochs = run(Cell("unruly", "short", 0, 3, {"epochs": 2}), toy)
    assert record.key == CellKey("toy", "loo-full-v1", "unruly", "short", 0, 3)
    assert record.recipe.hyperparameters == {"fault": "none", "epochs": 2, "report": "", "says": ""}
    assert record.recipe.dataset.fingerprint == toy.fingerprint
    assert record.curve == epochs
    assert [epoch.number for epoch in epochs] == [1, 2]
    assert (record.parameters, record.deterministic) == (7, False)
    assert record.seconds.keys() == {"fit", "fit_cpu", "score"}
    assert record.peak_memory_bytes > 10_000_000
    assert record.environment["commit"] is None or len(record.environment["commit"].split()[0]) == 40
    json.dumps(record.environment)


def test_the_ranks_are_the_evaluators_and_the_curve_is_on_validation(toy: Dataset) -> None:
    record, epochs = run(Cell("unruly", "paper", 0, 0), toy)
    split = leave_one_out(toy.sequences)
    for holdout, ranks in ((split.validation, record.validation), (split.test, record.test)):
        for row, (user, target) in enumerate(zip(holdout.users, holdout.targets, strict=True)):
            start, end = holdout.history.offsets[user : user + 2]
            seen = set(holdout.history.items[start:end].tolist())
            assert ranks.better[row] == len([item for item in range(target + 1, 13) if item not in seen])
            assert ranks.tied[row] == 1
    for name, value in epochs[-1].validation.items():
        assert value == pytest.approx(metric(record.validation, name).mean())


def test_validation_and_test_are_different_targets_with_different_histories(toy: Dataset) -> None:
    record, _ = run(Cell("sequential-rules", "paper", 0, 0), toy)
    recommender, split = build("sequential-rules", 0, {}), leave_one_out(toy.sequences)
    recommender.fit(split.train, None)  # type: ignore[arg-type]  # a model that only counts needs no context
    assert record.test == rank_targets(recommender, split.test)
    assert record.validation == rank_targets(recommender, split.validation)
    assert record.test != record.validation


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ("Epoch(1, 1.0, {}, 0.5)", "in which numbers are missing"),
        ("Epoch(1, None, context.validate(), 0.5)", "in which numbers are missing"),
        ("Epoch(1, float('nan'), context.validate(), 0.5)", "which is not finite or not epoch 1"),
        ("Epoch(2, 1.0, context.validate(), 0.5)", "which is not finite or not epoch 1"),
    ],
)
def test_epochs_that_no_record_could_hold_stop_the_cell(toy: Dataset, report: str, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        run(Cell("unruly", "odd", 0, 0, {"report": report}), toy)


def test_epochs_in_numpys_numbers_are_plain_numbers_in_the_record(toy: Dataset) -> None:
    report = "Epoch(np.int64(1), np.float32(1.5), {k: np.float32(v) for k, v in context.validate().items()}, 1)"
    record, _ = run(Cell("unruly", "odd", 0, 0, {"report": report}), toy)
    epoch = record.curve[0]
    assert {type(epoch.loss), type(epoch.seconds), *map(type, epoch.validation.values())} == {float}
    assert type(epoch.number) is int


@pytest.mark.parametrize(
    ("fault", "message"),
    [("nan-in-epoch-2", r"^In epoch 2: unruly gave NaN .* 30 of 30"), ("nan-at-the-end", r"^unruly gave NaN")],
)
def test_scores_that_are_not_finite_stop_the_cell(toy: Dataset, fault: str, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        run(Cell("unruly", "odd", 0, 0, {"fault": fault}), toy)


def test_the_recipe_holds_what_decides_the_numbers(toy: Dataset) -> None:
    cell = Cell("fpmc", "paper", 20, 0)
    recipe = cell_recipe(cell, toy)
    assert recipe.hyperparameters["dimension"] == 20
    changed = cell_recipe(replace(cell, settings={"regularisation": 0.5}), toy)
    assert recipe.difference(changed) == "made with regularisation = 0.5, not 0.01"
    other_data = cell_recipe(cell, replace(toy, fingerprint="0" * 64))
    assert recipe.difference(other_data) == "made on other data"


def test_an_impossible_setting_is_an_error_before_anything_is_run(toy: Dataset) -> None:
    with pytest.raises(InputError, match="fpmc has no setting 'epoch'"):
        cell_recipe(Cell("fpmc", "odd", 20, 0, {"epoch": 3}), toy)


def test_a_cells_key_names_its_place(toy: Dataset) -> None:
    path = cell_key(Cell("fpmc", "paper", 20, 1), toy).path()
    assert str(path) == "toy/loo-full-v1/fpmc/paper-d20-s1.json"


def test_one_seed_gives_one_record_and_another_gives_another(toy: Dataset) -> None:
    cell = Cell("fpmc", "short", 4, 0, {"epochs": 2})
    record, again = run(cell, toy)[0], run(cell, toy)[0]
    assert (record.test, record.validation) == (again.test, again.validation)
    assert [epoch.loss for epoch in record.curve] == [epoch.loss for epoch in again.curve]
    other = run(replace(cell, seed=1), toy)[0]
    assert not np.array_equal([epoch.loss for epoch in record.curve], [epoch.loss for epoch in other.curve])


def test_the_weights_are_the_recommenders_state(toy: Dataset) -> None:
    finished = finish(Cell("unruly", "paper", 0, 0), toy)
    assert finished.complaint is None
    assert finished.weights is not None
    assert finished.weights.keys() == {"worst", "ballast"}
    np.testing.assert_array_equal(finished.weights["ballast"], np.arange(1_000_000).reshape(1000, 1000).T)


def test_a_recommender_without_a_state_has_no_weights(toy: Dataset) -> None:
    finished = finish(Cell("popularity", "paper", 0, 0), toy)
    assert (finished.weights, finished.complaint) == (None, None)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("raises-late", r"^ZeroDivisionError: no luck with the state \(module_of_unruly_\S+\.py, line \d+\)$"),
        ("no-array", "^The state has float under 'worst': give NumPy arrays of numbers or booleans.$"),
    ],
)
def test_a_state_that_cant_be_kept_loses_no_result(toy: Dataset, fault: str, complaint: str) -> None:
    finished = finish(Cell("unruly", "odd", 0, 0, {"fault": fault}), toy)
    assert finished.record.test == run(Cell("unruly", "paper", 0, 0), toy)[0].test
    assert finished.weights is None
    assert finished.complaint is not None
    assert re.search(complaint, finished.complaint)


def test_restored_weights_rank_as_the_record_says(toy: Dataset) -> None:
    cell = Cell("fpmc", "short", 4, 0, {"epochs": 2})
    finished = finish(cell, toy)
    assert finished.weights is not None
    restored, split = build(cell.model, cell.dimension, cell.settings), leave_one_out(toy.sequences)
    assert isinstance(restored, Restorable)
    restored.restore(split.train, finished.weights)
    assert rank_targets(restored, split.test) == finished.record.test
    assert rank_targets(restored, split.validation) == finished.record.validation


@pytest.mark.parametrize("model", sorted(set(registered()) - {"unruly"}))
def test_every_model_does_with_data_that_it_can_not_write_to(model: str, toy: Dataset) -> None:
    """As processes get them; a warning of torch's, say, would be an error here."""
    settings = {"epochs": 1} if "epochs" in hyperparameters(build(model, 4, {})) else {}
    setting = Setting(toy, "cpu")
    for sequences in (setting.split.train, setting.split.test.history):
        for array in (sequences.items, sequences.times, sequences.offsets):
            array.flags.writeable = False
    assert len(run_cell(Cell(model, "paper", 4, 0, settings), setting, lambda epoch: None).record.test.better) == 30
