import numpy as np

from seqrec_bench.data import Interactions


def test_rows_keep_their_ids_and_order() -> None:
    interactions = Interactions.from_rows(["b", "a", "b"], ["10", "9", "10"], [3, 1, 2])
    assert interactions.user_ids[interactions.users].tolist() == ["b", "a", "b"]
    assert interactions.item_ids[interactions.items].tolist() == ["10", "9", "10"]
    assert interactions.times.tolist() == [3, 1, 2]


def test_ids_are_distinct_and_codes_are_int32() -> None:
    interactions = Interactions.from_rows(["b", "a", "b"], ["10", "9", "10"], [0.5, 1, 2])
    assert sorted(interactions.user_ids) == ["a", "b"]
    assert interactions.users.dtype == interactions.items.dtype == np.int32
    assert interactions.times.dtype == np.float64
