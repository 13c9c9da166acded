import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.data import Dataset, leave_one_out
from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Metric, validation_figures
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments import cell as cell_module
from seqrec_bench.experiments import examining
from seqrec_bench.experiments.cell import Fitted, Setting, TrialSetting, run_cell, run_trial
from seqrec_bench.experiments.search import ModelSearch, run_searches
from seqrec_bench.experiments.search_file import ModelSpace, Search
from seqrec_bench.records import Ranks
from seqrec_bench.studies.cells import Cell

FPMC = ModelSpace("fpmc", {"learning_rate": [0.05, 0.5, 0.01], "initial_std": [0.1, 1.0, 0.01]}, {"epochs": 3})
KNN = ModelSpace("item-knn", {"shrink": [10.0, 0.0], "n_neighbours": [50, 1, 2]}, {})
SEARCH = Search("tiny", 4, 0, 5, [FPMC, KNN])


class Here:
    """An executor that answers at once, in this process."""

    def __init__(self, dataset: Dataset) -> None:
        self.setting = TrialSetting(leave_one_out(dataset.sequences).validation, "cpu")
        self.cells: list[Cell] = []
        self.is_shut_down = False

    def submit(self, cell: Cell) -> Future[Fitted]:
        self.cells.append(cell)
        future: Future[Fitted] = Future()
        try:
            future.set_result(run_trial(cell, self.setting, lambda epoch: None))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self) -> None:
        self.is_shut_down = True


def open_searches(search: Search, dataset: Dataset, folder: Path) -> list[ModelSearch]:
    return [ModelSearch(search, space, dataset, "cpu", folder) for space in search.models]


def run(search: Search, dataset: Dataset, folder: Path, ended: Callable[..., None] = lambda *_: None) -> Here:
    executor = Here(dataset)
    run_searches(open_searches(search, dataset, folder), executor, 1, "cpu", ended)
    return executor


