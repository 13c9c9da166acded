"""The evaluator against a literal one with loops, and with scorers that do what they must not."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.split import Holdout, leave_one_out
from seqrec_bench.errors import ScoreError
from seqrec_bench.evaluation.candidates import with_seen, with_uniform_sample
from seqrec_bench.evaluation.ranking import (
    MAX_BLOCK_SIZE,
    Top,
    latest_items,
    rank_and_list,
    rank_targets,
    score_as_ranked,
)
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array, Recommender, Sequences

Score = Callable[[Int64Array, Int64Array], Any]


class Scorer:
    """A recommender that scores with the given function and remembers whom it was asked for."""

    name = "scorer"

    def __init__(self, score: Score, history_length: int | None = None) -> None:
        self.history_length = history_length
        self.asked: list[Int64Array] = []
        self._score = score

    def score(self, users: Int64Array, histories: Int64Array) -> Any:
        self.asked.append(users)
        return self._score(users, histories)


def recommender(score: Score, history_length: int | None = None) -> Recommender:
    return cast(Recommender, Scorer(score, history_length))


def sequences(rows: list[list[int]], n_items: int) -> Sequences:
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    return Sequences(items=items, times=np.arange(len(items)), offsets=offsets, n_items=n_items)


def random_rows(rng: np.random.Generator, n_users: int, n_items: int, repeats: bool) -> list[list[int]]:
    """Histories of 0 to 8 items, with users who are too short to be evaluated among them."""
    return [(rng.choice(n_items, size=rng.integers(0, 9), replace=repeats) + 1).tolist() for _ in range(n_users)] + [
        [1, 2, 3]
    ]


def table_scorer(scores: Float32Array, history_length: int | None = None) -> Recommender:
    """Scores each user by their row of the table, (n_users, n_items + 1)."""
    return recommender(lambda users, histories: scores[users], history_length)


def rows_of(history: Sequences) -> list[list[int]]:
    bounds = zip(history.offsets[:-1], history.offsets[1:], strict=True)
    return [history.items[start:end].tolist() for start, end in bounds]


def literal_ranks(scores: Float32Array, holdout: Holdout) -> tuple[list[int], list[int]]:
    """Better and tied of every evaluated user, counted candidate by candidate."""
    better, tied = [], []
    histories = rows_of(holdout.history)
    for user, target in zip(holdout.users, holdout.targets, strict=True):
        candidates = [i for i in range(1, holdout.history.n_items + 1) if i == target or i not in histories[user]]
        better.append(sum(bool(scores[user, i] > scores[user, target]) for i in candidates))
        tied.append(sum(bool(scores[user, i] == scores[user, target]) for i in candidates))
    return better, tied


@pytest.mark.parametrize("n_levels", [1, 3, 1_000_000])
@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_equals_the_literal_evaluator(part: str, repeats: bool, n_levels: int) -> None:
    rng = np.random.default_rng(n_levels)
    rows = random_rows(rng, n_users=300, n_items=12, repeats=repeats)
    holdout = getattr(leave_one_out(sequences(rows, 12)), part)
    scores = rng.integers(-n_levels, n_levels, size=(len(rows), 13)).astype(np.float32)
    found = rank_targets(table_scorer(scores), holdout)
    better, tied = literal_ranks(scores, holdout)
    assert (found.better.tolist(), found.tied.tolist()) == (better, tied)
    assert len(better) == sum(len(row) >= 3 for row in rows)


@given(data=st.data())
def test_equals_the_literal_evaluator_on_any_small_data(data: st.DataObject) -> None:
    n_items = data.draw(st.integers(1, 5))
    row = st.lists(st.integers(1, n_items), max_size=6)
    rows = [*data.draw(st.lists(row, max_size=5)), data.draw(st.lists(st.integers(1, n_items), min_size=3, max_size=6))]
    level = st.integers(-2, 2)
    shape = (len(rows), n_items + 1)
    drawn = data.draw(st.lists(level, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    scores = np.array(drawn, dtype=np.float32).reshape(shape)
    holdout = leave_one_out(sequences(rows, n_items)).test
    scores[:, PADDING] = data.draw(st.sampled_from([0.0, np.nan, np.inf, -np.inf]))
    found = rank_targets(table_scorer(scores), holdout)
    assert (found.better.tolist(), found.tied.tolist()) == literal_ranks(scores, holdout)


def test_history_is_no_candidate_but_a_target_seen_before_is_one() -> None:
    holdout = leave_one_out(sequences([[3, 1, 2, 3]], 5)).test
    assert (rows_of(holdout.history), holdout.targets.tolist()) == ([[3, 1, 2]], [3])
    scores = np.array([[0, 9, 9, 5, 7, 5]], dtype=np.float32)  # 1 and 2 are history, 4 is above the target, 5 level
    found = rank_targets(table_scorer(scores), holdout)
    assert (found.better.tolist(), found.tied.tolist()) == ([1], [2])


def test_the_validation_item_is_history_at_test_only() -> None:
    split = leave_one_out(sequences([[1, 2, 3]], 4))
    scores = np.array([[0, 4, 3, 2, 1]], dtype=np.float32)
    assert rank_targets(table_scorer(scores), split.validation).better.tolist() == [0]
    assert rank_targets(table_scorer(scores), split.test).better.tolist() == [0]
    scores = np.array([[0, 1, 2, 3, 4]], dtype=np.float32)
    assert rank_targets(table_scorer(scores), split.validation).better.tolist() == [2]
    assert rank_targets(table_scorer(scores), split.test).better.tolist() == [1]


@pytest.mark.parametrize("padding_score", [1e30, np.inf, np.nan])
def test_padding_is_never_ranked(padding_score: float) -> None:
    holdout = leave_one_out(sequences([[1, 2, 3]], 4)).test
    scores = np.array([[padding_score, 0, 0, 2, 1]], dtype=np.float32)
    found = rank_targets(table_scorer(scores), holdout)
    assert (found.better.tolist(), found.tied.tolist()) == ([0], [1])


def test_a_constant_scorer_ties_all_candidates() -> None:
    holdout = leave_one_out(sequences([[1, 2, 3], [4, 3, 2, 1]], 9)).test
    found = rank_targets(table_scorer(np.zeros((2, 10), dtype=np.float32)), holdout)
    assert (found.better.tolist(), found.tied.tolist()) == ([0, 0], [9 - 2, 9 - 3])


HOLDOUT = leave_one_out(sequences([[1, 2], *[[1, 2, 3]] * 5], 4)).test
FINE = np.arange(5, dtype=np.float32)


def changed(value: float, row: int) -> Score:
    def score(users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = np.tile(FINE, (len(users), 1))
        scores[row, 2] = value
        return scores

    return score


def spoil_histories(users: Int64Array, histories: Int64Array) -> Float32Array:
    histories[:] = PADDING
    return np.tile(FINE, (len(users), 1))


@pytest.mark.parametrize(
    ("score", "complaint"),
    [
        pytest.param(changed(np.nan, 3), r"NaN or infinite scores to 1 of 6 users \(the first is user 3\)", id="NaN"),
        pytest.param(changed(np.inf, 1), "NaN or infinite", id="infinite"),
        pytest.param(changed(-np.inf, 5), "NaN or infinite", id="minus infinite"),
        pytest.param(lambda users, _: np.tile(FINE[1:], (len(users), 1)), r"float32 \(256, 4\)", id="no padding"),
        pytest.param(lambda users, _: np.tile(FINE, (len(users) - 1, 1)), r"float32 \(255, 5\)", id="user too few"),
        pytest.param(lambda users, _: FINE, r"float32 \(5,\)", id="one row for all"),
        pytest.param(lambda users, _: np.tile(FINE, (len(users), 1)).astype(float), "float64", id="float64"),
        pytest.param(lambda users, _: np.tile(FINE, (len(users), 1)).astype(int), "int64", id="integers"),
        pytest.param(lambda users, _: [FINE.tolist()] * len(users), "list", id="a list"),
        pytest.param(lambda users, _: None, "NoneType", id="nothing"),
        pytest.param(spoil_histories, "changed the histories", id="changes its input"),
    ],
)
def test_what_is_not_a_score_is_refused(score: Score, complaint: str) -> None:
    with pytest.raises(ScoreError, match=f"scorer.*{complaint}"):
        rank_targets(recommender(score), HOLDOUT)


def test_a_scorer_that_writes_to_the_users_it_is_given_changes_nothing() -> None:
    def score(users: Int64Array, histories: Int64Array) -> Float32Array:
        users[:] = 0
        return np.tile(FINE, (len(users), 1))

    found = rank_targets(recommender(score), HOLDOUT)
    assert found == rank_targets(recommender(lambda users, _: np.tile(FINE, (len(users), 1))), HOLDOUT)


def unsteady(table: Float32Array) -> Score:
    """Rounds by the row a user stands in and by whoever else is in the batch, as a product on a processor may."""

    def score(users: Int64Array, histories: Int64Array) -> Float32Array:
        items = np.arange(table.shape[1])
        noise = np.sin((np.arange(len(users))[:, None] + 1.0) * (items + 1) + users.sum() + 100 * len(users))
        return (table[users] + 1e-3 * noise).astype(np.float32)

    return score


def test_users_get_the_same_ranks_whoever_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    rows = random_rows(rng, n_users=2 * MAX_BLOCK_SIZE + 100, n_items=30, repeats=False)
    holdout = leave_one_out(sequences(rows, 30)).test
    scorer = recommender(unsteady(rng.integers(0, 2, size=(len(rows), 31)).astype(np.float32)))
    everyone = rank_targets(scorer, holdout)
    assert np.mean(everyone.tied == 1) > 0.9  # the noise breaks ties, so a change of it changes ranks
    position = np.full(len(rows), -1)
    position[holdout.users] = np.arange(len(holdout.users))
    for n_users in (1, 2, 17, MAX_BLOCK_SIZE, len(holdout.users)):
        users = rng.permutation(holdout.users)[:n_users]
        some = rank_targets(scorer, holdout, users)
        np.testing.assert_array_equal(some.better, everyone.better[position[users]])
        np.testing.assert_array_equal(some.tied, everyone.tied[position[users]])


def test_the_unsteady_scorer_would_give_itself_away() -> None:
    score = unsteady(np.zeros((4, 5), dtype=np.float32))
    histories = np.zeros((4, 1), dtype=np.int64)
    together, alone = score(np.arange(4), histories), score(np.arange(1), histories[:1])
    assert not np.array_equal(together[:1], alone)


def test_ranks_do_not_depend_on_how_items_are_numbered() -> None:
    rng = np.random.default_rng(1)
    rows = random_rows(rng, n_users=60, n_items=15, repeats=False)
    scores = rng.integers(0, 4, size=(len(rows), 16)).astype(np.float32)
    renumbered = np.concatenate([[PADDING], rng.permutation(15) + 1])
    moved = np.empty_like(scores)
    moved[:, renumbered] = scores
    moved_rows = [[int(renumbered[item]) for item in row] for row in rows]
    before = rank_targets(table_scorer(scores), leave_one_out(sequences(rows, 15)).test)
    after = rank_targets(table_scorer(moved), leave_one_out(sequences(moved_rows, 15)).test)
    assert before == after


def test_users_without_a_target_are_left_out_and_change_nothing() -> None:
    rng = np.random.default_rng(2)
    rows = [[1, 2, 3, 4], [], [5], [6, 1], [2, 4, 6], [3, 5]]
    holdout = leave_one_out(sequences(rows, 6)).test
    scores = rng.normal(size=(len(rows), 7)).astype(np.float32)
    found = rank_targets(table_scorer(scores), holdout)
    assert holdout.users.tolist() == [0, 4]
    alone = leave_one_out(sequences([rows[0], rows[4]], 6)).test
    assert found == rank_targets(table_scorer(scores[[0, 4]]), alone)


def test_a_user_without_a_target_cannot_be_asked_for() -> None:
    holdout = leave_one_out(sequences([[1, 2], [1, 2, 3]], 4)).test
    with pytest.raises(ValueError, match="user 0 has no target"):
        rank_targets(recommender(lambda users, _: np.tile(FINE, (len(users), 1))), holdout, np.array([0, 1]))


@pytest.mark.parametrize("padding_score", [1.0, np.inf, np.nan])
def test_users_without_a_target_have_no_rank_whatever_padding_scores(padding_score: float) -> None:
    holdout = leave_one_out(sequences([[1, 2], [1, 2, 3]], 4)).test
    scores = np.array([[padding_score, 1, 1, 1, 1]] * 2, dtype=np.float32)
    with pytest.raises(ValueError, match="user 0 has no target"):
        rank_targets(table_scorer(scores), holdout, np.array([0]))


def test_scores_whose_sum_overflows_are_ranked() -> None:
    holdout = leave_one_out(sequences([[1, 2, 3]], 5)).test
    scores = np.array([[0, 0, 0, 3e38, 3.2e38, -3e38]], dtype=np.float32)
    found = rank_targets(table_scorer(scores), holdout)
    assert (found.better.tolist(), found.tied.tolist()) == ([1], [1])


def test_every_block_has_the_fixed_size_and_the_last_is_filled_up() -> None:
    n_users = MAX_BLOCK_SIZE + 3
    holdout = leave_one_out(sequences([[1, 2, 3]] * n_users, 4)).test
    scorer = Scorer(lambda users, _: np.tile(FINE, (len(users), 1)))
    rank_targets(cast(Recommender, scorer), holdout)
    first, second = scorer.asked
    assert first.tolist() == list(range(MAX_BLOCK_SIZE))
    assert len(second) == MAX_BLOCK_SIZE
    assert second[:6].tolist() == [MAX_BLOCK_SIZE, MAX_BLOCK_SIZE + 1, MAX_BLOCK_SIZE + 2] * 2


@pytest.mark.parametrize("length", [None, 1, 2, 10])
def test_a_recommender_gets_as_much_history_as_it_wants(length: int | None) -> None:
    seen = []

    def score(users: Int64Array, histories: Int64Array) -> Float32Array:
        seen.append(histories.copy())
        return np.tile(np.arange(7, dtype=np.float32), (len(users), 1))

    rank_targets(recommender(score, length), leave_one_out(sequences([[6, 5, 4, 3, 2], [1, 2, 3]], 6)).test)
    expected = np.array([[6, 5, 4, 3], [0, 0, 1, 2]])
    np.testing.assert_array_equal(seen[0][:2], expected[:, -(length or 4) :])


@given(
    rows=st.lists(st.lists(st.integers(1, 9), max_size=7), min_size=1, max_size=6).filter(any),
    length=st.none() | st.integers(1, 9),
    data=st.data(),
)
def test_latest_items_equals_the_literal_loop(rows: list[list[int]], length: int | None, data: st.DataObject) -> None:
    users = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=8))
    longest = max(1, *(len(rows[user]) for user in users))
    width = longest if length is None else min(longest, length)
    expected = [[PADDING] * (width - len(rows[user][-width:])) + rows[user][-width:] for user in users]
    found = latest_items(sequences(rows, 9), np.array(users), length)
    assert found.tolist() == expected
    assert found.dtype == np.int64


def test_one_users_scores_are_computed_where_they_are_ranked() -> None:
    """In the same row of the same block, on which rounding may depend."""
    table = np.random.default_rng(0).random((300, 6)).astype(np.float32)
    history = sequences([[1, 2, 3]] * 300, n_items=5)
    scorer = Scorer(lambda users, histories: table[users])
    for user in (0, 255, 256, 299):
        np.testing.assert_array_equal(score_as_ranked(cast(Recommender, scorer), history, user), table[user])
    asked = [users.tolist() for users in scorer.asked]
    rank_targets(cast(Recommender, scorer), leave_one_out(history).test)
    first, second = (users.tolist() for users in scorer.asked[4:])
    assert asked == [first, first, second, second]


def test_nobodys_latest_items_are_an_empty_block() -> None:
    assert latest_items(sequences([[1, 2]], 9), np.array([], dtype=np.int64), None).shape == (0, 1)


def literal_mix(number: int) -> int:
    """The finaliser of SplitMix64, as its authors print it."""
    word = 2**64
    z = (number + 0x9E3779B97F4A7C15) % word
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % word
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % word
    return z ^ (z >> 31)


def literal_lists(scores: Float32Array, holdout: Holdout, top: Top) -> list[list[int]]:
    histories, lists = rows_of(holdout.history), []
    for row, (user, target) in enumerate(zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True)):
        if holdout.negatives is not None:
            candidates = {*holdout.negatives[row].tolist(), target} - {0}
        else:
            seen = set() if holdout.ranks_seen else set(histories[user])
            candidates = {item for item in range(1, holdout.history.n_items + 1) if item not in seen} | {target}

        def place(item: int, user: int = user) -> tuple[float, int]:
            return -float(scores[user, item]), literal_mix(literal_mix(literal_mix(top.seed) ^ user) ^ item)

        first = sorted(candidates, key=place)[: top.k]
        lists.append([*first, *[0] * (top.k - len(first))])
    return lists


@given(data=st.data())
def test_lists_are_those_of_the_literal_sort_on_any_small_data(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    n_items = data.draw(st.integers(8, 30))
    split = leave_one_out(sequences(random_rows(rng, 12, n_items, repeats=data.draw(st.booleans())), n_items))
    arrange = data.draw(
        st.sampled_from([lambda split: split, with_seen, lambda split: with_uniform_sample(split, 5, seed=1)])
    )
    holdout = arrange(split).test
    levels = data.draw(st.sampled_from([1, 3, 1_000_000]))
    scores = rng.integers(0, levels, (split.train.n_users, n_items + 1)).astype(np.float32)
    scores[:, 0] = np.inf  # the padding item is none, whatever it scores
    top = Top(data.draw(st.integers(1, 40)), data.draw(st.integers(0, 2**32 - 1)))
    ranks, lists = rank_and_list(table_scorer(scores), holdout, top)
    assert ranks == rank_targets(table_scorer(scores), holdout)
    assert lists.dtype == np.int32
    assert lists.tolist() == literal_lists(scores, holdout, top)


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    rng = np.random.default_rng(0)
    holdout = leave_one_out(sequences(random_rows(rng, 300, 40, repeats=False), 40)).test
    scores = rng.integers(0, 4, (301, 41)).astype(np.float32)
    _, long = rank_and_list(table_scorer(scores), holdout, Top(20, 5))
    _, short = rank_and_list(table_scorer(scores), holdout, Top(7, 5))
    np.testing.assert_array_equal(long[:, :7], short)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_a_constant_scorer_recommends_as_chance_does(seed: int) -> None:
    """No item, however it is numbered, stands first more often than chance allows; nor do users have like lists."""
    n_items, n_users = 50, 2000
    rows = [[1, 2, 3]] * n_users  # so that all have the same 48 candidates
    holdout = leave_one_out(sequences(rows, n_items)).test
    constant = table_scorer(np.zeros((n_users, n_items + 1), dtype=np.float32))
    _, lists = rank_and_list(constant, holdout, Top(n_items, seed))
    expected = n_users / 48
    for place in (0, 9, 47):
        counts = np.bincount(lists[:, place], minlength=n_items + 1)[3:]
        assert (((counts - expected) ** 2) / expected).sum() < 90  # chi-square of 47 degrees: 1 in 5,000 is above
    assert len(np.unique(lists, axis=0)) == n_users


def test_the_seed_decides_the_order_of_ties_alone() -> None:
    holdout = leave_one_out(sequences([[1, 2, 3]] * 50, 20)).test
    flat = np.zeros((50, 21), dtype=np.float32)
    first, again, other = (rank_and_list(table_scorer(flat), holdout, Top(5, seed))[1] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    steep = np.tile(np.arange(21, dtype=np.float32), (50, 1))
    lists = [rank_and_list(table_scorer(steep), holdout, Top(5, seed))[1] for seed in (3, 4)]
    np.testing.assert_array_equal(*lists)
    assert lists[0][0].tolist() == [20, 19, 18, 17, 16]


def test_users_without_a_target_have_no_list() -> None:
    split = leave_one_out(sequences([[1, 2, 3], [4], [1, 2, 4]], 6))
    scores = np.ones((3, 7), dtype=np.float32)
    _, lists = rank_and_list(table_scorer(scores), split.test, Top(2, 0))
    assert len(lists) == 2
