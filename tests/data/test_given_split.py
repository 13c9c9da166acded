"""Given splits against literal ones, row by row, and what is said of them."""

from collections.abc import Callable

import numpy as np
import pytest

from seqrec_bench.data import Dataset, Holdout
from seqrec_bench.data.given_split import say_given, split_as_given
from seqrec_bench.data.repeats import drop_repeats
from seqrec_bench.errors import InputError

Rows = dict[str, list[tuple[str, str, int]]]
MakeRows = Callable[..., Rows]
MakeDataset = Callable[[Rows], Dataset]


def by_user(rows: list[tuple[str, str, int]]) -> dict[str, list[str]]:
    """Each user's items by time and then by row."""
    found: dict[str, list[str]] = {}
    for user, item, _ in sorted(rows, key=lambda row: row[2]):
        found.setdefault(user, []).append(item)
    return found


def histories(data: Dataset, holdout: Holdout) -> dict[str, list[str]]:
    bounds = zip(holdout.history.offsets[:-1], holdout.history.offsets[1:], strict=True)
    return {
        str(user): data.item_ids[holdout.history.items[first:last]].tolist()
        for user, (first, last) in zip(data.user_ids, bounds, strict=True)
    }


def targets(data: Dataset, holdout: Holdout) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for user, item in zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True):
        found.setdefault(str(data.user_ids[user]), []).append(str(data.item_ids[item]))
    return found


def different(items: dict[str, list[str]]) -> dict[str, list[str]]:
    return {user: list(dict.fromkeys(of_user)) for user, of_user in items.items()}


def test_every_part_is_as_its_rows_have_it(given_rows: MakeRows, given_dataset: MakeDataset) -> None:
    rows = given_rows()
    data = given_dataset(rows)
    split = split_as_given(data)
    train, validation, test = (by_user(rows[part]) for part in ("train", "validation", "test"))
    known = {str(user): train.get(user, []) + validation.get(user, []) for user in data.user_ids}
    assert histories(data, split.validation) == {str(user): train.get(user, []) for user in data.user_ids}
    assert histories(data, split.test) == known
    assert targets(data, split.validation) == different(validation)
    assert targets(data, split.test) == different(test)
    assert (np.diff(split.test.users) >= 0).all() and split.test.names_users and split.validation.names_users
    assert set(data.item_ids[1:]) == {item for part in rows.values() for _, item, _ in part}


def test_without_a_validation_the_last_training_item_of_those_who_have_two_validates(
    given_rows: MakeRows, given_dataset: MakeDataset
) -> None:
    rows = given_rows()
    del rows["validation"]
    data = given_dataset(rows)
    split = split_as_given(data)
    train = by_user(rows["train"])
    assert targets(data, split.validation) == {user: items[-1:] for user, items in train.items() if len(items) > 1}
    shorter = {user: items[:-1] if len(items) > 1 else items for user, items in train.items()}
    assert histories(data, split.validation) == {str(user): shorter.get(user, []) for user in data.user_ids}
    assert histories(data, split.test) == {str(user): train.get(user, []) for user in data.user_ids}
    assert targets(data, split.test) == different(by_user(rows["test"]))


def test_one_target_of_the_same_users_in_both_parts_needs_no_names(given_dataset: MakeDataset) -> None:
    there = [("train", 0), ("validation", 1), ("test", 2)]
    rows = {part: [(f"u{user}", f"i{user + at}", at) for user in range(4)] for part, at in there}
    assert not split_as_given(given_dataset(rows)).test.names_users
    rows["validation"].pop()
    assert split_as_given(given_dataset(rows)).test.names_users  # of one target each, but not of the same users


def test_a_user_without_a_target_of_a_part_is_not_evaluated_there(given_dataset: MakeDataset) -> None:
    data = given_dataset(
        {"train": [("a", "x", 0), ("b", "x", 0)], "validation": [("a", "y", 1)], "test": [("b", "z", 1)]}
    )
    split = split_as_given(data)
    assert (split.validation.evaluated.tolist(), split.test.evaluated.tolist()) == ([0], [1])


