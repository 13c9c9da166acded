"""The contract between the bench and a model: what a model is given and what it must answer.

Only NumPy arrays cross this boundary, so any framework plugs in. A recommender is a dataclass: its fields are its
hyperparameters, its class attributes say what it is, and it is found through the entry-point group
``seqrec_bench.recommenders``. The four ideas behind it:

* what the *run* decides (seed, device) comes in `FitContext`; what the *model* is stands in its fields;
* `Recommender.score` gets no target, no mask and no cut-off, so it can neither filter nor cheat;
* validation figures come from the bench's one evaluator through `FitContext.validate`;
* sequences are flat arrays, never a Python list per user.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

PADDING = 0
"""The item id that stands for "no item": it fills histories on the left and is never a candidate."""

SELECTION_METRIC = "NDCG@50"
"""The validation metric that chooses where none is named: the epoch, and every setting."""

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]
TimeArray = npt.NDArray[np.int64] | npt.NDArray[np.float64]
State = Mapping[str, npt.NDArray[Any]]
"""What a recommender has learnt, as named arrays of numbers or booleans."""


def _locked(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same numbers, not to be written to through what is returned."""
    view = array.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, eq=False)
class ItemTags:
    """The tags (genres, say) of each item: item i has ``names[t] for t in ids[offsets[i]:offsets[i + 1]]``."""

    names: tuple[str, ...]
    ids: Int32Array
    """(n_assignments,) tag numbers, item by item, ascending within an item."""
    offsets: Int64Array
    """(n_items + 2,) where each item's tags begin; index 0 is the padding item, which has none."""

    def __post_init__(self) -> None:
        for name in ("ids", "offsets"):
            object.__setattr__(self, name, _locked(getattr(self, name)))


@dataclass(frozen=True, eq=False)
class Sequences:
    """Users' item sequences in time order, laid end to end: user u has ``items[offsets[u]:offsets[u + 1]]``.

    The arrays can't be written to.
    """

    items: Int32Array
    """(n_interactions,) item ids 1..n_items."""
    times: TimeArray
    """(n_interactions,) time stamps, never decreasing within a user."""
    offsets: Int64Array
    """(n_users + 1,) where each user's sequence begins."""
    n_items: int
    """Size of the catalogue, the items without any interaction here included."""
    tags: ItemTags | None = None

    def __post_init__(self) -> None:
        for name in ("items", "times", "offsets"):
            object.__setattr__(self, name, _locked(getattr(self, name)))

    @property
    def n_users(self) -> int:
        return len(self.offsets) - 1

    @property
    def n_interactions(self) -> int:
        return len(self.items)

    @property
    def lengths(self) -> Int64Array:
        """(n_users,) number of interactions of each user."""
        return np.diff(self.offsets)

    @property
    def users(self) -> Int64Array:
        """(n_interactions,) the user of each interaction."""
        return np.repeat(np.arange(self.n_users), self.lengths)

    @property
    def item_counts(self) -> Int64Array:
        """(n_items + 1,) number of interactions of each item; index 0 is the padding item."""
        return np.bincount(self.items, minlength=self.n_items + 1)

    @property
    def pairs(self) -> Int64Array:
        """(n_pairs,) each different pair of a user and an item as ``user * (n_items + 1) + item``, ascending."""
        every: Int64Array = self.users * (self.n_items + 1) + self.items
        every.sort()  # np.unique hashes whole numbers first, which takes ten times as long
        pairs: Int64Array = every[np.append(True, every[1:] != every[:-1])[: len(every)]]
        return pairs


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training data brought."""

    number: int
    """1 for the first."""
    loss: float
    """Mean training loss of the epoch, in the model's own terms."""
    validation: Mapping[str, float]
    """Validation metrics after the epoch, by name (``"NDCG@50"``)."""
    seconds: float
    """Time spent on training, validation not counted."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a training stands between two epochs: all that the epochs to come depend on, beside fields and data."""

    arrays: State
    """They need not be copies: they are read before the training goes on."""
    facts: Mapping[str, Any]
    """All else, as JSON has it: text, numbers, booleans, None, and lists and string-keyed mappings of these."""


def _keep_nothing(checkpoint: Callable[[], Checkpoint]) -> None:
    """The `FitContext.keep` of whoever will not go on with the training."""


def _unheard(what: str) -> None:
    """Says it to nobody."""


