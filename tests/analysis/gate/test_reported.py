"""Verdicts on planted records beside planted figures."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from seqrec_bench.analysis.gate.report import Judgement, Report
from seqrec_bench.analysis.gate.reported import check_reported
from seqrec_bench.analysis.gate.verdicts import Verdict
from seqrec_bench.errors import ExitCode, InvalidRecordError
from seqrec_bench.records import Record
from seqrec_bench.studies.view import View

Make = Callable[..., Record]
MakePaper = Callable[..., View]


def hit_rate(report: Report, subject: str = "A") -> Judgement:
    (found,) = [found for found in report.judgements if (found.subject, found.metric) == (subject, "HR@50")]
    return found


@pytest.mark.parametrize(
    ("reported", "verdict", "code", "two_sided"),
    [
        (0.5, Verdict.REPRODUCED, 0, 0),
        (0.5199, Verdict.REPRODUCED, 0, 0),
        (0.5201, Verdict.FALLS_SHORT, 6, 6),
        (0.4801, Verdict.REPRODUCED, 0, 0),
        (0.4799, Verdict.EXCEEDS, 0, 6),
    ],
)
def test_runs_that_are_all_the_same_are_exact(
    hits_record: Make, small_paper: MakePaper, reported: float, verdict: Verdict, code: int, two_sided: int
) -> None:
    records = [hits_record("a", 200, seed) for seed in range(3)]
    view = replace(small_paper([reported]), metrics=("HR@50",))
    for demand, expected in ((False, code), (True, two_sided)):
        report = check_reported(records, view, demand)
        assert (hit_rate(report).verdict, report.code) == (verdict, expected)
        assert hit_rate(report).bounds == pytest.approx((0.5 - reported,) * 2)


@pytest.mark.parametrize(
    ("hits", "reported", "verdict", "codes"),
    [
        ([180, 200, 220], 0.5, Verdict.INCONCLUSIVE, (5, 5)),
        ([180, 200, 220], 0.3, Verdict.EXCEEDS, (0, 6)),
        ([198, 200, 202], 0.485, Verdict.AT_LEAST_REPRODUCED, (0, 5)),
        ([180, 200, 220], 0.7, Verdict.FALLS_SHORT, (6, 6)),
    ],
)
def test_seeds_that_differ_make_the_interval(
    hits_record: Make,
    small_paper: MakePaper,
    hits: list[int],
    reported: float,
    verdict: Verdict,
    codes: tuple[int, int],
) -> None:
    records = [hits_record("a", n_hits, seed) for seed, n_hits in enumerate(hits)]
    view = small_paper([reported])
    found = hit_rate(check_reported(records, view))
    assert found.verdict is verdict
    rates = np.array(hits) / 400
    expected = stats.t.interval(0.9, 2, loc=rates.mean() - reported, scale=stats.sem(rates))
    assert found.bounds == pytest.approx(expected)
    assert (check_reported(records, view).code, check_reported(records, view, True).code) == codes


@pytest.mark.parametrize(("reported", "words"), [(0.5, "within"), (0.624, "within"), (0.625, "outside")])
def test_the_range_of_one_run_is_its_prediction_interval(
    hits_record: Make, small_paper: MakePaper, reported: float, words: str
) -> None:
    hits = [190, 200, 210]
    reach = float(stats.t.ppf(0.975, 2)) * np.std(np.array(hits) / 400, ddof=1) * math.sqrt(1 + 1 / 3)
    assert (reported - 0.5 < reach) == (words == "within")
    records = [hits_record("a", n_hits, seed) for seed, n_hits in enumerate(hits)]
    assert hit_rate(check_reported(records, small_paper([reported]))).remark == f"{words} one run's range"


def test_a_deterministic_model_takes_one_run(hits_record: Make, small_paper: MakePaper) -> None:
    report = check_reported([hits_record("a", 200, deterministic=True)], small_paper([0.505]))
    assert (report.code, hit_rate(report).verdict, hit_rate(report).remark) == (0, Verdict.REPRODUCED, "")


@pytest.mark.parametrize(("seeds", "lacking"), [([0], "1, 2"), ([1], "0, 2"), ([0, 1], "2"), ([7], "0, 1")])
def test_too_few_seeds_are_missing_cells_and_are_named(
    hits_record: Make, small_paper: MakePaper, seeds: list[int], lacking: str
) -> None:
    report = check_reported([hits_record("a", 200, seed) for seed in seeds], small_paper([0.5]))
    assert (report.code, report.judgements) == (ExitCode.CELLS_MISSING, ())
    assert report.missing == (f"a paper-d100 of seed {lacking} (a verdict takes 3 seeds)",)


def test_a_seed_that_others_have_is_missing(hits_record: Make, small_paper: MakePaper) -> None:
    records = [hits_record(model, 200, seed) for model in "ab" for seed in range(5)]
    view = small_paper([0.5, 0.5])
    assert check_reported(records, view).code == 0
    report = check_reported(records[:-1], view)
    assert (report.code, report.missing) == (3, ("b paper-d100 of seed 4",))
    assert len(report.judgements) == 6  # what there is, is judged all the same


def test_nothing_is_missing_cells_and_never_a_pass(small_paper: MakePaper) -> None:
    report = check_reported([], small_paper([0.5, 0.5]))
    assert (report.code, report.missing) == (3, ("a paper-d100", "b paper-d100"))


def test_a_missing_cell_weighs_more_than_a_figure_that_falls_short(hits_record: Make, small_paper: MakePaper) -> None:
    records = [hits_record("a", 100, seed) for seed in range(3)]
    assert check_reported(records, small_paper([0.5])).code == 6
    report = check_reported(records, small_paper([0.5, 0.5]))
    assert hit_rate(report).verdict is Verdict.FALLS_SHORT
    assert report.code == 3


def test_a_figure_that_falls_short_weighs_more_than_an_open_one(hits_record: Make, small_paper: MakePaper) -> None:
    open_one = [hits_record("a", hits, seed) for seed, hits in enumerate([180, 200, 220])]
    short = [hits_record("b", 100, seed) for seed in range(3)]
    report = check_reported([*open_one, *short], small_paper([0.5, 0.5]))
    assert report.code == 6
    assert "B HR@50 falls short" in report.outcome and "A HR@50" not in report.outcome


def whole_table(report: Report) -> str:
    return report.notes[-1]


def test_the_whole_table_falls_short_only_by_holms_procedure(hits_record: Make, small_paper: MakePaper) -> None:
    """One figure of three falls short at p = .02 to .05; among twelve models' 36 that may be luck."""
    hits, reported = [184, 190, 196], 0.526
    records = [hits_record("a", n_hits, seed) for seed, n_hits in enumerate(hits)]
    fine = [hits_record(model, 200, seed) for model in "bcdefghijkl" for seed in range(3)]
    view = replace(small_paper([reported, *[0.5] * 11]), metrics=("HR@50",))
    report = check_reported([*records, *fine], view)
    assert (hit_rate(report).verdict, report.code) == (Verdict.FALLS_SHORT, 6)
    assert "not established by Holm's procedure over its 12 figures" in whole_table(report)
    alone = check_reported(records, replace(view, rows=view.rows[:1]))
    assert whole_table(alone).startswith("The table as a whole is not reproduced: A HR@50 falls short")