def test_nobody_left_to_validate_is_refused(given_dataset: MakeDataset) -> None:
    data = given_dataset({"train": [("a", "x", 0), ("b", "x", 0)], "test": [("b", "z", 1)]})
    with pytest.raises(InputError, match="leaves nobody to evaluate, with 0 validation and 1 test targets"):
        split_as_given(data)


def test_other_parts_are_other_data(given_rows: MakeRows, given_dataset: MakeDataset) -> None:
    rows = given_rows()
    first = given_dataset(rows)
    assert given_dataset(rows).fingerprint == first.fingerprint
    moved = {**rows, "validation": rows["validation"] + rows["test"][:1], "test": rows["test"][1:]}
    without = {part: rows[part] for part in ("train", "test")}
    as_test = {"train": rows["train"], "validation": rows["test"], "test": rows["validation"]}
    others = [given_dataset(those).fingerprint for those in (moved, without, as_test)]
    assert len({first.fingerprint, *others}) == 4


def test_a_users_first_interaction_with_an_item_keeps_its_part(
    given_rows: MakeRows, given_dataset: MakeDataset
) -> None:
    data = given_dataset(given_rows())
    kept = drop_repeats(data)
    assert kept.given is not None and len(kept.given.codes) == kept.sequences.n_interactions
    split = split_as_given(kept)
    seen = np.isin(
        split.test.users * 1000 + split.test.targets, split.test.history.users * 1000 + split.test.history.items
    )
    assert not seen.any() and kept.fingerprint != data.fingerprint
    assert split.train.n_interactions == split_as_given(data).train.n_interactions


CLEAN = {
    "train": [("a", "x", 0), ("a", "y", 1), ("b", "x", 0), ("b", "y", 1)],
    "validation": [("a", "z", 2), ("b", "z", 2)],
    "test": [("a", "w", 3), ("b", "v", 3), ("c", "x", 0)],
}


def changed(part: str, *rows: tuple[str, str, int]) -> Rows:
    return {**CLEAN, part: [*CLEAN[part], *rows]}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param(changed("train", ("a", "y", 9)), ["Of 1 of 3 users, an interaction of one part"], id="later"),
        pytest.param(changed("test", ("b", "v", 3)), ["1 test interactions repeat a target of their user"], id="twice"),
        pytest.param(
            changed("test", *(("a", item, 8) for item in "xyz"), *(("b", item, 8) for item in "xyz")),
            ["6 of 9 test targets stand in their user's training or validation too: does one file hold the rows of"],
            id="the history again",
        ),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_said(rows: Rows, says: list[str], given_dataset: MakeDataset) -> None:
    usual = ["2 of 3 test targets are items that are never trained on.", "1 of 3 test users have nothing but the test"]
    assert [any(found.startswith(words) for found in say_given(given_dataset(CLEAN))) for words in usual] == [
        True,
        True,
    ]
    found = say_given(given_dataset(rows))
    assert all(any(sentence.startswith(words) for sentence in found) for words in says), found
    assert not any(sentence.startswith(words) for sentence in say_given(given_dataset(CLEAN)) for words in says)


def test_how_great_the_parts_are_is_said_first(given_dataset: MakeDataset) -> None:
    assert say_given(given_dataset(CLEAN))[0] == (
        "The split is given: 4 training, 2 validation and 3 test interactions; 2 targets of 2 users validate, "
        "3 targets of 3 users test."
    )
    without = {part: CLEAN[part] for part in ("train", "test")}
    assert say_given(given_dataset(without))[0] == (
        "The split is given: 4 training and 3 test interactions, without a validation; 2 targets of 2 users, each "
        "user's last training interaction, validate, 3 targets of 3 users test."
    )
