from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Holdout, Interactions, Split, leave_one_out, prepare
from seqrec_bench.data.negatives import read_negatives
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation import candidates, ranking
from seqrec_bench.evaluation.candidates import (
    sample_negatives,
    with_given,
    with_popular_sample,
    with_seen,
    with_seen_zeroed,
    with_uniform_sample,
)
from seqrec_bench.evaluation.ranking import Top, rank_and_list, rank_targets
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array, Recommender, Sequences


class Table:
    """Scores users by a table, whatever their history."""

    name, version, deterministic, uses_order, history_length = "table", 1, True, False, 1
    n_parameters = 0

    def __init__(self, scores: Float32Array) -> None:
        self.scores = scores

    def fit(self, *arguments: object) -> None: ...

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        return self.scores[users]


def table(split: Split, n_levels: int = 4) -> Recommender:
    shape = (split.train.n_users, split.train.n_items + 1)
    return Table(np.random.default_rng(7).integers(0, n_levels, shape).astype(np.float32))


@pytest.fixture(scope="module")
def split() -> Split:
    return leave_one_out(synthetic_sequences(n_users=300, n_items=40, length=9, order=0.5, seed=3))


def seen_by(holdout: Holdout, user: int) -> list[int]:
    return holdout.history.items[holdout.history.offsets[user] : holdout.history.offsets[user + 1]].tolist()


def literal(scores: Float32Array, holdout: Holdout, candidates: dict[int, list[int]]) -> tuple[list[int], list[int]]:
    """Better and tied, counted candidate by candidate; the target is one, listed or not."""
    better, tied = [], []
    for user, target in zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True):
        others = [scores[user, item] for item in candidates[user] if item != target]
        better.append(sum(bool(score > scores[user, target]) for score in others))
        tied.append(1 + sum(bool(score == scores[user, target]) for score in others))
    return better, tied


@pytest.mark.parametrize("part", ["validation", "test"])
def test_with_seen_items_every_item_is_a_candidate(split: Split, part: str) -> None:
    recommender, holdout = table(split), getattr(with_seen(split), part)
    found = rank_targets(recommender, holdout)
    everything = {user: list(range(1, 41)) for user in holdout.users.tolist()}
    assert (found.better.tolist(), found.tied.tolist()) == literal(recommender.scores, holdout, everything)
    assert found != rank_targets(recommender, getattr(split, part))


def zeroed_literally(scores: Float32Array, holdout: Holdout) -> tuple[list[int], list[int], list[list[int]]]:
    """Better, tied and all items by score, the history's scores set to 0 one by one, as S3-Rec's code has it."""
    better, tied, order = [], [], []
    for user, target in zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True):
        own = scores[user].tolist()
        for item in seen_by(holdout, user):
            own[item] = 0.0
        items = range(1, holdout.history.n_items + 1)
        better.append(sum(own[item] > own[target] for item in items))
        tied.append(sum(own[item] == own[target] for item in items))
        order.append(sorted((own[item] for item in items), reverse=True))
    return better, tied, order


@given(seed=st.integers(0, 2**32), n_levels=st.sampled_from([1, 2, 5, 1_000_000]), repeats=st.booleans())
def test_seen_items_are_scored_0_a_target_among_them_too(seed: int, n_levels: int, repeats: bool) -> None:
    rng = np.random.default_rng(seed)
    n_items, lengths = 12, rng.integers(0, 9, 9)
    rows = [rng.choice(n_items, length, replace=repeats) + 1 for length in (*lengths, 3)]
    offsets = np.cumsum([0, *map(len, rows)])
    items = np.concatenate(rows).astype(np.int32)
    split = with_seen_zeroed(leave_one_out(Sequences(items, np.arange(len(items)), offsets, n_items)))
    scores = rng.integers(-n_levels, n_levels + 1, (len(rows), n_items + 1)).astype(np.float32)
    scores[:, PADDING] = np.inf
    scores.flags.writeable = False  # as those that come from another process
    for holdout in (split.validation, split.test):
        ranks, lists = rank_and_list(Table(scores), holdout, Top(n_items, seed=0))
        better, tied, order = zeroed_literally(scores, holdout)
        assert (ranks.better.tolist(), ranks.tied.tolist()) == (better, tied)
        assert ranks == rank_targets(Table(scores), holdout)
        zeroed = scores.copy()
        for user in holdout.users.tolist():
            zeroed[user, seen_by(holdout, user)] = 0
        listed = np.take_along_axis(zeroed[holdout.users], lists, axis=1)
        assert listed.tolist() == order  # all are candidates, once each, the history where its 0 has it
        assert np.array_equal(np.sort(lists), np.tile(np.arange(1, n_items + 1), (len(lists), 1)))


