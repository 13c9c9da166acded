"""The optimiser of GRU4Rec's authors."""

from collections.abc import Mapping

import torch
from torch import Tensor


class Adagrad:
    """Adagrad with epsilon inside the root and heavy-ball momentum after the scaling, as in the authors' code.

    acc += g^2; v = momentum * v - rate * g / sqrt(acc + 1e-6); p += v. Rows that a step did not touch keep all three.
    """

    EPSILON = 1e-6

    def __init__(self, parameter: Tensor, rate: float, momentum: float) -> None:
        self.parameter, self.rate, self.momentum = parameter.detach(), rate, momentum
        self.accumulated = torch.full_like(self.parameter, self.EPSILON)  # so that no step need add it
        self.velocity = torch.zeros_like(self.parameter)
        self._sums = torch.zeros_like(self.parameter)  # all zero between steps

    def step(self, gradient: Tensor) -> None:
        """Moves the whole parameter down the gradient."""
        self._move(gradient, *self._tables)

    def step_rows(self, rows: Tensor, gradient: Tensor) -> None:
        """Moves these rows of the parameter down their gradient.

        Args:
            rows: (n,) a row may be named more than once; its gradients are then summed before they are squared.
            gradient: (n, ...)
        """
        # All places of one row have its one sum, and so end alike: it does not matter which of them is written last.
        gradient = self._sums.index_add_(0, rows, gradient).index_select(0, rows)
        self._sums.index_fill_(0, rows, 0)
        moved = [table.index_select(0, rows) for table in self._tables]
        self._move(gradient, *moved)
        for table, values in zip(self._tables, moved, strict=True):
            table.index_copy_(0, rows, values)

    def state_dict(self) -> dict[str, Tensor]:
        """What a step leaves for the next one, beside the parameter."""
        return {"accumulated": self.accumulated} | ({"velocity": self.velocity} if self.momentum else {})

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        self.accumulated.copy_(state["accumulated"])
        if self.momentum:
            self.velocity.copy_(state["velocity"])

    @property
    def _tables(self) -> list[Tensor]:
        """What a step changes; without momentum the velocity counts for nothing."""
        return [self.parameter, self.accumulated, *([self.velocity] if self.momentum else [])]

    def _move(self, gradient: Tensor, parameter: Tensor, accumulated: Tensor, velocity: Tensor | None = None) -> None:
        """One step on these values, in place."""
        accumulated.addcmul_(gradient, gradient)
        if velocity is None:
            parameter.addcmul_(gradient, accumulated.rsqrt(), value=-self.rate)
        else:
            velocity.mul_(self.momentum).addcmul_(gradient, accumulated.rsqrt(), value=-self.rate)
            parameter.add_(velocity)
