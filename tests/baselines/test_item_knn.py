import numpy as np
import pytest

from seqrec_baselines import item_knn
from seqrec_baselines.item_knn import ItemKNN
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Sequences


def literal_similarities(train: Sequences, shrink: float) -> np.ndarray:
    users = [set(train.users[train.items == item].tolist()) for item in range(train.n_items + 1)]
    similarities = np.zeros((len(users), len(users)))
    for a in range(len(users)):
        for b in range(len(users)):
            if a != b and users[a] & users[b]:
                size = np.sqrt(len(users[a]) * len(users[b]))
                similarities[a, b] = len(users[a] & users[b]) / (size + shrink)
    return similarities


def literal_scores(train: Sequences, histories: np.ndarray, n_neighbours: int, shrink: float) -> np.ndarray:
    similarities = literal_similarities(train, shrink)
    scores = np.zeros((len(histories), train.n_items + 1))
    for item in range(train.n_items + 1):
        ranked = sorted(range(train.n_items + 1), key=lambda other: (-similarities[item, other], other))
        neighbours = set(ranked[:n_neighbours])
        for user, history in enumerate(histories):
            scores[user, item] = sum(similarities[item, other] for other in set(history.tolist()) & neighbours)
    return scores


@pytest.mark.parametrize("n_neighbours", [1, 4, 50])
@pytest.mark.parametrize("shrink", [0.0, 10.0])
@pytest.mark.parametrize("block", [1, 4, 1024])
def test_scores_equal_a_literal_computation(
    uneven: Sequences,
    histories: np.ndarray,
    context: FitContext,
    monkeypatch: pytest.MonkeyPatch,
    n_neighbours: int,
    shrink: float,
    block: int,
) -> None:
    monkeypatch.setattr(item_knn, "BLOCK", block)
    model = ItemKNN(n_neighbours=n_neighbours, shrink=shrink)
    model.fit(uneven, context)
    scores = model.score(np.arange(len(histories)), histories)
    np.testing.assert_allclose(scores, literal_scores(uneven, histories, n_neighbours, shrink), rtol=1e-6)


def test_a_history_is_a_set(uneven: Sequences, context: FitContext) -> None:
    model = ItemKNN()
    model.fit(uneven, context)
    scores = model.score(np.zeros(3, dtype=np.int64), np.array([[0, 5, 9], [0, 9, 5], [9, 5, 9]]))
    np.testing.assert_array_equal(scores, scores[[0, 0, 0]])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"n_neighbours": 0}, r"item-knn.n_neighbours is 0"),
        ({"shrink": -1.0}, r"item-knn.shrink is -1.0"),
        ({"history_length": 0}, r"item-knn.history_length is 0"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings: dict[str, float], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        ItemKNN(**settings)
