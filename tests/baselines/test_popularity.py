import numpy as np

from seqrec_baselines.popularity import Popularity
from seqrec_bench.recommender import FitContext, Sequences


def test_scores_are_counts_of_training_interactions(uneven: Sequences, context: FitContext) -> None:
    model = Popularity()
    model.fit(uneven, context)
    scores = model.score(np.array([0, 1, 2]), np.array([[0], [3], [12]]))
    items = uneven.items.tolist()
    assert scores.tolist() == [[items.count(item) for item in range(15)]] * 3


def test_equally_popular_items_stay_tied(context: FitContext) -> None:
    model = Popularity()
    train = Sequences(np.array([3, 1, 2, 1], dtype=np.int32), np.arange(4), np.array([0, 4]), n_items=4)
    model.fit(train, context)
    assert model.score(np.array([0]), np.array([[1]])).tolist() == [[0, 2, 1, 1, 0]]
