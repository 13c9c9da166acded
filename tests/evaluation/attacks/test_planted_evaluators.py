"""Every attack catches the faults that it is named for, each planted in an evaluator that is honest otherwise."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.errors import ScoreError
from seqrec_bench.evaluation.attacks import ATTACKS, AttackVerdict, Evaluator, attack_evaluator
from seqrec_bench.evaluation.attacks.attack import carry_out
from seqrec_bench.evaluation.ranking import latest_items, rank_targets
from seqrec_bench.records import Ranks

PLANTED: list[tuple[type, str, str]] = []
"""Evaluators with the attack that has to catch them, and what it finds."""
IN_PROCESSES = "fresh processes rank alike"
SPLITS = "histories end before the validation target"


def planted(attack: str, found: str) -> Callable[[type], type]:
    """Enters a class among the planted faults."""

    def enter(evaluator: type) -> type:
        PLANTED.append((evaluator, attack, found))
        return evaluator

    return enter


class Honest:
    """Ranks as `rank_targets` does, candidate by candidate, in parts that can be spoilt one by one."""

    def __call__(self, recommender: Any, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
        wanted = holdout.users if users is None else users
        targets = dict(zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True))
        found = {}
        for members in self.blocks(holdout, wanted):
            scores = self.scores(recommender, holdout, members)
            for user, row in zip(members.tolist(), scores, strict=True):
                if user in targets:
                    found[user] = self.rank(row, targets[user], self.seen(holdout, user), user)
        better, tied = zip(*(found[user] for user in wanted.tolist()), strict=True)
        return Ranks(better=np.array(better), tied=np.array(tied))

    def blocks(self, holdout: Holdout, wanted: np.ndarray) -> list[np.ndarray]:
        n_users = holdout.history.n_users
        starts = sorted({user // 256 * 256 for user in wanted.tolist()})
        return [np.resize(np.arange(start, min(start + 256, n_users)), 256) for start in starts]

    def scores(self, recommender: Any, holdout: Holdout, users: np.ndarray) -> np.ndarray:
        scores = recommender.score(users, self.histories(holdout, users, recommender.history_length))
        if not np.isfinite(scores[:, 1:]).all():
            raise ScoreError("not finite")
        return scores

    def histories(self, holdout: Holdout, users: np.ndarray, length: int | None) -> np.ndarray:
        return latest_items(holdout.history, users, length)

    def seen(self, holdout: Holdout, user: int) -> set[int]:
        begin, end = holdout.history.offsets[user : user + 2]
        return set(holdout.history.items[begin:end].tolist())

    def rank(self, scores: np.ndarray, target: int, seen: set[int], user: int) -> tuple[int, int]:
        return self.count(scores, target, self.candidates(len(scores) - 1, target, seen))

    def candidates(self, n_items: int, target: int, seen: set[int]) -> list[int]:
        return [item for item in range(1, n_items + 1) if item == target or item not in seen]

    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        among = scores[candidates]
        return int((among > scores[target]).sum()), int((among == scores[target]).sum())


@planted(
    "constant scores tie every candidate", r"better 0 and tied 1 where 0 and \d+ were due, for user 2 at validation"
)
class TiesForTheTarget(Honest):
    """A strict `>`."""

    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        return super().count(scores, target, candidates)[0], 1


@planted("constant scores tie every candidate", r"better (\d+) and tied 1 where 0 and \d+ were due")
class TiesAgainstTheTarget(Honest):
    """A `>=`."""

    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        return int((scores[candidates] >= scores[target]).sum()) - 1, 1


@planted("padding ranked first changes nothing", r"at validation with a padding score of 3.4e\+38; 240 of 240 targets")
class KeepsThePadding(Honest):
    def candidates(self, n_items: int, target: int, seen: set[int]) -> list[int]:
        return [0, *super().candidates(n_items, target, seen)]


@planted("a target seen before is a candidate", r"better 28 and tied 13 where 28 and 14 were due")
class MasksTheTarget(Honest):
    """As one of the items that the user has seen."""

    def candidates(self, n_items: int, target: int, seen: set[int]) -> list[int]:
        return [item for item in range(1, n_items + 1) if item not in seen]


@planted("a target seen before is a candidate", r"better \d+ and tied \d+ where \d+ and \d+ were due")
class MasksTheTargetsScore(Honest):
    """By giving all that the user has seen a score below all others."""

    def rank(self, scores: np.ndarray, target: int, seen: set[int], user: int) -> tuple[int, int]:
        masked = scores.copy()
        masked[[*seen]] = -np.inf
        return self.count(masked, target, list(range(1, len(scores))))


@planted("constant scores tie every candidate", r"better 0 and tied 11 where 0 and \d+ were due")
class SamplesNegatives(Honest):
    def candidates(self, n_items: int, target: int, seen: set[int]) -> list[int]:
        others = [item for item in super().candidates(n_items, target, seen) if item != target]
        return [target, *np.random.default_rng(0).choice(others, 10, replace=False)]


@planted("an oracle ranks every target first", r"better \d+ and tied 1 where 0 and 1 were due")
class SmallerIsBetter(Honest):
    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        return super().count(-scores, target, candidates)


@planted("a reversed oracle ranks every target last", r"better 10 and tied 1 where \d+ and 1 were due")
class LooksAtTheTopOnly(Honest):
    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        better, tied = super().count(scores, target, candidates)
        return min(better, 10), tied


@planted("nan is refused", "a score of nan for item 25 of user 299 at validation was ranked")
class ReplacesNaN(Honest):
    def scores(self, recommender: Any, holdout: Holdout, users: np.ndarray) -> np.ndarray:
        scores = recommender.score(users, self.histories(holdout, users, recommender.history_length))
        return np.where(np.isnan(scores), 0, scores)


@planted("infinity is refused", r"a score of -inf for item \d+ of user 299 at validation was ranked")
class ChecksTheGreatestScoreOnly(Honest):
    def scores(self, recommender: Any, holdout: Holdout, users: np.ndarray) -> np.ndarray:
        scores = recommender.score(users, self.histories(holdout, users, recommender.history_length))
        if not np.isfinite(scores[:, 1:].max(axis=1)).all():
            raise ScoreError("not finite")
        return scores


@planted("tied scores are counted one by one", r"better \d+ and tied \d+ where \d+ and \d+ were due")
class RoundsScores(Honest):
    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        return super().count(scores.astype(np.float16), target, candidates)


@planted("item ids mean nothing", r"better \d+ and tied 1 where \d+ and 1 were due")
class SortsAndTakesThePlace(Honest):
    """Among equals the item with the lowest number comes first."""

    def count(self, scores: np.ndarray, target: int, candidates: list[int]) -> tuple[int, int]:
        ordered = sorted(candidates, key=lambda item: (-scores[item], item))
        return ordered.index(target), 1


@planted("user numbers mean nothing", r"better \d+ and tied 1 where \d+ and 1 were due")
class DrawsAPlaceAmongEquals(Honest):
    """By a generator that each user's number seeds."""

    def rank(self, scores: np.ndarray, target: int, seen: set[int], user: int) -> tuple[int, int]:
        better, tied = super().rank(scores, target, seen, user)
        return better + int(np.random.default_rng(user).integers(tied)), 1


