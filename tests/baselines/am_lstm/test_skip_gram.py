from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from gensim import models
from gensim.models import Word2Vec
from scipy.stats import chisquare

from seqrec_baselines.am_lstm import skip_gram
from seqrec_baselines.am_lstm.skip_gram import (
    SkipGramSettings,
    cold_item_sentences,
    item_vectors,
    tag_vectors,
    user_vectors,
)
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import Float32Array, ItemTags, Sequences

SETTINGS = SkipGramSettings(window=2, epochs=2, exponent=0.75)
Vectors = Callable[..., Float32Array]


def sequences(rows: list[list[tuple[int, int]]], n_items: int, tags: list[str] | None = None) -> Sequences:
    """Each user's (item, time) pairs; the tags of the items 1..n_items are letters."""
    flat = [pair for row in rows for pair in row]
    return Sequences(
        items=np.array([item for item, _ in flat], dtype=np.int32),
        times=np.array([time for _, time in flat]),
        offsets=np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64),
        n_items=n_items,
        tags=item_tags(tags) if tags is not None else None,
    )


def item_tags(letters: list[str]) -> ItemTags:
    names = tuple(sorted(set("".join(letters))))
    return ItemTags(
        names=names,
        ids=np.array([names.index(letter) for item in letters for letter in sorted(item)], dtype=np.int32),
        offsets=np.concatenate([[0, 0], np.cumsum([len(item) for item in letters])]).astype(np.int64),
    )


FOUR_USERS = [[(3, 10), (1, 30)], [(1, 5), (3, 20), (2, 40)], [(2, 1)], [(3, 10), (2, 50)]]
COLD = sequences(FOUR_USERS, n_items=6, tags=["ab", "b", "ac", "abc", "d", ""])
"""Items 4, 5 and 6 are cold: 4 is like 1, 2 and 3, nobody has 5's tag, and 6 has none."""


@pytest.fixture
def corpora(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[list[str]], dict[str, Any]]]:
    """Every corpus that is given to gensim, and the settings given with it."""
    seen: list[tuple[list[list[str]], dict[str, Any]]] = []

    def record(sentences: list[list[str]], **settings: Any) -> Any:
        seen.append((sentences, settings))
        return Word2Vec(sentences, **settings)

    monkeypatch.setattr(models, "Word2Vec", record)
    return seen


def test_items_are_learned_from_the_users_sequences(corpora: list[Any]) -> None:
    item_vectors(sequences(FOUR_USERS, n_items=4), 3, SETTINGS, seed=0)
    assert corpora[0][0] == [["3", "1"], ["1", "3", "2"], ["2"], ["3", "2"]]


def test_users_are_learned_from_the_items_users_in_time_order(corpora: list[Any]) -> None:
    user_vectors(sequences(FOUR_USERS, n_items=4), 3, SETTINGS, seed=0)
    assert corpora[0][0] == [["1", "0"], ["2", "1", "3"], ["0", "3", "1"]]


def test_it_is_skip_gram_of_every_token_with_these_settings(corpora: list[Any]) -> None:
    item_vectors(sequences(FOUR_USERS, n_items=4), 3, SkipGramSettings(window=4, epochs=7, exponent=-0.5), seed=0)
    settings = corpora[0][1]
    assert (settings["sg"], settings["min_count"], settings["workers"]) == (1, 1, 1)
    assert (settings["window"], settings["epochs"], settings["ns_exponent"]) == (4, 7, -0.5)
    assert settings["vector_size"] == 3


@pytest.mark.parametrize(("vectors", "of"), [(item_vectors, "items"), (user_vectors, "users")])
def test_passes_are_told_of_where_vectors_are_trained(vectors: Vectors, of: str) -> None:
    told: list[str] = []
    vectors(sequences(FOUR_USERS, n_items=4), 3, SETTINGS, 0, told.append)
    assert told == [f"skip-gram of {of} at width 3, {n_done} of 2 passes" for n_done in range(3)]
    vectors(sequences(FOUR_USERS, n_items=4), 3, SETTINGS, 0, told.append)  # from the cache
    assert len(told) == 3


