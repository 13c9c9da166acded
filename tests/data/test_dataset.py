import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from natsort import natsorted

from seqrec_bench.data import Dataset, Interactions, RawTags, prepare
from seqrec_bench.errors import InputError

Row = tuple[str, str, float]
rows = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "10", "u"]),
        st.sampled_from(["3", "20", "100", "é"]),
        st.one_of(st.integers(-3, 3), st.sampled_from([0.5, -0.0])),
    ),
    min_size=1,
    max_size=30,
)


def prepared(rows: list[Row], tags: RawTags | None = None) -> Dataset:
    users, items, times = zip(*rows, strict=True)
    return prepare("small", Interactions.from_rows(users, items, times), tags)


def to_rows(data: Dataset) -> list[Row]:
    """The data set's interactions with raw ids, in its own order."""
    sequences = data.sequences
    return list(
        zip(
            data.user_ids[sequences.users].tolist(),
            data.item_ids[sequences.items].tolist(),
            sequences.times.tolist(),
            strict=True,
        )
    )


@given(rows)
def test_prepare_equals_the_literal_order(rows: list[Row]) -> None:
    data = prepared(rows)
    users = natsorted(sorted({user for user, _, _ in rows}))
    expected = []
    for user in users:
        expected += sorted((row for row in rows if row[0] == user), key=lambda row: row[2])  # stable
    assert to_rows(data) == expected
    assert data.user_ids.tolist() == users
    assert data.item_ids.tolist() == ["", *natsorted(sorted({item for _, item, _ in rows}))]


@given(rows)
def test_offsets_cut_the_rows_into_users(rows: list[Row]) -> None:
    sequences = prepared(rows).sequences
    assert sequences.offsets[0] == 0
    assert sequences.offsets[-1] == sequences.n_interactions == len(rows)
    assert sequences.lengths.min() >= 1
    assert sequences.n_users == len({user for user, _, _ in rows})
    assert sequences.n_items == len({item for _, item, _ in rows})
    assert sequences.items.min() >= 1
    assert sequences.items.max() == sequences.n_items


def test_arrays_have_the_types_of_the_contract() -> None:
    sequences = prepared([("1", "a", 1)]).sequences
    assert (sequences.items.dtype, sequences.times.dtype, sequences.offsets.dtype) == (np.int32, np.int64, np.int64)


def test_ties_in_time_keep_the_order_of_the_file() -> None:
    many = [("u", str(item), 7) for item in np.random.default_rng(0).permutation(500)]
    assert [item for _, item, _ in to_rows(prepared(many))] == [item for _, item, _ in many]


def test_ids_that_no_row_uses_are_dropped() -> None:
    interactions = Interactions(
        users=np.array([2, 2], dtype=np.int32),
        items=np.array([1, 0], dtype=np.int32),
        times=np.array([1, 2]),
        user_ids=np.array(["9", "1", "5"]),
        item_ids=np.array(["b", "a", "c"]),
    )
    data = prepare("small", interactions, None)
    assert data.user_ids.tolist() == ["5"]
    assert data.item_ids.tolist() == ["", "a", "b"]
    assert data.sequences.items.tolist() == [1, 2]


def test_interactions_are_left_alone() -> None:
    interactions = Interactions.from_rows(["2", "1", "1"], ["5", "7", "5"], [3, 2, 1])
    prepare("small", interactions, None)
    assert interactions.users.tolist() == [1, 0, 0]
    assert interactions.items.tolist() == [0, 1, 0]
    assert interactions.times.tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        ([1.0, 2.0], "i"),
        ([1.0, 2.5], "f"),
        ([-1.0, -(2.0**62)], "i"),
        ([2.0**63, 1.0], "f"),
        (np.array([1, 2], dtype=np.uint8), "i"),
        (np.array([1, 2], dtype=np.float32), "i"),
    ],
)
def test_times_are_integers_if_all_are_integral(times: list[float], kind: str) -> None:
    sequences = prepare("small", Interactions.from_rows(["1", "2"], ["a", "b"], times), None).sequences
    assert sequences.times.dtype == {"i": np.int64, "f": np.float64}[kind]
    assert sequences.times.tolist() == list(times)


def test_negative_zero_is_zero() -> None:
    times = prepared([("1", "a", -0.0), ("2", "a", 0.5)]).sequences.times
    assert not np.signbit(times).any()


def test_no_interaction_is_an_error() -> None:
    with pytest.raises(InputError, match="small has no interaction"):
        prepare("small", Interactions.from_rows([], [], []), None)


def test_tags_follow_the_items_and_ignore_the_others() -> None:
    tags = RawTags(
        {"b": frozenset({"z", "x"}), "c": frozenset({"y"}), "not there": frozenset({"w"}), "10": frozenset()},
        {"b": "The B", "not there": "None"},
    )
    data = prepared([("1", "10", 1), ("1", "b", 2), ("1", "c", 3), ("1", "d", 3)], tags)
    item_tags = data.sequences.tags
    assert item_tags is not None
    assert item_tags.names == ("x", "y", "z")
    assert item_tags.ids.tolist() == [0, 2, 1]
    assert item_tags.offsets.tolist() == [0, 0, 0, 2, 3, 3]
    assert data.item_titles == ("", "", "The B", "", "")


def test_without_tags_there_is_neither_tag_nor_title() -> None:
    data = prepared([("1", "a", 1)])
    assert data.sequences.tags is None
    assert data.item_titles is None
    assert data.tags_fingerprint is None


def test_tags_without_titles_give_no_titles() -> None:
    assert prepared([("1", "a", 1)], RawTags({"a": frozenset({"x"})}, {})).item_titles is None


def test_tags_of_other_items_are_an_error() -> None:
    with pytest.raises(InputError, match="know none of its 1 items"):
        prepared([("1", "a", 1)], RawTags({"A": frozenset({"x"})}, {}))


def test_movielens_100k_has_its_known_shape(ml_100k: Dataset) -> None:
    sequences = ml_100k.sequences
    assert (sequences.n_users, sequences.n_items, sequences.n_interactions) == (943, 1_682, 100_000)
    assert ml_100k.user_ids.tolist() == [str(user) for user in range(1, 944)]
    assert ml_100k.item_ids.tolist() == ["", *(str(item) for item in range(1, 1_683))]
    assert sequences.tags is not None
    assert len(sequences.tags.names) == 19
    assert ml_100k.item_titles is not None
    assert len(ml_100k.item_titles) == 1_683


def test_movielens_100k_has_its_known_fingerprints(ml_100k: Dataset) -> None:
    assert ml_100k.fingerprint == "8df578def4c95512d9f012c9779a4ed6bb92926686068bacc93aed9c034f623d"
    assert ml_100k.tags_fingerprint == "06fe96f8f0c3e5764efbccc893a51a99eab3d5f0eff33e5faf5707dffe1f5ec0"