def test_a_repeated_target_is_level_with_the_rest_of_the_history_and_above_negative_scores() -> None:
    history = Sequences(np.array([3, 1, 2, 3], dtype=np.int32), np.arange(4), np.array([0, 4]), 6)
    holdout = with_seen_zeroed(leave_one_out(history)).test
    scores = np.array([[9, 5, -5, 9, -1, 0, 2]], dtype=np.float32)  # 1, 2, 3 seen; 4 below 0, 5 at 0, 6 above
    ranks = rank_targets(Table(scores), holdout)
    assert (ranks.better.tolist(), ranks.tied.tolist()) == ([1], [4])


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_sample_is_all_that_a_target_is_ranked_against(split: Split, part: str) -> None:
    recommender, holdout = table(split), getattr(with_popular_sample(split, 10, seed=1), part)
    found = rank_targets(recommender, holdout)
    sampled = dict(zip(holdout.users.tolist(), holdout.negatives.tolist(), strict=True))
    assert (found.better.tolist(), found.tied.tolist()) == literal(recommender.scores, holdout, sampled)


@pytest.mark.parametrize("score", [99, 2, -1])
def test_padding_fills_up_a_sample_and_is_not_ranked(split: Split, score: float) -> None:
    """Be it above targets or level with them."""
    recommender = table(split)
    recommender.scores[:, PADDING] = score
    holdout = with_uniform_sample(split, 60, seed=1).test
    found, everything = rank_targets(recommender, holdout), rank_targets(recommender, split.test)
    assert (holdout.negatives == PADDING).any(axis=1).all()
    assert found == everything


