"""What a model is worth without its parts, runs paired by seed."""

from collections.abc import Callable

import numpy as np
import pytest

from seqrec_bench.analysis.claims.ledger import Entry
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.selection import runs
from seqrec_bench.analysis.statistics.families import holm
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import Ablation

C6 = Ablation("am-lstm", ("no-attention", "no-memory"), "NDCG@50")
SUPPORTED, REFUTED, UNDECIDABLE = Verdict

Plant = Callable[..., list[Record]]
Judge = Callable[..., Entry]


def three(plant: Plant, whole: object, attention: object, memory: object, **options: object) -> list[Record]:
    """The model, and its ablations."""
    return [
        *plant("am-lstm", whole, **options),
        *plant("am-lstm", attention, variant="no-attention", **options),
        *plant("am-lstm", memory, variant="no-memory", **options),
    ]


@pytest.mark.parametrize(
    ("attention", "memory", "parts", "verdict"),
    [
        (42, 43, (SUPPORTED, SUPPORTED), SUPPORTED),
        (42, 40, (SUPPORTED, UNDECIDABLE), UNDECIDABLE),
        (42, 39, (SUPPORTED, UNDECIDABLE), UNDECIDABLE),  # NDCG is .0012 higher without, within the margin of .005
        (42, 30, (SUPPORTED, REFUTED), REFUTED),
        (40, 40, (UNDECIDABLE, UNDECIDABLE), UNDECIDABLE),
    ],
)
def test_each_part_has_to_help(
    plant: Plant, judge: Judge, attention: int, memory: int, parts: tuple[Verdict, ...], verdict: Verdict
) -> None:
    entry = judge(three(plant, 40, attention, memory), C6)
    assert tuple(part.verdict for part in entry.parts[:2]) == parts
    assert entry.verdict is verdict


def test_the_other_metrics_are_only_shown(plant: Plant, judge: Judge) -> None:
    entry = judge(three(plant, 40, 42, 43), C6)
    assert [part.statistic.says.split(":")[0] for part in entry.parts[2:]] == ["HR@50", "HR@50", "MRR@50", "MRR@50"]
    assert {part.verdict for part in entry.parts[2:]} == {None}


def test_runs_are_paired_by_seed(plant: Plant, judge: Judge) -> None:
    """What a seed brings to both cancels out: the difference is known without error."""
    records = three(plant, lambda seed: 10 + 8 * seed, lambda seed: 10 + 8 * seed, lambda seed: 13 + 8 * seed)
    entry = judge(records, C6)
    assert entry.parts[0].statistic.interval == (0, 0)
    same_noise = [lambda seed, h=h: [10] * (h + 20 * seed) + [1000] * (100 - h - 20 * seed) for h in (20, 10, 10)]
    assert judge(three(plant, *same_noise), C6).parts[0].verdict is SUPPORTED


def test_support_takes_holms_correction(plant: Plant, judge: Judge) -> None:
    rng = np.random.default_rng(5)
    ranks = [lambda seed, r=r: (r + rng.integers(0, 60, 60)).tolist() for r in (2, 7, 9)]
    records = three(plant, *ranks)
    entry = judge(records, C6)
    groups = {
        variant: runs([record for record in records if record.key.variant == variant], "NDCG@50")
        for variant in ("paper", *C6.variants)
    }
    differences = [Runs(groups["paper"].values - groups[variant].values) for variant in C6.variants]
    p_values = [population([difference], [1]).p_above() for difference in differences]
    assert [part.p_supported for part in entry.parts[:2]] == holm(p_values) != p_values


def test_a_gain_of_the_margin_is_ruled_out_in_words(plant: Plant, judge: Judge) -> None:
    entry = judge(three(plant, 40, 40, 60), C6)
    assert entry.remarks == (
        "Ruled out: that AM-LSTM gains the practical margin of 0.005 or more in NDCG@50 over itself without attention.",
    )


def test_seeds_that_only_one_of_them_has_are_missing(plant: Plant, judge: Judge) -> None:
    records = [*three(plant, 40, 42, 43), *plant("am-lstm", 40, seeds=(3,))]
    entry = judge(records, C6)
    assert (entry.verdict, entry.parts) == (UNDECIDABLE, ())
    assert [(cell.configuration.variant, cell.seeds) for cell in entry.missing] == [
        ("no-attention", (3,)),
        ("no-memory", (3,)),
    ]


def test_two_seeds_are_too_few(plant: Plant, judge: Judge) -> None:
    entry = judge(three(plant, 40, 42, 43, seeds=(0, 1)), C6)
    assert (entry.verdict, len(entry.missing)) == (UNDECIDABLE, 3)
