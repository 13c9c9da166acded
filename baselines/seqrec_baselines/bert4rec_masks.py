"""Sequences with masked places, to be filled in.

Shapes: B rows of up to L places.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import Int64Array

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class MaskedRows:
    """Rows of items, some of them masked."""

    items: Int64Array
    """(B, L) items or the mask, oldest first, filled with padding on the right."""
    counts: Int64Array
    """(B,) how many places of each row hold one of these."""
    masked: BoolArray
    """(B, L)"""
    targets: Int64Array
    """(M,) the items behind the mask, place by place in row order."""


def masked_rows(
    items: Int64Array, counts: Int64Array, mask: int, share: float, last_only: float, rng: np.random.Generator
) -> MaskedRows:
    """Masks places drawn anew.

    Args:
        items: (B, L) item ids, filled with padding on the right.
        counts: (B,) the items of each row, one or more.
        mask: What stands at a masked place.
        share: Of a row's places that are masked: the nearest whole number, and one at least.
        last_only: Of the rows where, instead, only the last item is masked: how likely it is.
    """
    numbers = np.maximum(1, np.rint(share * counts))
    columns = np.arange(items.shape[1])
    order = rng.random(items.shape)
    order[columns >= counts[:, None]] = 2  # after all that are there
    masked = order.argsort(axis=1).argsort(axis=1) < numbers[:, None]
    only_last = rng.random(len(items)) < last_only
    masked[only_last] = columns == counts[only_last, None] - 1
    return MaskedRows(np.where(masked, mask, items), counts, masked, items[masked])


def with_mask_at_the_end(items: Int64Array, counts: Int64Array, mask: int) -> tuple[Int64Array, Int64Array, BoolArray]:
    """The mask after each row's items: (B, L) and (B,) -> (B, L + 1) items, (B,) counts, (B, L + 1) where it stands."""
    longer = np.pad(items, ((0, 0), (0, 1)))
    last = np.arange(longer.shape[1]) == counts[:, None]
    return np.where(last, mask, longer), counts + 1, last
