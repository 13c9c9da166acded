"""The session-parallel iterator against one with a dictionary of slots, moved one event at a time."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_baselines.session_batches import session_parallel_steps
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Sequences

Step = tuple[list[int], list[int], list[int]]


def sequences(sessions: list[tuple[int, int]]) -> Sequences:
    """Sessions of (time of the first event, number of events); every event is with an item of its own."""
    lengths = [length for _, length in sessions]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Sequences(
        items=np.arange(1, offsets[-1] + 1, dtype=np.int32),
        times=np.array([begin + place for begin, length in sessions for place in range(length)], dtype=np.int64),
        offsets=offsets,
        n_items=int(offsets[-1]),
    )


def literal_steps(train: Sequences, batch_size: int) -> Iterator[Step]:
    """Inputs, targets, and the row of the step before that each row goes on from, -1 for a new session."""
    rows = {user: train.items[train.offsets[user] : train.offsets[user + 1]].tolist() for user in range(train.n_users)}
    waiting = sorted(
        (user for user in rows if len(rows[user]) >= 2), key=lambda user: (train.times[train.offsets[user]], user)
    )
    slots = {slot: rows[waiting.pop(0)] for slot in range(batch_size)}
    previous: dict[int, int] = {}
    while slots:
        yield (
            [events[0] for events in slots.values()],
            [events[1] for events in slots.values()],
            [previous.get(slot, -1) for slot in slots],
        )
        previous = {slot: row for row, slot in enumerate(slots)}
        for slot in list(slots):
            slots[slot] = slots[slot][1:]
            if len(slots[slot]) == 1:
                del previous[slot]
                if waiting:
                    slots[slot] = rows[waiting.pop(0)]
                else:
                    del slots[slot]


def steps_of(train: Sequences, batch_size: int) -> list[Step]:
    """As `literal_steps` gives them, "nothing changes" being each row going on from itself."""
    return [
        (
            step.inputs.tolist(),
            step.targets.tolist(),
            list(range(len(step.inputs))) if step.came_from is None else step.came_from.tolist(),
        )
        for step in session_parallel_steps(train, batch_size)
    ]


sessions_and_batch_size = (
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7)), min_size=1, max_size=12)
    .map(lambda sessions: (sessions, sum(length >= 2 for _, length in sessions)))
    .filter(lambda drawn: drawn[1] > 0)
    .flatmap(lambda drawn: st.tuples(st.just(sequences(drawn[0])), st.integers(1, drawn[1])))
)


@given(sessions_and_batch_size)
def test_equals_the_literal_iterator(drawn: tuple[Sequences, int]) -> None:
    assert steps_of(*drawn) == list(literal_steps(*drawn))


@given(sessions_and_batch_size)
def test_every_transition_comes_exactly_once(drawn: tuple[Sequences, int]) -> None:
    train, batch_size = drawn
    found = [pair for inputs, targets, _ in steps_of(train, batch_size) for pair in zip(inputs, targets, strict=True)]
    user_of = dict(zip(train.items.tolist(), train.users.tolist(), strict=True))
    expected = [(a, b) for a, b in pairwise(train.items.tolist()) if user_of[a] == user_of[b]]
    assert sorted(found) == expected


@given(sessions_and_batch_size)
def test_a_row_goes_on_from_the_event_before_and_from_nothing_at_a_sessions_start(
    drawn: tuple[Sequences, int],
) -> None:
    train, batch_size = drawn
    starts = set(train.items[train.offsets[:-1][train.lengths > 0]].tolist())
    before: list[int] = []
    for inputs, targets, came_from in steps_of(train, batch_size):
        for item, row in zip(inputs, came_from, strict=True):
            assert item in starts if row == -1 else item == before[row]
        before = targets


def test_an_example_by_hand() -> None:
    # items: user 0 has 1 2 3, user 1 has 4 5, user 2 has 6 7 8 9, user 3 has 10 11; user 2 begins first
    train = sequences([(20, 3), (30, 2), (10, 4), (40, 2)])
    assert steps_of(train, 2) == [
        ([6, 1], [7, 2], [-1, -1]),
        ([7, 2], [8, 3], [0, 1]),
        ([8, 4], [9, 5], [0, -1]),
        ([10], [11], [-1]),
    ]


def test_what_the_network_indexes_with_is_int64() -> None:
    steps = list(session_parallel_steps(sequences([(0, 3), (1, 2), (2, 3)]), 2))
    assert {array.dtype for step in steps for array in (step.inputs, step.targets)} == {np.dtype(np.int64)}
    assert {step.came_from.dtype for step in steps if step.came_from is not None} == {np.dtype(np.int64)}


@pytest.mark.parametrize("lengths", [[2, 3, 4], [2, 3, 1, 4, 0, 1]])
def test_fewer_sessions_than_rows_begin_with_as_many_rows(lengths: list[int]) -> None:
    train = sequences([(0, length) for length in lengths])
    few, many = steps_of(train, 3), steps_of(train, 40)
    assert len(few[0][0]) == 3
    assert few == many


def test_without_a_session_of_two_events_there_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing to learn an order from"):
        steps_of(sequences([(0, 1), (0, 1)]), 4)
