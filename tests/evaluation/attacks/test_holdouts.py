import numpy as np
import pytest

from seqrec_bench.data import Holdout, Split, leave_one_out
from seqrec_bench.evaluation.attacks import holdouts
from seqrec_bench.evaluation.attacks.expectations import history_of
from seqrec_bench.evaluation.attacks.holdouts import excerpt, rename_items, see_targets, select_users
from seqrec_bench.recommender import Sequences

Rows = list[tuple[list[int], int | None]]


def sequences(rows: list[list[int]], n_items: int) -> Sequences:
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    return Sequences(items, np.arange(len(items)), np.cumsum([0, *map(len, rows)]), n_items)


HOLDOUT = leave_one_out(sequences([[1, 2, 3, 4], [5], [6, 1, 2]], 6)).test


def rows_of(holdout: Holdout) -> Rows:
    """Each user's history and target."""
    targets = dict(zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True))
    return [(history_of(holdout, user).tolist(), targets.get(user)) for user in range(holdout.history.n_users)]


def test_selected_users_keep_their_history_and_target() -> None:
    assert rows_of(select_users(HOLDOUT, np.array([2, 1, 0]))) == [([6, 1], 2), ([5], None), ([1, 2, 3], 4)]
    assert rows_of(select_users(HOLDOUT, np.array([2]))) == [([6, 1], 2)]
    times = select_users(HOLDOUT, np.array([2, 0])).history.times
    assert times.tolist() == [5, 6, 0, 1, 2]


def test_renamed_items_are_renamed_everywhere() -> None:
    renamed = rename_items(HOLDOUT, np.array([0, 2, 3, 4, 5, 6, 1]))
    assert rows_of(renamed) == [([2, 3, 4], 5), ([6], None), ([1, 2], 3)]
    assert renamed.history.items.dtype == np.int32


def test_seen_targets_come_first_in_the_history() -> None:
    assert rows_of(see_targets(HOLDOUT)) == [([4, 2, 3], 4), ([5], None), ([2, 1], 2)]
    assert rows_of(HOLDOUT)[0] == ([1, 2, 3], 4)


def test_small_data_are_attacked_whole(split: Split) -> None:
    assert excerpt(split) is split


def test_large_data_are_attacked_in_an_excerpt(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdouts, "MAX_SCORES", 43 * 20)
    some = excerpt(split)
    assert some.train.n_users == len(some.test.users) == len(some.validation.users) == 20
    assert some.train is some.validation.history
    chosen = split.test.users[np.linspace(0, len(split.test.users) - 1, 20).astype(int)].tolist()
    for part in ("validation", "test"):
        rows = rows_of(getattr(split, part))
        assert rows_of(getattr(some, part)) == [rows[user] for user in chosen]


def test_an_excerpt_has_two_users_however_large_the_catalogue(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdouts, "MAX_SCORES", 1)
    assert excerpt(split).train.n_users == 2