@dataclass(frozen=True)
class FitContext:
    """What the run decides, as opposed to what the model is."""

    seed: int
    """The only source of randomness: the process's global random state must not matter."""
    device: str
    """A torch device name; models without torch ignore it."""
    validate: Callable[[], Mapping[str, float]]
    """Ranks the validation targets with the model as it is now and returns the metrics by name."""
    report: Callable[[Epoch], None]
    """To be called once after every epoch, with numbers counting from 1."""
    selection: str = SELECTION_METRIC
    """The validation metric that chooses, the epoch first of all; `validate` has it."""
    lower_is_better: bool = False
    """Whether less of that metric is better."""
    resume: Checkpoint | None = None
    """Where an earlier training of this cell stood that was interrupted, as it gave it to `keep`: a model that can goes
    on from there, reports the epochs after it only, and ends as if nothing had happened. Any other begins anew.

    A model to which it makes no sense raises an error before it reports an epoch, and is fitted from the beginning."""
    keep: Callable[[Callable[[], Checkpoint]], None] = _keep_nothing
    """To be called once after `report`, by a model that can go on, with what makes the checkpoint after that epoch. It
    is made only now and then, before this returns, since to make and to write it takes time."""
    say: Callable[[str], None] = _unheard
    """May be called with what is done now, in a few words (``"skip-gram of items, 7 of 20 passes"``), where work beside
    the epochs takes long: before the first one, say. It is shown to whoever waits and kept nowhere. As often as one
    likes, since what comes within a second of another is left out; from the thread that `fit` was called in."""

    def merit(self, validation: Mapping[str, float]) -> float:
        """How good these figures of `validate` are by the metric that chooses: the greater, the better."""
        figure = validation[self.selection]
        return -figure if self.lower_is_better else figure


@runtime_checkable
class Recommender(Protocol):
    """A model under comparison. Implementations are dataclasses; each field is a hyperparameter.

    A field called ``dimension`` is set by the run (``--dims``); a model without it is run once, at dimension 0.
    """

    name: ClassVar[str]
    """The name under which it is registered."""
    version: ClassVar[int]
    """Raised whenever a change moves the model's numbers: records of other versions are stale."""
    deterministic: ClassVar[bool]
    """Whether the seed changes nothing; such a model is run with one seed and has no interval over seeds."""
    uses_order: ClassVar[bool]
    """Whether the order of the history matters to the scores."""

    @property
    def history_length(self) -> int | None:
        """How many of a user's latest items `score` wants; None for all of them."""

    @property
    def n_parameters(self) -> int:
        """After `fit`: how many numbers its trained arrays hold; 0 for a model that only counts."""

    def fit(self, train: Sequences, context: FitContext) -> None:
        """Learns from `train` alone, forgetting whatever an earlier call learnt.

        Its arrays are not to be written to: in a run all models share them, and an attempt raises an error.
        """

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        """Scores the whole catalogue for each user, given what the user did so far.

        Args:
            users: (B,) user numbers, 0..n_users - 1.
            histories: (B, L) item ids, oldest first, filled with `PADDING` on the left; L >= 1, and
                L <= `history_length` where that is not None. A row may be all padding.

        Returns:
            (B, n_items + 1) finite scores: column i scores item i, the greater the better; column 0, the padding
            item, is ignored. Rows do not depend on each other.
        """


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the scores of B users rest on; None for what a model has not.

    L is the width of the histories that were given.
    """

    parts: Mapping[str, Float32Array] | None = None
    """(B, n_items + 1) the terms of the scores by name; they sum to what `Recommender.score` answers."""
    contributions: Float32Array | None = None
    """(B, L, n_items + 1) the term that each item of a history gives, 0 at padding; they sum to the same."""
    items: Float32Array | None = None
    """(B, L, L) how much each item of a history, by its row, attends to each one up to its own time, by column; rows
    sum to 1, but those of padding hold 0."""
    users: Float32Array | None = None
    """(B, n_users) how much is recalled of each training user; rows sum to 1."""


@runtime_checkable
class Explainable(Protocol):
    """What a `Recommender` may offer beside: what its scores rest on."""

    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        """After `fit`: what `score` rests on, for arguments as it takes them. It changes nothing."""


@runtime_checkable
class Restorable(Protocol):
    """What a `Recommender` may offer beside: what it has learnt can be kept, and put back without fitting again.

    For models whose fit takes long; one that only counts is as soon fitted again. The two methods come together. They
    stand in a protocol of their own, since asking an object for all of `Recommender` reads properties that it may have
    only once it is fitted.
    """

    def state(self) -> State:
        """After `fit`: all that `score` needs beside the fields, in copies that later calls leave alone."""

    def restore(self, train: Sequences, state: State) -> None:
        """Stands in for `fit`: afterwards `score` answers as the recommender whose state it was.

        Bit for bit, that is, on the same machine and device and with as many threads.

        Args:
            train: What that recommender was fitted to.
            state: Its state; the fields were the same. The arrays are not to be changed.

        Raises:
            InputError: The state does not fit these fields and data.
        """
