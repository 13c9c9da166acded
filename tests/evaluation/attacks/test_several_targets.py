"""Attacks on splits with several targets a user: an honest evaluator withstands them, and faults are caught."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.data import Dataset, Holdout, Split
from seqrec_bench.evaluation.attacks import ATTACKS, failed
from seqrec_bench.evaluation.attacks.attack import Evaluator, carry_out
from seqrec_bench.evaluation.attacks.holdouts import excerpt, see_targets, select_users
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.records import Ranks

HERE = [attack for attack in ATTACKS if attack.name != "fresh processes rank alike"]
"""Those that start no process."""


@pytest.fixture(scope="module", params=["given-full-v1", "given-test-full-v1"])
def split(
    request: pytest.FixtureRequest, given_rows: Callable[..., dict[str, object]], given_dataset: Callable[..., Dataset]
) -> Split:
    rows = given_rows()
    if request.param == "given-test-full-v1":
        del rows["validation"]
    return find_protocol(request.param).hold_out(given_dataset(rows))


def test_an_honest_evaluator_withstands_them(split: Split) -> None:
    assert [finding.found for finding in failed(carry_out(HERE, rank_targets, split))] == []


def keeps_the_others(recommender, holdout: Holdout, users=None) -> Ranks:
    """As if each target stood alone: the user's others are candidates."""
    found = [
        rank_targets(recommender, one)
        for one in (
            replace(holdout, users=holdout.users[[place]], targets=holdout.targets[[place]])
            for place in holdout.places_of(holdout.evaluated if users is None else users)
        )
    ]
    better, tied = (np.concatenate([getattr(ranks, name) for ranks in found]) for name in ("better", "tied"))
    return Ranks(better, tied, holdout.users[holdout.places_of(holdout.evaluated if users is None else users)])


def ranks_the_first_for_all(recommender, holdout: Holdout, users=None) -> Ranks:
    """What is found for a user's first target stands for all of them."""
    ranks = rank_targets(recommender, holdout, users)
    assert ranks.users is not None
    first = np.flatnonzero(np.diff(ranks.users, prepend=-1))[np.cumsum(np.diff(ranks.users, prepend=-1) != 0) - 1]
    return Ranks(ranks.better[first], ranks.tied[first], ranks.users)


def names_nobody(recommender, holdout: Holdout, users=None) -> Ranks:
    return replace(rank_targets(recommender, holdout, users), users=None)


def names_others(recommender, holdout: Holdout, users=None) -> Ranks:
    ranks = rank_targets(recommender, holdout, users)
    assert ranks.users is not None
    return replace(ranks, users=ranks.users + 1)


def forgets_one(recommender, holdout: Holdout, users=None) -> Ranks:
    ranks = rank_targets(recommender, holdout, users)
    return ranks.at(np.arange(1, ranks.n_targets)) if users is None else ranks


@pytest.mark.parametrize(
    ("evaluator", "attack", "says"),
    [
        (keeps_the_others, "constant scores tie every candidate", r"tied \d+ where 0 and \d+ were due"),
        (ranks_the_first_for_all, "tied scores are counted one by one", "were due, for user"),
        (names_nobody, "an oracle ranks every target first", "not said to be of the users whose targets they are of"),
        (names_others, "constant scores tie every candidate", "not said to be of the users whose targets they are of"),
        (forgets_one, "a reversed oracle ranks every target last", r"\d+ ranks for \d+ targets at"),
    ],
)
def test_a_planted_fault_is_caught(split: Split, evaluator: Evaluator, attack: str, says: str) -> None:
    found = {finding.name: finding.found for finding in failed(carry_out(HERE, evaluator, split))}
    assert re.search(says, found[attack]), found[attack]


def test_a_history_with_a_test_target_in_it_is_caught(split: Split) -> None:
    leaking = replace(split, test=replace(split.test, history=split.validation.history))
    found = {finding.name: finding.found for finding in failed(carry_out(HERE, rank_targets, leaking))}
    assert (
        "has another history than the training and validation items"
        in found["histories end before the validation target"]
    )


def test_chosen_users_keep_all_their_targets(split: Split) -> None:
    chosen = np.array([split.test.evaluated[3], 0, split.test.evaluated[1]])
    part = select_users(split.test, chosen)
    for number, user in enumerate(chosen.tolist()):
        assert part.targets[part.users == number].tolist() == split.test.targets[split.test.users == user].tolist()
    assert part.names_users


def test_targets_are_put_into_histories_that_there_are(split: Split) -> None:
    seen = see_targets(split.test)
    firsts = {user: split.test.targets[split.test.users == user][0] for user in split.test.evaluated.tolist()}
    for user, (before, first, last) in enumerate(
        zip(split.test.history.lengths, seen.history.offsets[:-1], seen.history.offsets[1:], strict=True)
    ):
        row = seen.history.items[first:last].tolist()
        assert len(row) == before
        if before and user in firsts:
            assert row[0] == firsts[user]


def test_an_excerpt_has_users_of_both_parts(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_bench.evaluation.attacks.holdouts.MAX_SCORES", 8 * (split.train.n_items + 1))
    part = excerpt(split)
    assert 8 <= part.train.n_users <= 16
    assert len(part.validation.users) and len(part.test.users)
