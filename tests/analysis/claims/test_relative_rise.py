"""That a model is better than another, and by how much, are judged apart."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from seqrec_bench.analysis.claims.ledger import Entry
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.claims.relative_rise import log_margin, log_ratio
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import RelativeRise
from seqrec_bench.studies.view import View

C2 = RelativeRise("am-lstm", "gru4rec", {"MRR@50": 0.2138})

Plant = Callable[..., list[Record]]
Judge = Callable[..., Entry]


@pytest.mark.parametrize(
    ("rank", "other", "verdict"),
    [
        (46, 47, Verdict.REFUTED),  # 47 / 46 = 1.0217
        (45, 46, Verdict.SUPPORTED),  # 1.0222, and exp(log(1.2138) - .172) = 1.0219
        (34, 49, Verdict.SUPPORTED),  # 1.4412, and exp(log(1.2138) + .172) = 1.4417
        (9, 13, Verdict.REFUTED),  # 1.4444
    ],
)
def test_the_size_is_judged_by_the_margins_of_both_reported_figures(
    plant: Plant, judge: Judge, rank: int, other: int, verdict: Verdict
) -> None:
    entry = judge([*plant("am-lstm", rank), *plant("gru4rec", other)], C2)
    direction, size = entry.parts
    assert direction.verdict is Verdict.SUPPORTED
    assert size.verdict is entry.verdict is verdict
    assert size.statistic.estimate == pytest.approx(other / rank - 1)


def test_a_reversed_direction_refutes_it(plant: Plant, judge: Judge) -> None:
    entry = judge([*plant("am-lstm", 20), *plant("gru4rec", 10)], C2)
    assert [part.verdict for part in entry.parts] == [Verdict.REFUTED, Verdict.REFUTED]


def test_seeds_that_scatter_leave_the_size_undecided_and_more_of_them_would_tell(plant: Plant, judge: Judge) -> None:
    entry = judge([*plant("am-lstm", lambda seed: 9 + seed), *plant("gru4rec", 12)], C2)
    assert entry.verdict is Verdict.UNDECIDABLE
    _, size = entry.parts
    assert size.verdict is Verdict.UNDECIDABLE
    assert size.takes is not None and size.takes.endswith("seeds of each, if what is observed holds")


def test_a_mean_of_0_has_no_ratio(plant: Plant, judge: Judge) -> None:
    for ranks in ((10, 1000), (1000, 10), (1000, 1000)):
        entry = judge([*plant("am-lstm", ranks[0]), *plant("gru4rec", ranks[1])], C2)
        assert entry.parts[1].verdict is Verdict.UNDECIDABLE
        assert (entry.parts[1].statistic.found, entry.parts[1].takes) == ("no ratio", "means above 0")


def test_missing_cells_give_no_verdict(plant: Plant, judge: Judge) -> None:
    entry = judge(plant("am-lstm", 10), C2)
    assert (entry.verdict, entry.parts) == (Verdict.UNDECIDABLE, ())
    assert judge([*plant("am-lstm", 10), *plant("gru4rec", 12, seeds=(0, 1))], C2).missing[0].seeds == (2,)


def test_the_paper_allows_as_much_as_was_fixed_beforehand(view: View) -> None:
    found = [log_margin(C2, metric, view) for metric in view.metrics]
    assert found == pytest.approx([0.057, 0.172, 0.086], abs=5e-4)


def test_what_is_claimed_is_the_ratio_of_what_is_reported(view: View) -> None:
    reported = {row.model: row.reported for row in view.rows}
    (test,) = [claim.test for claim in view.claims if isinstance(claim.test, RelativeRise)]
    for metric, share in test.claimed.items():
        assert reported[test.model][metric] / reported[test.over][metric] - 1 == pytest.approx(share, abs=5e-5)


def test_the_logarithm_of_the_ratio_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    users = rng.random((2, 60)) * 0.3 + 0.2
    truth, covered = math.log(users[0].mean() / users[1].mean()), 0
    for _ in range(1000):
        runs = [Runs(of_users + rng.normal(0, 0.02, (5, 1)) + rng.normal(0, 0.05, (5, 60))) for of_users in users]
        low, high = log_ratio(runs).interval(0.9)
        covered += low <= truth <= high
    assert 0.88 < covered / 1000 < 0.96


def test_the_logarithm_of_the_ratio_is_the_delta_methods() -> None:
    values = np.array([[[0.4, 0.6], [0.5, 0.8], [0.6, 0.7]], [[0.2, 0.4], [0.3, 0.3], [0.2, 0.1]]])
    found = log_ratio([Runs(values[0]), Runs(values[1])])
    parts = []
    for table in values:
        mean, n_seeds, n_users = table.mean(), *table.shape
        mss = n_users * sum((row.mean() - mean) ** 2 for row in table) / (n_seeds - 1)
        residuals = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + mean
        mse = (residuals**2).sum() / ((n_seeds - 1) * (n_users - 1))
        parts.append(max(mss, mse) / (n_seeds * n_users) / mean**2)
    assert found.mean == pytest.approx(math.log(values[0].mean() / values[1].mean()))
    assert found.variance == pytest.approx(sum(parts))
    assert found.degrees_of_freedom == pytest.approx(sum(parts) ** 2 / sum(part**2 / 2 for part in parts))
    assert found.low == pytest.approx(found.mean - stats.t.ppf(0.95, found.degrees_of_freedom) * math.sqrt(sum(parts)))
