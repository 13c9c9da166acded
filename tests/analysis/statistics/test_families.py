"""Holm's procedure."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.analysis.statistics.families import LEVEL, holm


def test_known_answers() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.03, 0.03]) == pytest.approx([0.06, 0.06])
    assert holm([1.0, 0.2, 1.0]) == pytest.approx([1, 0.6, 1])
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


def literal_rejections(p_values: list[float]) -> set[int]:
    """Step down from the smallest, and stop at the first that is too large."""
    rejected: set[int] = set()
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        if p_values[place] * (len(p_values) - rank) > LEVEL:
            break
        rejected.add(place)
    return rejected


@given(st.lists(st.floats(0, 1) | st.floats(0, 0.05), max_size=9))
def test_rejects_what_stepping_down_rejects(p_values: list[float]) -> None:
    assert {place for place, p in enumerate(holm(p_values)) if p <= LEVEL} == literal_rejections(p_values)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_is_between_the_p_value_and_bonferronis(p_values: list[float]) -> None:
    for p, adjusted in zip(p_values, holm(p_values), strict=True):
        assert p <= adjusted <= min(1, len(p_values) * p) or adjusted == max(holm(p_values))


@pytest.mark.parametrize("wrong", [math.nan, -0.1, 1.1, math.inf])
def test_what_is_no_probability_is_an_error(wrong: float) -> None:
    with pytest.raises(ValueError, match="p-values"):
        holm([0.5, wrong])
