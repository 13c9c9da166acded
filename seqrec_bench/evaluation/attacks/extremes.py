"""Attacks with scorers whose ranks and metrics are known in closed form; c is a user's number of candidates."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.evaluation.attacks.attack import Attack, Deviation, Evaluator
from seqrec_bench.evaluation.attacks.expectations import (
    count_candidates,
    count_targets,
    means_of_users,
    parts,
    ranks_in,
    require_ranks,
)
from seqrec_bench.evaluation.attacks.scorers import STEP, Oracle, Ruled
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records import Ranks

_K = 50
_GAINS: Mapping[str, Callable[[int], float]] = {
    "HR": lambda rank: 1.0,
    "MRR": lambda rank: 1 / rank,
    "NDCG": lambda rank: 1 / math.log2(rank + 1),
}
_TOLERANCE = 1e-12
"""Relative; sums in float64 differ by less."""


def constant_scores_tie_every_candidate(evaluate: Evaluator, split: Split) -> str:
    """One score for everything, the padding included, so that the figures are those of chance."""
    spans, hits = [], []
    for part, holdout in parts(split):
        c = count_candidates(holdout)
        found = evaluate(Ruled(split.train.n_items), holdout)
        require_ranks(found, ranks_in(holdout, np.zeros_like(c), c), holdout.users, part)
        _require_metrics(found, holdout, np.ones_like(c), c)
        spans += [int(c.min()), int(c.max())]
        hits.append(metric(found, f"HR@{_K}"))
    chance = np.concatenate(hits).mean()
    return f"c of {min(spans):,} to {max(spans):,} for {count_targets(split)}; their mean HR@{_K} is {chance:.4f}"


def an_oracle_ranks_every_target_first(evaluate: Evaluator, split: Split) -> str:
    """The target one float above all others."""
    for part, holdout in parts(split):
        found = evaluate(Oracle(split.train.n_items, holdout.users, holdout.targets, float(STEP)), holdout)
        first = np.ones_like(holdout.users)
        require_ranks(found, ranks_in(holdout, first - 1, first), holdout.users, part)
        for name in _GAINS:
            if (metric(found, f"{name}@{_K}") != 1).any():
                raise Deviation(f"{name}@{_K} of {metric(found, f'{name}@{_K}').min()} for a target ranked first")
    return f"so for {count_targets(split)}"


def a_reversed_oracle_ranks_every_target_last(evaluate: Evaluator, split: Split) -> str:
    """The target below all others."""
    for part, holdout in parts(split):
        c = count_candidates(holdout)
        found = evaluate(Oracle(split.train.n_items, holdout.users, holdout.targets, -float(STEP)), holdout)
        require_ranks(found, ranks_in(holdout, c - 1, np.ones_like(c)), holdout.users, part)
        _require_metrics(found, holdout, c, c)
    return f"so for {count_targets(split)}"


def _require_metrics(ranks: Ranks, holdout: Holdout, first: Int64Array, last: Int64Array) -> None:
    """Each metric has to be the mean over a user's targets of the mean gain over the ranks from `first` to `last`."""
    for name, gain in _GAINS.items():
        gains = [_mean_gain(gain, low, high) for low, high in zip(first.tolist(), last.tolist(), strict=True)]
        due = means_of_users(holdout, gains)
        found = metric(ranks, f"{name}@{_K}")
        if not np.allclose(found, due, rtol=_TOLERANCE, atol=_TOLERANCE):
            worst = int(np.abs(found - due).argmax())
            raise Deviation(f"{name}@{_K} of {found[worst]} where {due[worst]} was due")


def _mean_gain(gain: Callable[[int], float], first: int, last: int) -> float:
    return math.fsum(gain(rank) for rank in range(first, min(last, _K) + 1)) / (last - first + 1)


ATTACKS = (
    Attack(
        f"with c candidates better = 0, tied = c, HR@{_K} = min({_K}, c) / c; MRR and NDCG are means over ranks 1 to c",
        constant_scores_tie_every_candidate,
    ),
    Attack("better = 0, tied = 1, every metric exactly 1", an_oracle_ranks_every_target_first),
    Attack(
        f"better = c - 1, tied = 1, every metric the gain of rank c, which is 0 beyond {_K}",
        a_reversed_oracle_ranks_every_target_last,
    ),
)
