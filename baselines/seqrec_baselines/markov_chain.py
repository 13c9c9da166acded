"""First-order Markov chain: what followed the last item most often comes next."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array

from seqrec_bench.recommender import Explanation, FitContext, Float32Array, Int64Array, Sequences


def transition_counts(train: Sequences, distance: int) -> csr_array:
    """Entry (a, b) of the answer is how often item b stands `distance` places after item a in a user's sequence."""
    users = train.users
    same_user = users[:-distance] == users[distance:]
    earlier, later = train.items[:-distance][same_user], train.items[distance:][same_user]
    shape = (train.n_items + 1, train.n_items + 1)
    return csr_array((np.ones(len(earlier)), (earlier, later)), shape=shape)


@dataclass
class MarkovChain:
    """First-order Markov chain; no paper.

    Scores an item by how often it directly followed the user's last item; popularity breaks ties.

    Without a history, popularity is all that counts.
    """

    name: ClassVar[str] = "markov-chain"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = True

    @property
    def history_length(self) -> int:
        return 1

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self._transitions = transition_counts(train, distance=1).astype(np.float32)
        # Popularity ranks instead of counts: there are far fewer of them, so in float32 the fraction they add still
        # tells items apart beside counts in the thousands. It stays under 1, so it can never outweigh a transition.
        _, ranks = np.unique(train.item_counts, return_inverse=True)
        self._tie_breaks = (ranks / (ranks.max() + 1)).astype(np.float32)

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        last = histories[:, -1]
        scores: Float32Array = self._transitions[last].toarray() + self._tie_breaks
        return scores

    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        tie_breaks = np.tile(self._tie_breaks, (len(users), 1))
        return Explanation(
            parts={"transitions": self._transitions[histories[:, -1]].toarray(), "popularity": tie_breaks}
        )
