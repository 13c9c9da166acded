"""Each model against the next one, and the partial order that is established."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.claims.ledger import Entry, claims_ledger
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.selection import runs
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import Claim, Order
from seqrec_bench.studies.view import View

MODELS = ("gru4rec", "fpmc", "caser", "am-lstm")
METRICS = ("HR@50", "MRR@50", "NDCG@50")
C1 = Order(MODELS, METRICS, "NDCG@50")
ONE_PAIR = Order(("gru4rec", "fpmc"), ("MRR@50",), "MRR@50")

Plant = Callable[..., list[Record]]
Judge = Callable[..., Entry]


def hits(n_hits: int, rank: int) -> list[int]:
    """So many of 100 users' targets at this rank, the others' beyond every cut-off."""
    return [rank] * n_hits + [1000] * (100 - n_hits)


def four(plant: Plant, n_hits: tuple[int, ...], **options: object) -> list[Record]:
    """Models with so many hits of 100, from 4 hits on at ranks that get better with them."""
    return [
        record
        for model, number in zip(MODELS, n_hits, strict=True)
        for record in plant(model, hits(number, 45 - number // 2), **options)
    ]


def test_nine_parts_that_all_hold_support_it(plant: Plant, judge: Judge) -> None:
    entry = judge(four(plant, (20, 40, 60, 80)), C1)
    assert entry.verdict is Verdict.SUPPORTED
    assert len(entry.parts) == 9
    assert [part.statistic.says for part in entry.parts][:3] == [
        "HR@50: FPMC above GRU4Rec",
        "HR@50: Caser above FPMC",
        "HR@50: AM-LSTM above Caser",
    ]
    assert entry.parts[0].statistic.estimate == pytest.approx(0.2)


def test_one_reversed_part_refutes_it(plant: Plant, judge: Judge) -> None:
    entry = judge(four(plant, (20, 60, 30, 80)), C1)
    assert entry.verdict is Verdict.REFUTED
    refuted = [part.statistic.says for part in entry.parts if part.verdict is Verdict.REFUTED]
    assert refuted == [f"{name}: Caser above FPMC" for name in METRICS]


def test_equal_models_leave_it_undecided(plant: Plant, judge: Judge) -> None:
    entry = judge(four(plant, (50, 50, 50, 50)), C1)
    assert entry.verdict is Verdict.UNDECIDABLE
    assert {part.verdict for part in entry.parts} == {Verdict.UNDECIDABLE}


@pytest.mark.parametrize(
    ("worse", "better", "verdict"),
    [
        (20, 19, Verdict.SUPPORTED),
        (20, 20, Verdict.UNDECIDABLE),
        (19, 20, Verdict.UNDECIDABLE),  # 1 / 20 - 1 / 19 = -.0026, and the margin is .005
        (18, 20, Verdict.REFUTED),  # 1 / 20 - 1 / 18 = -.0056
    ],
)
def test_a_reversal_counts_from_the_margin_on(
    plant: Plant, judge: Judge, worse: int, better: int, verdict: Verdict
) -> None:
    records = [*plant("gru4rec", worse), *plant("fpmc", better)]
    assert judge(records, ONE_PAIR).verdict is verdict


def test_a_part_is_a_one_sided_test_for_users_like_these(plant: Plant, judge: Judge) -> None:
    groups = [plant(model, lambda seed, h=h: hits(h + 4 * seed, 10)) for model, h in (("gru4rec", 40), ("fpmc", 48))]
    (part,) = judge([*groups[0], *groups[1]], ONE_PAIR).parts
    worse, better = (runs(group, "MRR@50") for group in groups)
    expected = population([better, worse], [1, -1])
    assert part.statistic.estimate == expected.mean
    assert part.statistic.interval == (expected.low, expected.high) == expected.interval(0.9)
    assert (part.p_supported, part.p_refuted) == (expected.p_above(0), expected.p_below(-0.005))


def test_what_it_takes_is_seeds_or_users_or_another_outcome(plant: Plant, judge: Judge) -> None:
    def takes(worse: object, better: object) -> str | None:
        return judge([*plant("gru4rec", worse), *plant("fpmc", better)], ONE_PAIR).parts[0].takes

    by_seeds = takes(lambda seed: 10 + 8 * seed, lambda seed: 9 + 7 * seed)
    assert by_seeds is not None and by_seeds.endswith("seeds of each, if what is observed holds")
    by_users = takes([10, 20] * 20, [20, 10] * 19 + [10, 10])
    assert by_users == "no number of seeds; it takes more users"
    between = takes(19, 20)
    assert between is not None and between.startswith("no number of seeds if what is observed holds: it lies between")


def test_the_established_order_is_said_in_words(plant: Plant, judge: Judge) -> None:
    remarks = judge(four(plant, (40, 40, 40, 80)), C1).remarks
    assert remarks[0].startswith(
        "Established in NDCG@50, the primary metric: GRU4Rec, FPMC, Caser < AM-LSTM. Not separated: 3 of 6 pairs "
    )
    assert [remark.split()[2].rstrip(",:") for remark in remarks] == ["NDCG@50", "HR@50", "MRR@50"]
    remarks = judge(four(plant, (80, 20, 50, 50)), C1).remarks
    assert (
        "primary metric: FPMC, Caser, AM-LSTM < GRU4Rec; FPMC < AM-LSTM; FPMC < Caser. Not separated: 1 " in remarks[0]
    )
    assert "primary metric: no order. Not separated: 6 of 6" in judge(four(plant, (5, 5, 5, 5)), C1).remarks[0]


def test_two_seeds_give_no_verdict(plant: Plant, judge: Judge) -> None:
    entry = judge(four(plant, (20, 40, 60, 80), seeds=(0, 1)), C1)
    assert (entry.verdict, entry.parts) == (Verdict.UNDECIDABLE, ())
    assert [(cell.configuration.model, cell.seeds) for cell in entry.missing] == [(model, (2,)) for model in MODELS]


def test_unequal_seeds_give_no_verdict(plant: Plant, judge: Judge) -> None:
    records = four(plant, (20, 40, 60, 80))
    entry = judge([*records, *plant("caser", 3, seeds=(4,), n_users=100)], C1)
    assert entry.verdict is Verdict.UNDECIDABLE
    assert {cell.seeds for cell in entry.missing} == {(4,)}
    assert [cell.configuration.model for cell in entry.missing] == ["gru4rec", "fpmc", "am-lstm"]


def test_a_missing_model_is_named(plant: Plant, judge: Judge) -> None:
    records = [record for record in four(plant, (20, 40, 60, 80)) if record.key.model != "fpmc"]
    entry = judge(records, C1)
    assert entry.verdict is Verdict.UNDECIDABLE
    assert [(str(cell.configuration), cell.seeds) for cell in entry.missing] == [("fpmc paper-d100", (0, 1, 2))]


def test_a_model_without_a_dimension_is_judged_at_its_row(plant: Plant, judge: Judge, view: View) -> None:
    counted = replace(view.rows[0], model="popularity", label="Popularity", dimension=0)
    claim = Claim("X1", "What is claimed.", Order(("popularity", "fpmc"), ("MRR@50",), "MRR@50"))
    records = [*plant("popularity", 20, seeds=(0,), dimension=0, deterministic=True), *plant("fpmc", 10)]
    ledger = claims_ledger(records, replace(view, rows=(counted, *view.rows), claims=(claim,)))
    assert (ledger.missing, ledger.entries[0].verdict) == ((), Verdict.SUPPORTED)


def test_a_deterministic_model_needs_no_seeds(plant: Plant, judge: Judge, view: View) -> None:
    records = [*plant("gru4rec", 20, seeds=(0,), deterministic=True), *plant("fpmc", 10)]
    assert judge(records, ONE_PAIR).verdict is Verdict.SUPPORTED
