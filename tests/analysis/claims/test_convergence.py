"""Epochs and seconds until the validation figure is reached, by learning curves."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from seqrec_bench.analysis.claims.convergence import outside_epochs, threshold, time_to_reach
from seqrec_bench.analysis.claims.ledger import Entry, claims_ledger
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import Claim, Convergence
from seqrec_bench.studies.view import View

C7 = Convergence("am-lstm", "random-start", 0.95, (0.9,))
SUPPORTED, REFUTED, UNDECIDABLE = Verdict

Plant = Callable[..., list[Record]]
Judge = Callable[..., Entry]


def curve(figures: Sequence[float], seconds: float = 1.0) -> list[Epoch]:
    return [Epoch(number, 1.0, {"NDCG@50": figure}, seconds) for number, figure in enumerate(figures, start=1)]


def rising(n_epochs: int, best: float = 0.2) -> list[float]:
    """A straight line to the best figure."""
    return [best * number / n_epochs for number in range(1, n_epochs + 1)]


def with_curves(
    records: list[Record], curves: Sequence[Sequence[float]], seconds: float = 1.0, before: float = 0.0
) -> list[Record]:
    return [
        replace(
            record,
            curve=curve(figures, seconds),
            seconds={"fit": before + seconds * len(figures), "score": 1.0},
        )
        for record, figures in zip(records, curves, strict=True)
    ]


def two(plant: Plant, epochs: Sequence[int], others: Sequence[int], **options: float) -> list[Record]:
    seeds = tuple(range(len(epochs)))
    return [
        *with_curves(plant("am-lstm", 5, seeds=seeds), [rising(n) for n in epochs], **options),
        *with_curves(plant("am-lstm", 5, seeds=seeds, variant="random-start"), [rising(n) for n in others]),
    ]


def test_runs_that_are_all_sooner_support_it(plant: Plant, judge: Judge) -> None:
    entry = judge(two(plant, (4, 5, 6, 5, 4), (10, 12, 11, 12, 14)), C7)
    assert entry.verdict is SUPPORTED
    epochs, seconds, *shown = entry.parts
    assert (epochs.p_supported, seconds.p_supported) == (pytest.approx(1 / 252), pytest.approx(1 / 252))
    assert epochs.statistic.estimate == pytest.approx(-0.95 * 7)
    assert epochs.statistic.interval is not None and epochs.statistic.interval[1] < 0
    assert [part.verdict for part in shown] == [None, None]
    assert epochs.statistic.says == "Epochs to a validation NDCG@50 of 0.1900 (95%): fewer than random-start"


def test_runs_that_are_all_later_refute_it(plant: Plant, judge: Judge) -> None:
    assert judge(two(plant, (10, 12, 11, 12, 14), (4, 5, 6, 5, 4)), C7).verdict is REFUTED


def test_runs_in_between_leave_it_undecided(plant: Plant, judge: Judge) -> None:
    entry = judge(two(plant, (4, 9, 6), (5, 8, 10)), C7)
    assert entry.verdict is UNDECIDABLE
    assert all(part.takes and "seeds" in part.takes for part in entry.parts[:2])
    assert judge(two(plant, (5, 5, 5), (5, 5, 5)), C7).verdict is UNDECIDABLE


def test_fewer_epochs_that_take_longer_leave_it_undecided(plant: Plant, judge: Judge) -> None:
    """What comes before the first epoch counts, as training starting vectors does."""
    entry = judge(two(plant, (4, 5, 6), (10, 12, 11), before=5.0), C7)
    assert [part.verdict for part in entry.parts[:2]] == [SUPPORTED, UNDECIDABLE]
    assert entry.verdict is UNDECIDABLE
    assert "median 5.0 s, and 0.0 s of random-start" in entry.remarks[1]


def test_a_run_that_never_gets_there_is_later_than_all(plant: Plant, judge: Judge) -> None:
    """Even where it ended before others got there."""
    records = two(plant, (12, 14, 13), (20, 22, 21))
    late = [rising(20), rising(22), [0.01, 0.18]]
    stopped = [*records[:3], *with_curves(records[3:], late)]
    entry = judge(stopped, C7)
    epochs = entry.parts[0]
    assert epochs.verdict is SUPPORTED
    assert (epochs.statistic.estimate, epochs.statistic.interval) == (None, None)
    assert epochs.statistic.found == "never reached by 0 of 3 runs against 1 of 3"
    assert "and at 2 to 22 of random-start" in entry.remarks[0]


def test_if_nobody_gets_there_nothing_is_said(plant: Plant, judge: Judge) -> None:
    """The threshold is reached by somebody's best only on the average."""
    records = two(plant, (5, 5, 5), (5, 5, 5))
    curves = [[0.0], [0.0], [0.6]]
    entry = judge([*with_curves(records[:3], curves), *with_curves(records[3:], curves)], C7)
    assert entry.verdict is UNDECIDABLE
    assert entry.parts[0].takes == "more seeds"


