"""Where curves are highest and lowest, by sets of possible places."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from seqrec_bench.analysis.claims.ledger import Entry
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.selection import runs
from seqrec_bench.analysis.statistics.peaks import peak_p_values, possible_peaks
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import Peak

DIMENSIONS = (25, 50, 75, 100, 125, 150)
C4 = Peak("MRR@50", 100, ("fpmc",), (), rises=True, falls=True)
C5 = Peak("MRR@50", 75, ("am-lstm",), ("gru4rec",), rises=False, falls=False)
SUPPORTED, REFUTED, UNDECIDABLE = Verdict

Plant = Callable[..., list[Record]]
Judge = Callable[..., Entry]


def curve(plant: Plant, model: str, ranks: Sequence[int], **options: object) -> list[Record]:
    """All targets at one rank at each dimension, so that the curve is known without error."""
    return [record for d, rank in zip(DIMENSIONS, ranks, strict=True) for record in plant(model, rank, d, **options)]


def noisy(plant: Plant, model: str, ranks: Sequence[int], seed: int = 0) -> list[Record]:
    """Users' ranks scatter around those of the curve."""
    rng = np.random.default_rng(seed)
    return [
        record
        for d, rank in zip(DIMENSIONS, ranks, strict=True)
        for record in plant(model, lambda _: rng.integers(1, 2 * rank, 80).tolist(), d)  # noqa: B023
    ]


@pytest.mark.parametrize(
    ("ranks", "parts"),
    [
        ((20, 18, 16, 10, 16, 20), (SUPPORTED, SUPPORTED, SUPPORTED)),
        ((20, 18, 10, 16, 18, 20), (SUPPORTED, REFUTED, SUPPORTED)),
        ((5, 18, 16, 10, 16, 20), (REFUTED, REFUTED, SUPPORTED)),
        ((20, 18, 16, 10, 9, 8), (SUPPORTED, REFUTED, REFUTED)),
        ((10, 10, 10, 10, 10, 10), (UNDECIDABLE, UNDECIDABLE, UNDECIDABLE)),
        ((40, 38, 36, 19, 20, 20), (SUPPORTED, SUPPORTED, UNDECIDABLE)),  # a fall of .0026
        ((40, 38, 36, 18, 19, 20), (SUPPORTED, SUPPORTED, SUPPORTED)),  # one of .0056
    ],
)
def test_a_rise_a_peak_and_a_marked_fall(
    plant: Plant, judge: Judge, ranks: Sequence[int], parts: tuple[Verdict, ...]
) -> None:
    entry = judge(curve(plant, "fpmc", ranks), C4)
    assert tuple(part.verdict for part in entry.parts) == parts
    expected = REFUTED if REFUTED in parts else UNDECIDABLE if UNDECIDABLE in parts else SUPPORTED
    assert entry.verdict is expected


def test_the_set_of_possible_peaks_is_shown(plant: Plant, judge: Judge) -> None:
    records = noisy(plant, "fpmc", (60, 60, 60, 20, 20, 60))
    entry = judge(records, C4)
    runs_of = [runs([r for r in records if r.key.dimension == d], "MRR@50") for d in DIMENSIONS]
    left = ", ".join(str(DIMENSIONS[place]) for place in possible_peaks(peak_p_values(runs_of)))
    assert entry.parts[1].statistic.found == f"{{{left}}}"
    assert "100, 125" in left
    assert entry.parts[1].verdict is UNDECIDABLE
    assert entry.parts[1].takes is not None


def test_what_a_peak_takes_is_at_least_some_seeds_or_more_users(plant: Plant, judge: Judge) -> None:
    def takes(records: list[Record]) -> str | None:
        return judge(records, C4).parts[1].takes

    by_seeds = [
        record
        for d, rank in zip(DIMENSIONS, (20, 20, 20, 10, 11, 20), strict=True)
        for record in plant("fpmc", lambda seed: rank + 2 * seed, d)  # noqa: B023
    ]
    text = takes(by_seeds)
    assert text is not None and text.startswith("at least about ") and "seeds of each" in text
    assert takes(curve(plant, "fpmc", (10,) * 6)) == "no number of seeds; it takes more users"


def test_highs_and_lows_are_looked_for_at_one_place(plant: Plant, judge: Judge) -> None:
    high, low = (20, 18, 10, 16, 18, 20), (10, 12, 20, 14, 12, 10)
    entry = judge([*curve(plant, "am-lstm", high), *curve(plant, "gru4rec", low)], C5)
    assert entry.verdict is SUPPORTED
    assert [part.statistic.says for part in entry.parts] == [
        "MRR@50 of AM-LSTM: the peak is at 75, and may be nowhere else",
        "MRR@50 of GRU4Rec: the low is at 75, and may be nowhere else",
    ]
    entry = judge([*curve(plant, "am-lstm", high), *curve(plant, "gru4rec", high)], C5)
    assert [part.verdict for part in entry.parts] == [SUPPORTED, REFUTED]
    assert entry.verdict is REFUTED


def test_a_flat_noisy_curve_is_undecided(plant: Plant, judge: Judge) -> None:
    entry = judge(noisy(plant, "fpmc", (30,) * 6), C4)
    assert entry.verdict is UNDECIDABLE


def test_a_curve_with_a_gap_or_too_few_seeds_is_not_judged(plant: Plant, judge: Judge) -> None:
    ranks = (20, 18, 16, 10, 16, 20)
    entry = judge(curve(plant, "fpmc", ranks, seeds=(0, 1)), C4)
    assert (entry.verdict, entry.parts, len(entry.missing)) == (UNDECIDABLE, (), 6)
    gap = [record for record in curve(plant, "fpmc", ranks) if record.key.dimension != 75]
    assert [cell.configuration.dimension for cell in judge(gap, C4).missing] == [75]


def test_the_settings_of_the_curves_are_named(plant: Plant, judge: Judge) -> None:
    remarks = judge(curve(plant, "fpmc", (10,) * 6), C4).remarks
    assert remarks == (
        "Settings fixed at their d = 100 values, which favours a peak there; only the dimensions 25, 50, 75, 100, 125, "
        "150 were run.",
    )
