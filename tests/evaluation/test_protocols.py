import re
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.data import Dataset, leave_one_out
from seqrec_bench.data.k_core import k_core
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocols import ALL, LOO_FULL, PROTOCOLS, find_protocol, on_core, place_in_order

FINGERPRINT = "8df578def4c95512d9f012c9779a4ed6bb92926686068bacc93aed9c034f623d"
"""Of MovieLens 100K in every record under loo-full-v1."""


def test_each_protocol_has_a_name_of_its_own_with_a_version() -> None:
    assert len(PROTOCOLS) == len(ALL) == 13
    assert all(re.fullmatch(r"[a-z0-9-]+-v\d+", name) for name in PROTOCOLS)


def test_the_benchs_own_protocol_is_leave_one_out_in_the_files_order(ml_100k: Dataset) -> None:
    protocol = PROTOCOLS[LOO_FULL]
    assert protocol.arrange(ml_100k) is ml_100k
    assert ml_100k.fingerprint == FINGERPRINT
    found, expected = protocol.hold_out(ml_100k), leave_one_out(ml_100k.sequences)
    for part, other in ((found.validation, expected.validation), (found.test, expected.test)):
        assert (part.ranks_seen, part.negatives) == (False, None)
        np.testing.assert_array_equal(part.targets, other.targets)
        np.testing.assert_array_equal(part.history.items, other.history.items)


def test_each_order_of_ties_is_other_data(ml_100k: Dataset) -> None:
    reordered = [protocol.arrange(ml_100k) for protocol in ALL if protocol.reorder]
    fingerprints = {dataset.fingerprint for dataset in reordered}
    assert len(fingerprints) == len(reordered) == 8
    assert FINGERPRINT not in fingerprints
    for dataset in reordered:
        assert dataset.tags_fingerprint == ml_100k.tags_fingerprint
        np.testing.assert_array_equal(dataset.sequences.times, ml_100k.sequences.times)


@pytest.mark.parametrize("protocol", [each for each in ALL if each.base], ids=lambda each: each.name)
def test_what_ranks_again_has_the_training_data_and_targets_of_its_base(protocol, ml_100k: Dataset) -> None:
    base = PROTOCOLS[protocol.base]
    assert base.base is None
    found, expected = protocol.hold_out(protocol.arrange(ml_100k)), base.hold_out(ml_100k)
    for name in ("items", "times", "offsets"):
        np.testing.assert_array_equal(getattr(found.train, name), getattr(expected.train, name))
    for part in ("validation", "test"):
        ours, theirs = getattr(found, part), getattr(expected, part)
        np.testing.assert_array_equal(ours.users, theirs.users)
        np.testing.assert_array_equal(ours.targets, theirs.targets)
        np.testing.assert_array_equal(ours.history.items, theirs.history.items)


def test_every_protocol_holds_out_different_things(ml_100k: Dataset) -> None:
    seen = set()
    for protocol in ALL:
        test = protocol.hold_out(protocol.arrange(ml_100k)).test
        sample = b"" if test.negatives is None else test.negatives.tobytes()
        seen.add((test.targets.tobytes(), test.history.items.tobytes(), test.ranks_seen, sample))
    assert len(seen) == len(ALL)


@pytest.mark.parametrize("family", ["loo-full", "time-full"])
def test_a_core_is_that_protocol_on_the_users_and_items_with_so_many_interactions(
    family: str, ml_100k: Dataset
) -> None:
    base, core = find_protocol(f"{family}-v1"), find_protocol(on_core(f"{family}-v1", 50))
    assert core.name == f"{family}-50core-v1"
    arranged = core.arrange(ml_100k)
    assert min(arranged.sequences.lengths.min(), arranged.sequences.item_counts[1:].min()) >= 50
    found, expected = core.hold_out(arranged), base.hold_out(k_core(ml_100k, 50))
    np.testing.assert_array_equal(found.test.targets, expected.test.targets)
    np.testing.assert_array_equal(found.train.items, expected.train.items)


@pytest.mark.parametrize(
    "name", ["loo", "loo-full-1core-v1", "loo-full-05core-v1", "loo-full-5core", "loo-full-seen-5core-v1"]
)
def test_a_protocol_that_is_not_there_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(InputError) as raised:
        find_protocol(name)
    assert str(raised.value).startswith(f"There is no protocol {name!r}: choose from loo-full-v1, ")
    assert str(raised.value).endswith("and loo-full-<K>core-v1 and time-full-<K>core-v1 with a K from 2 up.")


def test_a_protocol_without_a_core_says_so() -> None:
    with pytest.raises(InputError, match=r"only loo-full-v1 and time-full-v1 have one"):
        on_core("loo-full-seen-v1", 5)


@pytest.mark.parametrize("name", ["time-full-v1", "time-full-2core-v1", "loo-full-reversed-ties-v1"])
def test_what_goes_by_time_is_refused_where_data_have_no_times(name: str, ml_100k: Dataset) -> None:
    protocol, data = find_protocol(name), replace(ml_100k, has_times=False)
    for use in (protocol.arrange, protocol.hold_out):
        with pytest.raises(InputError, match=rf"^The protocol {name} goes by time, .* such as loo-full-v1\.$"):
            use(data)
    assert find_protocol(LOO_FULL).arrange(data) is data
    assert not find_protocol("loo-full-50core-v1").arrange(data).has_times


def test_cores_come_after_the_protocols_whose_names_stand_fast() -> None:
    names = ["time-full-9core-v1", "time-full-v1", "loo-full-5core-v1", "loo-full-v1"]
    assert sorted(names, key=place_in_order) == [
        "loo-full-v1", "time-full-v1", "loo-full-5core-v1", "time-full-9core-v1",
    ]  # fmt: skip