def test_records_without_curves_are_not_judged(plant: Plant, judge: Judge) -> None:
    entry = judge([*plant("am-lstm", 5), *plant("am-lstm", 5, variant="random-start")], C7)
    assert entry.verdict is UNDECIDABLE
    assert (entry.parts[0].statistic.found, entry.parts[0].takes) == (
        "no learning curves",
        "records with learning curves",
    )


def test_missing_and_few_seeds_are_not_judged(plant: Plant, judge: Judge) -> None:
    records = two(plant, (4, 5, 6), (10, 12, 11))
    assert judge(records[:3], C7).missing[0].seeds == (0, 1, 2)
    assert judge([*records[:3], *records[3:5]], C7).missing[0].seeds == (2,)
    assert judge([*records[:2], *records[3:5]], C7).verdict is UNDECIDABLE


def test_the_threshold_is_a_share_of_the_lower_mean_of_best_figures(plant: Plant) -> None:
    good = with_curves(plant("am-lstm", 5), [[0.1, 0.3, 0.2], [0.1, 0.2], [0.4]])
    bad = with_curves(plant("am-lstm", 5), [[0.2, 0.1], [0.1], [0.3]])
    assert threshold([good, bad], 0.9) == pytest.approx(0.9 * 0.2)


def test_a_lower_figure_is_reached_where_less_is_better(plant: Plant, view: View) -> None:
    """100 / (epoch / n) after each epoch of n: the mean rank falls to 100, of which 95 % are 100 / .95."""

    def by_rank(records: list[Record]) -> list[Record]:
        return [
            replace(
                record,
                recipe=replace(record.recipe, selection="MeanRank"),
                curve=[
                    replace(epoch, validation={"MeanRank": 20 / epoch.validation["NDCG@50"]}) for epoch in record.curve
                ],
            )
            for record in records
        ]

    records = by_rank(two(plant, (4, 5, 6, 5, 4), (10, 12, 11, 12, 14)))
    by_mean_rank = replace(view, selection=Metric("MeanRank"), claims=(Claim("X1", "What is claimed.", C7),))
    entry = claims_ledger(records, by_mean_rank).entries[0]
    assert entry.verdict is SUPPORTED
    assert entry.parts[0].statistic.says == "Epochs to a validation MeanRank of 105.2632 (95%): fewer than random-start"
    assert threshold([records], 0.95) == pytest.approx(-100 / 0.95)
    assert time_to_reach(records[0], -100 / 0.95)[0] == pytest.approx(
        3 + (100 / 0.75 - 100 / 0.95) / (100 / 0.75 - 100)
    )


@pytest.mark.parametrize(
    ("figures", "limit", "epochs"),
    [
        ([0.1, 0.2, 0.3], 0.25, 2.5),
        ([0.1, 0.2, 0.3], 0.2, 2.0),
        ([0.1, 0.2, 0.3], 0.05, 1.0),
        ([0.1, 0.3, 0.2, 0.4], 0.25, 1.75),  # the first time counts
        ([0.1, 0.2, 0.3], 0.31, math.inf),
    ],
)
def test_the_time_is_on_the_line_between_two_epochs(
    plant: Plant, figures: list[float], limit: float, epochs: float
) -> None:
    (record,) = with_curves(plant("am-lstm", 5, seeds=(0,)), [figures], seconds=4.0, before=7.0)
    assert outside_epochs(record) == pytest.approx(7)
    assert time_to_reach(record, limit) == (pytest.approx(epochs), pytest.approx(7 + 4 * epochs))


def test_equal_times_that_differ_by_rounding_are_equal(plant: Plant, judge: Judge) -> None:
    """All get to .19 in the middle of the second epoch, on lines whose shares are not the same to the last bit."""
    curves, others = [[0.18, 0.2]] * 3, [[0.1803, 0.1997, 0.2], [0.1851, 0.1949, 0.2], [0.1886, 0.1914, 0.2]]
    records = [
        *with_curves(plant("am-lstm", 5), curves),
        *with_curves(plant("am-lstm", 5, variant="random-start"), others),
    ]
    times = [time_to_reach(record, 0.19)[0] for record in records]
    assert len(set(times)) > 1
    assert times == pytest.approx([1.5] * 6)
    epochs = judge(records, C7).parts[0]
    assert (epochs.p_supported, epochs.p_refuted, epochs.verdict) == (1, 1, UNDECIDABLE)
    assert epochs.takes == "more seeds than anybody trains"
