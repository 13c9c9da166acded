"""Means and differences as tables show them: with half the width of an interval, or the reason why there is none."""

from dataclasses import dataclass

from seqrec_bench.analysis.statistics.exact import count_differing, least_sign_p
from seqrec_bench.analysis.statistics.families import LEVEL
from seqrec_bench.analysis.statistics.questions import benchmark, population
from seqrec_bench.analysis.statistics.runs import Runs


@dataclass(frozen=True)
class Estimate:
    """A metric's mean over users and seeds, with its interval over seeds where there is one."""

    mean: float
    half_width: float | None
    """Half the interval's width; None for a deterministic model, whose mean is exact, and for a single seed."""
    n_seeds: int
    deterministic: bool

    @property
    def no_interval(self) -> str | None:
        """Why there is no interval, in a word or two; None where there is one."""
        if self.half_width is not None:
            return None
        return "exact" if self.deterministic else "1 seed"

    @property
    def low(self) -> float | None:
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        return None if self.half_width is None else self.mean + self.half_width


@dataclass(frozen=True)
class Difference:
    """One model's mean minus another's, for users like these, with its interval over users and seeds."""

    mean: float
    half_width: float | None
    """Half the interval's width; None where there are fewer than two seeds or users."""
    n_seeds: int
    n_differing: int
    """The users for whom the two are not equal."""

    @property
    def too_few_differ(self) -> bool:
        """Whether these are so few that no exact test can reject at 5 %, whatever the interval says."""
        return 2 * least_sign_p(self.n_differing) > LEVEL


def paired_difference(runs: Runs, others: Runs) -> Difference:
    """The difference of two models whose runs are paired by seed, as a model's and its ablation's are.

    Answers ``population`` about the runs of the differences. Both have the same seeds and users, in the same order.
    """
    differences = runs.minus(others)
    n_differing = count_differing(differences.of_users)
    return Difference(differences.mean, population_half_width(differences), differences.n_seeds, n_differing)


def population_half_width(runs: Runs) -> float | None:
    """Half the interval of the mean for users like these, trained again.

    Answers ``population``. None for a single user, and for a single seed of a model whose seed matters.
    """
    known = runs.n_users > 1 and (runs.deterministic or runs.n_seeds > 1)
    return population([runs], [1]).half_width if known else None


def estimate_over_seeds(runs: Runs) -> Estimate:
    """The mean of a model's runs and the interval in which training again on these users puts it.

    Answers ``benchmark``. Where seeds bring nothing but the noise of single runs, the floor under their variance makes
    the interval cover the truth more often than it says (up to .99).
    """
    exact_or_single = runs.deterministic or runs.n_seeds == 1
    half_width = None if exact_or_single else benchmark([runs], [1]).half_width
    return Estimate(runs.mean, half_width, runs.n_seeds, runs.deterministic)
