from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Split
from seqrec_bench.data.time_split import split_at_date, split_at_time
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Sequences

times_of_users = st.lists(st.lists(st.integers(0, 12), max_size=7).map(sorted), min_size=1, max_size=6)


def sequences(users: list[list[int]]) -> Sequences:
    """Every interaction is with an item of its own, 1, 2, ..., so that each is known by its item."""
    times = [time for user in users for time in user]
    items = np.arange(1, len(times) + 1, dtype=np.int32)
    return Sequences(items, np.array(times), np.cumsum([0, *map(len, users)]), n_items=len(times))


def lists(found: Sequences) -> list[list[int]]:
    return [found.items[start:end].tolist() for start, end in pairwise(found.offsets.tolist())]


def literal(users: list[list[int]], quantile: float) -> tuple[list[list[int]], dict[int, tuple[int, int]]]:
    """Each user's training items, and the two targets of those who are evaluated."""
    flat = sorted(time for user in users for time in user)
    point = flat[int(quantile * len(flat))]
    number, train, targets = 0, [], {}
    for user, times in enumerate(users):
        items = [(time, number + place + 1) for place, time in enumerate(times)]
        number += len(times)
        train.append([item for time, item in items if time < point])
        later = [item for time, item in items if time >= point]
        if train[-1] and len(later) >= 2:
            targets[user] = (later[0], later[1])
    return train, targets


@given(users=times_of_users, quantile=st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.99]))
def test_split_equals_the_literal_one(users: list[list[int]], quantile: float) -> None:
    assume(any(users))
    train, targets = literal(users, quantile)
    if not targets:
        with pytest.raises(InputError, match="No user has interactions before and 2 or more from time"):
            split_at_time(sequences(users), quantile)
        return
    split = split_at_time(sequences(users), quantile)
    assert lists(split.train) == lists(split.validation.history) == train
    assert split.validation.users.tolist() == split.test.users.tolist() == list(targets)
    assert split.validation.targets.tolist() == [validation for validation, _ in targets.values()]
    assert split.test.targets.tolist() == [test for _, test in targets.values()]
    known = [[*items, targets[user][0]] if user in targets else items for user, items in enumerate(train)]
    assert lists(split.test.history) == known


def test_the_place_of_a_fraction_is_exact() -> None:
    """0.29 * 100 is 28.999999999999996 in floats."""
    split = split_at_time(sequences([list(range(100))]), Fraction(29, 100))
    assert lists(split.train) == [list(range(1, 30))]


def days(*texts: str) -> list[int]:
    """Seconds since 1970."""
    return [int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) for text in texts]


@pytest.mark.parametrize("ticks", [1, 10**3, 10**6, 10**9])
def test_a_date_is_the_beginning_of_its_day_in_utc_whatever_the_unit(ticks: int) -> None:
    users = [
        days("2014-06-01", "2014-06-30T23:59:59", "2014-07-01", "2014-07-01T00:00:01", "2014-07-02"),
        days("1971-01-01", "2014-07-01"),
        days("2014-07-01", "2099-12-31T23:59:59"),
    ]
    split = split_at_date(sequences([[ticks * time for time in user] for user in users]), date(2014, 7, 1))
    assert lists(split.train) == [[1, 2], [6], []]
    assert (split.test.users.tolist(), split.validation.targets.tolist()) == ([0], [3])
    assert split.test.targets.tolist() == [4]


def test_fractions_of_seconds_are_dates_too() -> None:
    (user,) = [days("2014-06-01", "2014-07-01", "2014-07-02")]
    found = sequences([user])
    halves = Sequences(found.items, np.array(user) + np.array([0.5, -0.5, 0.5]), found.offsets, found.n_items)
    with pytest.raises(InputError, match="No user has interactions before and 2 or more from 2014-07-01 on"):
        split_at_date(halves, date(2014, 7, 1))


@pytest.mark.parametrize(
    "user", [[1, 2, 3, 4], days("1970-06-01", "2014-07-01"), [10**9, 10**12], [10**18, 5 * 10**18], [-(10**9), 10**9]]
)
def test_times_that_are_no_dates_are_not_split_at_one(user: list[int]) -> None:
    with pytest.raises(InputError, match=r"^The times, from -?\d+ to \d+, are not all .* such as time90-full-v1\.$"):
        split_at_date(sequences([user]), date(2014, 7, 1))


def test_a_date_beyond_the_data_leaves_nobody() -> None:
    user = days("2014-06-01", "2014-07-01", "2014-07-02")
    for day in (date(1, 1, 1), date(2014, 6, 1), date(9999, 12, 31)):
        with pytest.raises(InputError, match=f"from {day} on, at which the data are split: .* or split at another"):
            split_at_date(sequences([user]), day)


@pytest.fixture(scope="module")
def split(ml_100k: Dataset) -> Split:
    return split_at_time(ml_100k.sequences, 0.75)


def test_times_stay_with_their_items_and_the_catalogue_is_kept(split: Split, ml_100k: Dataset) -> None:
    every = set(zip(ml_100k.sequences.users.tolist(), ml_100k.sequences.items.tolist(),
                    ml_100k.sequences.times.tolist(), strict=True))  # fmt: skip
    for part in (split.train, split.test.history):
        assert set(zip(part.users.tolist(), part.items.tolist(), part.times.tolist(), strict=True)) < every
        assert (part.n_items, part.tags) == (1682, ml_100k.sequences.tags)


def test_movielens_100k_leaves_120_users_and_no_training_after_any_target(split: Split, ml_100k: Dataset) -> None:
    assert len(split.test.users) == 120
    assert split.train.n_interactions == 74_995
    seen = ml_100k.sequences
    targets = set(zip(split.validation.users.tolist(), split.validation.targets.tolist(), strict=True))
    targets |= set(zip(split.test.users.tolist(), split.test.targets.tolist(), strict=True))
    times = [
        time
        for user, item, time in zip(seen.users.tolist(), seen.items.tolist(), seen.times.tolist(), strict=True)
        if (user, item) in targets
    ]
    assert len(times) == 240
    assert split.train.times.max() < min(times)
