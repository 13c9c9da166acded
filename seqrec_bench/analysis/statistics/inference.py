"""An estimated quantity with its variance and degrees of freedom, and what can be said from these."""

import math
from dataclasses import dataclass, field

from seqrec_bench.analysis.statistics.exact import count_differing, least_sign_p
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.evaluation.metrics import Float64Array

CONFIDENCE = 0.95
"""Of two-sided intervals and one-sided bounds alike."""


@dataclass(frozen=True)
class Inference:
    """A quantity that is estimated with an error that is t-distributed."""

    mean: float
    variance: float
    """Of the estimate; 0 where it is exact."""
    degrees_of_freedom: float
    """Infinite where the variance is 0."""
    of_users: Float64Array | None = field(default=None, repr=False, compare=False)
    """(U,) what the mean is a mean of, where users are a sample; None where they are not."""

    @property
    def half_width(self) -> float:
        """Half the two-sided 95 % interval."""
        return self._reach((1 + CONFIDENCE) / 2)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The two-sided interval."""
        reach = self._reach((1 + confidence) / 2)
        return self.mean - reach, self.mean + reach

    @property
    def low(self) -> float:
        """The one-sided 95 % lower bound."""
        return self.mean - self._reach(CONFIDENCE)

    @property
    def high(self) -> float:
        """The one-sided 95 % upper bound."""
        return self.mean + self._reach(CONFIDENCE)

    def p_above(self, value: float = 0.0) -> float:
        """The p-value of "it is at most `value`", against "it is above"; never less than `least_p`."""
        from scipy.special import stdtr

        if self.variance == 0:
            p_value = 0.0 if is_greater(self.mean, value) else 1.0
        else:
            p_value = float(stdtr(self.degrees_of_freedom, (value - self.mean) / math.sqrt(self.variance)))
        return max(p_value, self.least_p(value))

    def p_below(self, value: float = 0.0) -> float:
        """The p-value of "it is at least `value`", against "it is below"; never less than `least_p`."""
        of_users = None if self.of_users is None else -self.of_users
        return Inference(-self.mean, self.variance, self.degrees_of_freedom, of_users).p_above(-value)

    def least_p(self, value: float = 0.0) -> float:
        """The sign test's one-sided p-value if all users who are not at `value` were on one side of it.

        The mean of a few users who differ and of many who do not is not t-distributed, so that no smaller p-value is
        believed. 0 where users are no sample.
        """
        return 0.0 if self.of_users is None else least_sign_p(count_differing(self.of_users - value))

    def p_other(self, value: float = 0.0) -> float:
        """The two-sided p-value of "it is `value`"."""
        return min(1.0, 2 * min(self.p_above(value), self.p_below(value)))

    def _reach(self, quantile: float) -> float:
        return 0.0 if self.variance == 0 else t_quantile(quantile, self.degrees_of_freedom) * math.sqrt(self.variance)


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The quantile of Student's t distribution."""
    # As scipy.stats.t.ppf, which checks its arguments for a hundred times as long and takes a second to import.
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, probability))
