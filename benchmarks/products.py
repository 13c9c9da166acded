"""The matrix products that a piece of work is made of, and the time that they take by themselves: the work's floor."""

import math
from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.timing import best_of

Shape = tuple[int, int, int, int]
"""(n, m, k, l): n products side by side of an (m, k) and a (k, l) matrix."""

_FIRST_FACTOR = {"mm": 0, "addmm": 1, "addmm_": 1, "bmm": 0, "baddbmm": 1}
"""By operation, which of its arguments is the first factor; the next one is the second."""


class ProductCounter(TorchDispatchMode):
    """Inside, counts the matrix products by their shape, forward and backward."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: Counter[Shape] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        place = _FIRST_FACTOR.get(func.overloadpacket.__name__)
        if place is not None:
            first, second = args[place].shape, args[place + 1].shape
            self.shapes[math.prod(first[:-2]), first[-2], first[-1], second[-1]] += 1
        return func(*args, **(kwargs or {}))


def seconds_of_products(shapes: Counter[Shape], dtype: torch.dtype = torch.float32, n_turns: int = 5) -> float:
    """The time that these products take by themselves, each shape's at its best of some turns."""
    return sum(count * _seconds_of_product(shape, dtype, n_turns) for shape, count in shapes.items())


def operations(shapes: Counter[Shape]) -> int:
    """Additions and multiplications in these products."""
    return sum(2 * count * math.prod(shape) for shape, count in shapes.items())


def _seconds_of_product(shape: Shape, dtype: torch.dtype, n_turns: int) -> float:
    n, m, k, columns = shape
    first, second = torch.randn(n, m, k).to(dtype), torch.randn(n, k, columns).to(dtype)
    out = torch.empty(n, m, columns, dtype=dtype)
    if n == 1:  # a stack of one may be multiplied in a slower way
        first, second, out = first[0], second[0], out[0]
    (seconds,) = best_of(n_turns, lambda: torch.matmul(first, second, out=out))
    return seconds