def test_users_asked_for_and_the_size_of_blocks_change_nothing(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(split, test=drop_users(split.test, every=3))
    recommender = table(split)
    for holdout in (with_uniform_sample(few, 10, seed=0).test, with_seen(few).test):
        whole = rank_targets(recommender, holdout)
        some = np.array([7, 1, 298, 100])
        rows = np.searchsorted(holdout.users, some)
        part = rank_targets(recommender, holdout, some)
        assert (part.better.tolist(), part.tied.tolist()) == (whole.better[rows].tolist(), whole.tied[rows].tolist())
        monkeypatch.setattr(ranking, "MAX_BLOCK_SIZE", 4)
        assert rank_targets(recommender, holdout) == whole
        monkeypatch.undo()


def drop_users(holdout: Holdout, every: int) -> Holdout:
    return keep(holdout, holdout.users % every != 0)


def keep(holdout: Holdout, kept: npt.NDArray[np.bool_]) -> Holdout:
    return replace(holdout, users=holdout.users[kept], targets=holdout.targets[kept])


def of_users(split: Split, users: list[int]) -> Split:
    """Only these have targets, which spares a draw for each of the others."""
    validation, test = (keep(part, np.isin(part.users, users)) for part in (split.validation, split.test))
    return replace(split, validation=validation, test=test)


def test_a_users_sample_does_not_depend_on_the_others(split: Split) -> None:
    weights = np.ones(41)
    whole = sample_negatives(split.test, weights, 10, seed=5)
    few = drop_users(split.test, every=2)
    np.testing.assert_array_equal(sample_negatives(few, weights, 10, seed=5), whole[few.users])


@given(number=st.integers(1, 45), seed=st.integers(0, 3), popular=st.booleans())
def test_a_sample_has_no_item_twice_and_neither_history_nor_target(
    split: Split, number: int, seed: int, popular: bool
) -> None:
    few = of_users(split, [*range(9)])
    sampled = (with_popular_sample if popular else with_uniform_sample)(few, number, seed)
    counts = split.train.item_counts
    for holdout in (sampled.validation, sampled.test):
        assert holdout.negatives is not None
        for user, target, row in zip(holdout.users.tolist(), holdout.targets, holdout.negatives, strict=True):
            possible = set(range(1, 41)) - {int(target)} - set(seen_by(holdout, user))
            possible = {item for item in possible if counts[item] > 0} if popular else possible
            drawn = [item for item in row.tolist() if item != PADDING]
            assert len(set(drawn)) == len(drawn) == min(number, len(possible))
            assert set(drawn) <= possible


@given(values=st.lists(st.integers(0, 6), max_size=12), number=st.integers(1, 14))
def test_the_least_are_the_first_of_a_whole_sort(values: list[int], number: int) -> None:
    found = candidates._least(np.array(values, dtype=np.float64), number)
    assert found.tolist() == np.argsort(values, kind="stable")[:number].tolist()


def test_the_first_draw_is_as_likely_as_its_weight_and_the_second_by_what_is_left() -> None:
    sequences = synthetic_sequences(n_users=20_000, n_items=6, length=3, order=0, seed=0)
    holdout = leave_one_out(replace(sequences, items=np.tile(np.array([4, 5, 6], dtype=np.int32), 20_000))).test
    drawn = sample_negatives(holdout, np.array([0.0, 1, 2, 5, 9, 9, 9]), 2, seed=0)
    found = Counter(map(tuple, drawn.tolist()))
    weights = {1: 1, 2: 2, 3: 5}
    for first, second in [(a, b) for a in weights for b in weights if a != b]:
        p = weights[first] / 8 * weights[second] / (8 - weights[first])
        assert abs(found[first, second] / 20_000 - p) < 5 * np.sqrt(p * (1 - p) / 20_000)


def test_another_seed_gives_another_sample_and_the_same_one_the_same(split: Split) -> None:
    first, again, other = (with_uniform_sample(split, 10, seed).test.negatives for seed in (0, 0, 1))
    assert first is not None and again is not None and other is not None
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.dtype == np.int32


def test_the_samples_of_movielens_100k_are_those_of_the_committed_records(ml_100k: Dataset) -> None:
    """NumPy may change what a generator draws; the protocols would then need other names."""
    split = of_users(leave_one_out(ml_100k.sequences), [0, 942])
    uniform, popular = with_uniform_sample(split, 100, 0).test, with_popular_sample(split, 100, 0).test
    assert uniform.negatives is not None and popular.negatives is not None
    assert uniform.negatives[:, :5].tolist() == [[825, 887, 966, 1395, 820], [1589, 1554, 1617, 141, 727]]
    assert popular.negatives[:, :5].tolist() == [[825, 887, 751, 346, 820], [141, 727, 268, 654, 949]]


SHOP = prepare(
    "shop",
    Interactions.from_rows(
        [*"aaaa", *"bbb", *"cc"], ["i1", "i2", "i3", "i4", "i2", "i5", "i6", "i7", "i1"], np.arange(9)
    ),
    None,
)
"""Evaluated are a, whose targets are i3 and i4, and b, whose targets are i5 and i6."""


def given_to(tmp_path: Path, text: str) -> Split:
    (tmp_path / "sample.txt").write_text(text)
    return with_given(leave_one_out(SHOP.sequences), SHOP, read_negatives(tmp_path / "sample.txt"))


def test_given_negatives_are_those_of_the_users_line_at_validation_and_test(tmp_path: Path) -> None:
    """Of any number, an item of the history among them, and one that is there twice counted twice."""
    split = given_to(tmp_path, "b i4 i7 i7 i2\nc i3\na i7\n")
    scores = np.zeros((3, 8), dtype=np.float32)
    scores[:, 7] = 1
    for part, holdout in (("validation", split.validation), ("test", split.test)):
        named = {
            SHOP.user_ids[user]: sorted(SHOP.item_ids[row[row != PADDING]].tolist())
            for user, row in zip(holdout.users, holdout.negatives, strict=True)
        }
        assert named == {"a": ["i7"], "b": ["i2", "i4", "i7", "i7"]}, part
        ranks = rank_targets(Table(scores), holdout)
        assert (ranks.better.tolist(), ranks.tied.tolist()) == ([1, 2], [1, 3])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a i7\n", "has no line for 1 of the 2 evaluated users (the first is b): give one with a line for each"),
        ("a i7\nb i7\nz i7\n", "has 1 users that are not in shop under this protocol ('z'): give the negatives of"),
        ("a i7\nb i7 i8 i9\n", "has 2 items that are not in shop under this protocol ('i8', 'i9'): give the"),
        ("a i3 i7\nb i7\n", "its own negatives for 1 of 2 targets (the first is a, with i3): take it out"),
        ("a i7\nb i7 i6\n", "its own negatives for 1 of 2 targets (the first is b, with i6): take it out"),
    ],
)
def test_negatives_that_do_not_fit_the_data_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError) as raised:
        given_to(tmp_path, text)
    assert complaint in str(raised.value)
    assert str(raised.value).startswith(f"{tmp_path / 'sample.txt'} has ")
