"""Breakdowns against slow, literal countings."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.analysis.breakdowns import by_history_length, by_target_popularity, figures
from seqrec_bench.analysis.compared import Compared
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.data import Dataset, Split, leave_one_out
from seqrec_bench.data.given_split import split_as_given
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.recommender import Sequences
from seqrec_bench.records import Configuration, Ranks, Record

N_ITEMS = 30


def split_of(histories: list[list[int]]) -> Split:
    offsets = np.cumsum([0, *map(len, histories)])
    items = np.array([item for history in histories for item in history], dtype=np.int32)
    return leave_one_out(Sequences(items, np.arange(len(items)), offsets, N_ITEMS))


histories = st.lists(st.lists(st.integers(1, N_ITEMS), min_size=2, max_size=9), min_size=3, max_size=12).filter(
    lambda those: any(len(history) > 2 for history in those)
)


@given(histories)
def test_every_user_is_in_one_group_and_groups_are_in_order(those: list[list[int]]) -> None:
    split = split_of(those)
    for groups in (by_history_length(split.test), by_target_popularity(split)):
        assert sorted(user for group in groups for user in group.users) == list(range(len(split.test.users)))
        assert all(len(group.users) > 0 for group in groups)


@given(histories)
def test_lengths_of_groups_do_not_overlap(those: list[list[int]]) -> None:
    split = split_of(those)
    lengths = [len(history) - 1 for history in those if len(history) > 2]
    last = 0
    for group in by_history_length(split.test):
        of_group = [lengths[user] for user in group.users]
        assert min(of_group) > last
        last = max(of_group)


@given(histories)
def test_popularity_is_counted_in_training_alone(those: list[list[int]]) -> None:
    split = split_of(those)
    train = [item for history in those for item in (history[:-2] if len(history) > 2 else history)]
    ordered = sorted((train.count(item) for item in range(1, N_ITEMS + 1)), reverse=True)
    thresholds = [
        next(n for i, n in enumerate(ordered) if sum(ordered[: i + 1]) >= share * len(train)) for share in (0.5, 0.8)
    ]
    names = {}
    for group in by_target_popularity(split):
        names |= dict.fromkeys(group.users.tolist(), group.name)
    targets = [history[-1] for history in those if len(history) > 2]
    for user, target in enumerate(targets):
        count = train.count(target)
        expected = (
            "cold"
            if count == 0
            else "head"
            if count >= thresholds[0]
            else "torso"
            if count >= thresholds[1]
            else "tail"
        )
        assert names[user] == expected


def test_equal_lengths_are_four_equal_groups_but_for_ties() -> None:
    groups = by_history_length(split_of([[1] * (3 + user) for user in range(20)]).test)
    assert [group.name for group in groups] == ["2 to 6", "7 to 11", "12 to 16", "17 to 21"]
    assert [group.title for group in by_history_length(split_of([[1, 2, 3]] * 5).test)] == ["2 items"]


def test_figures_are_means_over_seeds_and_the_users_of_a_group(make_record: Callable[..., Record]) -> None:
    records = [make_record("fpmc", 100, seed) for seed in range(3)]
    model = Compared("FPMC", Configuration("fpmc", "paper", 100), records)
    groups = by_history_length(split_of([[1] * (3 + user) for user in range(40)]).test)
    for name, found in figures(model, groups, ["HR@50", "NDCG@50"]).items():
        for group, figure in zip(groups, found, strict=True):
            values = [[metric(record.test, name)[user] for user in group.users] for record in records]
            assert figure.mean == pytest.approx(sum(map(sum, values)) / (3 * len(group.users)))
            assert figure.half_width == pytest.approx(population([Runs(np.array(values))], [1]).half_width)


@pytest.mark.parametrize(
    ("better", "n_seeds", "length"),
    [([0, 60] * 20, 1, 40), ([60] * 40, 3, 40), ([0, 60] * 4, 3, 8)],
    ids=["one seed", "all alike", "few users"],
)
def test_no_interval_where_nothing_is_known_of_the_spread(
    make_record: Callable[..., Record], better: list[int], n_seeds: int, length: int
) -> None:
    records = [make_record("fpmc", 100, seed, better=better) for seed in range(n_seeds)]
    groups = by_history_length(split_of([[1, 2, 3]] * length).test)
    found = figures(Compared("FPMC", Configuration("fpmc", "paper", 100), records), groups, ["HR@50"])
    assert [figure.half_width for figure in found["HR@50"]] == [None]


def test_several_targets_are_in_the_groups_of_their_kinds_and_figures_are_means_over_users(
    make_record: Callable[..., Record],
    given_rows: Callable[..., dict[str, object]],
    given_dataset: Callable[..., Dataset],
) -> None:
    """A user's figure in a group is the mean over that user's targets of the kind."""
    split = split_as_given(given_dataset(given_rows(n_users=60)))
    test, rng = split.test, np.random.default_rng(0)
    records = []
    for seed in range(3):
        ranks = Ranks(rng.integers(0, 20, len(test.users)), np.ones(len(test.users), dtype=np.int64), test.users)
        records.append(replace(make_record("fpmc", 100, seed), test=ranks))
    model = Compared("FPMC", Configuration("fpmc", "paper", 100), records)
    for groups in (by_target_popularity(split), by_history_length(test)):
        assert sorted(place for group in groups for place in group.targets) == list(range(len(test.users)))
        (found,) = figures(model, groups, ["NDCG@10"]).values()
        for group, figure in zip(groups, found, strict=True):
            assert test.evaluated[group.users].tolist() == sorted({int(test.users[place]) for place in group.targets})
            means = []
            for record in records:
                values: dict[int, list[float]] = {}
                for place in group.targets.tolist():
                    rank = int(record.test.better[place]) + 1
                    gain = 1 / math.log2(rank + 1) if rank <= 10 else 0.0
                    values.setdefault(int(test.users[place]), []).append(gain)
                means.append([sum(of_user) / len(of_user) for of_user in values.values()])
            assert figure.mean == pytest.approx(float(np.mean(means)))