@planted("it does not matter who is asked for", r"at validation, 1 asked for; 1 of 1 targets are wrong")
class ScoresThoseAskedFor(Honest):
    def blocks(self, holdout: Holdout, wanted: np.ndarray) -> list[np.ndarray]:
        return [wanted[start : start + 256] for start in range(0, len(wanted), 256)]


@planted("users are scored in fixed blocks", r"2 blocks at validation \(of 256, 44, \.\.\. users\) where 2 of 256")
class LeavesTheLastBlockShort(Honest):
    def blocks(self, holdout: Holdout, wanted: np.ndarray) -> list[np.ndarray]:
        return [np.unique(block) for block in super().blocks(holdout, wanted)]


@planted("what is given does not point at the target", r"better 0 and tied 1 where 0 and \d+ were due")
@planted(
    "scorers are given the history and nothing else", r"user \d+ was scored by \[\d+, (\d+)\] .*, where \[\d+\] were"
)
class HandsOverTheTarget(Honest):
    def histories(self, holdout: Holdout, users: np.ndarray, length: int | None) -> np.ndarray:
        targets = np.zeros(holdout.history.n_users, dtype=np.int64)
        targets[holdout.users] = holdout.targets
        histories = np.column_stack([latest_items(holdout.history, users, None), targets[users]])
        rows = [[item for item in row if item] for row in histories.tolist()]
        return np.array([[0] * (histories.shape[1] - len(row)) + row for row in rows])[:, -(length or 0) :]


