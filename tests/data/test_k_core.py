from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Interactions, RawTags, prepare
from seqrec_bench.data.k_core import k_core
from seqrec_bench.errors import InputError

Row = tuple[str, str, int]

TAGS = RawTags({str(item): frozenset({f"t{item % 3}", "all"}) for item in range(1, 13)}, {"2": "Two", "10": "Ten"})
rows = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.integers(1, 12).map(str), st.integers(0, 4)), min_size=1, max_size=80
)


def prepared(rows: list[Row], tags: RawTags = TAGS) -> Dataset:
    users, items, times = zip(*rows, strict=True)
    return prepare("small", Interactions.from_rows(users, items, times), tags)


def literal(rows: list[Row], k: int) -> list[Row]:
    """One user or item is taken out at a time, whichever comes first."""
    for column in (0, 1):
        for name, number in Counter(row[column] for row in rows).items():
            if number < k:
                return literal([row for row in rows if row[column] != name], k)
    return rows


@settings(max_examples=60)
@given(rows=rows, k=st.integers(2, 5))
def test_the_core_is_the_data_set_of_the_rows_that_are_left_when_one_is_taken_out_at_a_time(
    rows: list[Row], k: int
) -> None:
    left = literal(rows, k)
    if not left:
        with pytest.raises(InputError, match=f"The {k}-core of small is empty"):
            k_core(prepared(rows), k)
        return
    found, expected = k_core(prepared(rows), k), prepared(left)
    assert found.fingerprint == expected.fingerprint
    assert found.tags_fingerprint == expected.tags_fingerprint
    assert found.item_titles == expected.item_titles
    assert found.user_ids.tolist() == expected.user_ids.tolist()
    assert found.item_ids.tolist() == expected.item_ids.tolist()
    assert found.sequences.item_counts[1:].min() >= k
    assert found.sequences.lengths.min() >= k


def test_titles_without_tags_are_kept() -> None:
    square = [(user, item, 0) for user in "ab" for item in ("1", "2")]
    found = k_core(prepared([*square, ("a", "9", 1)], RawTags(None, {"2": "Two"})), 2)
    assert (found.item_titles, found.sequences.tags) == (("", "", "Two"), None)


def test_one_pass_is_not_enough() -> None:
    """Item 9 has two users until user c, who has one item only, is gone."""
    square = [(user, item, 0) for user in "ab" for item in ("1", "2")]
    found = k_core(prepared([*square, ("a", "9", 1), ("c", "9", 1)]), 2)
    assert found.item_ids.tolist() == ["", "1", "2"]
    assert found.user_ids.tolist() == ["a", "b"]


def test_a_data_set_without_tags_keeps_none() -> None:
    found = k_core(prepare("small", Interactions.from_rows(["a", "a"], ["1", "1"], [0, 1]), None), 2)
    assert (found.sequences.tags, found.item_titles, found.tags_fingerprint) == (None, None, None)


def test_the_5_core_of_movielens_100k_has_its_known_size(ml_100k: Dataset) -> None:
    found = k_core(ml_100k, 5)
    counts = np.bincount(ml_100k.sequences.items)
    assert found.sequences.n_users == 943  # every user has 20 items or more
    assert found.sequences.n_items == (counts >= 5).sum() == 1349
    assert found.sequences.n_interactions == 99_287