def logged(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The lines of each log, without their seconds."""
    return {
        path.stem: [{**json.loads(line), "seconds": 0} for line in path.read_text().splitlines()]
        for path in folder.glob("*.jsonl")
    }


def results(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {
        model: [(line["settings"], line["NDCG@50"], line["curve"]) for line in lines]
        for model, lines in logged(folder).items()
    }


def test_every_model_has_as_many_trials_and_begins_at_the_starting_point(toy: Dataset, tmp_path: Path) -> None:
    run(SEARCH, toy, tmp_path)
    lines = logged(tmp_path)
    assert {model: [line["trial"] for line in of_model] for model, of_model in lines.items()} == {
        "fpmc": [1, 2, 3, 4, 5],
        "item-knn": [1, 2, 3, 4, 5],
    }
    assert lines["fpmc"][0]["settings"] == {"learning_rate": 0.05, "initial_std": 0.1}
    assert lines["item-knn"][0]["settings"] == {"shrink": 10.0, "n_neighbours": 50}


def test_a_line_says_what_was_tried_how_and_what_came_of_it(toy: Dataset, tmp_path: Path) -> None:
    executor = run(SEARCH, toy, tmp_path)
    line = logged(tmp_path)["fpmc"][0]
    settings = {"epochs": 3, "learning_rate": 0.05, "initial_std": 0.1}
    assert executor.cells[0] == Cell("fpmc", "trial-1", 4, 0, settings)
    conditions = line["conditions"]
    assert (conditions["model"], conditions["version"], conditions["seed"]) == ("fpmc", build("fpmc", 4, {}).version, 0)
    assert (conditions["fingerprint"], conditions["protocol"]) == (toy.fingerprint, "loo-full-v1")
    assert conditions["space"] == FPMC.space
    assert conditions["fixed"].items() >= {"epochs": 3, "dimension": 4, "batch_size": 256}.items()
    assert [epoch["epoch"] for epoch in line["curve"]] == [1, 2, 3]
    assert line["curve"][0].keys() == {"epoch", "loss", "NDCG@50"}
    assert line["environment"].keys() >= {"commit", "packages", "threads"}
    assert line["failure"] is None


def test_the_value_is_the_validation_figure_of_the_same_cell_in_a_run(toy: Dataset, tmp_path: Path) -> None:
    executor = run(SEARCH, toy, tmp_path)
    for cell, line in zip(executor.cells, logged(tmp_path)["fpmc"], strict=False):
        record = run_cell(cell, Setting(toy, "cpu"), lambda epoch: None).record
        assert line["NDCG@50"] == validation_figures(record.validation)["NDCG@50"]
        values = [epoch.validation["NDCG@50"] for epoch in record.curve]
        assert (line["NDCG@50"], line["epoch"]) == (max(values), 1 + values.index(max(values)))


def test_another_metric_chooses_trials_and_has_logs_of_its_own(toy: Dataset, tmp_path: Path) -> None:
    search, rank = replace(SEARCH, n_trials=3, models=[FPMC]), Metric("MeanRank")
    opened = [ModelSearch(search, FPMC, toy, "cpu", tmp_path, selection=rank)]
    executor = Here(toy)
    run_searches(opened, executor, 1, "cpu", lambda *_: None)
    lines = logged(tmp_path)["fpmc"]
    assert {cell.selection for cell in executor.cells} == {rank}
    for line in lines:
        values = [epoch["MeanRank"] for epoch in line["curve"]]
        assert line["MeanRank"] == min(values) > 1 and line["epoch"] == 1 + values.index(min(values))
    assert opened[0].best is not None and opened[0].best.value == min(line["MeanRank"] for line in lines)
    with pytest.raises(InputError, match='was made with selection "MeanRank", not "NDCG@50"'):
        ModelSearch(search, FPMC, toy, "cpu", tmp_path)


def test_the_same_search_gives_the_same_log_but_for_the_seconds(toy: Dataset, tmp_path: Path) -> None:
    run(SEARCH, toy, tmp_path / "a")
    run(SEARCH, toy, tmp_path / "b")
    assert logged(tmp_path / "a") == logged(tmp_path / "b")


def test_a_finished_search_runs_nothing_more(toy: Dataset, tmp_path: Path) -> None:
    run(SEARCH, toy, tmp_path)
    assert run(SEARCH, toy, tmp_path).cells == []


@pytest.mark.parametrize("n_before", [1, 3, 6])
def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(toy: Dataset, tmp_path: Path, n_before: int) -> None:
    ended: list[object] = []

    def stop(search: ModelSearch, trial: object) -> None:
        ended.append(trial)
        if len(ended) == n_before:
            raise KeyboardInterrupt

    run(SEARCH, toy, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(SEARCH, toy, tmp_path / "stopped", stop)
    rest = run(SEARCH, toy, tmp_path / "stopped")
    assert len(rest.cells) == 10 - n_before
    assert logged(tmp_path / "stopped") == logged(tmp_path / "whole")


def test_more_trials_go_on_from_fewer(toy: Dataset, tmp_path: Path) -> None:
    run(replace(SEARCH, n_trials=3), toy, tmp_path / "longer")
    run(SEARCH, toy, tmp_path / "longer")
    run(SEARCH, toy, tmp_path / "whole")
    assert logged(tmp_path / "longer") == logged(tmp_path / "whole")


def test_no_test_target_is_ranked(toy: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = leave_one_out(toy.sequences).test

    def refuse_test(recommender: Any, holdout: Holdout, *rest: Any) -> Ranks:
        assert not np.array_equal(holdout.targets, test.targets), "the test targets were ranked"
        return rank_targets(recommender, holdout, *rest)

    for module in (cell_module, examining):
        monkeypatch.setattr(module, "rank_targets", refuse_test)
    run(SEARCH, toy, tmp_path)
    assert all(line["failure"] is None for lines in logged(tmp_path).values() for line in lines)
    with pytest.raises(AssertionError, match="the test targets were ranked"):
        run_cell(Cell("popularity", "paper", 0, 0), Setting(toy, "cpu"), lambda epoch: None)


def test_other_test_targets_change_nothing(toy: Dataset, tmp_path: Path) -> None:
    items = toy.sequences.items.copy()
    items[toy.sequences.offsets[1:] - 1] = 1
    other = replace(toy, sequences=replace(toy.sequences, items=items))
    run(SEARCH, toy, tmp_path / "toy")
    run(SEARCH, other, tmp_path / "other")
    assert results(tmp_path / "toy") == results(tmp_path / "other")


@pytest.mark.usefixtures("unruly")
def test_a_failed_trial_is_logged_with_its_cause_and_counts(toy: Dataset, tmp_path: Path) -> None:
    space = ModelSpace("unruly", {"fault": ["raises", "none", "nan-in-epoch-2"]}, {})
    run(Search("odd", 4, 0, 3, [space]), toy, tmp_path)
    failures = {line["settings"]["fault"]: line["failure"] for line in logged(tmp_path)["unruly"]}
    assert failures.keys() == {"raises", "none", "nan-in-epoch-2"}
    assert failures["raises"] == "ZeroDivisionError: no luck"
    assert failures["none"] is None
    assert failures["nan-in-epoch-2"].startswith("In epoch 2: unruly gave NaN")
    best = open_searches(Search("odd", 4, 0, 3, [space]), toy, tmp_path)[0].best
    assert best is not None
    assert best.settings == {"fault": "none"}


@pytest.mark.usefixtures("unruly")
def test_where_all_trials_failed_none_is_best(toy: Dataset, tmp_path: Path) -> None:
    search = Search("odd", 4, 0, 1, [ModelSpace("unruly", {"fault": ["raises"]}, {})])
    run(search, toy, tmp_path)
    assert open_searches(search, toy, tmp_path)[0].best is None


def test_a_small_space_is_tried_as_a_whole_and_no_more(toy: Dataset, tmp_path: Path) -> None:
    search = Search("small", 4, 0, 5, [ModelSpace("item-knn", {"shrink": [10.0, 0.0]}, {})])
    assert len(run(search, toy, tmp_path).cells) == 2
    assert run(search, toy, tmp_path).cells == []


def test_the_best_trial_is_the_one_with_the_greatest_validation_ndcg(toy: Dataset, tmp_path: Path) -> None:
    run(SEARCH, toy, tmp_path)
    for search in open_searches(SEARCH, toy, tmp_path):
        values = [line["NDCG@50"] for line in logged(tmp_path)[search.model]]
        assert len(set(values)) > 1
        assert search.best is not None
        assert search.best.number == 1 + values.index(max(values))


@pytest.mark.parametrize(("jobs", "expected"), [(1, ["fpmc"]), (2, ["fpmc", "item-knn"]), (3, ["fpmc", "item-knn"])])
def test_side_by_side_run_different_models_the_first_ones_first(
    toy: Dataset, tmp_path: Path, jobs: int, expected: list[str]
) -> None:
    class Stuck(Here):
        """Starts trials and is stopped while the first of them runs."""

        def submit(self, cell: Cell) -> Future[Fitted]:
            self.cells.append(cell)
            future: Future[Fitted] = Future()
            if [cell.model for cell in self.cells] == expected:
                future.set_exception(SystemExit())
            return future

    def stop(search: ModelSearch, trial: object) -> None:
        raise KeyboardInterrupt

    executor = Stuck(toy)
    with pytest.raises(KeyboardInterrupt):
        run_searches(open_searches(SEARCH, toy, tmp_path), executor, jobs, "cpu", stop)
    assert [cell.model for cell in executor.cells] == expected
    assert executor.is_shut_down


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 1}, "seed 0, not 1"),
        ({"dimension": 5}, "fixed "),
        ({"models": [replace(FPMC, fixed={"epochs": 2})]}, "fixed "),
        ({"models": [replace(FPMC, space={**FPMC.space, "initial_std": [0.1, 1.0]})]}, "space "),
    ],
)
def test_the_log_of_another_search_is_refused(
    toy: Dataset, tmp_path: Path, change: Mapping[str, Any], named: str
) -> None:
    search = replace(SEARCH, models=[FPMC], n_trials=1)
    run(search, toy, tmp_path)
    with pytest.raises(InputError, match=f"fpmc.jsonl, line 1, was made with {named}"):
        open_searches(replace(search, **change), toy, tmp_path)
    with pytest.raises(InputError, match="was made with fingerprint"):
        open_searches(search, replace(toy, fingerprint="0" * 64), tmp_path)


def test_a_log_with_more_trials_than_the_others_will_have_is_refused(toy: Dataset, tmp_path: Path) -> None:
    run(SEARCH, toy, tmp_path)
    with pytest.raises(InputError, match="has 5 trials, and the search tiny is of 4: raise its trials"):
        open_searches(replace(SEARCH, n_trials=4), toy, tmp_path)
