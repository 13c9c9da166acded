import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Interactions, describe, prepare
from seqrec_bench.errors import InputError

rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["1", "2", "3", "10"]), st.integers(0, 3)), min_size=1
).filter(lambda rows: any(sum(row[0] == user for row in rows) >= 3 for user in "abcd"))


def prepared(rows: list[tuple[str, str, int]]) -> Dataset:
    users, items, times = zip(*rows, strict=True)
    return prepare("small", Interactions.from_rows(users, items, times), None)


@given(rows)
def test_description_equals_the_literal_one(rows: list[tuple[str, str, int]]) -> None:
    histories = [sorted((r for r in rows if r[0] == user), key=lambda r: r[2]) for user in sorted({r[0] for r in rows})]
    evaluated = [history for history in histories if len(history) >= 3]
    train = [row for h in histories for row in (h[:-2] if len(h) >= 3 else h)]
    neighbours = [(a, b) for history in histories for a, b in pairwise(history)]
    cold = {row[1] for row in rows} - {row[1] for row in train}
    description = describe(prepared(rows))
    assert description.n_train_interactions == len(train)
    assert description.n_evaluated_users == len(evaluated)
    assert description.n_short_users == len(histories) - len(evaluated)
    assert description.tied_interactions == pytest.approx(
        sum(sum(r[0] == row[0] and r[2] == row[2] for r in rows) > 1 for row in rows) / len(rows)
    )
    assert description.zero_gaps == pytest.approx(sum(a[2] == b[2] for a, b in neighbours) / len(neighbours))
    assert description.n_ambiguous_targets == sum(h[-1][2] == h[-2][2] for h in evaluated)
    assert set(description.cold_items) == cold
    assert description.n_cold_test_targets == sum(h[-1][1] in cold for h in evaluated)
    assert description.n_cold_validation_targets == sum(h[-2][1] in cold for h in evaluated)
    pairs = {row[:2] for row in rows}
    assert description.n_repeats == len(rows) - len(pairs)
    assert description.density == pytest.approx(len(pairs) / (len(histories) * len({row[1] for row in rows})))


def test_movielens_100k_is_described_exactly(ml_100k: Dataset) -> None:
    description = describe(ml_100k)
    assert (description.n_users, description.n_items, description.n_interactions) == (943, 1_682, 100_000)
    assert description.n_train_interactions == 98_114
    assert description.cold_items == ("1525", "1624", "1625", "1671")
    assert (description.n_cold_test_targets, description.n_cold_validation_targets) == (3, 1)
    assert description.n_ambiguous_targets == 415
    assert (description.n_evaluated_users, description.n_short_users) == (943, 0)
    assert description.n_repeats == 0
    assert round(description.tied_interactions, 3) == 0.758
    assert round(description.zero_gaps, 3) == 0.510
    assert round(description.density, 4) == 0.0630
    assert dataclasses.astuple(description.lengths) == (20, 33.0, 65.0, 148.0, 737, 100_000 / 943)
    assert description.fingerprint == ml_100k.fingerprint
    assert description.tags_fingerprint == ml_100k.tags_fingerprint


def test_repeated_consumption_is_counted() -> None:
    assert describe(prepared([("a", "1", 1), ("a", "2", 2), ("a", "1", 3), ("b", "1", 4)])).n_repeats == 1


def test_of_data_without_times_nothing_is_said_of_ties() -> None:
    rows = [("a", "1"), ("a", "2"), ("a", "1"), ("b", "1")]
    untimed = prepare("f", Interactions.from_rows(*zip(*rows, strict=True), None), None)
    timed = prepared([(*row, 0) for row in rows])
    of_untimed, of_timed = describe(untimed), describe(timed)
    assert (of_untimed.has_times, of_timed.has_times) == (False, True)
    ties = (of_untimed.tied_interactions, of_untimed.zero_gaps, of_untimed.n_ambiguous_targets)
    assert ties == (None, None, None)
    assert (of_timed.zero_gaps, of_timed.n_ambiguous_targets) == (1.0, 1)


def test_data_without_an_evaluable_user_is_an_error() -> None:
    with pytest.raises(InputError, match="nobody is left to evaluate"):
        describe(prepared([("a", "1", 1), ("a", "2", 2)]))