@planted(
    "scorers are given the history and nothing else", r"user \d+ was scored by \[.*\] at validation, where \[.*\] were"
)
class TurnsHistoriesRound(Honest):
    def histories(self, holdout: Holdout, users: np.ndarray, length: int | None) -> np.ndarray:
        rows = [[item for item in row if item] for row in super().histories(holdout, users, length).tolist()]
        width = max(map(len, rows))
        return np.array([[0] * (width - len(row)) + row[::-1] for row in rows])


@planted("scorers are given the history and nothing else", r"36 evaluated users were never scored at validation")
class ForgetsTheLastBlock(Honest):
    def blocks(self, holdout: Holdout, wanted: np.ndarray) -> list[np.ndarray]:
        return super().blocks(holdout, wanted)[:1]

    def __call__(self, recommender: Any, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
        ranks = super().__call__(recommender, holdout, holdout.users[holdout.users < 256])
        filler = np.ones(len(holdout.users) - len(ranks.better), dtype=np.int64)
        return Ranks(np.concatenate([ranks.better, filler]), np.concatenate([ranks.tied, filler]))


@planted("what is given does not point at the target", r"better \d+ and tied \d+ where 0 and \d+ were due")
@planted("constant scores tie every candidate", r"better 0 and tied 42 where 0 and \d+ were due")
class RanksTheHistory(Honest):
    def seen(self, holdout: Holdout, user: int) -> set[int]:
        return set()


@planted("an oracle ranks every target first", r"\d+ ranks for 240 targets at validation")
class LeavesUsersOut(Honest):
    def __call__(self, recommender: Any, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
        ranks = super().__call__(recommender, holdout, users)
        return Ranks(ranks.better[1:], ranks.tied[1:])


@planted("constant scores tie every candidate", "ZeroDivisionError: no luck")
class Raises(Honest):
    def __call__(self, recommender: Any, holdout: Holdout, users: np.ndarray | None = None) -> Ranks:
        raise ZeroDivisionError("no luck")


def attack(evaluate: Evaluator, split: Split, name: str) -> tuple[AttackVerdict, str]:
    """The verdict and what was found by the attack of that name."""
    chosen = [attack for attack in ATTACKS if attack.name == name]
    finding = carry_out(chosen, evaluate, split)[0]
    return finding.verdict, finding.found


@pytest.mark.parametrize(
    ("evaluator", "name", "found"), PLANTED, ids=[f"{fault.__name__}-{name}" for fault, name, _ in PLANTED]
)
def test_a_fault_is_caught(evaluator: type, name: str, found: str, split: Split) -> None:
    verdict, words = attack(evaluator(), split, name)
    assert verdict == AttackVerdict.FAILED
    assert re.search(found, words), words


@pytest.mark.parametrize("name", [attack.name for attack in ATTACKS if attack.name != IN_PROCESSES])
def test_the_literal_evaluator_withstands(name: str, split: Split) -> None:
    assert attack(Honest(), split, name)[0] == AttackVerdict.PASSED


def test_the_evaluator_withstands_all_attacks(split: Split) -> None:
    findings = attack_evaluator(rank_targets, split)
    assert [(finding.name, finding.verdict) for finding in findings] == [
        (attack.name, AttackVerdict.PASSED) for attack in ATTACKS
    ]


def test_every_attack_has_a_fault_to_catch() -> None:
    assert {name for _, name, _ in PLANTED} | {IN_PROCESSES, SPLITS} == {attack.name for attack in ATTACKS}


MOODY = """
import os

from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.records import Ranks


def evaluate(recommender, holdout, users=None):
    ranks = rank_targets(recommender, holdout, users)
    return Ranks(ranks.better + os.getpid() % 1000, ranks.tied)
"""


def test_an_evaluator_that_depends_on_its_process_is_caught(
    split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its module has to be found by the new processes too, which tests' modules are not."""
    (tmp_path / f"moody_{tmp_path.name}.py").write_text(MOODY)
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__(f"moody_{tmp_path.name}")
    verdict, found = attack(module.evaluate, split, IN_PROCESSES)
    assert verdict == AttackVerdict.FAILED
    assert "at the test in other processes" in found


def test_a_split_that_lets_a_target_into_the_history_is_caught(split: Split) -> None:
    leaky = Split(split.train, validation=split.validation, test=split.validation)
    verdict, found = attack(rank_targets, leaky, SPLITS)
    assert verdict == AttackVerdict.FAILED
    assert found == "at the test, user 2 has another history than the training and validation items"
