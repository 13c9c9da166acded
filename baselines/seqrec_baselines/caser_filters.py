"""Caser's horizontal filters at all places, by products over views of the items' vectors.

Shapes: B instances, L input items, d the dimension, nh filters of each height h = 1..L.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor


def horizontal_activations(rows: Tensor, filters: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """For each height, every filter's inner product with the h items that begin at each place.

    Args:
        rows: (B, L, d) the items' vectors.
        filters: The weights by height, (nh, h * d) for h = 1, 2, ...

    Returns:
        (L - h + 1, B, nh) for each height h.
    """
    activations: tuple[Tensor, ...] = _HorizontalFilters.apply(rows, *filters)
    return activations


class _HorizontalFilters(torch.autograd.Function):
    """A convolution that copies no windows: the h items from a place on are h * d neighbours in an instance's row."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, *filters: Tensor) -> tuple[Tensor, ...]:
        ctx.save_for_backward(rows, *filters)
        length = rows.shape[1]
        activations = []
        for height, weight in enumerate(filters, start=1):
            found = rows.new_empty(length - height + 1, len(rows), len(weight))
            for place, window in enumerate(_windows(rows, height)):
                torch.mm(window, weight.T, out=found[place])
            activations.append(found)
        return tuple(activations)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        rows, *filters = ctx.saved_tensors
        of_rows, of_filters = torch.zeros_like(rows), [torch.zeros_like(weight) for weight in filters]
        for height, (weight, gradient) in enumerate(zip(filters, gradients, strict=True), start=1):
            of_windows = _windows(of_rows, height)
            for window, of_window, of_activation in zip(_windows(rows, height), of_windows, gradient, strict=True):
                of_window.addmm_(of_activation, weight)
                of_filters[height - 1].addmm_(of_activation.T, window)
        return of_rows, *of_filters


def _windows(rows: Tensor, height: int) -> Iterator[Tensor]:
    """The vectors of each `height` consecutive items side by side, as views: L - height + 1 times (B, height * d)."""
    length, dimension = rows.shape[1:]
    flat = rows.view(len(rows), length * dimension)
    for place in range(length - height + 1):
        yield flat[:, place * dimension : (place + height) * dimension]
