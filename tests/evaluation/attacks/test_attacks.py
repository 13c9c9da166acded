"""The attacks themselves: on any data, in any number, and what they say."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqrec_bench.data import Split, leave_one_out
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.attacks import (
    ATTACKS,
    MODEL_ATTACKS,
    Attack,
    AttackResult,
    AttackVerdict,
    extremes,
    failed,
)
from seqrec_bench.evaluation.attacks.attack import Deviation, Evaluator, NotApplicable, carry_out
from seqrec_bench.evaluation.conformance import ConformanceError
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.recommender import Sequences
from seqrec_bench.records import Ranks

HERE = [attack for attack in ATTACKS if attack.name != "fresh processes rank alike"]
"""Those that start no process."""


@settings(max_examples=30)
@given(data=st.data())
def test_an_honest_evaluator_withstands_them_on_any_small_data(data: st.DataObject) -> None:
    """Users with a single item, repeated items and a catalogue of one among them."""
    n_items = data.draw(st.integers(1, 5))
    row = st.lists(st.integers(1, n_items), max_size=6)
    rows = [*data.draw(st.lists(row, max_size=4)), data.draw(st.lists(st.integers(1, n_items), min_size=3, max_size=6))]
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, rows)])
    split = leave_one_out(Sequences(items, np.arange(len(items)), offsets, n_items))
    findings = carry_out(HERE, rank_targets, split)
    assert [finding.found for finding in failed(findings)] == []


def test_names_and_expectations_are_different_sentences() -> None:
    for attacks in (ATTACKS, MODEL_ATTACKS):
        assert len({attack.name for attack in attacks}) == len({attack.expected for attack in attacks}) == len(attacks)


def test_what_was_found_is_in_numbers(split: Split) -> None:
    findings = {finding.name: finding.found for finding in carry_out(HERE, rank_targets, split)}
    c = [
        split.train.n_items - n_seen
        for holdout in (split.validation, split.test)
        for n_seen in holdout.history.lengths[holdout.users].tolist()
    ]
    chance = np.mean([min(50, n) / n for n in c])
    assert findings["constant scores tie every candidate"] == (
        f"c of {min(c)} to {max(c)} for 480 targets; their mean HR@50 is {chance:.4f}"
    )
    assert findings["infinity is refused"] == "12 of 12 refused"
    assert findings["users are scored in fixed blocks"] == "2 blocks of 256 users"


def raising(error: Exception) -> Callable[[Evaluator, None], str]:
    def attack(evaluate: Evaluator, subject: None) -> str:
        raise error

    return attack


@pytest.mark.parametrize(
    ("error", "found", "verdict"),
    [
        (Deviation("it is otherwise"), "it is otherwise", AttackVerdict.FAILED),
        (ConformanceError("x: it is otherwise"), "x: it is otherwise", AttackVerdict.FAILED),
        (InputError("No such thing."), "No such thing.", AttackVerdict.FAILED),
        (KeyError("who"), "KeyError: 'who'", AttackVerdict.FAILED),
        (AssertionError(), "AssertionError", AttackVerdict.FAILED),
        (NotApplicable("it is trained"), "it is trained", AttackVerdict.NOT_APPLICABLE),
    ],
)
def test_an_error_is_what_was_found(error: Exception, found: str, verdict: AttackVerdict) -> None:
    findings = carry_out([Attack("nothing", raising(error))], rank_targets, None)
    assert findings == [AttackResult("attack", "nothing", found, verdict)]
    assert failed(findings) == (findings if verdict == AttackVerdict.FAILED else [])


def off_by_one(ranks: Ranks, name: str) -> np.ndarray:
    """A metric that takes the first rank for 0."""
    return metric(Ranks(ranks.better + 1, ranks.tied), name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("constant scores tie every candidate", "MRR@50 of 0.0"),
        ("an oracle ranks every target first", "MRR@50 of 0.5 for a target ranked first"),
        ("a reversed oracle ranks every target last", "MRR@50 of 0.0"),
    ],
)
def test_a_wrong_metric_is_caught(monkeypatch: pytest.MonkeyPatch, split: Split, name: str, found: str) -> None:
    monkeypatch.setattr(extremes, "metric", off_by_one)
    finding = carry_out([attack for attack in ATTACKS if attack.name == name], rank_targets, split)[0]
    assert finding.verdict == AttackVerdict.FAILED
    assert finding.found.startswith(found)
