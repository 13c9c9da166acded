import numpy as np
import pytest

from seqrec_baselines.markov_chain import MarkovChain, transition_counts
from seqrec_bench.recommender import FitContext, Sequences


def literal_transitions(train: Sequences, distance: int) -> np.ndarray:
    counts = np.zeros((train.n_items + 1, train.n_items + 1))
    for user in range(train.n_users):
        sequence = train.items[train.offsets[user] : train.offsets[user + 1]]
        for place in range(len(sequence) - distance):
            counts[sequence[place], sequence[place + distance]] += 1
    return counts


@pytest.mark.parametrize("distance", [1, 2, 7, 19, 20, 10_000])
def test_transitions_are_counted_within_users(uneven: Sequences, distance: int) -> None:
    counted = transition_counts(uneven, distance).toarray()
    np.testing.assert_array_equal(counted, literal_transitions(uneven, distance))


def test_items_are_ordered_by_transitions_then_popularity(
    uneven: Sequences, histories: np.ndarray, context: FitContext
) -> None:
    model = MarkovChain()
    model.fit(uneven, context)
    scores = model.score(np.arange(len(histories)), histories[:, -1:])
    transitions, popularity = literal_transitions(uneven, 1), np.bincount(uneven.items, minlength=15)
    for row, last in enumerate(histories[:, -1]):
        for a in range(1, 15):
            for b in range(1, 15):
                above = (transitions[last, a], popularity[a]) > (transitions[last, b], popularity[b])
                assert (scores[row, a] > scores[row, b]) == above


def test_without_a_history_popularity_decides(uneven: Sequences, context: FitContext) -> None:
    model = MarkovChain()
    model.fit(uneven, context)
    scores = model.score(np.array([0]), np.array([[0]]))[0]
    np.testing.assert_array_equal(np.argsort(scores, kind="stable"), np.argsort(uneven.item_counts, kind="stable"))


def test_popularity_still_breaks_ties_between_large_counts(context: FitContext) -> None:
    n_pairs = 20_000
    pairs = np.tile([1, 2, 1, 3], n_pairs)
    train = Sequences(
        items=np.append(pairs, 3).astype(np.int32),
        times=np.arange(4 * n_pairs + 1),
        offsets=np.append(np.arange(0, 4 * n_pairs + 1, 2), 4 * n_pairs + 1),
        n_items=3,
    )
    model = MarkovChain()
    model.fit(train, context)
    scores = model.score(np.array([0]), np.array([[1]]))[0]
    assert n_pairs <= scores[2] < scores[3] < n_pairs + 1
