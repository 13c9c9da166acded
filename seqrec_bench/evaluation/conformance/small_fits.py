"""Small fits on synthetic data: what the checks, and the tests of a model, are made of.

All data is built anew on every call, so that a recommender that spoils its inputs can't spoil another's fit.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.split import Split, leave_one_out
from seqrec_bench.errors import InputError, ScoreError
from seqrec_bench.evaluation.conformance.unsound_scores import usual_cause
from seqrec_bench.evaluation.metrics import metric, validation_figures
from seqrec_bench.evaluation.ranking import latest_items, rank_targets
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import (
    Checkpoint,
    Epoch,
    FitContext,
    Float32Array,
    Int64Array,
    ItemTags,
    Recommender,
    Sequences,
)
from seqrec_bench.records.weights import decode_weights, encode_weights

Factory = Callable[[], Recommender]
Check = Callable[[Factory], None]
"""Raises `ConformanceError` if a fact does not hold of what the factory makes."""

SEED = 7

SHARED_MEMORY = "torch.from_numpy shares the array's memory, and so do slices: copy before anything is written"
"""Why arrays that were handed in are changed."""


class ConformanceError(AssertionError):
    """A recommender does not keep the contract.

    Args:
        complaint: What is broken.
        usually: What most often causes it, and the mend, in words that begin small; None where nothing stands out.
    """

    def __init__(self, complaint: str, usually: str | None = None) -> None:
        super().__init__(complaint if usually is None else f"{complaint}. Usually: {usually}.")
        self.complaint, self.usually = complaint, usually


def require(holds: bool | np.bool_, recommender: Recommender, complaint: str, usually: str | None = None) -> None:
    """Raises `ConformanceError` with the recommender's name before the complaint unless the fact holds."""
    if not holds:
        raise ConformanceError(f"{recommender.name}: {complaint}", usually)


@dataclass(frozen=True, eq=False)
class SmallFit:
    """A recommender, the data for it, and the epochs that it reported."""

    recommender: Recommender
    split: Split
    epochs: list[Epoch] = field(default_factory=list)
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    """Those that it gave after the epochs 1, 2, 4, 8 and so on, as they come back from a file, by epoch."""

    def fit(self, seed: int, resume: Checkpoint | None = None) -> "SmallFit":
        """Fits the recommender to the training data and returns this fit.

        Args:
            resume: Where the training goes on from.
        """
        context = replace(
            fit_context(self.recommender, self.split, seed, self.epochs), resume=resume, keep=self._keep_some
        )
        try:
            with leaving_data_alone(self.recommender, "fit"):
                self.recommender.fit(self.split.train, context)
        except ScoreError as error:
            raise self._explained(error) from error
        return self

    def _keep_some(self, make: Callable[[], Checkpoint]) -> None:
        number = len(self.epochs)
        if number & (number - 1) == 0:
            self.checkpoints[number] = _from_a_file(self.recommender, make())

    def inputs(self) -> tuple[Int64Array, Int64Array]:
        """All users (n_users,), and what `score` is given of each one's history at the test, (n_users, L)."""
        history = self.split.test.history
        users = np.arange(history.n_users)
        return users, latest_items(history, users, self.recommender.history_length)

    def scores(self) -> Float32Array:
        """(n_users, n_items) scores of all users at the test, without the padding item."""
        return self.recommender.score(*self.inputs())[:, 1:]

    def hit_rate_on_test(self, k: int) -> float:
        """HR@k on the test targets."""
        try:
            return float(metric(rank_targets(self.recommender, self.split.test), f"HR@{k}").mean())
        except ScoreError as error:
            raise self._explained(error) from error

    def _explained(self, error: ScoreError) -> ConformanceError:
        """The evaluator's complaint, with what the scores tell of its cause."""
        users, histories = self.inputs()
        try:
            scores = self.recommender.score(users, histories)
        except Exception:  # of its own: what the evaluator has said comes first
            return ConformanceError(str(error))
        return ConformanceError(str(error), usual_cause(scores, (len(users), self.split.train.n_items + 1)))


def _from_a_file(recommender: Recommender, checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint as it comes back from a file."""
    try:
        arrays = decode_weights(encode_weights(checkpoint.arrays))
        return Checkpoint(arrays, json.loads(json.dumps(checkpoint.facts, allow_nan=False)))
    except (InputError, TypeError, ValueError) as error:
        raise ConformanceError(f"{recommender.name}: its checkpoint can't be kept ({error})") from error


@contextmanager
def leaving_data_alone(recommender: Recommender, method: str) -> Iterator[None]:
    """Inside, a write to the training data, whose arrays are locked, is a `ConformanceError`."""
    try:
        yield
    except ValueError as error:
        complaint = f"{method}() changed the training data: it may not"
        require("read-only" not in str(error), recommender, complaint, "it sorts or writes in place: copy first")
        raise


def fit_context(recommender: Recommender, split: Split, seed: int, epochs: list[Epoch]) -> FitContext:
    """Returns a context that validates `recommender` with the bench's evaluator and collects what it reports.

    Who looks behind its `validate` finds the whole split there, which a cell's process does not have.
    """

    def validate() -> dict[str, float]:
        return validation_figures(rank_targets(recommender, split.validation))

    return FitContext(seed=seed, device="cpu", validate=validate, report=epochs.append)


@lru_cache(maxsize=1)
def shared_fit(make: Factory) -> SmallFit:
    """One fit to everyday data, shared by the checks that only look at what a fitted recommender answers."""
    return SmallFit(make(), everyday_split()).fit(SEED)


def arrays_of(train: Sequences) -> list[npt.NDArray[Any]]:
    """All arrays that the sequences consist of."""
    tags: list[npt.NDArray[Any]] = [train.tags.ids, train.tags.offsets] if train.tags else []
    return [train.items, train.times, train.offsets, *tags]


def everyday_split(n_users: int = 60, n_items: int = 42, seed: int = SEED) -> Split:
    """Data with what occurs in practice: users of one item and of many, two items that nobody had, and tags.

    The two are in the middle: whoever takes the padding for the item 0 - 1, the last one, gets something for it.
    """
    full = synthetic_sequences(n_users, n_items - 2, length=10, order=0.7, seed=seed)
    kept = full.times <= full.users % 10
    items = full.items + 2 * (full.items > n_items // 2)
    lengths = np.bincount(full.users[kept], minlength=n_users)
    tags = ItemTags(
        names=("even", "odd"),
        ids=(np.arange(1, n_items + 1) % 2).astype(np.int32),
        offsets=np.concatenate([[0], np.arange(n_items + 1)]),
    )
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return leave_one_out(Sequences(items[kept], full.times[kept], offsets, n_items, tags))


def with_targets_within_reach(split: Split) -> Split:
    """The same training data and validation, with other test targets.

    All training items are a view of an array that ends with the test targets, as if the data had been cut in place.
    """
    targets = 1 + split.test.targets % split.train.n_items
    everything = np.concatenate([split.train.items, targets.astype(np.int32)])
    train = replace(split.train, items=everything[: split.train.n_interactions])
    return Split(train, replace(split.validation, history=train), replace(split.test, targets=targets))


def orderly_split(n_items: int = 40, length: int = 10) -> Split:
    """Data of 200 users in which the last item determines the next one."""
    return leave_one_out(synthetic_sequences(n_users=200, n_items=n_items, length=length, order=1, seed=SEED))


def noise_split() -> Split:
    """Data of 200 users in which nothing can be known of the next item, except that the user has not had it."""
    return leave_one_out(synthetic_sequences(n_users=200, n_items=40, length=10, order=0, seed=SEED))
