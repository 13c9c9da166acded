"""What is said of facts on test targets, from which share on, and by which metrics."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis.cautions import Caution, cautions, cautions_of
from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Record

NONE = np.empty(0, dtype=np.int64)
PLAIN = TargetFacts(fewest=4_000, most=5_000, tied=0, untrained=0, repeated=NONE)
METRICS = ("HR@50", "MRR@50", "NDCG@50")


def said(facts: TargetFacts, protocol: str = "loo-full-v1", metrics: tuple[str, ...] = METRICS) -> dict[Caution, str]:
    return cautions(facts, 1_000, find_protocol(protocol), metrics)


def test_of_plain_data_nothing_is_said() -> None:
    assert said(PLAIN) == {}


@pytest.mark.parametrize(
    ("fewest", "most", "metrics", "sentence"),
    [
        (200, 200, ("HR@50",), "among 200 items, so a random order has HR@50 0.25."),
        (180, 201, ("HR@10", "HR@50"), "among 180 to 201 items, so a random order has HR@50 0.25 to 0.28."),
        (180, 201, ("HR@10", "NDCG@10", "MRR"), None),
        (20, 99, ("HR@10", "MRR", "ARP@10"), "among 20 to 99 items, so a random order has HR@10 0.10 to 0.50."),
        (101, 101, ("HR@10",), None),
        (100, 101, ("HR@50", "MeanRank"), "among 100 to 101 items, so a random order has HR@50 0.50."),
        (50, 51, ("HR@50",), "among 50 to 51 items, so a random order has HR@50 0.98 to 1.00."),
        (1, 1, ("HR@50",), "among 1 item, so a random order has HR@50 1.00."),
        (2, 2, ("HR@1", "NDCG@2"), "among 2 items, so a random order has HR@1 0.50 and NDCG@2 0.82."),
        (1_900, 2_000, ("HR@500",), "among 1,900 to 2,000 items, so a random order has HR@500 0.25 to 0.26."),
        (30, 30, (), None),
    ],
)
def test_few_candidates_are_spoken_of_by_the_metrics_that_are_shown(
    fewest: int, most: int, metrics: tuple[str, ...], sentence: str | None
) -> None:
    found = said(replace(PLAIN, fewest=fewest, most=most), metrics=metrics).get(Caution.CANDIDATES)
    assert found == (sentence and f"Few candidates: a target is ranked {sentence}")


@pytest.mark.parametrize(
    ("most", "protocol", "sentence"),
    [
        (100, "loo-negatives-1a2b3c4d-v1", "among 100 items, so a random order has HR@10 0.10."),
        (101, "loo-uniform100-v1", "among 101 items, so a random order has HR@10 0.10."),
        (1_001, "loo-popular1000-v1", None),
        (101, "loo-full-seen-v1", None),
    ],
)
def test_samples_are_spoken_of_where_a_catalogue_of_their_size_is_not(
    most: int, protocol: str, sentence: str | None
) -> None:
    found = said(replace(PLAIN, fewest=most, most=most), protocol, metrics=("HR@10",)).get(Caution.CANDIDATES)
    assert found == (sentence and f"Few candidates: a target is ranked {sentence}")


@pytest.mark.parametrize(
    ("n_tied", "protocol", "sentence"),
    [
        (100, "loo-full-v1", None),
        (
            101,
            "loo-full-v1",
            "101 of 1,000 test targets (10 %) have a neighbour of the same time: the order of the file's",
        ),
        (
            1_000,
            "time-full-v1",
            "1,000 of 1,000 test targets (100 %) have a neighbour of the same time: the order of the",
        ),
        (440, "loo-full-item-up-ties-v1", "(44 %) have a neighbour of the same time: the protocol's order of ties"),
        (None, "loo-full-v1", None),
    ],
)
def test_the_order_of_ties_is_spoken_of_where_it_decides_more_than_a_tenth(
    n_tied: int | None, protocol: str, sentence: str | None
) -> None:
    found = said(replace(PLAIN, tied=n_tied), protocol).get(Caution.ORDER)
    assert found is None if sentence is None else found is not None and sentence in found


@pytest.mark.parametrize(("n_untrained", "share"), [(50, None), (51, "5.1 %"), (100, "10 %"), (1_000, "100 %")])
def test_targets_never_trained_on_are_spoken_of_from_a_twentieth(n_untrained: int, share: str | None) -> None:
    found = said(replace(PLAIN, untrained=n_untrained))
    start = f"{n_untrained:,} of 1,000 test targets ({share}) are items that nobody has in the training data: "
    assert list(found) == ([] if share is None else [Caution.UNTRAINED])
    assert share is None or found[Caution.UNTRAINED].startswith(start)


@pytest.mark.parametrize(
    ("protocol", "says"),
    [
        ("loo-full-v1", "under loo-full-v1 a repeated target is the only item of the history among"),
        ("loo-full-zeroed-v1", "under loo-full-zeroed-v1 a repeated target is scored 0"),
        ("loo-full-seen-v1", None),
    ],
)
def test_one_repeated_target_is_spoken_of_without_advice_where_the_history_is_ranked(
    protocol: str, says: str | None
) -> None:
    found = said(replace(PLAIN, repeated=np.array([7])), protocol)[Caution.REPEATED]
    if says is None:
        apart = "; tables have their figures and those of the others apart."
        assert found == f"1 of 1,000 test targets (0.1 %) stand in their user's history{apart}"
    else:
        assert found.startswith(f"1 of 1,000 test targets (0.1 %) stand in their user's history, and {says}")
        assert "--protocol loo-full-seen-v1" in found
        assert "-unique-v1 drops repeats." in found


def test_data_are_spoken_of_with_all_their_repeats() -> None:
    protocol = find_protocol("loo-full-v1")
    some = replace(PLAIN, repeated=np.arange(20))
    (found,) = cautions(some, 40_000, protocol, METRICS, n_repeats=1_234).values()
    assert found.startswith(
        "1,234 interactions repeat an item of the same user, 20 of 40,000 test targets (less than 0.1 %) among them, "
        "and under loo-full-v1 a repeated target"
    )
    (found,) = cautions(PLAIN, 40_000, protocol, METRICS, n_repeats=3).values()
    assert found.startswith("3 interactions repeat an item of the same user, and under loo-full-v1 a repeated target")


def test_an_unknown_protocol_has_no_advice() -> None:
    facts = replace(PLAIN, tied=500, repeated=np.array([7]))
    found = cautions(facts, 1_000, None, METRICS)
    assert "the protocol's order of ties decides" in found[Caution.ORDER]
    assert "--protocol" not in found[Caution.REPEATED]
    assert list(found) == [Caution.ORDER, Caution.REPEATED]
    assert list(cautions(facts, 1_000, None, METRICS, n_repeats=3)) == [Caution.ORDER]


def test_records_say_what_any_of_them_knows_and_the_first_ones_nothing(make_record: Callable[..., Record]) -> None:
    early = make_record("fpmc", 100)
    later = replace(make_record("caser", 100), targets=replace(PLAIN, untrained=4))
    assert cautions_of([early], METRICS) == []
    assert cautions_of([], METRICS) == []
    assert cautions_of([early, later], METRICS) == cautions_of([later], METRICS)
    (sentence,) = cautions_of([early, later], METRICS)
    assert sentence.startswith("4 of 40 test targets (10 %) are items that nobody has in the training data")


def trained(record: Record, figures: list[float], metric: str = "NDCG@50", allowed: object = 3) -> Record:
    """The record with such a curve."""
    curve = [Epoch(number, 1.0, {metric: figure}, 1.0) for number, figure in enumerate(figures, start=1)]
    recipe = replace(record.recipe, hyperparameters={"epochs": allowed}, selection=metric)
    return replace(record, curve=curve, recipe=recipe)


RISING, PEAKED, LEVEL = [0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.1, 0.3, 0.3]


@pytest.mark.parametrize(
    ("curve", "metric", "allowed", "is_last"),
    [
        (RISING, "NDCG@50", 3, True),
        (PEAKED, "NDCG@50", 3, False),
        (LEVEL, "NDCG@50", 3, False),  # the earlier of equal ones is kept
        (RISING, "NDCG@50", 4, False),  # its patience ended it
        (RISING, "NDCG@50", "many", False),
        (RISING, "NDCG@50", True, False),
        (RISING[::-1], "MeanRank", 3, True),
        (RISING, "MeanRank", 3, False),
        ([], "NDCG@50", 3, False),
    ],
)
def test_a_run_that_was_best_in_the_last_epoch_allowed_is_told_of(
    make_record: Callable[..., Record], curve: list[float], metric: str, allowed: object, is_last: bool
) -> None:
    found = cautions_of([trained(make_record("fpmc", 100), curve, metric, allowed)], METRICS)
    said = (
        "1 of 1 runs of fpmc (3 epochs) was best in the last epoch allowed, and may still have been learning: "
        "fpmc.epochs allows more."
    )
    assert found == [said] * is_last


def test_runs_that_were_best_in_their_last_epoch_are_counted_by_model_and_variant(
    make_record: Callable[..., Record],
) -> None:
    records = [trained(make_record("fpmc", 100, seed), PEAKED if seed else RISING) for seed in range(4)]
    records += [trained(make_record("caser", dimension, 0), RISING) for dimension in (50, 100)]
    records += [trained(make_record("fpmc", 100, 0, variant="short"), RISING[:n], allowed=n) for n in (2, 3)]
    records += [make_record("popularity", 0)]
    (sentence,) = cautions_of(records, METRICS)
    assert sentence == (
        "1 of 4 runs of fpmc (3 epochs), 2 of 2 runs of caser (3 epochs) and 2 of 2 runs of fpmc short (2 or 3 epochs) "
        "were best in the last epoch allowed, and may still have been learning: caser.epochs and fpmc.epochs allow "
        "more."
    )
