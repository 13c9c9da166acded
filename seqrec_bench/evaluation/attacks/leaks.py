"""Attacks by scorers that look for the target in what they are given."""

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.evaluation.attacks.attack import Attack, Deviation, Evaluator
from seqrec_bench.evaluation.attacks.expectations import (
    count_candidates,
    count_targets,
    history_of,
    parts,
    ranks_in,
    require_ranks,
    targets_by_user,
)
from seqrec_bench.evaluation.attacks.scorers import Echo, Spy
from seqrec_bench.recommender import PADDING, Int64Array

_LENGTHS = (None, 1, 5)


def histories_end_before_the_validation_target(evaluate: Evaluator, split: Split) -> str:
    """The split itself: the training items, then the validation targets, are all that is known at the test."""
    targets = targets_by_user(split.validation)
    for user in range(split.train.n_users):
        training, known = (history_of(holdout, user).tolist() for holdout in (split.validation, split.test))
        added = known[len(training) :]
        if split.validation.names_users:  # an item that stands twice among them is one target
            added = list(dict.fromkeys(added))
        if known[: len(training)] != training or added != targets.get(user, []):
            raise Deviation(f"at the test, user {user} has another history than the training and validation items")
    return f"so for {split.train.n_users:,} users"


def scorers_are_given_the_history_and_nothing_else(evaluate: Evaluator, split: Split) -> str:
    """A spy that keeps all that it is given, with several lengths of histories."""
    for part, holdout in parts(split):
        for length in _LENGTHS:
            spy = Spy(split.train.n_items, length)
            evaluate(spy, holdout)
            for users, histories in spy.calls:
                for user, given in zip(users.tolist(), histories, strict=True):
                    _require_tail(given, holdout, user, length, part)
            asked = np.concatenate([users for users, _ in spy.calls])
            if len(missing := np.setdiff1d(holdout.users, asked)):
                raise Deviation(f"{len(missing):,} evaluated users were never scored at {part}")
    lengths = ", ".join(str(length) for length in _LENGTHS if length)
    return f"so for {count_targets(split)}, with whole histories and with lengths {lengths}"


def what_is_given_does_not_point_at_the_target(evaluate: Evaluator, split: Split) -> str:
    """Whatever stands in the histories is scored above everything else."""
    n_seen = 0
    for part, holdout in parts(split):
        seen = [
            target in history_of(holdout, user) for user, target in zip(holdout.users, holdout.targets, strict=True)
        ]
        tied = np.where(seen, 1, count_candidates(holdout))
        found = evaluate(Echo(split.train.n_items), holdout)
        require_ranks(found, ranks_in(holdout, np.zeros_like(tied), tied), holdout.users, part)
        n_seen += sum(seen)
    return f"so for {count_targets(split)}, {n_seen:,} of which the user had before"


def _require_tail(given: Int64Array, holdout: Holdout, user: int, length: int | None, part: str) -> None:
    """The row has to be the latest items of the user's history, with nothing but padding before them."""
    history = history_of(holdout, user)
    due = history if length is None else history[-length:]
    if len(given) < len(due) or not np.array_equal(given, np.pad(due, (len(given) - len(due), 0))):
        raise Deviation(
            f"user {user} was scored by {_show(given[given != PADDING])} at {part}, where {_show(due)} were the latest "
            "items before the target"
        )


def _show(items: Int64Array) -> str:
    """At most the last three items, in brackets."""
    shown = ", ".join(str(item) for item in items[-3:].tolist())
    return f"[{'..., ' if len(items) > 3 else ''}{shown}]"


ATTACKS = (
    Attack(
        "a user's history at the test is the training items and then the validation target",
        histories_end_before_the_validation_target,
    ),
    Attack(
        "score() gets the latest items before the target, oldest first, with padding on the left, as many as asked for",
        scorers_are_given_the_history_and_nothing_else,
    ),
    Attack(
        "better = 0, tied = c, since no item of the history but the target is a candidate; tied = 1 where the user had "
        "the target before",
        what_is_given_does_not_point_at_the_target,
    ),
)
