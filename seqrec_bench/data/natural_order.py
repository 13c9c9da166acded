"""The order of raw ids that a person would choose: 2 before 10, a2 before a10."""

import numpy as np

from seqrec_bench.data.interactions import StrArray
from seqrec_bench.recommender import Int64Array


def natural_order(ids: StrArray) -> Int64Array:
    """Returns the permutation that puts distinct ids into natural order, whatever order they came in.

    Ids that natural order can't tell apart ("7" and "007") follow plain string order.
    """
    numbers = _plain_integers(ids)
    if numbers is not None:
        return np.argsort(numbers)
    return _natsort_order(ids)


def _plain_integers(ids: StrArray) -> Int64Array | None:
    """The ids as numbers if each is a non-negative integer written the one plain way, else None."""
    try:
        numbers = ids.astype(np.int64)
    except (ValueError, OverflowError):
        return None
    plain = bool(np.all(numbers >= 0)) and np.array_equal(numbers.astype(np.str_), ids)
    return numbers if plain else None


def _natsort_order(ids: StrArray) -> Int64Array:
    from natsort import natsort_keygen

    key = natsort_keygen()
    strings = ids.tolist()
    return np.array(sorted(range(len(ids)), key=lambda i: (key(strings[i]), strings[i])), dtype=np.int64)
