"""Kept vectors: the same as trained ones, found by all that decides them, and never in the way."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_baselines.am_lstm.skip_gram import SkipGramSettings, item_vectors, user_vectors
from seqrec_baselines.am_lstm.vector_cache import cached_vectors
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import Float32Array

SETTINGS = SkipGramSettings(window=2, epochs=2, exponent=0.75)
TRAIN = synthetic_sequences(n_users=30, n_items=12, length=8, order=0.5, seed=0)
SENTENCES = [np.array([1, 2]), np.array([3])]
VECTORS = np.arange(6, dtype=np.float32).reshape(3, 2)


class Training:
    """Stands in for a training and counts how often it took place."""

    def __init__(self, vectors: Float32Array = VECTORS) -> None:
        self.vectors, self.count = vectors, 0

    def __call__(self) -> Float32Array:
        self.count += 1
        return self.vectors


def test_vectors_are_trained_once_and_are_the_same_the_second_time() -> None:
    training = Training()
    first, second = (cached_vectors({"seed": 1}, SENTENCES, training) for _ in range(2))
    assert training.count == 1
    assert first.dtype == second.dtype == np.float32
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("recipe", "sentences"),
    [
        ({"seed": 2}, SENTENCES),
        ({"seed": 1, "window": 3}, SENTENCES),
        ({"seed": 1}, [np.array([1, 2]), np.array([4])]),
        ({"seed": 1}, [np.array([1]), np.array([2, 3])]),
        ({"seed": 1}, [np.array([1, 2, 3])]),
    ],
    ids=["another seed", "another setting", "another token", "cut elsewhere", "not cut"],
)
def test_whatever_decides_the_vectors_decides_which_are_found(recipe: dict[str, Any], sentences: list[Any]) -> None:
    cached_vectors({"seed": 1}, SENTENCES, Training())
    training = Training()
    cached_vectors(recipe, sentences, training)
    assert training.count == 1


def test_skip_gram_finds_what_it_trained(empty_vector_cache: Path) -> None:
    first = item_vectors(TRAIN, 5, SETTINGS, seed=0)
    (file,) = empty_vector_cache.iterdir()
    np.testing.assert_array_equal(np.load(file)[1:], first[1:])
    np.save(file, np.load(file) + 1)  # what comes now can only come from there
    np.testing.assert_array_equal(item_vectors(TRAIN, 5, SETTINGS, seed=0)[1:], first[1:] + 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: item_vectors(TRAIN, 5, SETTINGS, seed=1),
        lambda: item_vectors(TRAIN, 4, SETTINGS, seed=0),
        lambda: item_vectors(TRAIN, 5, replace(SETTINGS, window=3), seed=0),
        lambda: item_vectors(TRAIN, 5, replace(SETTINGS, epochs=3), seed=0),
        lambda: item_vectors(TRAIN, 5, replace(SETTINGS, exponent=0.5), seed=0),
        lambda: user_vectors(TRAIN, 5, SETTINGS, seed=0),
    ],
    ids=["seed", "dimension", "window", "epochs", "exponent", "users"],
)
def test_skip_gram_by_anything_else_is_another_file(make: Callable[[], Float32Array], empty_vector_cache: Path) -> None:
    item_vectors(TRAIN, 5, SETTINGS, seed=0)
    make()
    assert len(list(empty_vector_cache.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array at all"])
def test_a_damaged_file_is_trained_again_and_replaced(content: bytes, empty_vector_cache: Path) -> None:
    cached_vectors({}, SENTENCES, Training())
    (file,) = empty_vector_cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(content)
    np.testing.assert_array_equal(cached_vectors({}, SENTENCES, Training()), VECTORS)
    assert file.read_bytes() == whole


def test_half_a_file_is_trained_again(empty_vector_cache: Path) -> None:
    cached_vectors({}, SENTENCES, Training())
    (file,) = empty_vector_cache.iterdir()
    file.write_bytes(file.read_bytes()[:-4])
    training = Training()
    cached_vectors({}, SENTENCES, training)
    assert training.count == 1


def test_a_cache_that_can_not_be_written_is_done_without(empty_vector_cache: Path) -> None:
    empty_vector_cache.parent.mkdir()
    empty_vector_cache.write_text("a file where the folder should be")
    np.testing.assert_array_equal(cached_vectors({}, SENTENCES, Training()), VECTORS)


def test_nothing_but_whole_files_stays_behind(empty_vector_cache: Path) -> None:
    (empty_vector_cache / "tmp-of-a-process-that-was-killed").mkdir(parents=True)
    os.utime(empty_vector_cache / "tmp-of-a-process-that-was-killed", (0, 0))
    cached_vectors({}, SENTENCES, Training())
    assert [path.suffix for path in empty_vector_cache.iterdir()] == [".npy"]
