"""Exact and count-based tests."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.reporting.statistics.exact import mcnemar_p, permutation_p_smaller


def test_five_that_are_all_smaller_have_the_smallest_p_value_of_five_and_five() -> None:
    assert permutation_p_smaller([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) == pytest.approx(1 / math.comb(10, 5))
    assert permutation_p_smaller([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]) == 1


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=5, unique=True),
    st.lists(st.floats(2, 3) | st.floats(0, 1), min_size=2, max_size=5, unique=True),
)
def test_without_ties_it_is_the_exact_rank_sum_test(values: list[float], others: list[float]) -> None:
    if len({*values, *others}) < len(values) + len(others):
        return
    expected = stats.mannwhitneyu(values, others, alternative="less", method="exact").pvalue
    assert permutation_p_smaller(values, others) == pytest.approx(expected)


def test_ties_count_for_neither_side() -> None:
    assert permutation_p_smaller([1, 1], [1, 1]) == 1
    assert permutation_p_smaller([1, 2], [2, 3]) == pytest.approx(2 / 6)  # (1, 2) with either 2


def test_a_censored_value_is_only_known_to_be_greater() -> None:
    late = permutation_p_smaller([1, 2, 3], [4, 5, math.inf])
    assert late == permutation_p_smaller([1, 2, 3], [4, 5, 6]) == pytest.approx(1 / 20)


@pytest.mark.parametrize(("difference", "n_discordant"), [(23, 113), (-23, 113), (62, 200), (0, 50)])
def test_mcnemar_is_the_chi_square_of_the_discordant_pairs(difference: int, n_discordant: int) -> None:
    expected = stats.chi2.sf(difference**2 / n_discordant, 1)
    assert mcnemar_p(difference, n_discordant) == pytest.approx(expected)


def test_mcnemar_without_discordant_users_sees_no_difference() -> None:
    assert mcnemar_p(0, 0) == 1


def test_mcnemar_needs_as_many_discordant_users_as_the_difference() -> None:
    with pytest.raises(ValueError, match="23 hits"):
        mcnemar_p(23, 22)


def test_mcnemar_keeps_its_level() -> None:
    rng = np.random.default_rng(0)
    wins = rng.binomial(120, 0.5, 4000)
    assert np.mean([mcnemar_p(2 * int(won) - 120, 120) < 0.05 for won in wins]) < 0.065
