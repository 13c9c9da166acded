"""Verdicts on planted records, and where each number comes from."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis.comparison import Comparison, Outcome, Pair, compare
from seqrec_bench.analysis.statistics.families import holm
from seqrec_bench.analysis.statistics.power import seeds_needed, smallest_detectable
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.errors import InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.loading import load_study

METRICS = ("NDCG@50", "HR@50", "MRR@50")
MakeRecord = Callable[..., Record]


def compared(records: list[Record], *names: str) -> Comparison:
    return compare(records, names, load_study("chen2020").view())


def pair(comparison: Comparison, other: str, name: str = "NDCG@50") -> Pair:
    (found,) = [pair for pair in comparison.pairs[name] if pair.other.model == other]
    return found


def level(make_record: MakeRecord, model: str, better: int, n_seeds: int = 3, **fields: object) -> list[Record]:
    """Runs of a model with about this many candidates above each target."""
    rng = np.random.default_rng([*model.encode(), better])
    return [
        make_record(model, 100, seed, better=(better + rng.integers(0, 8, 40)).tolist(), **fields)
        for seed in range(n_seeds)
    ]


def test_a_model_that_is_clearly_better_is_better_and_the_other_way_round_worse(make_record: MakeRecord) -> None:
    records = level(make_record, "a", 0) + level(make_record, "b", 20)
    for name in ("NDCG@50", "MRR@50"):  # all of these are hits
        assert pair(compared(records, "a", "b"), "b", name).outcome is Outcome.BETTER
        assert pair(compared(records, "b", "a"), "a", name).outcome is Outcome.WORSE
    assert pair(compared(records, "a", "b"), "b", "HR@50").outcome is Outcome.TOO_FEW_USERS


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_too_few_seeds_give_no_verdict_however_clear_the_difference(make_record: MakeRecord, n_seeds: int) -> None:
    records = level(make_record, "a", 0, n_seeds) + level(make_record, "b", 60)
    found = compared(records, "a", "b")
    assert pair(found, "b").outcome is Outcome.TOO_FEW_SEEDS
    assert (pair(found, "b").p_value, pair(found, "b").inference, pair(found, "b").seeds_needed) == (None, None, None)
    assert found.too_few == [Configuration("a", "paper", 100)]
    assert pair(found, "b").difference > 0.3


def test_a_deterministic_model_needs_one_run(make_record: MakeRecord) -> None:
    records = [*level(make_record, "a", 0), make_record("rules", 0, better=[60] * 40, deterministic=True)]
    found = compared(records, "a", "rules")
    assert (pair(found, "rules").outcome, found.too_few) == (Outcome.BETTER, [])
    assert found.n_seeds == {Configuration("a", "paper", 100): 3, Configuration("rules", "paper", 0): None}


@pytest.mark.parametrize("name", METRICS)
def test_figures_follow_from_the_ranks(make_record: MakeRecord, name: str) -> None:
    records = level(make_record, "a", 30, 4) + level(make_record, "b", 44) + level(make_record, "c", 46)
    values = {
        model: Runs(np.stack([metric(record.test, name) for record in records if record.key.model == model]))
        for model in "abc"
    }
    found = compared(records, "a", "b", "c")
    assert found.n_users == 40
    expected = [population([values["a"], values[other]], [1, -1]) for other in "bc"]
    for other, inference, p in zip("bc", expected, holm([one.p_other() for one in expected]), strict=True):
        one = pair(found, other, name)
        assert (one.inference, one.p_value) == (inference, p)
        assert one.difference == pytest.approx(inference.mean)
        assert one.detectable == smallest_detectable(inference)
        assert one.seeds_needed == seeds_needed(values["a"], values[other], one.difference)
        d = values["a"].values.mean(axis=0) - values[other].values.mean(axis=0)
        assert one.relative == pytest.approx(d.mean() / values[other].mean)
        assert one.effect_size == pytest.approx(d.mean() / d.std(ddof=1))
        assert one.shares == pytest.approx((np.mean(d > 0), np.mean(d == 0), np.mean(d < 0)))


def test_holm_counts_the_comparisons_of_one_metric(make_record: MakeRecord) -> None:
    records = [record for number in range(5) for record in level(make_record, f"m{number}", 20 + number)]
    alone, among = compared(records, "m0", "m1"), compared(records, "m0", "m1", "m2", "m3", "m4")
    assert pair(alone, "m1").p_value == pair(alone, "m1").inference.p_other()
    assert pair(among, "m1").inference == pair(alone, "m1").inference
    p_values = [one.inference.p_other() for one in among.pairs["NDCG@50"]]
    assert [one.p_value for one in among.pairs["NDCG@50"]] == holm(p_values)
    assert min(holm(p_values)) == pytest.approx(4 * min(p_values))


def test_records_that_are_all_equal_differ_for_too_few_users(make_record: MakeRecord) -> None:
    records = [make_record(model, 100, seed, better=[7] * 40) for model in "ab" for seed in range(3)]
    one = pair(compared(records, "a", "b"), "b")
    assert (one.outcome, one.difference, one.effect_size, one.p_value) == (Outcome.TOO_FEW_USERS, 0, None, 1)
    assert (one.shares, one.n_differing) == ((0, 1, 0), 0)
    assert one.seeds_needed is None


def test_equal_runs_are_equal_for_all_users_whatever_the_number_of_seeds(make_record: MakeRecord) -> None:
    ranks = list(range(40))
    records = [make_record("a", 100, seed, better=ranks) for seed in range(3)]
    records += [make_record("b", 100, seed, better=ranks) for seed in range(7)]
    assert pair(compared(records, "a", "b"), "b").shares == (0, 1, 0)


@pytest.mark.parametrize(
    ("n_better", "outcome"), [(4, "too few users differ"), (5, "too few users differ"), (6, "better")]
)
def test_fewer_than_six_users_who_all_agree_are_too_few(make_record: MakeRecord, n_better: int, outcome: str) -> None:
    """A t test over the 943 users has p < .05 with four of them, the exact sign test .125."""
    ours, theirs = [0] * n_better + [60] * (943 - n_better), [60] * 943
    records = [
        make_record("a", 0, better=ours, deterministic=True),
        make_record("b", 0, better=theirs, deterministic=True),
    ]
    for name in METRICS:
        one = pair(compared(records, "a", "b"), "b", name)
        assert one.inference is not None
        assert one.inference.mean > one.inference.half_width  # what a t test would call significant
        assert (one.outcome, one.n_differing, one.p_value) == (
            outcome,
            n_better,
            pytest.approx(0.5 ** (n_better - 1), rel=0.4),
        )
        assert (pair(compared(records, "b", "a"), "a", name).outcome is Outcome.WORSE) is (outcome == "better")


def test_holm_makes_six_users_too_few_where_there_are_several_comparisons(make_record: MakeRecord) -> None:
    records = [make_record("a", 0, better=[0] * 6 + [60] * 94, deterministic=True)]
    records += [make_record(name, 0, better=[60] * 100, deterministic=True) for name in "bc"]
    found = compared(records, "a", "b", "c")
    assert [(one.outcome, one.p_value) for one in found.pairs["HR@50"]] == [(Outcome.TOO_FEW_USERS, 2 / 32)] * 2


def test_one_user_gives_no_interval_and_no_verdict(make_record: MakeRecord) -> None:
    records = [
        make_record(model, 100, seed, better=[rank]) for model, rank in (("a", 0), ("b", 9)) for seed in range(3)
    ]
    one = pair(compared(records, "a", "b"), "b")
    assert (one.outcome, one.inference, one.p_value, one.seeds_needed) == (Outcome.TOO_FEW_USERS, None, None, None)
    assert one.difference == pytest.approx(1 - 1 / math.log2(11))


def test_a_model_that_never_hits_has_no_relative_difference(make_record: MakeRecord) -> None:
    records = level(make_record, "a", 0) + level(make_record, "b", 70)
    one = pair(compared(records, "a", "b"), "b")
    assert (one.relative, one.difference > 0) == (None, True)


def test_the_order_of_records_does_not_matter(make_record: MakeRecord) -> None:
    records = level(make_record, "a", 20) + level(make_record, "b", 25)
    assert compared(records, "a", "b") == compared(records[::-1], "a", "b")


def test_models_are_named_with_variant_and_dimension(make_record: MakeRecord) -> None:
    records = level(make_record, "a", 20) + level(make_record, "a", 25, variant="tuned")
    records += [make_record("a", 50, seed, variant="tuned") for seed in range(3)]
    for name, place in (
        ("a", Configuration("a", "paper", 100)),
        ("a:paper@100", Configuration("a", "paper", 100)),
        ("a:tuned@50", Configuration("a", "tuned", 50)),
        ("a:tuned", Configuration("a", "tuned", 100)),
    ):
        other = "a:tuned" if place.variant == "paper" else "a"
        assert compared(records, other, name).pairs["HR@50"][0].other == place


def test_a_dimension_is_not_guessed(make_record: MakeRecord) -> None:
    records = [make_record("a", dimension, 0) for dimension in (25, 50)] + level(make_record, "b", 3)
    with pytest.raises(InputError, match=r"a was recorded at the dimensions 25, 50: name one, like a@25\."):
        compared(records, "b", "a")
    assert compared(records, "b", "a@25").pairs["HR@50"][0].other.dimension == 25


@pytest.mark.parametrize("name", ["a@", "a:", ":tuned", "", "a@ten", "a@1@2", "a:b:c"])
def test_what_names_no_model_is_refused(make_record: MakeRecord, name: str) -> None:
    with pytest.raises(InputError, match="names no model"):
        compared(level(make_record, "a", 3), "a", name)


@pytest.mark.parametrize("names", [["a"], ["a", "a"], ["a", "b", "a:paper@100"]])
def test_fewer_than_two_different_models_are_refused(make_record: MakeRecord, names: list[str]) -> None:
    with pytest.raises(InputError, match="name each once"):
        compared(level(make_record, "a", 3) + level(make_record, "b", 3), *names)


@pytest.mark.parametrize("name", ["c", "a:tuned", "a@50"])
def test_a_model_without_records_is_missing(make_record: MakeRecord, name: str) -> None:
    with pytest.raises(MissingCellsError, match=f"no record of {name} \\(there are a:paper\\)"):
        compared(level(make_record, "a", 3), "a", name)


def test_records_of_other_data_and_protocols_are_none_of_its_business(make_record: MakeRecord) -> None:
    records = level(make_record, "a", 3) + level(make_record, "b", 3, protocol="other")
    with pytest.raises(MissingCellsError, match="no record of b"):
        compared(records, "a", "b")


def test_records_that_were_made_otherwise_are_refused(make_record: MakeRecord) -> None:
    records = level(make_record, "a", 3) + level(make_record, "b", 3, fingerprint="f" * 64)
    with pytest.raises(InvalidRecordError, match="different data"):
        compared(records, "a", "b")
    other = replace(records[0], recipe=replace(records[0].recipe, version=2))
    with pytest.raises(InvalidRecordError, match="version"):
        compared([other, *records[1:3], *level(make_record, "b", 3)], "a", "b")


def test_p_values_are_probabilities(make_record: MakeRecord) -> None:
    found = compared(level(make_record, "a", 10) + level(make_record, "b", 12), "a", "b")
    for name in METRICS:
        p_value = pair(found, "b", name).p_value
        assert p_value is not None and 0 <= p_value <= 1 and not math.isnan(p_value)
