"""An estimated quantity with its variance and degrees of freedom, and what can be said from these."""

import math
from dataclasses import dataclass

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
        """The p-value of "it is at most `value`", against "it is above"."""
        from scipy.special import stdtr

        if self.variance == 0:
            return 0.0 if self.mean > value else 1.0
        return float(stdtr(self.degrees_of_freedom, (value - self.mean) / math.sqrt(self.variance)))

    def p_below(self, value: float = 0.0) -> float:
        """The p-value of "it is at least `value`", against "it is below"."""
        return Inference(-self.mean, self.variance, self.degrees_of_freedom).p_above(-value)

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
