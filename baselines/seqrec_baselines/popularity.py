"""Popularity: everybody is recommended what most interactions were with."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences


@dataclass
class Popularity:
    """What most interactions were with; no paper.

    Scores an item by its number of training interactions. Equal counts stay ties: no rule is made up for them.
    """

    name: ClassVar[str] = "popularity"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False

    @property
    def history_length(self) -> int:
        """1, the least that can be asked for: the history is not looked at."""
        return 1

    @property
    def n_parameters(self) -> int:
        return 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        self._counts = train.item_counts.astype(np.float32)

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        return np.tile(self._counts, (len(users), 1))
