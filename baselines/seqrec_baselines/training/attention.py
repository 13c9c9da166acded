"""Vectors of places that hold an item, packed one below the other, split by attention head and put together again.

Shapes: B rows of L places, T of all of them that hold an item, d the dimension, H heads.
"""

import torch
from torch import Tensor


def by_head(vectors: Tensor, places: Tensor, shape: torch.Size, heads: int) -> Tensor:
    """(T, d) at these of B * L places -> (B, H, L, d / H), zero elsewhere; `shape` is (B, L)."""
    padded = vectors.new_zeros(shape.numel(), vectors.shape[1]).index_copy(0, places, vectors)
    return padded.view(*shape, heads, -1).transpose(1, 2)


def side_by_side(by_head: Tensor, places: Tensor) -> Tensor:
    """(B, H, L, d / H) -> (T, d), what stands at these of B * L places; the inverse of `by_head` there."""
    return by_head.transpose(1, 2).flatten(2).flatten(0, 1).index_select(0, places)
