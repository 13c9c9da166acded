"""Full ranking against the bare matrix product that it can't do without, and against an evaluator that sorts."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from benchmarks.generated import generated_dataset
from benchmarks.results import Measurement
from benchmarks.timing import best_of, in_fresh_process, seconds_of
from seqrec_bench.data import Holdout, leave_one_out
from seqrec_bench.evaluation.ranking import block_size, rank_targets
from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences
from seqrec_bench.records import Ranks

N_INTERACTIONS = 20_000_000
"""Of 200,000 users with 50,000 items."""
DIMENSION = 100
SAMPLE = 4_096
"""Users that all three are timed on; the whole takes minutes."""
TURNS = 3


@dataclass(eq=False)
class DotProducts:
    """Scores by one product of the users' vectors and all items' vectors, as factorisations do."""

    name: ClassVar[str] = "dot-products"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int | None] = 1

    user_vectors: Float32Array
    """(n_users, d)"""
    item_vectors: Float32Array
    """(n_items + 1, d)"""

    @property
    def n_parameters(self) -> int:
        return self.user_vectors.size + self.item_vectors.size

    def fit(self, train: Sequences, context: FitContext) -> None:
        """Its vectors are given."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores: Float32Array = self.user_vectors[users] @ self.item_vectors.T
        return scores


def measure() -> Measurement:
    rows = in_fresh_process(measure_rows, N_INTERACTIONS, DIMENSION, SAMPLE, TURNS)
    return Measurement(
        title="Full ranking: 200,000 users, 50,000 items, dimension 100, float32",
        head=("evaluator", "users", "seconds", "µs a user", "times the product"),
        rows=rows,
        notes=(
            "The bare product is that of each block of users with all items, its result thrown away; the evaluators "
            "compute it too.",
            f"Three are compared on the first {SAMPLE:,} users, each at its best of {TURNS} runs, then two on all, "
            "run once. Users with fewer than three interactions are not evaluated.",
            "The one that sorts (`np.sort` of a block's scores, then a binary search a user) gives the same `better` "
            "and `tied` for every user of the sample, which is checked.",
        ),
    )


def measure_rows(n_interactions: int, dimension: int, sample: int, turns: int) -> list[tuple[str, ...]]:
    """The table's rows: of the sample, and of all users.

    Raises:
        ArithmeticError: The evaluators disagree.
    """
    holdout = leave_one_out(generated_dataset(n_interactions).sequences).test
    scorer = random_vectors(holdout.history, dimension)
    some = holdout.users[holdout.users < sample]
    if rank_targets(scorer, holdout, some) != rank_by_sorting(scorer, holdout, some):
        raise ArithmeticError("the evaluators disagree")
    product, ours, sorting = best_of(
        turns,
        lambda: multiply(scorer, holdout, some),
        lambda: rank_targets(scorer, holdout, some),
        lambda: rank_by_sorting(scorer, holdout, some),
    )
    everyone = holdout.users
    whole_product = seconds_of(lambda: multiply(scorer, holdout, everyone))
    whole = seconds_of(lambda: rank_targets(scorer, holdout, everyone))
    return [
        _row("bare product", len(some), product, product),
        _row("ours", len(some), ours, product),
        _row("one that sorts", len(some), sorting, product),
        _row("bare product", len(everyone), whole_product, whole_product),
        _row("ours", len(everyone), whole, whole_product),
    ]


def random_vectors(history: Sequences, dimension: int) -> DotProducts:
    """A scorer with normal vectors."""
    rng = np.random.default_rng(0)
    users = rng.standard_normal((history.n_users, dimension), dtype=np.float32)
    return DotProducts(users, rng.standard_normal((history.n_items + 1, dimension), dtype=np.float32))


def multiply(scorer: DotProducts, holdout: Holdout, users: Int64Array) -> None:
    """The products alone, in the evaluator's blocks."""
    for members in _blocks(holdout, users):
        scorer.score(members, members[:, None])


def rank_by_sorting(scorer: DotProducts, holdout: Holdout, users: Int64Array) -> Ranks:
    """What `rank_targets` returns, from sorted scores."""
    history, targets = holdout.history, np.zeros(holdout.history.n_users, dtype=np.int64)
    targets[holdout.users] = holdout.targets
    better, tied = np.zeros_like(targets), np.zeros_like(targets)
    for members in _blocks(holdout, users):
        scores = scorer.score(members, members[:, None])
        rows = np.arange(len(members))
        target_scores = scores[rows, targets[members]]
        seen = history.items[history.offsets[members[0]] : history.offsets[members[-1] + 1]]
        scores[np.repeat(rows, history.lengths[members]), seen] = -np.inf
        scores[:, 0] = -np.inf
        scores[rows, targets[members]] = target_scores
        scores.sort(axis=1)
        for row, user in enumerate(members):
            up_to = np.searchsorted(scores[row], target_scores[row], side="right")
            better[user] = scores.shape[1] - up_to
            tied[user] = up_to - np.searchsorted(scores[row], target_scores[row], side="left")
    return Ranks(better=better[users], tied=tied[users])


def _blocks(holdout: Holdout, users: Int64Array) -> list[Int64Array]:
    """The blocks that `rank_targets` scores for these users; here the last one is not filled up."""
    size, n_users = block_size(holdout.history.n_items), holdout.history.n_users
    return [np.arange(k * size, min((k + 1) * size, n_users)) for k in np.unique(users // size)]


def _row(name: str, n_users: int, seconds: float, product: float) -> tuple[str, ...]:
    return name, f"{n_users:,}", f"{seconds:.2f}", f"{seconds / n_users * 1e6:.0f}", f"{seconds / product:.2f}"
