"""Attacks on recommenders: registered ones withstand them, and each catches what is planted for it."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pytest

from seqrec_bench.data import Holdout
from seqrec_bench.evaluation.attacks import MODEL_ATTACKS, AttackVerdict, Evaluator, attack_model
from seqrec_bench.evaluation.attacks.attack import carry_out
from seqrec_bench.evaluation.conformance import Factory
from seqrec_bench.evaluation.conformance.small_fits import SmallFit, noise_split
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.recommender import Epoch, FitContext, Recommender, Sequences
from seqrec_bench.records import Ranks

PLANTED: list[tuple[Factory, str, str]] = []
"""Recommenders with the attack that has to catch them, and what it finds."""
RENUMBERED = "scores follow renumbered items"
PADDED = "padding scores change no rank"


def planted(attack: str, found: str) -> Callable[[Any], Any]:
    """Enters a class among the planted faults."""

    def enter(recommender: Any) -> Any:
        PLANTED.append((recommender, attack, found))
        return recommender

    return enter


@dataclass
class Counting:
    """Counts items, and validates without a need."""

    name: ClassVar[str] = "planted"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self.scores = train.item_counts.astype(np.float32)
        context.report(Epoch(1, 0.0, context.validate(), 0.0))

    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.tile(self.scores, (len(users), 1))


@planted("scores are finite", "planted gave NaN or infinite scores to 60 of 60 users")
class ScoresNobodysItemsWithNaN(Counting):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return np.where(self.scores > 0, super().score(users, histories), np.float32(np.nan))


@planted("scores do not depend on the batch", "planted: it scores a user otherwise alone than in a batch")
class DividesByTheBatch(Counting):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        return super().score(users, histories) / np.float32(len(users))


@planted("ranks do not depend on who is asked for", r"better \d+ and tied \d+ where \d+ and \d+ were due, for user 59")
class ForgetsAtEveryCall(Counting):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        self.scores = np.roll(self.scores, 1)
        return super().score(users, histories)


@planted("held out targets do not reach the scores", "the scores of 60 of 60 users depend on the validation targets")
class LooksForTheTargets(Counting):
    """Where the bench's callable keeps them."""

    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        cells = [cell.cell_contents for cell in getattr(context.validate, "__closure__", None) or ()]
        for holdout in cells:
            if isinstance(holdout, Holdout):
                self.scores += np.bincount(holdout.targets, minlength=len(self.scores)).astype(np.float32)


@planted("test targets do not reach the scores", "planted: its scores of 60 users depend on the test targets")
class LooksUpTheStack(Counting):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        for thing in sys._getframe(1).f_locals.values():
            if isinstance(thing, SmallFit):
                self.scores += thing.split.test.targets[0]


@planted("nothing is learned from noise", "planted: its HR@10 on noise is 1.00, chance 0.32")
class KnowsTheTargets(Counting):
    def score(self, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
        scores = super().score(users, histories)
        scores[np.arange(len(users)), noise_split().test.targets[users]] += 1000
        return scores


@planted(RENUMBERED, r"scores change by up to \S+ with the items' numbers")
class PrefersLowNumbers(Counting):
    def fit(self, train: Sequences, context: FitContext) -> None:
        super().fit(train, context)
        self.scores -= np.arange(len(self.scores), dtype=np.float32)


class Trained(PrefersLowNumbers):
    n_parameters = 5


def attack(evaluate: Evaluator, make: Factory, name: str) -> tuple[AttackVerdict, str]:
    """The verdict and what was found by the attack of that name."""
    finding = carry_out([attack for attack in MODEL_ATTACKS if attack.name == name], evaluate, make)[0]
    return finding.verdict, finding.found


def ranking_the_padding(recommender: Recommender, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
    ranks = rank_targets(recommender, holdout, users)
    scores = recommender.score(holdout.users, np.ones((len(holdout.users), 1), dtype=np.int64))
    return Ranks(ranks.better + (scores[:, 0] > 1e30), ranks.tied)


@pytest.mark.parametrize(("make", "name", "found"), PLANTED, ids=[fault.__name__ for fault, _, _ in PLANTED])
def test_a_fault_is_caught(make: Factory, name: str, found: str) -> None:
    verdict, words = attack(rank_targets, make, name)
    assert verdict == AttackVerdict.FAILED
    assert re.search(found, words), words


def test_an_evaluator_that_ranks_the_padding_is_caught() -> None:
    verdict, found = attack(ranking_the_padding, Counting, PADDED)
    assert verdict == AttackVerdict.FAILED
    assert "the test with a padding score of 3.4e+38; 48 of 48 targets are wrong" in found


def test_every_attack_has_a_fault_to_catch() -> None:
    assert {name for _, name, _ in PLANTED} | {PADDED} == {attack.name for attack in MODEL_ATTACKS}


@pytest.mark.parametrize(
    "make",
    [Counting, *(partial(build, name, 8, {}) for name in ("item-knn", "sequential-rules", "markov-chain"))],
    ids=["counting", "item-knn", "sequential-rules", "markov-chain"],
)
def test_a_recommender_that_counts_withstands_them_all(make: Factory) -> None:
    assert {finding.verdict for finding in attack_model(rank_targets, make)} == {AttackVerdict.PASSED}


def test_a_trained_one_withstands_all_that_have_an_exact_outcome() -> None:
    verdicts = {finding.name: finding.verdict for finding in attack_model(rank_targets, partial(build, "fpmc", 8, {}))}
    assert verdicts.pop(RENUMBERED) == AttackVerdict.NOT_APPLICABLE
    assert set(verdicts.values()) == {AttackVerdict.PASSED}


def test_numbers_of_items_are_not_judged_of_what_is_trained() -> None:
    assert attack(rank_targets, Trained, RENUMBERED)[0] == AttackVerdict.NOT_APPLICABLE