def test_a_long_sequence_is_cut_so_that_nothing_is_dropped(corpora: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skip_gram, "_LONGEST_SENTENCE", 2)
    item_vectors(sequences(FOUR_USERS, n_items=4), 3, SETTINGS, seed=0)
    assert corpora[0][0] == [["3", "1"], ["1", "3"], ["2"], ["2"], ["3", "2"]]


@pytest.mark.parametrize("vectors", [item_vectors, user_vectors])
def test_equal_for_equal_seeds_only(vectors: Vectors) -> None:
    train = synthetic_sequences(n_users=30, n_items=12, length=8, order=0.5, seed=0)
    first, again, other = (vectors(train, 5, SETTINGS, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_shapes() -> None:
    items, users = item_vectors(COLD, 5, SETTINGS, seed=0), user_vectors(COLD, 5, SETTINGS, seed=0)
    assert (items.shape, users.shape) == ((7, 5), (4, 5))
    assert items.dtype == users.dtype == np.float32


def test_items_of_the_same_users_come_to_lie_together() -> None:
    rng = np.random.default_rng(0)
    halves = [range(1, 7), range(7, 13)]
    rows = [[(int(item), place) for place, item in enumerate(rng.permutation(halves[user % 2]))] for user in range(60)]
    vectors = item_vectors(sequences(rows, n_items=12), 6, SkipGramSettings(5, 30, 0.75), seed=0)[1:]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    within = cosines[:6, :6][~np.eye(6, dtype=bool)]
    assert within.mean() > cosines[:6, 6:].mean() + 0.3


def test_without_tags_a_cold_item_gets_the_mean_vector() -> None:
    vectors = item_vectors(sequences(FOUR_USERS, n_items=5), 3, SETTINGS, seed=0)
    np.testing.assert_array_equal(vectors[0], 0)
    for cold in (4, 5):
        np.testing.assert_allclose(vectors[cold], vectors[1:4].mean(axis=0), rtol=1e-5)


def test_a_user_without_interactions_gets_the_mean_vector() -> None:
    train = sequences([*FOUR_USERS[:2], [], *FOUR_USERS[2:]], n_items=3)
    vectors = user_vectors(train, 3, SETTINGS, seed=0)
    np.testing.assert_allclose(vectors[2], vectors[[0, 1, 3, 4]].mean(axis=0), rtol=1e-5)


def test_a_cold_item_gets_a_vector_of_its_own_through_its_tags() -> None:
    vectors = item_vectors(COLD, 3, SETTINGS, seed=0)
    mean = vectors[1:5].mean(axis=0)
    assert not np.allclose(vectors[4], mean)
    for without_similar_items in (5, 6):
        np.testing.assert_allclose(vectors[without_similar_items], mean, rtol=1e-5)


def test_tag_vectors() -> None:
    expected = [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    assert COLD.tags is not None
    assert tag_vectors(COLD.tags).tolist() == expected


def test_similar_items_are_drawn_by_equation_1() -> None:
    window = 2_000
    sentences = cold_item_sentences(COLD, window, np.random.default_rng(0))
    # e_4 = (a, b, c): item 1 (ab) has 2 users, item 2 (b) and item 3 (ac) have 3 each
    similarities = np.array([2 * np.sqrt(2), 1 * np.sqrt(3), 2 * np.sqrt(3)])
    drawn = np.concatenate([np.delete(sentence, window) for sentence in sentences])
    counts = np.bincount(drawn, minlength=5)
    assert counts.tolist() == [0, *counts[1:4], 0]
    assert chisquare(counts[1:4], len(drawn) * similarities / similarities.sum()).pvalue > 0.001


def test_cold_items_stand_amid_as_many_sequences_as_a_median_item_has_users() -> None:
    sentences = cold_item_sentences(COLD, 2, np.random.default_rng(0))
    assert [sentence[2] for sentence in sentences] == [4, 4, 4]  # the others have 2, 3 and 3 users
    assert {len(sentence) for sentence in sentences} == {5}


def test_the_sequences_of_cold_items_are_learned_from_too(corpora: list[Any]) -> None:
    item_vectors(COLD, 3, SETTINGS, seed=9)
    expected = cold_item_sentences(COLD, SETTINGS.window, np.random.default_rng(9))
    assert corpora[0][0][4:] == [[str(item) for item in sentence] for sentence in expected]
