import numpy as np
import pytest

from seqrec_baselines.sequential_rules import SequentialRules
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Sequences


def literal_scores(train: Sequences, histories: np.ndarray, window: int) -> np.ndarray:
    rules = np.zeros((train.n_items + 1, train.n_items + 1))
    for user in range(train.n_users):
        sequence = train.items[train.offsets[user] : train.offsets[user + 1]]
        for later in range(len(sequence)):
            for distance in range(1, min(window, later) + 1):
                rules[sequence[later - distance], sequence[later]] += 1 / distance
    for row in rules:
        row /= max(row.sum(), 1e-9)
    scores = np.zeros((len(histories), train.n_items + 1))
    for user, history in enumerate(histories):
        for distance, item in enumerate(history[::-1], start=1):
            if item != 0:
                scores[user] += rules[item] / distance
    return scores


@pytest.mark.parametrize("window", [1, 3, 10])
def test_scores_equal_a_literal_computation(
    uneven: Sequences, histories: np.ndarray, context: FitContext, window: int
) -> None:
    model = SequentialRules(window=window)
    model.fit(uneven, context)
    given = histories[:, -window:]
    scores = model.score(np.arange(len(given)), given)
    np.testing.assert_allclose(scores, literal_scores(uneven, given, window), rtol=1e-6)


def test_hand_worked_rules(context: FitContext) -> None:
    # 1 -> 2 at distance 1 and 1 -> 3 at distance 2 weigh 1 and 1/2, so their rules are 2/3 and 1/3; 2 -> 3 is 1.
    train = Sequences(np.array([1, 2, 3], dtype=np.int32), np.arange(3), np.array([0, 3]), n_items=3)
    model = SequentialRules()
    model.fit(train, context)
    scores = model.score(np.array([0]), np.array([[1, 2]]))
    np.testing.assert_allclose(scores, [[0, 0, 1 / 3, 1 + 1 / 6]], rtol=1e-6)


def test_a_window_without_places_is_refused() -> None:
    with pytest.raises(InputError, match=r"sequential-rules.window is 0"):
        SequentialRules(window=0)
