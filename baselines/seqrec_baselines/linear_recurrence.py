"""h_k = lambda h_(k-1) + u_k in complex numbers, for many sequences at once and without places for padding.

Shapes: T places of all sequences together, H the width of the state. The places stand step by step, longer sequences
first, as in `torch.nn.utils.rnn.PackedSequence`: the rows of a step continue the first rows of the step before.

The steps are taken one by one, forwards and backwards, and nothing is kept but the states. The parallel scans that
other hardware needs make more products and more copies, and take several times as long on a processor.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor


def recur(inputs: Tensor, factor: Tensor, step_sizes: Sequence[int]) -> Tensor:
    """The states h of all places; before the first one of a sequence, h is 0.

    Args:
        inputs: (T, H) u, complex.
        factor: (H,) lambda, complex.
        step_sizes: How many sequences have each step, never more than have the one before; their sum is T.

    Returns:
        (T, H), complex.
    """
    states: Tensor = _Recurrence.apply(inputs, factor, step_sizes)
    return states


class _Recurrence(torch.autograd.Function):
    """With conj for the complex conjugate, the gradient is g_k = dL/dh_k + conj(lambda) g_(k+1) for each u_k.

    For lambda it is the sum over all places of g_k conj(h_(k-1)).
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, factor: Tensor, step_sizes: Sequence[int]) -> Tensor:
        states = inputs.clone()
        for before, after in _consecutive(states, step_sizes):
            after.addcmul_(before, factor)
        ctx.save_for_backward(states, factor)
        ctx.step_sizes = step_sizes
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        states, factor = ctx.saved_tensors
        of_inputs, of_factor = gradient.clone(), torch.zeros_like(factor)
        conjugate = factor.conj().resolve_conj()
        steps = zip(_consecutive(of_inputs, ctx.step_sizes), _consecutive(states, ctx.step_sizes), strict=True)
        for (before, after), (state, _) in reversed(list(steps)):
            before.addcmul_(after, conjugate)
            of_factor += (after * state.conj()).sum(dim=0)
        return of_inputs, of_factor, None


def _consecutive(places: Tensor, step_sizes: Sequence[int]) -> Iterator[tuple[Tensor, Tensor]]:
    """For each step but the first, what its rows continue, and its rows."""
    for before, after in pairwise(places.split(list(step_sizes))):
        yield before[: len(after)], after
