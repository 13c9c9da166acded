"""The variants of the protocol that an audit compares, and the protocols whose records they are made of."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from seqrec_bench.evaluation.protocols import LOO_FULL, RANDOM_ORDERS
from seqrec_bench.records import Ranks


def ties_for(ranks: Ranks) -> Ranks:
    """Every candidate with the target's score counted as below it."""
    return replace(ranks, tied=np.ones_like(ranks.tied))


def ties_against(ranks: Ranks) -> Ranks:
    """Every candidate with the target's score counted as above it."""
    return replace(ranks, better=ranks.better + ranks.tied - 1, tied=np.ones_like(ranks.tied))


@dataclass(frozen=True)
class Variant:
    """A change of the protocol; its figures are means over all records of its protocols."""

    name: str
    label: str
    protocols: tuple[str, ...]
    recount: Callable[[Ranks], Ranks] | None = None
    """What the records' ranks are turned into."""


BASE = Variant("base", "base", (LOO_FULL,))
SEEN = Variant("seen", "seen kept", ("loo-full-seen-v1",))
ZEROED = Variant("zeroed", "seen scored 0", ("loo-full-zeroed-v1",))
SAMPLES = (
    Variant("uniform", "100 uniform", ("loo-uniform100-v1",)),
    Variant("popular", "100 popular", ("loo-popular100-v1",)),
)
SCORE_TIES = (
    Variant("ties-for", "ties for", (LOO_FULL,), ties_for),
    Variant("ties-against", "ties against", (LOO_FULL,), ties_against),
)
RANDOM = Variant("random-order", "random", tuple(f"loo-full-random-ties-{seed}-v1" for seed in RANDOM_ORDERS))
TIME_TIES = (
    Variant("reversed-order", "reversed", ("loo-full-reversed-ties-v1",)),
    RANDOM,
    Variant("item-up", "item up", ("loo-full-item-up-ties-v1",)),
    Variant("item-down", "item down", ("loo-full-item-down-ties-v1",)),
)
TIME_SPLIT = Variant("time-split", "time split", ("time-full-v1",))

RANKED_AGAIN = (BASE, SEEN, *SAMPLES, *SCORE_TIES)
"""The same trained models."""
ON_REQUEST = (ZEROED,)
"""Those too, and never missing: they are shown where there are records."""
TRAINED_AGAIN = (BASE, *TIME_TIES, TIME_SPLIT)
"""Other training data, so other models."""
VARIANTS = (*RANKED_AGAIN, *ON_REQUEST, *TRAINED_AGAIN[1:])
