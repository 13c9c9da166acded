"""Figures without any error: equal runs, flat curves, constant metrics, one user. Rounding must not decide on them.

Each is judged as it is, and with each user's figure off by a few units in the last place, as other kernels would have
it; `make kernels` runs all of it under kernels that differ in fact.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis import selection
from seqrec_bench.analysis.audit import audit
from seqrec_bench.analysis.claims.ledger import claims_ledger
from seqrec_bench.analysis.comparison import compare
from seqrec_bench.analysis.gate.pairs import cells
from seqrec_bench.analysis.gate.regression import check_regression
from seqrec_bench.analysis.gate.report import Report
from seqrec_bench.analysis.gate.reported import check_reported
from seqrec_bench.analysis.statistics import peaks
from seqrec_bench.evaluation.metrics import Float64Array, Metric, values_of
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Record
from seqrec_bench.studies.view import Row, View

MakeRecord = Callable[..., Record]
UNITS = 4
"""By how many of its last digit's units a figure is off."""
N_USERS = 100


@pytest.fixture(params=[None, 0, 1, 2], ids=["as it is", "off", "off otherwise", "off again"], autouse=True)
def _rounding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param is None:
        return
    rng = np.random.default_rng(request.param)

    def rounded(record: Record, name: Metric) -> Float64Array:
        values = values_of(record, name)
        return values + rng.integers(-UNITS, UNITS + 1, values.shape) * np.spacing(values) * (values > 0)

    monkeypatch.setattr(selection, "values_of", rounded)


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "N_DRAWS", 200)


def group(
    make_record: MakeRecord, model: str, ranks: Sequence[int], dimension: int = 100, n_seeds: int = 3, **fields: object
) -> list[Record]:
    """Runs that all have these ranks."""
    better = [rank - 1 for rank in ranks]
    return [make_record(model, dimension, seed, better=better, **fields) for seed in range(n_seeds)]


def whole_paper(make_record: MakeRecord, view: View, rank: Callable[[str, str, int], Sequence[int]]) -> list[Record]:
    """Records of all cells that the paper's claims need, with equal learning curves."""
    wanted = {(row.model, "paper", d) for row in view.rows for d in view.figure_dimensions}
    wanted |= {(row.model, row.variant, 100) for row in view.ablations}
    curve = [Epoch(number, 1.0, {"NDCG@50": 0.05 * number}, 1.0) for number in range(1, 4)]
    return [
        replace(record, curve=curve)
        for model, variant, d in sorted(wanted)
        for record in group(make_record, model, rank(model, variant, d), d, variant=variant)
    ]


def verdicts(records: list[Record], view: View) -> dict[str, str]:
    return {entry.claim.id: entry.verdict.value for entry in claims_ledger(records, view).entries}


UNDECIDABLE = dict.fromkeys(("C1", "C2", "C3", "C4", "C5", "C6", "C7"), "undecidable")


@pytest.mark.parametrize(
    ("ranks", "otherwise"),
    [
        ([1] * 40, {"C2": "refuted here"}),  # a rise by 14 % is ruled out
        ([10] * 40, {"C2": "refuted here"}),
        (range(1, 41), {"C2": "refuted here"}),
        ([60] * 40, {}),  # no ratio of figures that are 0
        ([10], {}),
    ],
    ids=["all first", "all tenth", "all equal", "no hit", "one user"],
)
def test_equal_runs_support_no_claim_of_any_kind(
    make_record: MakeRecord, view: View, ranks: Sequence[int], otherwise: dict[str, str]
) -> None:
    records = whole_paper(make_record, view, lambda model, variant, d: ranks)
    assert verdicts(records, view) == {**UNDECIDABLE, **otherwise}


def test_curves_and_orders_without_error_are_what_they_are(make_record: MakeRecord, view: View) -> None:
    level = {"gru4rec": 40, "fpmc": 30, "caser": 24, "am-lstm": 20}
    at = {"am-lstm": 75, "caser": 75, "gru4rec": None, "fpmc": 100}

    def rank(model: str, variant: str, d: int) -> Sequence[int]:
        """One at the peak, and flat beside it; without a part, worse by two."""
        return [level[model] + (d != at[model]) + 2 * (variant != "paper")] * 40

    records = whole_paper(make_record, view, rank)
    found = verdicts(records, view)
    assert (found["C1"], found["C6"]) == ("undecidable", "supported")  # all are hits, so that HR@50 has no order
    assert found["C5"] == "undecidable"  # GRU4Rec's curve is flat, so its low may be anywhere
    parts = {
        part.statistic.says: part.verdict for entry in claims_ledger(records, view).entries for part in entry.parts
    }
    assert parts["MRR@50: AM-LSTM above Caser"] == "supported"
    assert parts["MRR@50 of AM-LSTM: the peak is at 75, and may be nowhere else"] == "supported"
    assert parts["MRR@50 of GRU4Rec: the low is at 75, and may be nowhere else"] == "undecidable"


