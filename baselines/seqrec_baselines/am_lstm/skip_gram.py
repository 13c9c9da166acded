"""Starting vectors by skip-gram: items from users' item sequences (item2vec), users from items' user sequences.

The paper's equation (1) gives vectors to cold items, which no training sequence holds: items with similar tags are
drawn and placed around the cold item in extra sequences.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import numpy.typing as npt

from seqrec_baselines.am_lstm.vector_cache import cached_vectors
from seqrec_bench.recommender import Float32Array, Int64Array, ItemTags, Sequences

logging.getLogger("gensim").setLevel(logging.ERROR)

NEGATIVES = 5
"""Of each pair of tokens."""
SUBSAMPLING = 1e-3
"""Tokens that are more frequent than this are dropped now and then."""
FIRST_RATE, LAST_RATE = 0.025, 0.0001
"""The learning rate falls linearly from the one to the other."""

_LONGEST_SENTENCE = 10_000
"""gensim silently drops what goes beyond this."""


@dataclass(frozen=True)
class SkipGramSettings:
    window: int
    epochs: int
    exponent: float
    """Negatives are drawn by frequency to this power."""


Say = Callable[[str], None]


def _unheard(what: str) -> None:
    """Says it to nobody."""


Tokens = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def item_vectors(
    train: Sequences, dimension: int, settings: SkipGramSettings, seed: int, say: Say = _unheard
) -> Float32Array:
    """item2vec, cold items included; (n_items + 1, dimension), the padding item's row is 0.

    Where there are no tags to place a cold item by, it gets the mean of the other items' vectors.

    Args:
        say: Told in words how many passes over the sentences are done.
    """
    cold = cold_item_sentences(train, settings.window, np.random.default_rng(seed))
    sentences: list[Tokens] = [*np.split(train.items, train.offsets[1:-1]), *cold]
    vectors = _skip_gram("items", sentences, train.n_items + 1, dimension, settings, seed, say)
    vectors[0] = 0
    return vectors


def user_vectors(
    train: Sequences, dimension: int, settings: SkipGramSettings, seed: int, say: Say = _unheard
) -> Float32Array:
    """user2vec: each item's users in time order are a sequence; (n_users, dimension).

    A user without a training interaction gets the mean of the other users' vectors.

    Args:
        say: As for `item_vectors`.
    """
    by_item = np.lexsort((train.times, train.items))  # stable: equal times stay in user order
    ends = np.cumsum(train.item_counts)
    sentences = np.split(train.users[by_item], ends[:-1])
    return _skip_gram("users", sentences, train.n_users, dimension, settings, seed, say)


def cold_item_sentences(train: Sequences, window: int, rng: np.random.Generator) -> list[Int64Array]:
    """Sequences that place each cold item among similar ones, as in equation (1) of the paper.

    The similarity of a cold item i to an item j is e_i . e_j * sqrt(h_j), with e the tag vectors and h_j the number of
    users of j. As many sequences are made for an item as a median item has users, each with `window` similar items,
    drawn by that similarity, before it and `window` after it.
    """
    if train.tags is None:
        return []
    n_users = np.bincount(train.pairs % (train.n_items + 1), minlength=train.n_items + 1)  # h
    tags = tag_vectors(train.tags)
    n_sentences = int(np.median(n_users[n_users > 0]))
    sentences: list[Int64Array] = []
    for item in np.flatnonzero(n_users[1:] == 0) + 1:
        similarity = (tags @ tags[item]) * np.sqrt(n_users)  # (n_items + 1,)
        if similarity.sum() > 0:
            drawn = rng.choice(len(n_users), (n_sentences, 2 * window), p=similarity / similarity.sum())
            sentences += list(np.insert(drawn, window, item, axis=1))
    return sentences


def tag_vectors(tags: ItemTags) -> Float32Array:
    """(n_items + 1, n_tags): 1 where the item has the tag."""
    vectors = np.zeros((len(tags.offsets) - 1, len(tags.names)), dtype=np.float32)
    vectors[np.repeat(np.arange(len(vectors)), np.diff(tags.offsets)), tags.ids] = 1
    return vectors


def _skip_gram(
    of: str,
    sentences: Iterable[Tokens],
    n_tokens: int,
    dimension: int,
    settings: SkipGramSettings,
    seed: int,
    say: Say,
) -> Float32Array:
    """Input vectors of the tokens 0..n_tokens - 1 by skip-gram with negative sampling; bit-equal for equal seeds."""
    pieces = [sentence[i : i + _LONGEST_SENTENCE] for sentence in sentences for i in _starts(sentence)]
    arguments = {
        "vector_size": dimension,
        "window": settings.window,
        "epochs": settings.epochs,
        "ns_exponent": settings.exponent,
        "sg": 1,
        "negative": NEGATIVES,
        "sample": SUBSAMPLING,
        "alpha": FIRST_RATE,
        "min_alpha": LAST_RATE,
        "min_count": 1,
        "workers": 1,
        "seed": seed + 1,
    }
    versions = {package: version(package) for package in ("gensim", "numpy", "scipy")}  # scipy for gensim's BLAS
    recipe = {**versions, "n_tokens": n_tokens, **arguments}

    def say_passes(n_done: int) -> None:
        say(f"skip-gram of {of} at width {dimension}, {n_done} of {settings.epochs} passes")

    return cached_vectors(recipe, pieces, lambda: _trained(pieces, n_tokens, arguments, say_passes))


def _trained(
    pieces: Sequence[Tokens], n_tokens: int, arguments: Mapping[str, float], say_passes: Callable[[int], None]
) -> Float32Array:
    """The vectors of all tokens; one that is in no piece gets the mean of the others'."""
    from gensim.models import Word2Vec  # here, since its import takes a second, and vectors may be in the cache
    from gensim.models.callbacks import CallbackAny2Vec

    class Passes(CallbackAny2Vec):  # type: ignore[misc]
        """Tells of each pass once it is done."""

        n_done = 0

        def on_epoch_end(self, model: Word2Vec) -> None:
            self.n_done += 1
            say_passes(self.n_done)

    say_passes(0)
    words = [[str(token) for token in piece.tolist()] for piece in pieces]
    model = Word2Vec(words, callbacks=[Passes()], **arguments)
    known = np.array([int(token) for token in model.wv.index_to_key])
    vectors = np.empty((n_tokens, model.vector_size), dtype=np.float32)
    vectors[:] = model.wv.vectors.mean(axis=0)
    vectors[known] = model.wv.vectors
    return vectors


def _starts(sentence: Tokens) -> range:
    return range(0, len(sentence), _LONGEST_SENTENCE)
