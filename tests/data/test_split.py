from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, leave_one_out
from seqrec_bench.data.split import MIN_EVALUATED_LENGTH
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import ItemTags, Sequences

N_ITEMS = 9
lists_of_items = st.lists(st.lists(st.integers(1, N_ITEMS), max_size=6), min_size=1, max_size=8)
evaluable = lists_of_items.filter(lambda users: any(len(items) >= 3 for items in users))


def make_sequences(users: list[list[int]]) -> Sequences:
    """Sequences whose times count all interactions, so that each is known by its time."""
    items = [item for sequence in users for item in sequence]
    return Sequences(
        items=np.array(items, dtype=np.int32),
        times=np.arange(len(items)),
        offsets=np.cumsum([0, *map(len, users)]),
        n_items=N_ITEMS,
    )


def to_lists(sequences: Sequences) -> list[list[int]]:
    return [sequences.items[start:end].tolist() for start, end in pairwise(sequences.offsets.tolist())]


@given(evaluable)
def test_split_equals_the_literal_one(users: list[list[int]]) -> None:
    split = leave_one_out(make_sequences(users))
    evaluated = [u for u, items in enumerate(users) if len(items) >= 3]
    assert to_lists(split.train) == [items[:-2] if len(items) >= 3 else items for items in users]
    assert to_lists(split.validation.history) == to_lists(split.train)
    assert to_lists(split.test.history) == [items[:-1] if len(items) >= 3 else items for items in users]
    assert split.validation.users.tolist() == split.test.users.tolist() == evaluated
    assert split.validation.targets.tolist() == [users[u][-2] for u in evaluated]
    assert split.test.targets.tolist() == [users[u][-1] for u in evaluated]


@given(evaluable)
def test_times_stay_with_their_items(users: list[list[int]]) -> None:
    sequences = make_sequences(users)
    split = leave_one_out(sequences)
    for part in (split.train, split.test.history):
        assert np.array_equal(part.items, sequences.items[part.times])
        assert np.array_equal(part.users, sequences.users[part.times])


@given(evaluable)
def test_nothing_comes_from_the_future(users: list[list[int]]) -> None:
    sequences = make_sequences(users)
    split = leave_one_out(sequences)
    test_times = sequences.offsets[split.test.users + 1] - 1
    for user, test_time in zip(split.test.users.tolist(), test_times.tolist(), strict=True):
        assert split.train.times[split.train.users == user].max() < test_time - 1
        assert split.test.history.times[split.test.history.users == user].max() == test_time - 1


@given(evaluable)
def test_each_user_is_evaluated_once_and_each_interaction_used_once(users: list[list[int]]) -> None:
    split = leave_one_out(make_sequences(users))
    assert len(set(split.test.users.tolist())) == len(split.test.users)
    n_targets = len(split.validation.targets) + len(split.test.targets)
    assert split.train.n_interactions + n_targets == sum(map(len, users))


@pytest.mark.parametrize("length", range(MIN_EVALUATED_LENGTH))
def test_short_users_are_training_data_only(length: int) -> None:
    split = leave_one_out(make_sequences([[1] * length, [2, 3, 4]]))
    assert split.test.users.tolist() == [1]
    assert to_lists(split.train) == [[1] * length, [2]]
    assert to_lists(split.test.history)[0] == [1] * length


def test_nobody_left_to_evaluate_is_an_error() -> None:
    with pytest.raises(InputError, match="No user has 3 or more interactions"):
        leave_one_out(make_sequences([[1, 2], [3]]))


def test_catalogue_and_tags_are_kept() -> None:
    tags = ItemTags(("a",), np.zeros(0, dtype=np.int32), np.zeros(N_ITEMS + 2, dtype=np.int64))
    split = leave_one_out(replace(make_sequences([[1, 2, 3]]), tags=tags))
    for part in (split.train, split.validation.history, split.test.history):
        assert part.n_items == N_ITEMS
        assert part.tags is tags


def test_sequences_are_left_alone() -> None:
    sequences = make_sequences([[1, 2, 3], [4, 5, 6, 7]])
    leave_one_out(sequences)
    assert to_lists(sequences) == [[1, 2, 3], [4, 5, 6, 7]]


def test_movielens_100k_leaves_98_114_training_interactions(ml_100k: Dataset) -> None:
    split = leave_one_out(ml_100k.sequences)
    assert split.train.n_interactions == 98_114
    assert split.test.history.n_interactions == 99_057
    assert len(split.test.users) == len(split.validation.users) == 943
