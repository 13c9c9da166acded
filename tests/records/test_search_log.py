import json
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.records.search_log import SearchLog, Trial, best_trial

CONDITIONS = {"model": "fpmc", "version": 1, "seed": 0, "space": {"rate": [0.1, 0.2]}}
CURVE = [{"epoch": 1, "loss": 0.7, "NDCG@50": 0.1}, {"epoch": 2, "loss": 0.6, "NDCG@50": 0.3}]
FIRST = Trial(1, {"rate": 0.1}, 0.3, 2, None, 1.5, {"commit": "abc"}, CURVE)
SECOND = Trial(2, {"rate": 0.2}, None, None, "no luck", 0.5, {"commit": None}, [])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of two trials."""
    log = SearchLog(tmp_path / "search" / "fpmc.jsonl", CONDITIONS)
    log.append(FIRST)
    log.append(SECOND)
    return log.path


def test_what_was_appended_is_read_again(path: Path) -> None:
    assert SearchLog(path, CONDITIONS).trials == [FIRST, SECOND]
    assert len(path.read_text().splitlines()) == 2


def test_a_half_last_line_counts_for_nothing_and_goes_with_the_next_trial(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    log = SearchLog(path, CONDITIONS)
    assert log.trials == [FIRST]
    log.append(SECOND)
    assert path.read_bytes() == whole


def test_a_log_that_names_no_metric_is_of_ndcg_at_50(path: Path) -> None:
    lines = path.read_text().replace('"selection": "NDCG@50", "lower_is_better": false, ', "")
    assert "selection" not in lines
    path.write_text(lines)
    assert SearchLog(path, {**CONDITIONS, "selection": "NDCG@50"}).trials == SearchLog(path).trials == [FIRST, SECOND]
    with pytest.raises(InputError, match='line 1, was made with selection "NDCG@50", not "HR@5"'):
        SearchLog(path, {**CONDITIONS, "selection": "HR@5"})


def test_a_log_of_another_metric_has_its_figures_by_its_name(tmp_path: Path) -> None:
    conditions = {**CONDITIONS, "selection": "MeanRank", "lower_is_better": True}
    log = SearchLog(tmp_path / "fpmc.jsonl", conditions)
    for number, value in enumerate((12.5, 11.0, 14.0), start=1):
        log.append(replace(FIRST, number=number, value=value, selection="MeanRank", lower_is_better=True))
    assert [json.loads(line)["MeanRank"] for line in log.path.read_text().splitlines()] == [12.5, 11.0, 14.0]
    again = SearchLog(log.path).trials
    assert again == log.trials
    assert best_trial(again) is again[1]


def test_a_log_that_lacks_a_setting_goes_on_if_the_model_means_the_same_by_it(tmp_path: Path) -> None:
    path, before = tmp_path / "fpmc.jsonl", {**CONDITIONS, "fixed": {"epochs": 100}}
    SearchLog(path, before).append(FIRST)
    now = {**before, "fixed": {"epochs": 100, "patience": None}}
    log = SearchLog(path, now, {"epochs": 5, "patience": None})
    log.append(SECOND)
    assert SearchLog(path).trials == SearchLog(path, before).trials == log.trials
    assert [replace(trial, allowed=None) for trial in log.trials] == [FIRST, SECOND]
    with pytest.raises(InputError, match="line 1, was made with fixed patience 3, not null: move that file away"):
        SearchLog(path, now, {"epochs": 100, "patience": 3})
    with pytest.raises(InputError, match="line 1, was made with fixed epochs 100, not 5: move that file away"):
        SearchLog(path, {**now, "fixed": {"epochs": 5, "patience": None}}, {"epochs": 5, "patience": None})
    with pytest.raises(InputError, match="line 1, was made with fixed patience null, not 3"):
        SearchLog(path, {**before, "fixed": {"patience": 3, "epochs": 100}})


@pytest.mark.parametrize(
    ("fixed", "settings", "allowed", "is_last"),
    [
        ({"epochs": 2}, {"rate": 0.1}, 2, True),
        ({"epochs": 2}, {"rate": 0.1, "epochs": 3}, 3, False),
        ({"epochs": "many"}, {"rate": 0.1}, None, False),
        ({}, {"rate": 0.1}, None, False),
    ],
)
def test_a_trial_says_whether_it_was_best_in_the_last_epoch_allowed(
    tmp_path: Path, fixed: dict[str, object], settings: dict[str, float], allowed: int | None, is_last: bool
) -> None:
    path = tmp_path / "fpmc.jsonl"
    log = SearchLog(path, {**CONDITIONS, "fixed": fixed})
    log.append(replace(FIRST, settings=settings))
    for trial in (*log.trials, *SearchLog(path).trials):
        assert (trial.allowed, trial.is_best_at_last) == (allowed, is_last)


@pytest.mark.parametrize("key", CONDITIONS)
def test_a_log_made_otherwise_is_refused_with_the_mend(path: Path, key: str) -> None:
    with pytest.raises(InputError, match=f"line 1, was made with {key} .*, not 9: move that file away to search anew"):
        SearchLog(path, {**CONDITIONS, key: 9})


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: [],
        lambda fields: {**fields, "trial": 3},
        lambda fields: {**fields, "luck": 1},
        lambda fields: {key: value for key, value in fields.items() if key != "seconds"},
        lambda fields: {**fields, "failure": None},
        lambda fields: {**fields, "NDCG@50": 0.5},
        lambda fields: {**fields, "failure": None, "NDCG@50": "0.5"},
        lambda fields: {**fields, "failure": None, "NDCG@50": float("nan")},
    ],
)
def test_a_line_that_is_no_trial_is_refused(path: Path, change) -> None:  # type: ignore[no-untyped-def]
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{json.dumps(change(json.loads(second)))}\n")
    with pytest.raises(InputError, match="line 2, is not trial 2 of a search"):
        SearchLog(path, CONDITIONS)


def test_a_whole_line_that_is_no_json_is_refused(path: Path) -> None:
    path.write_text(path.read_text().replace('"trial": 1', '"trial": '))
    with pytest.raises(InputError, match="line 1, is not trial 1 of a search"):
        SearchLog(path, CONDITIONS)


def test_a_figure_that_is_no_number_is_not_written(path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        SearchLog(path, CONDITIONS).append(replace(FIRST, number=3, value=float("nan")))
    assert SearchLog(path, CONDITIONS).trials == [FIRST, SECOND]


def test_a_log_may_be_read_without_knowing_its_conditions(path: Path) -> None:
    assert SearchLog(path).trials == [FIRST, SECOND]
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace('"seed": 0', '"seed": 1')]) + "\n")
    with pytest.raises(InputError, match="line 2, was made with seed 1, not 0"):
        SearchLog(path)


def test_the_best_trial_is_the_first_of_the_greatest() -> None:
    third, fourth = replace(FIRST, number=3, value=0.4), replace(FIRST, number=4, value=0.4)
    assert best_trial([FIRST, SECOND, third, fourth]) is third
    assert best_trial([SECOND]) is None
