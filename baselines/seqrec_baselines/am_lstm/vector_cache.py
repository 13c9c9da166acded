"""Vectors that were once trained, kept in the cache: they depend on the corpus, the settings and the seed alone."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.cache import cache_folder, remove_abandoned
from seqrec_bench.recommender import Float32Array


def cached_vectors(
    recipe: Mapping[str, Any], sentences: Sequence[npt.NDArray[Any]], train: Callable[[], Float32Array]
) -> Float32Array:
    """Returns what `train` returned for the same recipe and sentences before, or else calls and keeps it.

    A cache that can't be read or written is done without: it saves time, and nothing else may depend on it.

    Args:
        recipe: All that decides the vectors beside the sentences, in plain values.
        sentences: The corpus.
    """
    path = cache_folder() / "skip-gram" / f"{_digest(recipe, sentences)}.npy"
    try:
        vectors: Float32Array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # not there, not readable, or not whole
        vectors = train()
        _keep(path, vectors)
    return vectors


def _digest(recipe: Mapping[str, Any], sentences: Sequence[npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode())
    lengths = [len(sentence) for sentence in sentences]
    for array in (np.array(lengths), *sentences):
        digest.update(array.astype("<i8").tobytes())
    return digest.hexdigest()


def _keep(path: Path, vectors: Float32Array) -> None:
    """Writes the file whole or not at all: another process may read it at any time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(path.parent)
        with tempfile.TemporaryDirectory(dir=path.parent) as temporary:
            np.save(unfinished := Path(temporary) / path.name, vectors)
            unfinished.replace(path)
    except OSError:
        return
