"""What becomes of scores when an item is taken out of a history, and how concentrated weights are."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import PADDING, Int64Array

Weights = npt.NDArray[np.float32] | npt.NDArray[np.float64]


def without_each(history: Int64Array, places: Sequence[int]) -> Int64Array:
    """The history without the item at each of the places; those before it move up, padding comes in on the left.

    Args:
        history: (L,)

    Returns:
        (len(places), L)
    """
    return np.array([[PADDING, *np.delete(history, place)] for place in places], dtype=np.int64).reshape(
        len(places), len(history)
    )


def effective_number(weights: Weights) -> npt.NDArray[np.float64]:
    """exp(entropy) of each distribution in the last axis: how many equal weights would be as spread out."""
    logarithms = np.log(weights, out=np.zeros(weights.shape), where=weights > 0)
    spread: npt.NDArray[np.float64] = np.exp(-(weights * logarithms).sum(axis=-1))
    return spread
