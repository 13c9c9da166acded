"""Cells that are drawn and run again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import ExitCode
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.verification.retraining import (
    cells_to_train,
    check_quick,
    check_retrained,
    draw,
    environment_difference,
    quick,
)
from seqrec_bench.records import CellKey, Ranks, Record, Store

Again = Callable[[list[Record]], dict[CellKey, Record]]


@pytest.fixture
def again(small: Dataset, tmp_path: Any) -> Again:
    """Runs the cells of these records once more, here."""

    def run(drawn: list[Record]) -> dict[CellKey, Record]:
        store = Store(tmp_path / "again")
        for cell in cells_to_train(drawn):
            finished = run_cell(cell, setting_under(cell.protocol, small, "cpu", store), lambda epoch: None)
            store.save(finished.record, finished.weights)
        return {record.key: record for record in store.records()}

    return run


def of_fpmc(store: Store, protocol: str) -> Record:
    return next(found for found in store.records() if (found.key.model, found.key.protocol) == ("fpmc", protocol))


def test_a_draw_is_a_function_of_its_seed_and_all_records_come_up(store: Store, small: Dataset) -> None:
    records = store.records()
    assert draw(records, {"small": small}, 2, 7) == draw(records[::-1], {"small": small}, 2, 7)
    drawn = {record.key for seed in range(6) for record in draw(records, {"small": small}, 3, seed)}
    assert drawn == {record.key for record in records}


@pytest.mark.parametrize(
    "change",
    [
        lambda record: replace(record, recipe=replace(record.recipe, version=9)),
        lambda record: replace(record, key=replace(record.key, protocol="loo-full-v9")),
        lambda record: replace(record, key=replace(record.key, model="gone")),
        lambda record: replace(record, key=replace(record.key, dataset="elsewhere")),
        lambda record: replace(record, recipe=replace(record.recipe, hyperparameters={"luck": 1})),
    ],
)
def test_what_this_software_can_not_make_is_not_drawn(
    trained: Record, small: Dataset, change: Callable[[Record], Record]
) -> None:
    assert draw([trained], {"small": small}, 1, 0) == [trained]
    assert draw([change(trained)], {"small": small}, 1, 0) == []


def test_a_setting_that_a_record_lacks_is_trained_as_it_was_before_there_was_one(
    trained: Record, small: Dataset, again: Again, imply: Callable[..., None]
) -> None:
    imply("fpmc", epochs=3)
    has = {name: value for name, value in trained.recipe.hyperparameters.items() if name != "epochs"}
    early = replace(trained, recipe=replace(trained.recipe, hyperparameters=has))
    assert draw([early], {"small": small}, 1, 0) == [early]
    assert [cell.settings for cell in cells_to_train([early])] == [{"epochs": 3}]
    assert check_retrained([early], again([early]), {}).n_passed == 1


def test_what_was_ranked_again_is_trained_first(store: Store) -> None:
    base, seen = cells_to_train([of_fpmc(store, "loo-full-seen-v1")])
    assert (base.protocol, seen.protocol) == ("loo-full-v1", "loo-full-seen-v1")
    assert base.settings == seen.settings == {"epochs": 3}
    assert len(cells_to_train(store.records())) == 6


def test_seeds_that_were_chosen_and_renumbered_are_seen_by_training_alone(
    store: Store, trained: Record, again: Again, faults_of: Callable[[Store], dict[str, list[str]]]
) -> None:
    first, second = (store.path(replace(trained.key, seed=seed)) for seed in (0, 1))
    first.unlink()
    second.rename(first)
    first.write_text(first.read_text().replace('"seed": 1', '"seed": 0'))
    for weights in store.root.glob(f"small/loo-full-v1/fpmc/{second.stem}.*"):
        weights.rename(weights.with_name(weights.name.replace(second.stem, first.stem)))
    for protocol in ("loo-full-seen-v1", "loo-uniform100-v1"):  # which were ranked with the first one's weights
        store.path(replace(trained.key, protocol=protocol)).unlink()
    first.with_name(f"{first.stem}.{trained.weights[:16]}.safetensors").unlink()  # type: ignore[index]
    assert faults_of(store) == {}
    (renumbered,) = [record for record in store.records() if record.curve]
    check = check_retrained([renumbered], again([renumbered]), {})
    assert check.code is ExitCode.FALLS_SHORT
    assert "fpmc/brief-d4-s0.json: " in check.faults[0]


@pytest.mark.parametrize(
    ("change", "is_quick"),
    [
        (lambda record: record, True),
        (lambda record: replace(record, seconds={"fit": 9.0, "fit_cpu": 9.0, "score": 1.0}), True),
        (lambda record: replace(record, seconds={"fit": 9.0, "score": 2.0}), False),
        (lambda record: replace(record, recipe=replace(record.recipe, version=9)), False),
        (lambda record: replace(record, key=replace(record.key, dataset="elsewhere")), False),
    ],
    ids=["a model that counts", "one of ten seconds", "a long one", "another version", "other data"],
)
def test_deterministic_models_that_take_seconds_are_run_again_unasked_and_others_counted(
    store: Store, small: Dataset, trained: Record, again: Again, change: Callable[[Record], Record], is_quick: bool
) -> None:
    counted = next(record for record in store.records() if record.key.model == "popularity")
    records = [change(counted), trained]
    chosen = quick(records, {"small": small})
    assert chosen == records[:1] * is_quick
    check = check_quick(records, chosen, again(chosen) if chosen else {}, {})
    assert (check.n_passed, check.faults) == (int(is_quick), [])
    assert [note[:46] for note in check.notes] == ["Not run again unasked: 1 records of determinis"] * (not is_quick)


def test_all_cells_of_sound_results_come_out_the_same(store: Store, again: Again) -> None:
    records = store.records()
    check = check_retrained(records, again(records), {})
    assert (check.n_passed, list(check.faults)) == (6, [])
    assert sum("and the weights too" in note for note in check.notes) == 4


def test_an_edited_test_rank_is_found_with_what_it_moves(trained: Record, again: Again) -> None:
    better = trained.test.better.copy()
    better[0] += 1
    check = check_retrained([replace(trained, test=Ranks(better, trained.test.tied))], again([trained]), {})
    (fault,) = check.faults
    assert "1 of 40 test ranks differ, which moves HR@50 by +0.0000, MRR@50 by +0" in fault
    assert fault.endswith("its environment says nothing else than this one's.")
    assert check.code is ExitCode.FALLS_SHORT


def test_a_curve_that_differs_is_found(trained: Record, again: Again) -> None:
    first, second, third = trained.curve
    other = replace(second, validation={**second.validation, "HR@50": 0.5})
    (fault,) = check_retrained([replace(trained, curve=[first, other, third])], again([trained]), {}).faults
    assert "its curve has other validation figures from epoch 2 on" in fault
    (fault,) = check_retrained([replace(trained, curve=[first, second])], again([trained]), {}).faults
    assert "from epoch 3 on" in fault


def test_a_difference_on_other_software_names_it(trained: Record, again: Again) -> None:
    packages = {**trained.environment["packages"], "torch": "1.0"}
    old = replace(trained, curve=[], environment={**trained.environment, "packages": packages, "commit": "0" * 40})
    (fault,) = check_retrained([old], again([trained]), {}).faults
    assert f"made with torch 1.0 (here {trained.environment['packages']['torch']})." in fault


def test_what_no_figure_depends_on_is_no_difference_of_environments() -> None:
    here = {"packages": {"numpy": "2"}, "python": "3.11.7", "commit": "a", "attacks": None}
    assert environment_difference({**here, "commit": "b", "attacks": {"passed": 3}}, here) == ""
    assert environment_difference({"packages": {}}, here) == "numpy None (here 2), python None (here 3.11.7)"


def test_a_cell_that_fails_has_a_code_of_its_own(trained: Record) -> None:
    check = check_retrained([trained], {}, {trained.key: "its process was killed."})
    assert check.faults == ["small/loo-full-v1/fpmc/brief-d4-s0.json could not be made again: its process was killed."]
    assert check.code is ExitCode.CELLS_FAILED
