"""h_k = lambda h_(k-1) + u_k in complex numbers, for many sequences at once and without places for padding.

Shapes: T places of all sequences together, H the width of the state; 2 for the real and the imaginary part. The places
stand step by step, longer sequences first, as in `torch.nn.utils.rnn.PackedSequence`: the rows of a step continue the
first rows of the step before.

The steps are taken one by one, forwards and backwards, and nothing is kept but the states. The parallel scans that
other hardware needs make many more products, or longer chains of them, and take longer on a processor.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor


def recur(inputs: Tensor, factor: Tensor, step_sizes: Sequence[int]) -> Tensor:
    """The states h of all places; before the first one of a sequence, h is 0.

    Args:
        inputs: (T, 2, H) u.
        factor: (2, H) lambda.
        step_sizes: How many sequences have each step, never more than have the one before; their sum is T.

    Returns:
        (T, 2, H)
    """
    states: Tensor = _Recurrence.apply(inputs, factor, step_sizes)
    return states


class _Recurrence(torch.autograd.Function):
    """With conj for the complex conjugate, the gradient is g_k = dL/dh_k + conj(lambda) g_(k+1) for each u_k.

    For lambda it is the sum over all places of g_k conj(h_(k-1)).
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, factor: Tensor, step_sizes: Sequence[int]) -> Tensor:
        states = inputs.clone(memory_format=torch.contiguous_format)
        for before, after in _consecutive(states, step_sizes):
            _add_product(after, before, factor, 1)
        ctx.save_for_backward(states, factor)
        ctx.step_sizes = step_sizes
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        states, factor = ctx.saved_tensors
        of_inputs = gradient.clone(memory_format=torch.contiguous_format)
        of_factor = states.new_zeros(ctx.step_sizes[0], *factor.shape)
        steps = zip(_consecutive(of_inputs, ctx.step_sizes), _consecutive(states, ctx.step_sizes), strict=True)
        for (before, after), (state, _) in reversed(list(steps)):
            _add_product(before, after, factor, -1)
            _add_product(of_factor[: len(after)], after, state, -1)
        return of_inputs, of_factor.sum(dim=0), None


def _consecutive(places: Tensor, step_sizes: Sequence[int]) -> Iterator[tuple[Tensor, Tensor]]:
    """For each step but the first, what its rows continue, and its rows."""
    steps = places.split(list(step_sizes))
    for before, after in zip(steps, steps[1:], strict=False):
        yield before[: len(after)], after


def _add_product(to: Tensor, numbers: Tensor, others: Tensor, sign: int) -> None:
    """Adds `numbers` times `others`, or times their conjugates where the sign is -1, to what is in `to`.

    Args:
        to: (B, 2, H)
        numbers: (B, 2, H)
        others: (B, 2, H), or (2, H) for all rows.
    """
    (real, imaginary), (a, b), (c, d) = to.unbind(-2), numbers.unbind(-2), others.unbind(-2)
    real.addcmul_(a, c).addcmul_(b, d, value=-sign)
    imaginary.addcmul_(b, c).addcmul_(a, d, value=sign)
