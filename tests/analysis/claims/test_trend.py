"""A curve that rises: its line does, and it nowhere falls by more than the margin."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.analysis.claims.ledger import Entry
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.claims.trend import rise_of_line
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import Trend

DIMENSIONS = (25, 50, 75, 100, 125, 150)
C3 = Trend("am-lstm", "MRR@50")

Plant = Callable[..., list[Record]]
Judge = Callable[..., Entry]


def curve(plant: Plant, ranks: Sequence[int], **options: object) -> list[Record]:
    """All targets at one rank at each dimension, so that the curve is known without error."""
    return [
        record for d, rank in zip(DIMENSIONS, ranks, strict=True) for record in plant("am-lstm", rank, d, **options)
    ]


@pytest.mark.parametrize(
    ("ranks", "parts", "verdict"),
    [
        ((20, 18, 16, 14, 12, 10), ("supported", "supported"), Verdict.SUPPORTED),
        ((20, 18, 16, 14, 19, 10), ("supported", "refuted here"), Verdict.REFUTED),
        ((40, 30, 25, 19, 20, 15), ("supported", "supported"), Verdict.SUPPORTED),  # a dip of .0026
        ((10, 12, 14, 16, 18, 20), ("refuted here", "refuted here"), Verdict.REFUTED),
        ((10, 10, 10, 10, 10, 10), ("undecidable", "supported"), Verdict.UNDECIDABLE),
        ((40, 40, 40, 41, 41, 41), ("undecidable", "supported"), Verdict.UNDECIDABLE),  # a fall of .0007
    ],
)
def test_a_curve_without_error_is_judged_by_its_shape(
    plant: Plant, judge: Judge, ranks: Sequence[int], parts: tuple[str, str], verdict: Verdict
) -> None:
    entry = judge(curve(plant, ranks), C3)
    assert (tuple(part.verdict for part in entry.parts), entry.verdict) == (parts, verdict)


def test_what_is_shown_is_the_pair_that_falls_most(plant: Plant, judge: Judge) -> None:
    entry = judge(curve(plant, (20, 18, 16, 14, 19, 10)), C3)
    assert entry.parts[1].statistic.says.endswith("closest to it, 125 less 100")
    assert entry.parts[1].statistic.estimate == pytest.approx(1 / 19 - 1 / 14)


def test_a_flat_curve_rises_by_no_practical_margin(plant: Plant, judge: Judge) -> None:
    ruled_out = "Ruled out: that 150 is above 25 by the practical margin of 0.005 or more."
    assert ruled_out in judge(curve(plant, (10,) * 6), C3).remarks
    assert ruled_out not in judge(curve(plant, (20, 18, 16, 14, 12, 10)), C3).remarks


def test_noise_leaves_it_undecided(plant: Plant, judge: Judge) -> None:
    rng = np.random.default_rng(1)
    records = [
        record for d in DIMENSIONS for record in plant("am-lstm", lambda seed: rng.integers(1, 120, 40).tolist(), d)
    ]
    entry = judge(records, C3)
    assert entry.verdict is Verdict.UNDECIDABLE
    assert all(part.takes for part in entry.parts if part.verdict is Verdict.UNDECIDABLE)


def test_the_settings_of_the_curve_are_named(plant: Plant, judge: Judge) -> None:
    assert judge(curve(plant, (10,) * 6), C3).remarks[0].startswith("Settings fixed at their d = 100 values")


def test_a_dimension_that_lacks_seeds_is_named(plant: Plant, judge: Judge) -> None:
    records = curve(plant, (20, 18, 16, 14, 12, 10))
    entry = judge([record for record in records if (record.key.dimension, record.key.seed) != (50, 1)], C3)
    assert (entry.verdict, entry.parts) == (Verdict.UNDECIDABLE, ())
    assert [(cell.configuration.dimension, cell.seeds) for cell in entry.missing] == [(50, (1,))]
    only_100 = [record for record in records if record.key.dimension == 100]
    assert [cell.configuration.dimension for cell in judge(only_100, C3).missing] == [25, 50, 75, 125, 150]


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_the_line_is_that_of_least_squares(means: list[float]) -> None:
    slope, _ = np.polyfit(DIMENSIONS, means, 1)
    assert np.dot(rise_of_line(DIMENSIONS), means) == pytest.approx(slope * 125, abs=1e-9)
