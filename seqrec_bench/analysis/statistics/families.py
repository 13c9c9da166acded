"""Several tests at once."""

import math
from collections.abc import Sequence

LEVEL = 0.05
"""Of every test, and of every family of tests as a whole."""


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values: all tests whose value is at most `LEVEL` may be rejected together.

    That holds whatever the tests have to do with each other. The i-th smallest of n is multiplied by n - i + 1, and
    none is smaller than those before it (Holm 1979).

    Raises:
        ValueError: One of them is no probability. A NaN must never pass for "no difference".
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"{list(p_values)} are not all p-values")
    adjusted = [math.nan] * len(p_values)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = least
    return adjusted
