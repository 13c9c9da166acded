from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Interactions, prepare
from seqrec_bench.data.repeats import count_repeats, drop_repeats

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=25)


@given(rows=ROWS)
def test_each_users_first_interaction_with_an_item_stays(rows: list[tuple[str, int, int]]) -> None:
    users, items, times = zip(*rows, strict=True)
    data = prepare("some", Interactions.from_rows(list(users), list(map(str, items)), np.array(times)), None)
    found = drop_repeats(data)
    expected: dict[str, list[tuple[str, int]]] = {user: [] for user in data.user_ids.tolist()}
    for user, item, time in sorted(rows, key=lambda row: row[2]):
        if str(item) not in [had for had, _ in expected[user]]:
            expected[user].append((str(item), time))
    kept = found.sequences
    bounds = dict(zip(data.user_ids.tolist(), pairwise(kept.offsets.tolist()), strict=True))
    assert {
        user: list(zip(data.item_ids[kept.items[a:b]].tolist(), kept.times[a:b].tolist(), strict=True))
        for user, (a, b) in bounds.items()
    } == expected
    assert count_repeats(data.sequences) == len(rows) - sum(map(len, expected.values()))
    assert count_repeats(kept) == 0
    assert (found.fingerprint == data.fingerprint) == (count_repeats(data.sequences) == 0)
    assert kept.n_items == data.sequences.n_items
