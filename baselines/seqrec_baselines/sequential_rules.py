"""Sequential rules after Ludewig and Jannach, "Evaluation of session-based recommendation algorithms" (UMUAI 2018)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array

from seqrec_baselines.markov_chain import transition_counts
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Explanation, FitContext, Float32Array, Int64Array, Sequences


@dataclass
class SequentialRules:
    """Rules "b comes some places after a" (after Ludewig & Jannach 2018).

    Scores an item by the rules "a, then some places later b" whose left side the user has just met.

    A rule's weight is the sum of 1 / distance over its occurrences, divided by that of all rules with the same left
    side. Each of the user's latest items counts with 1 / (its distance from the item to come); in the paper, only
    the last item does.
    """

    window: int = 10
    """The greatest distance, in the rules as in the history."""

    name: ClassVar[str] = "sequential-rules"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.window < 1:
            raise InputError(f"sequential-rules.window is {self.window}: give a whole number from 1 up.")

    @property
    def history_length(self) -> int:
        return self.window

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        weights = csr_array((train.n_items + 1, train.n_items + 1), dtype=np.float64)
        for distance in range(1, self.window + 1):
            weights = csr_array(weights + transition_counts(train, distance).multiply(1 / distance))
        totals: npt.NDArray[np.float64] = weights.sum(axis=1)
        reciprocals = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
        self._rules = diags_array(reciprocals).tocsr() @ weights

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        rows, places = np.nonzero(histories != PADDING)
        closeness = 1 / (histories.shape[1] - places)
        shape = (len(histories), self._rules.shape[0])
        recent = csr_array((closeness, (rows, histories[rows, places])), shape=shape)
        scores: Float32Array = (recent @ self._rules).toarray().astype(np.float32)
        return scores

    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        """What the rules from each of the latest items give; no rule has the padding on its left side."""
        rules = self._rules[histories.ravel()].toarray().reshape(*histories.shape, -1)  # (B, L, n_items + 1)
        closeness = 1 / np.arange(histories.shape[1], 0, -1)[:, None]
        return Explanation(contributions=(rules * closeness).astype(np.float32))
