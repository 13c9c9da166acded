import math
from fractions import Fraction

import numpy as np
import pytest

from seqrec_baselines.vsknn import VSKNN
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Sequences

WEIGHTS = {
    "none": lambda place, length: 1.0,
    "linear": lambda place, length: place / length,
    "quadratic": lambda place, length: (place / length) ** 2,
    "reciprocal": lambda place, length: 1 / (length - place + 1),
}


def latest(items: list[int]) -> dict[int, int]:
    return {item: place for place, item in enumerate(items, start=1)}


def shares(similarities: dict[int, float], k: int) -> dict[int, Fraction]:
    """How much of each session is among the k most similar ones, if a random order decides among equals."""
    taken = {}
    for session, own in similarities.items():
        better = sum(other > own for other in similarities.values())
        level = sum(other == own for other in similarities.values())
        taken[session] = min(Fraction(1), max(Fraction(0), Fraction(k - better, level)))
    return taken


def literal_scores(model: VSKNN, train: Sequences, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
    sessions = [train.items[a:b].tolist() for a, b in zip(train.offsets, train.offsets[1:], strict=False)]
    ends = [train.times[b - 1] for b in train.offsets[1:]]
    scores = np.zeros((len(histories), train.n_items + 1))
    for row, (user, padded) in enumerate(zip(users, histories, strict=True)):
        history = [item for item in padded.tolist() if item != 0]
        places = latest(history)
        others = [n for n in range(train.n_users) if n != user and set(sessions[n]) & set(history)]
        if model.sample_size is not None:
            others = [n for n in others if sum(ends[m] > ends[n] for m in others) < model.sample_size]
        similarities = {
            n: float(
                np.float32(
                    sum(
                        WEIGHTS[model.decay](place, len(history))
                        for item, place in places.items()
                        if item in sessions[n]
                    )
                )
            )
            for n in others
        }
        for n, share in shares(similarities, model.n_neighbours).items():
            last_common = max(place for item, place in places.items() if item in sessions[n])
            strength = similarities[n] * float(share) * WEIGHTS[model.match_decay](last_common, len(history))
            for item in set(sessions[n]):
                support = sum(item in session for session in sessions)
                scores[row, item] += strength * (1 + model.idf_weight * math.log(train.n_users / support))
    return scores


@pytest.mark.parametrize("n_neighbours", [1, 7, 500])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"sample_size": 9},
        {"decay": "quadratic", "match_decay": "linear"},
        {"decay": "none", "idf_weight": 2.0},
        {"decay": "reciprocal", "match_decay": "reciprocal", "idf_weight": 0.5, "sample_size": 20},
    ],
    ids=str,
)
def test_scores_equal_a_literal_computation(
    uneven: Sequences, histories: np.ndarray, context: FitContext, n_neighbours: int, settings: dict[str, object]
) -> None:
    model = VSKNN(n_neighbours=n_neighbours, **settings)  # type: ignore[arg-type]
    model.fit(uneven, context)
    users = np.array([3, 0, 39, 17, 8])
    expected = literal_scores(model, uneven, users, histories)
    np.testing.assert_allclose(model.score(users, histories), expected, rtol=1e-6, atol=1e-12)
    assert (expected[0] == 0).all() and (expected[1:].max(axis=1) > 0).all()


def test_hand_worked_neighbours(context: FitContext) -> None:
    # Of the history 1, 2, user 1 has both (1/2 + 1), users 2 and 3 the latter (1), and user 4 the former (1/2). Two
    # neighbours: user 1, and half of each of the users that are level.
    train = Sequences(
        np.array([1, 2, 1, 2, 3, 2, 4, 5, 2, 1, 6], dtype=np.int32), np.arange(11), np.array([0, 2, 5, 7, 9, 11]), 6
    )
    model = VSKNN(n_neighbours=2)
    model.fit(train, context)
    scores = model.score(np.array([0]), np.array([[0, 1, 2]]))
    np.testing.assert_allclose(scores, [[0, 1.5, 2.5, 1.5, 0.5, 0.5, 0]])


def test_no_order_of_the_users_matters(uneven: Sequences, histories: np.ndarray, context: FitContext) -> None:
    order = np.random.default_rng(1).permutation(uneven.n_users)
    lengths = uneven.lengths[order]
    pieces = [np.arange(uneven.offsets[user], uneven.offsets[user + 1]) for user in order]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.concatenate(pieces)
    shuffled = Sequences(uneven.items[places], uneven.times[places], offsets, uneven.n_items)
    users = np.array([3, 0, 39, 17, 8])
    model = VSKNN(n_neighbours=5, sample_size=12)
    model.fit(uneven, context)
    expected = model.score(users, histories)
    model.fit(shuffled, context)
    np.testing.assert_allclose(model.score(np.argsort(order)[users], histories), expected, rtol=1e-6)


def test_sessions_that_ended_together_are_in_the_sample_together(context: FitContext) -> None:
    items = np.array([1, 1, 2, 1, 3, 1, 4], dtype=np.int32)
    train = Sequences(items, np.array([0, 5, 5, 5, 5, 0, 4]), np.array([0, 1, 3, 5, 7]), 4)
    model = VSKNN(sample_size=1)
    model.fit(train, context)
    np.testing.assert_allclose(model.score(np.array([0]), np.array([[1]])), [[0, 2, 1, 1, 0]])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"n_neighbours": 0}, r"v-sknn.n_neighbours is 0"),
        ({"sample_size": 0}, r"v-sknn.sample_size is 0"),
        ({"history_length": 0}, r"v-sknn.history_length is 0"),
        ({"idf_weight": -1.0}, r"v-sknn.idf_weight is -1.0"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings: dict[str, float], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        VSKNN(**settings)  # type: ignore[arg-type]


def test_a_state_of_other_data_is_refused(uneven: Sequences, context: FitContext) -> None:
    model = VSKNN()
    model.fit(uneven, context)
    with pytest.raises(
        InputError, match=r"not those of this model on these data, 'idf' of the shape \(15,\): restore what"
    ):
        model.restore(uneven, {"idf": np.zeros(14)})
    with pytest.raises(InputError, match=r"'idf' of the shape"):
        model.restore(uneven, {**model.state(), "more": np.zeros(1)})
