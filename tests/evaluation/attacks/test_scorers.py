import numpy as np

from seqrec_bench.evaluation.attacks.scorers import Echo, Hashed, Oracle, Spoilt, Unsteady, WithPadding
from seqrec_bench.recommender import Recommender

USERS = np.arange(200)
NOTHING = np.zeros((200, 1), dtype=np.int64)


def literal_hash(number: int) -> int:
    """lowbias32, on Python's integers."""
    number ^= number >> 16
    number = number * 0x7FEB352D % 2**32
    number ^= number >> 15
    number = number * 0x846CA68B % 2**32
    return number ^ number >> 16


def test_they_are_recommenders() -> None:
    for scorer in (Hashed(5, 2), Spoilt(5, 0, 1, 2.0), WithPadding(Hashed(5, 2), 1.0)):
        assert isinstance(scorer, Recommender)


def test_hashed_scores_are_the_literal_hash() -> None:
    scores = Hashed(30, 7).score(USERS, NOTHING)
    for user, item in ((0, 1), (0, 30), (199, 17)):
        level = literal_hash(literal_hash(user) ^ item * 0x9E3779B1 % 2**32) % 7
        assert scores[user, item] == 1 + level * 2.0**-23
    assert scores.dtype == np.float32


def test_hashed_scores_have_all_levels_a_float_apart_and_equally_often() -> None:
    levels, counts = np.unique(Hashed(500, 4).score(USERS, NOTHING)[:, 1:], return_counts=True)
    np.testing.assert_array_equal(levels[1:], np.nextafter(levels[:-1], np.float32(2)))
    assert len(levels) == 4
    assert np.abs(counts / counts.sum() - 0.25).max() < 0.01


def test_labels_take_the_place_of_numbers() -> None:
    users = np.random.default_rng(0).permutation(200)
    plain = Hashed(30, 1000).score(USERS, NOTHING)[users]
    labelled = Hashed(30, 1000, user_labels=users).score(USERS, NOTHING)
    np.testing.assert_array_equal(labelled[:, 1:], plain[:, 1:])
    items = np.concatenate([[0], 1 + np.random.default_rng(1).permutation(30)])
    labelled = Hashed(30, 1000, item_labels=items).score(USERS, NOTHING)
    np.testing.assert_array_equal(labelled[:, 1:], Hashed(30, 1000).score(USERS, NOTHING)[:, items[1:]])


def test_the_oracle_knows_targets_only_where_there_are_any() -> None:
    scores = Oracle(3, np.array([0]), np.array([2]), -0.5).score(np.array([1, 0]), NOTHING[:2])
    assert scores.tolist() == [[1, 1, 1, 1], [1, 1, 0.5, 1]]


def test_the_unsteady_scorer_would_give_itself_away() -> None:
    scorer = Unsteady(40)
    together = scorer.score(USERS, NOTHING)
    assert (scorer.score(USERS[:1], NOTHING[:1]) != together[:1]).any()
    assert (scorer.score(USERS[::-1], NOTHING)[::-1] != together).any()
    np.testing.assert_array_equal(scorer.score(USERS, NOTHING), together)


def test_a_single_score_is_spoilt() -> None:
    scores = Spoilt(30, 7, 3, np.nan).score(USERS, NOTHING)
    assert np.argwhere(np.isnan(scores)).tolist() == [[7, 3]]


def test_the_echo_scores_what_it_is_given() -> None:
    scores = Echo(4).score(np.array([0]), np.array([[0, 2, 4]]))
    assert scores[:, 1:].tolist() == [[1, 2, 1, 2]]


def test_only_the_padding_of_the_other_recommender_is_changed() -> None:
    inner = Hashed(4, 3)
    scores = WithPadding(inner, 9.0).score(USERS, NOTHING)
    assert (scores[:, 0] == 9).all()
    np.testing.assert_array_equal(scores[:, 1:], inner.score(USERS, NOTHING)[:, 1:])