@pytest.mark.parametrize(
    ("ours", "theirs", "outcomes"),
    [
        ([10] * 40, [10] * 40, ["too few users differ"] * 3),
        ([1] * 40, [1] * 40, ["too few users differ"] * 3),
        ([60] * 40, [70] * 40, ["too few users differ"] * 3),
        ([10] * 40, [12] * 40, ["better", "too few users differ", "better"]),
        ([12] * 40, [10] * 40, ["worse", "too few users differ", "worse"]),
        ([10] * 20 + [12] * 20, [12] * 20 + [10] * 20, ["not separated", "too few users differ", "not separated"]),
        ([1], [9], ["too few users differ"] * 3),
    ],
    ids=["equal", "all first", "no hit", "better by the same", "worse by the same", "better as worse", "one user"],
)
def test_compare(make_record: MakeRecord, view: View, ours: list[int], theirs: list[int], outcomes: list[str]) -> None:
    records = group(make_record, "a", ours) + group(make_record, "b", theirs, n_seeds=7)
    found = compare(records, ["a", "b"], view)
    assert [found.pairs[name][0].outcome.value for name in ("NDCG@50", "HR@50", "MRR@50")] == outcomes
    assert all(abs(pair.effect_size or 0) < 1e6 for pairs in found.pairs.values() for pair in pairs)
    shares = [found.pairs[name][0].shares for name in ("NDCG@50", "HR@50", "MRR@50")]
    assert [share[1] == 1 for share in shares] == [
        pair[0].difference == 0 and pair[0].n_differing == 0 for pair in found.pairs.values()
    ]


def hit(n_hits: int) -> list[int]:
    """All metrics are the share of hits."""
    return [1] * n_hits + [1000] * (N_USERS - n_hits)


@pytest.fixture
def hit_rate_paper(view: View) -> Callable[[float], View]:
    def make(reported: float) -> View:
        row = Row("A", "a", {"HR@50": reported}, 100)
        return replace(view, rows=(row,), ablations=(), metrics=("HR@50",), n_users=N_USERS)

    return make


@pytest.mark.parametrize("options", [{"n_seeds": 3}, {"n_seeds": 1, "deterministic": True}], ids=["equal", "exact"])
@pytest.mark.parametrize(
    ("n_hits", "verdict", "codes"),
    [
        (50, "reproduced", (0, 0)),
        (49, "reproduced", (0, 0)),
        (48, "inconclusive", (5, 5)),  # .02 below, which is the margin
        (47, "falls short", (6, 6)),
        (52, "at least reproduced", (0, 5)),
        (53, "exceeds", (0, 6)),
    ],
)
def test_check_against_a_paper(
    make_record: MakeRecord,
    hit_rate_paper: Callable[[float], View],
    options: dict[str, object],
    n_hits: int,
    verdict: str,
    codes: tuple[int, int],
) -> None:
    records = group(make_record, "a", hit(n_hits), **options)
    reports = [check_reported(records, hit_rate_paper(0.5), two_sided) for two_sided in (False, True)]
    assert [report.judgements[0].verdict.value for report in reports] == [verdict] * 2
    assert tuple(report.code.value for report in reports) == codes


def test_all_first_and_no_hit_are_checked_like_any_other_figure(
    make_record: MakeRecord, hit_rate_paper: Callable[[float], View]
) -> None:
    for reported, ranks, verdict in (
        (1.0, hit(100), "reproduced"),
        (0.0, hit(0), "reproduced"),
        (1.0, hit(0), "falls short"),
    ):
        report = check_reported(group(make_record, "a", ranks), hit_rate_paper(reported))
        assert report.judgements[0].verdict.value == verdict


@pytest.mark.parametrize("options", [{"n_seeds": 3}, {"n_seeds": 1, "deterministic": True}], ids=["equal", "exact"])
@pytest.mark.parametrize(
    ("new", "verdict", "code"),
    [
        (hit(50), "holds exactly", 0),
        (hit(50)[::-1], "holds", 0),
        (hit(51), "holds", 0),
        (hit(49), "holds, with a small decline", 0),
        (hit(48), "inconclusive", 5),  # .02 below, which is the tolerance
        (hit(47), "has regressed", 6),
    ],
    ids=["same", "others hit", "one more", "one less", "tolerance", "beyond it"],
)
def test_check_against_records(
    make_record: MakeRecord,
    hit_rate_paper: Callable[[float], View],
    options: dict[str, object],
    new: list[int],
    verdict: str,
    code: int,
) -> None:
    records, reference = group(make_record, "a", new, **options), group(make_record, "a", hit(50), **options)
    report = _held(records, reference, hit_rate_paper(0.5))
    assert (report.judgements[0].verdict.value, report.code.value) == (verdict, code)
    exact = _held(records, reference, hit_rate_paper(0.5), exact=True)
    same = new == hit(50)
    assert (exact.judgements[0].verdict.value, exact.code.value) == (("holds exactly", 0) if same else ("differs", 6))


@pytest.mark.parametrize(("new", "old"), [([60], [70]), ([1], [9]), ([60] * 40, [70] * 40), ([3] * 40, [9] * 40)])
def test_ranks_that_differ_and_hit_alike_hold(
    make_record: MakeRecord, hit_rate_paper: Callable[[float], View], new: list[int], old: list[int]
) -> None:
    report = _held(group(make_record, "a", new), group(make_record, "a", old), hit_rate_paper(0.5))
    assert (report.judgements[0].verdict.value, report.code.value) == ("holds", 0)
    assert report.judgements[0].bounds == (0, 0)


def _held(records: list[Record], reference: list[Record], view: View, exact: bool = False) -> Report:
    return check_regression(records, reference, view, "ml-100k", set(cells(reference, view, "ml-100k")), exact)


@pytest.mark.parametrize("ranks", [[10] * 40, [60] * 40, [1]], ids=["all tenth", "no hit", "one user"])
def test_an_audit_of_equal_models_ranks_them_level_and_flips_nothing(
    make_record: MakeRecord, view: View, ranks: list[int]
) -> None:
    protocols = ("loo-full-v1", "loo-full-seen-v1", "loo-full-reversed-v1")
    records = [
        record
        for protocol in protocols
        for row in view.rows
        for record in group(make_record, row.model, ranks, protocol=protocol)
    ]
    for columns in audit(records, view).columns.values():
        assert len(columns) > 1
        for column in columns.values():
            assert {standing.rank for standing in column.standings.values()} == {1}
            assert not column.flips
