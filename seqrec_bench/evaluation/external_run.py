"""An external run: another system's scores in the place of a recommender, so that the one evaluator ranks them too."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.dataset import Dataset, find_ids
from seqrec_bench.data.interactions import StrArray
from seqrec_bench.data.reading.score_files import RawScores
from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int32Array, Int64Array, Sequences


@dataclass(frozen=True, eq=False)
class ExternalRun:
    """Scores that are known beforehand: what was scored, in the order of its scores, and the rest below, all equal.

    Only the order within a user matters to ranks. So a score is its place among the user's different scores, from 1 up,
    which a float32 holds exactly where the score itself may not fit; what has no score has 0.
    """

    n_items: int
    items: Int32Array
    """(n_scores,) item ids, user by user."""
    places: Int64Array
    """(n_scores,) the scores' places."""
    offsets: Int64Array
    """(n_users + 1,) where each user's scores begin."""

    name: ClassVar[str] = "given scores"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int | None] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train: Sequences, context: FitContext) -> None:
        """There is nothing to learn."""

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        scores = np.zeros((len(users), self.n_items + 1), dtype=np.float32)
        starts, counts = self.offsets[users], np.diff(self.offsets)[users]
        rows = np.repeat(np.arange(len(users)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        chosen = np.repeat(starts, counts) + within
        scores[rows, self.items[chosen]] = self.places[chosen]
        return scores

    def have(self, users: Int64Array, items: Int32Array | Int64Array) -> npt.NDArray[np.bool_]:
        """(n,) whether each of these pairs of a user and an item has a score."""
        return _are_among(self._numbered(users, items), self._pairs)

    def orders_as(self, other: "ExternalRun") -> bool:
        """Whether the items of every user of both have the same order, and the same ones are equal."""
        common = (np.diff(self.offsets) > 0) & (np.diff(other.offsets) > 0)
        return bool(common.any()) and all(map(np.array_equal, self._scored_by(common), other._scored_by(common)))

    def _scored_by(self, users: npt.NDArray[np.bool_]) -> tuple[Int64Array, Int64Array]:
        """The pairs of these users that have a score, ascending, and the places of their scores."""
        kept = users[self._users]
        pairs, places = self._pairs[kept], self.places[kept]
        order = np.argsort(pairs)
        return pairs[order], places[order]

    def scored_candidates(self, holdout: Holdout) -> Int64Array:
        """(n_evaluated,) how many items that a user's targets are ranked against have a score.

        These are the sampled ones, or else all items, or all but those of the history. What the user's targets are
        plays no part: they are items like the others there.
        """
        if holdout.negatives is not None:
            negatives = _of_users(holdout, holdout.negatives)
            users = np.repeat(holdout.evaluated, negatives.shape[1])
            scored = self.have(users, negatives.ravel()).reshape(negatives.shape)
            found: Int64Array = np.count_nonzero(scored & (negatives != PADDING), axis=1)
            return found
        users = self._users
        if not holdout.ranks_seen:
            history = holdout.history
            users = users[~_are_among(self._pairs, self._numbered(history.users, history.items))]
        return np.bincount(users, minlength=len(self.offsets) - 1)[holdout.evaluated]

    @cached_property
    def _users(self) -> Int64Array:
        """(n_scores,) whose each score is."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @cached_property
    def _pairs(self) -> Int64Array:
        """(n_scores,) the numbers of the pairs that have a score."""
        return self._numbered(self._users, self.items)

    def _numbered(self, users: Int64Array, items: Int32Array | Int64Array) -> Int64Array:
        """A number for each pair."""
        return users * (self.n_items + 1) + items


def _are_among(wanted: Int64Array, given: Int64Array) -> npt.NDArray[np.bool_]:
    """(n,) whether each number is one of the given, of which there may be none; faster than `np.isin` for many."""
    given = np.append(np.sort(given), -1)  # what is greater than all finds the last, which is no pair's number
    found: npt.NDArray[np.bool_] = given[np.searchsorted(given[:-1], wanted)] == wanted
    return found


def external_run(raw: RawScores, dataset: Dataset, holdout: Holdout) -> ExternalRun:
    """The file's scores for the users who have a target in the holdout; those for other users are left out.

    Args:
        dataset: Arranged as the protocol has it.

    Raises:
        InputError: The file has users or items that the data set has not, an item twice for one user, or nothing for
            somebody who has a target.
    """
    users = _numbers(raw.user_ids, dataset.user_ids, "user", raw, dataset)[raw.users]
    items = 1 + _numbers(raw.item_ids, dataset.item_ids[1:], "item", raw, dataset)[raw.items]
    _require_all_users(users, dataset, holdout, raw.file)
    wanted = np.isin(users, holdout.users)
    users, items, values = users[wanted], items[wanted], raw.values[wanted]
    _require_no_pair_twice(users, items, dataset, raw.file)
    order = np.lexsort((values, users))
    users, items, values = users[order], items[order], values[order]
    first_of_user = np.diff(users, prepend=-1) != 0
    steps = np.cumsum(first_of_user | (np.diff(values, prepend=np.nan) != 0))
    counts = np.bincount(users, minlength=len(dataset.user_ids))
    return ExternalRun(
        n_items=dataset.sequences.n_items,
        items=items.astype(np.int32),
        places=1 + steps - np.repeat(steps[first_of_user], counts[counts > 0]),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
    )


def n_candidates(holdout: Holdout) -> Int64Array:
    """(n_evaluated,) how many items the user's targets are ranked among: themselves are there too, one in a sample."""
    if holdout.negatives is not None:
        sampled: Int64Array = 1 + np.count_nonzero(_of_users(holdout, holdout.negatives) != PADDING, axis=1)
        return sampled
    n_items, history = holdout.history.n_items, holdout.history
    if holdout.ranks_seen:
        return np.full(len(holdout.evaluated), n_items)
    had = np.bincount(history.pairs // (n_items + 1), minlength=history.n_users)
    return (n_items - had)[holdout.evaluated]


def _of_users(holdout: Holdout, of_targets: Int32Array) -> Int32Array:
    """What each evaluated user's first target has, (n_evaluated, N): a user's targets have the same negatives."""
    return of_targets[np.searchsorted(holdout.users, holdout.evaluated)]


def _numbers(ids: StrArray, known: StrArray, kind: str, raw: RawScores, dataset: Dataset) -> Int64Array:
    """The place of each id among the known ones."""
    mend = (
        f"use the ids of {kind}s.csv, which `seqrec-bench data export` writes, or name the data that they are of; "
        "--interactions FILE names data of your own"
    )
    return find_ids(ids, known, f"{kind} ids", raw.file, dataset.name, mend)


def _require_all_users(users: Int64Array, dataset: Dataset, holdout: Holdout, file: str) -> None:
    absent = np.setdiff1d(holdout.users, users)
    if len(absent):
        raise InputError(
            f"{file} has nothing for {len(absent)} of the {len(holdout.evaluated)} evaluated users (the first is "
            f"{dataset.user_ids[absent[0]]!s}): every one of them has to be there, or the means would be of others."
        )


def _require_no_pair_twice(users: Int64Array, items: Int64Array, dataset: Dataset, file: str) -> None:
    pairs, counts = np.unique(users * len(dataset.item_ids) + items, return_counts=True)
    if len(pairs) < len(users):
        user, item = divmod(int(pairs[counts > 1][0]), len(dataset.item_ids))
        raise InputError(
            f"{file} has {len(users) - len(pairs)} rows too many for one user and item (the first is the user "
            f"{dataset.user_ids[user]!s} and the item {dataset.item_ids[item]!s}): give each pair once."
        )
