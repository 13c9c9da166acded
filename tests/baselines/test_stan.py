import math
from fractions import Fraction

import numpy as np
import pytest

from seqrec_baselines.stan import STAN
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Sequences


def latest(items: list[int]) -> dict[int, int]:
    return {item: place for place, item in enumerate(items, start=1)}


def literal_scores(model: STAN, train: Sequences, users: np.ndarray, histories: np.ndarray) -> np.ndarray:
    sessions = [train.items[a:b].tolist() for a, b in zip(train.offsets, train.offsets[1:], strict=False)]
    ends = [train.times[b - 1] for b in train.offsets[1:]]
    scores = np.zeros((len(histories), train.n_items + 1))
    for row, (user, padded) in enumerate(zip(users, histories, strict=True)):
        history = [item for item in padded.tolist() if item != 0]
        places = latest(history)
        similarities = {}
        for n in set(range(train.n_users)) - {user}:
            common = set(history) & set(sessions[n])
            product = sum(math.exp((places[item] - len(history)) / model.history_decay) for item in common)
            cosine = product / math.sqrt(max(len(places), 1) * len(set(sessions[n])))
            later = sum(end > ends[n] for end in ends) / train.n_users
            recency = 1.0 if model.recency_decay is None else math.exp(-later / model.recency_decay)
            if common:
                similarities[n] = float(np.float32(cosine * recency))
        for n, own in similarities.items():
            better = sum(other > own for other in similarities.values())
            level = sum(other == own for other in similarities.values())
            share = min(Fraction(1), max(Fraction(0), Fraction(model.n_neighbours - better, level)))
            there = latest(sessions[n])
            centre = there[max(set(history) & set(sessions[n]), key=places.__getitem__)]
            for item, place in there.items():
                scores[row, item] += float(share) * own * math.exp(-abs(place - centre) / model.distance_decay)
    return scores


@pytest.mark.parametrize("n_neighbours", [1, 7, 500])
@pytest.mark.parametrize(
    "settings",
    [{}, {"history_decay": 1.0, "recency_decay": 0.3}, {"distance_decay": 0.7}],
    ids=str,
)
def test_scores_equal_a_literal_computation(
    uneven: Sequences, histories: np.ndarray, context: FitContext, n_neighbours: int, settings: dict[str, float]
) -> None:
    model = STAN(n_neighbours=n_neighbours, **settings)  # type: ignore[arg-type]
    model.fit(uneven, context)
    users = np.array([3, 0, 39, 17, 8])
    expected = literal_scores(model, uneven, users, histories)
    np.testing.assert_allclose(model.score(users, histories), expected, rtol=1e-5, atol=1e-12)
    assert (expected[0] == 0).all() and (expected[1:].max(axis=1) > 0).all()


def test_the_latest_item_of_the_history_is_the_centre_and_not_the_latest_of_the_neighbour(context: FitContext) -> None:
    # The history is 1, 2, and the neighbour 2, 3, 4, 1: what stands beside 2 counts most, and 4, beside 1, less.
    train = Sequences(np.array([1, 2, 2, 3, 4, 1], dtype=np.int32), np.arange(6), np.array([0, 2, 6]), n_items=4)
    model = STAN(history_decay=1.0, distance_decay=1.0)
    model.fit(train, context)
    similarity = (1 + math.exp(-1)) / math.sqrt(8)
    scores = model.score(np.array([0]), np.array([[1, 2]]))
    expected = similarity * np.exp([-3.0, 0.0, -1.0, -2.0])
    np.testing.assert_allclose(scores[0, 1:], expected, rtol=1e-6)


def test_recency_asks_for_the_order_of_the_times_alone(
    uneven: Sequences, histories: np.ndarray, context: FitContext
) -> None:
    users = np.arange(len(histories))
    model = STAN(recency_decay=0.5)
    model.fit(uneven, context)
    expected = model.score(users, histories)
    model.fit(Sequences(uneven.items, uneven.times**2 / 7, uneven.offsets, uneven.n_items), context)
    np.testing.assert_array_equal(model.score(users, histories), expected)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"n_neighbours": 0}, r"stan.n_neighbours is 0"),
        ({"history_length": 0}, r"stan.history_length is 0"),
        ({"history_decay": 0.0}, r"stan.history_decay is 0.0"),
        ({"recency_decay": -1.0}, r"stan.recency_decay is -1.0"),
        ({"distance_decay": 0.0}, r"stan.distance_decay is 0.0"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings: dict[str, float], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        STAN(**settings)  # type: ignore[arg-type]


def test_a_state_of_other_data_is_refused(uneven: Sequences, context: FitContext) -> None:
    model = STAN()
    model.fit(uneven, context)
    with pytest.raises(
        InputError, match=r"not those of this model on these data, 'factors' of the shape \(40,\): restore what"
    ):
        model.restore(uneven, {"factors": np.zeros(41)})