def test_the_whole_table_is_at_least_reproduced_if_all_of_it_is(hits_record: Make, small_paper: MakePaper) -> None:
    records = [hits_record(model, 200, seed) for model in "ab" for seed in range(3)]
    assert "at least reproduced" in whole_table(check_reported(records, small_paper([0.5, 0.4])))


def test_the_order_of_files_changes_nothing(hits_record: Make, small_paper: MakePaper) -> None:
    records = [hits_record(model, 200 + 7 * seed, seed, first=seed) for model in "ab" for seed in range(3)]
    view = small_paper([0.5, 0.51])
    assert check_reported(records[::-1], view) == check_reported(records, view)


def test_other_users_than_the_papers_are_refused(hits_record: Make, small_paper: MakePaper) -> None:
    records = [hits_record("a", 200, seed) for seed in range(3)]
    with pytest.raises(InvalidRecordError, match="ranks 400 users, and the figures of chen2020 are means over 943"):
        check_reported(records, replace(small_paper([0.5]), n_users=943))


def test_records_of_two_versions_are_refused(hits_record: Make, small_paper: MakePaper) -> None:
    records = [hits_record("a", 200, seed, version=1 + (seed == 2)) for seed in range(3)]
    with pytest.raises(InvalidRecordError, match="made by version 2 of the model"):
        check_reported(records, small_paper([0.5]))
