import sys
from collections import Counter

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.experiments import sampler
from seqrec_bench.experiments.sampler import next_settings, require_optuna
from seqrec_bench.experiments.search_file import Settings

SPACE = {"rate": [0.1, 0.2, 0.3], "deep": [True, False], "kind": ["a", None]}
Tried = list[tuple[Settings, float | None]]


def value(settings: Settings) -> float:
    return float(settings["rate"] or 0) - (0.05 if settings["deep"] else 0.0)


def test_the_first_trial_is_the_first_value_of_every_list() -> None:
    assert next_settings(SPACE, [], seed=7) == {"rate": 0.1, "deep": True, "kind": "a"}


def test_no_combination_is_tried_twice_until_all_were_tried() -> None:
    tried: Tried = []
    for _ in range(12):
        settings = next_settings(SPACE, tried, seed=0)
        assert list(settings) == list(SPACE)
        tried.append((settings, value(settings)))
    assert len({tuple(settings.values()) for settings, _ in tried}) == 12


def test_the_answer_depends_on_the_arguments_alone() -> None:
    tried: Tried = [(next_settings(SPACE, [], 0), 0.5)]
    first = next_settings(SPACE, tried, 0)
    for seed in range(5):
        next_settings(SPACE, tried, seed)
    assert next_settings(SPACE, tried, 0) == first


def test_another_seed_searches_elsewhere() -> None:
    tried: Tried = [(next_settings(SPACE, [], 0), 0.5)]
    assert len({tuple(next_settings(SPACE, tried, seed).values()) for seed in range(10)}) > 1


def test_a_failed_trial_is_not_tried_again() -> None:
    space = {"rate": [0.1, 0.2]}
    tried: Tried = [({"rate": 0.1}, None)]
    assert next_settings(space, tried, seed=0) == {"rate": 0.2}


def test_where_the_estimator_has_nothing_new_the_next_in_order_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "_DRAWS", 0)
    tried: Tried = [({"rate": 0.1, "deep": True, "kind": "a"}, 0.5)]
    assert next_settings(SPACE, tried, seed=0) == {"rate": 0.1, "deep": True, "kind": None}


def test_what_did_well_is_tried_more_often() -> None:
    space = {"good": list(range(5)), "noise": list(range(50))}
    tried: Tried = [({"good": i % 5, "noise": i}, 1.0 if i % 5 == 3 else 0.0) for i in range(25)]
    drawn = Counter(next_settings(space, tried, seed)["good"] for seed in range(20))
    assert drawn[3] >= 10  # by chance it would be about 4


def test_without_optuna_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"pip install 'seqrec-bench\[search\]'"):
        require_optuna()
