"""Exact and count-based tests."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqrec_bench.analysis.statistics.exact import mcnemar_p, permutation_p_smaller, shift_interval


def test_five_that_are_all_smaller_have_the_smallest_p_value_of_five_and_five() -> None:
    assert permutation_p_smaller([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) == pytest.approx(1 / math.comb(10, 5))
    assert permutation_p_smaller([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]) == 1


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=5, unique=True),
    st.lists(st.floats(2, 3) | st.floats(0, 1), min_size=2, max_size=5, unique=True),
)
def test_without_ties_it_is_the_exact_rank_sum_test(values: list[float], others: list[float]) -> None:
    if len({round(value, 9) for value in (*values, *others)}) < len(values) + len(others):
        return
    expected = stats.mannwhitneyu(values, others, alternative="less", method="exact").pvalue
    assert permutation_p_smaller(values, others) == pytest.approx(expected)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_with_ties_it_is_the_share_of_all_choices_whose_sum_of_midranks_is_no_greater(
    values: list[int], others: list[int]
) -> None:
    pooled = [*values, *others]
    midranks = [
        sum(other < value for other in pooled) + sum(other == value for other in pooled) / 2 for value in pooled
    ]
    sums = [sum(choice) for choice in combinations(midranks, len(values))]
    expected = sum(total <= sum(midranks[: len(values)]) for total in sums) / len(sums)
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


def test_many_values_are_counted_and_not_listed() -> None:
    """There are 10^17 ways to deal out 30 and 30."""
    rng = np.random.default_rng(3)
    values, others = rng.normal(0, 1, 30).tolist(), rng.normal(0.4, 1, 30).tolist()
    expected = stats.mannwhitneyu(values, others, alternative="less", method="exact").pvalue
    assert permutation_p_smaller(values, others) == pytest.approx(expected)


@pytest.mark.parametrize(("n_values", "n_others"), [(3, 3), (5, 5), (4, 7)])
def test_the_shifts_interval_holds_what_neither_test_rejects(n_values: int, n_others: int) -> None:
    rng = np.random.default_rng([n_values, n_others])
    values, others = rng.normal(0, 1, n_values).tolist(), rng.normal(1, 1, n_others).tolist()
    interval = shift_interval(values, others)
    assert interval is not None
    for end, outwards in zip(interval, (-1, 1), strict=True):
        for inside in (True, False):
            shift = end + (-outwards if inside else outwards) * 1e-9
            moved = [value - shift for value in values]
            p_value = permutation_p_smaller(moved, others) if outwards > 0 else permutation_p_smaller(others, moved)
            assert (p_value > 0.05) is inside


def test_five_and_five_leave_four_differences_beyond_each_end() -> None:
    values, others = [0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0]
    differences = sorted(value - other for value in values for other in others)
    assert shift_interval(values, others) == (differences[4], differences[-5])


def test_the_shifts_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(4000):
        interval = shift_interval(rng.normal(2, 1, 5).tolist(), rng.normal(0, 1, 5).tolist())
        assert interval is not None
        covered += interval[0] <= 2 <= interval[1]
    assert 0.885 < covered / 4000 < 0.925  # at five and five, 1 - 2 * 12 / 252


def test_two_and_two_bound_no_shift() -> None:
    assert shift_interval([1, 2], [3, 4]) is None


def test_values_that_differ_by_rounding_alone_are_level() -> None:
    off = 2.0**-52
    assert permutation_p_smaller([1.5, 1.5, 1.5], [1.5 + off, 1.5 + 2 * off, 1.5 + 3 * off]) == 1
    assert permutation_p_smaller([1.0, 1.0 + off, 3.0], [1.0, 3.0 + off, math.inf]) == permutation_p_smaller(
        [1, 1, 3], [1, 3, math.inf]
    )
