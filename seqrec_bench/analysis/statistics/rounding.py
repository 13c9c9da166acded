"""What separates a number from the rounding of its computation, and sums that are the same on every processor.

Every value that a verdict comes from is a metric of one user, from 0 to 1, or a difference of two. What is left of sums
that are equal, or cancel out, is at most some thousand units of rounding (2^-52): a metric at a cut-off of up to 200
is a difference of sums of as many gains, which may be off by 3,600 of them, and a sum by halves adds one for each time
that the number of its terms doubles. So numbers that differ by less than 2^-40, or 4,096 units, are equal: 9e-13, far
less than a single user's rank moves the mean of a million users.
"""

import math

import numpy as np

from seqrec_bench.evaluation.metrics import Float64Array

ROUNDING = 2.0**-40
"""Numbers of a magnitude of 1 that differ by no more are equal."""


def is_greater(one: float, other: float) -> bool:
    """Whether the one number is greater than the other, by more than rounding."""
    return one > other and not math.isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING)


def settled(value: float, magnitude: float = 1.0) -> float:
    """The value, or 0 where it is no more than rounding.

    Args:
        magnitude: Of what it is the sum of, where that may be more than 1: the sum of its weights without their signs.
    """
    return value if abs(value) > ROUNDING * max(1.0, magnitude) else 0.0


def settled_variance(variance: float, magnitude: float = 1.0) -> float:
    """The variance, or 0 where the standard deviation is no more than the rounding of the values."""
    return variance if variance > (ROUNDING * max(1.0, magnitude)) ** 2 else 0.0


def settled_array(values: Float64Array, magnitude: float = 1.0) -> Float64Array:
    """The values, with 0 for each that is no more than rounding."""
    return np.where(np.abs(values) > ROUNDING * max(1.0, magnitude), values, 0.0)


def total(values: Float64Array) -> Float64Array:
    """The sum over the first axis, by halves: the same on every processor.

    NumPy's own sums and products of matrices add in an order that hangs on the processor's vector instructions; what is
    done element by element does not. Rounding grows with the logarithm of the number of terms. Shape (n, ...) to (...).
    """
    summed, n_left = np.array(values, order="C"), len(values)
    while n_left > 1:
        half = (n_left + 1) // 2
        summed[: n_left - half] += summed[half:n_left]
        n_left = half
    first: Float64Array = summed[0]
    return first


def mean(values: Float64Array) -> Float64Array:
    """The mean over the first axis, as `total` sums. Shape (n, ...) to (...)."""
    return total(values) / len(values)


def variance(values: Float64Array, magnitude: float = 1.0) -> float:
    """The sample variance of some values, 0 where they differ by rounding alone. Shape (n,), with n of 2 or more."""
    deviations = values - mean(values)
    return settled_variance(float(total(deviations**2)) / (len(values) - 1), magnitude)
