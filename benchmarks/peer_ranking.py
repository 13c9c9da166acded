"""Our full ranking beside RecBole's evaluator, for the same scores and the same numbers."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from benchmarks.evaluation import DIMENSION, DotProducts
from benchmarks.peer_environment import answer, environment
from benchmarks.results import Measurement
from benchmarks.timing import best_of
from seqrec_bench.data import Holdout
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.recommender import Sequences

N_USERS, N_ITEMS, HISTORY_LENGTH = 4_096, 50_000, 100
TURNS = 3
METRICS = {"HR@50": "hit@50", "MRR@50": "mrr@50", "NDCG@50": "ndcg@50"}
"""RecBole's names of ours."""
TOLERANCE = 1e-6


def measure() -> Measurement:
    torch.set_num_threads(1)
    holdout, scorer = problem(N_USERS, N_ITEMS)
    (ours,) = best_of(TURNS, lambda: rank_targets(scorer, holdout))
    with tempfile.TemporaryDirectory() as folder:
        theirs = recbole_ranking(holdout, scorer, environment(Path(folder)), Path(folder) / "problem.npz")
    require_equal_metrics(holdout, scorer, theirs)
    return Measurement(
        title="Peers: full ranking by RecBole 1.2.1, one thread",
        head=("evaluator", "seconds", "times ours"),
        rows=[
            ("ours", f"{ours:.2f}", "1.0"),
            ("RecBole's", f"{theirs['seconds']:.2f}", f"{theirs['seconds'] / ours:.1f}"),
        ],
        notes=(
            f"{N_USERS:,} users, {N_ITEMS:,} items, dimension {DIMENSION}, {HISTORY_LENGTH} items in a history; blocks "
            f"of 256 users; the product that makes the scores is part of both. The best of {TURNS} runs.",
            f"HR@50, MRR@50 and NDCG@50 of both are equal to {TOLERANCE:g}, which is checked. RecBole finds the first "
            "50 items by `torch.topk`; ours are whole ranks, which also tell ties apart.",
        ),
    )


def problem(n_users: int, n_items: int) -> tuple[Holdout, DotProducts]:
    """Random histories, and vectors by which a user's target scores high, but not always."""
    rng = np.random.default_rng(0)
    items = rng.standard_normal((n_items + 1, DIMENSION), dtype=np.float32)
    drawn = np.stack([rng.choice(n_items, HISTORY_LENGTH + 1, replace=False) + 1 for _ in range(n_users)])
    targets = drawn[:, -1]
    users = 0.3 * items[targets] + rng.standard_normal((n_users, DIMENSION), dtype=np.float32)
    history = Sequences(
        items=drawn[:, :-1].ravel().astype(np.int32),
        times=np.zeros(n_users * HISTORY_LENGTH, dtype=np.int64),
        offsets=np.arange(n_users + 1) * HISTORY_LENGTH,
        n_items=n_items,
    )
    return Holdout(history, np.arange(n_users), targets), DotProducts(users, items)


def recbole_ranking(holdout: Holdout, scorer: DotProducts, python: Path, file: Path) -> Mapping[str, float]:
    """RecBole's metrics and seconds, from a process of its own."""
    np.savez(
        file,
        users=scorer.user_vectors,
        items=scorer.item_vectors,
        targets=holdout.targets,
        rows=holdout.history.users,
        history=holdout.history.items.astype(np.int64),
    )
    found: Mapping[str, float] = answer(python, "recbole_ranking.py", str(file))
    return found


def require_equal_metrics(holdout: Holdout, scorer: DotProducts, theirs: Mapping[str, float]) -> None:
    """Raises ArithmeticError where the evaluators disagree."""
    ranks = rank_targets(scorer, holdout)
    for name, their_name in METRICS.items():
        ours = float(metric(ranks, name).mean())
        if abs(ours - theirs[their_name]) > TOLERANCE:
            raise ArithmeticError(f"{name} is {ours} by our evaluator and {theirs[their_name]} by RecBole's")
