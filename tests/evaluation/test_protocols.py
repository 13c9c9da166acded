import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Interactions, leave_one_out, prepare
from seqrec_bench.data.k_core import k_core
from seqrec_bench.data.negatives import read_negatives
from seqrec_bench.data.repeats import drop_repeats
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocol_parts import (
    AtDate,
    AtQuantile,
    Candidates,
    LeaveOneOut,
    Negatives,
    Sample,
    SplitRule,
    TieOrder,
    Whole,
)
from seqrec_bench.evaluation.protocols import (
    ALL,
    LOO_FULL,
    PROTOCOLS,
    Protocol,
    among,
    find_protocol,
    known_protocol,
    on_core,
    place_in_order,
)

DOCS = Path(__file__).parents[2] / "docs" / "protocol.md"
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
    reordered = [protocol.arrange(ml_100k) for protocol in ALL if str(protocol.ties)]
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
    base = find_protocol(f"{family}-v1")
    core = on_core(base, 50)
    assert core == find_protocol(core.name)
    assert core.name == f"{family}-50core-v1"
    arranged = core.arrange(ml_100k)
    assert min(arranged.sequences.lengths.min(), arranged.sequences.item_counts[1:].min()) >= 50
    found, expected = core.hold_out(arranged), base.hold_out(k_core(ml_100k, 50))
    np.testing.assert_array_equal(found.test.targets, expected.test.targets)
    np.testing.assert_array_equal(found.train.items, expected.train.items)


def grammar_says(name: str) -> str:
    with pytest.raises(InputError) as raised:
        find_protocol(name)
    start, _, reason = str(raised.value).partition(f"There is no protocol {name!r}")
    assert start == ""
    return reason


@pytest.mark.parametrize("name", ["", "loo", "loo-v1", "full-v1", "loo-full-5core", "loo-full-v2", "loo-full-2cores-v1",
                                  "loo-negatives-1a2b-v1", "loo-uniform-v1", "loo-full--seen-v1", "LOO-full-v1",
                                  "loo-full-v1\n", "timex-full-v1", "loo-full-random-ties-v1",
                                  "loo-uniform1000000000-v1"])  # fmt: skip
def test_a_name_that_is_none_is_refused_with_what_names_are_made_of(name: str) -> None:
    reason = grammar_says(name)
    assert reason.startswith(
        ": a name is a split (loo, time, time90 in per cent, time2014-07-01, or given or given-test for "
    )
    example = reason.rstrip(".").rpartition(" ")[2]
    assert find_protocol(example).name == example == "time90-uniform1000-unique-5core-v1"
    assert known_protocol(name) is None


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("loo-full-05core-v1", "loo-full-5core-v1"),
        ("time75-full-v1", "time-full-v1"),
        ("time75.0-full-v1", "time-full-v1"),
        ("time090-full-v1", "time90-full-v1"),
        ("time99.50-full-v1", "time99.5-full-v1"),
        ("time2014-7-1-full-v1", "time2014-07-01-full-v1"),
        ("loo-uniform100-seed0-v1", "loo-uniform100-v1"),
        ("loo-popular0100-seed03-v1", "loo-popular100-seed3-v1"),
        ("loo-full-random-ties-01-v1", "loo-full-random-ties-1-v1"),
        ("loo-full-5core-seen-v1", "loo-full-seen-5core-v1"),
        ("full-loo-unique-reversed-ties-v1", "loo-full-reversed-ties-unique-v1"),
    ],
)
def test_what_is_meant_but_called_otherwise_is_refused_with_its_name(name: str, called: str) -> None:
    assert grammar_says(name) == f": it is called {called}."
    assert find_protocol(called).name == called


@pytest.mark.parametrize(
    ("name", "why", "sensible"),
    [
        ("loo-full-1core-v1", "1core takes nothing out", "loo-full-5core-v1"),
        ("loo-full-0core-v1", "0core takes nothing out", "loo-full-5core-v1"),
        ("time0-full-v1", "leaves nothing on one side", "time90-full-v1"),
        ("time100-full-v1", "leaves nothing on one side", "time90-full-v1"),
        ("time1000.5-full-v1", "leaves nothing on one side", "time90-full-v1"),
        ("time2014-02-30-full-v1", "a day that no calendar has (day", "time2014-07-01-full-v1"),
        ("loo-uniform0-v1", "ranks targets against nothing", "loo-uniform100-v1"),
        ("loo-uniform100-seen-v1", "seen goes with full alone", "loo-full-seen-v1"),
        ("loo-negatives-1a2b3c4d-zeroed-v1", "zeroed goes with full alone", "loo-full-zeroed-v1"),
        ("loo-full-seen-zeroed-v1", "zeroed is one history too many", ""),
        ("loo-full-5core-10core-v1", "10core is one core too many", ""),
        ("loo-time-full-v1", "time is one split too many", ""),
        ("loo-full-reversed-ties-item-up-ties-v1", "item-up-ties is one ties too many", ""),
        ("loo-full-random-ties-4294967296-v1", "the seed in random-ties-4294967296 is beyond 4294967295", ""),
        ("loo-popular9-seed4294967296-v1", "is beyond 4294967295: name a smaller one", ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(name: str, why: str, sensible: str) -> None:
    reason = grammar_says(name)
    assert reason.startswith(": ")
    assert why in reason
    if sensible:
        assert sensible in reason
        assert find_protocol(sensible)


SEEDS = st.integers(0, 2**32 - 1)
PERCENTS = st.decimals("0.001", "99.999", places=3)
COMPOSITIONS = st.builds(
    Protocol,
    split=st.just(LeaveOneOut()) | st.builds(AtQuantile, PERCENTS) | st.builds(AtDate, st.dates(date(1000, 1, 1))),
    candidates=st.builds(Whole, st.sampled_from(["", "seen", "zeroed"]))
    | st.builds(Sample, st.sampled_from(["uniform", "popular"]), st.integers(1, 10**9 - 1), SEEDS | st.just(0))
    | st.builds(Negatives, st.text("0123456789abcdef", min_size=8, max_size=8)),
    ties=st.builds(TieOrder, st.sampled_from(["file", "reversed", "item-up", "item-down"]))
    | st.builds(TieOrder, st.just("random"), SEEDS),
    unique=st.booleans(),
    core=st.none() | st.integers(2, 10**6),
)


@given(one=COMPOSITIONS, other=COMPOSITIONS)
def test_every_composition_has_a_name_and_no_two_have_the_same(one: Protocol, other: Protocol) -> None:
    for each in (one, other):
        assert find_protocol(each.name) == each
        assert re.fullmatch(r"[a-z0-9.-]+-v1", each.name)  # as records want it
        base = each.base and find_protocol(each.base)
        assert base is None or (base == replace(each, candidates=Whole()) and base.base is None)
        assert (base is None) == (each.candidates == Whole())
    assert (one.name == other.name) == (one == other)


SPLITS = (LeaveOneOut(), AtQuantile(), AtQuantile(Decimal(40)), AtDate(date(1998, 1, 20)))
HISTORIES = (Whole(), Whole("seen"), Whole("zeroed"), Sample("uniform", 9), Sample("popular", 9, 3))


def compositions() -> Iterator[Protocol]:
    orders = (TieOrder(), TieOrder("reversed"), TieOrder("random", 7), TieOrder("item-down"))
    for split, candidates, ties, unique, core in product(SPLITS, HISTORIES, orders, (False, True), (None, 3)):
        yield Protocol(split, candidates, ties, unique, core)


@pytest.fixture(scope="module")
def repeated() -> Dataset:
    """60 users with 14 interactions each, on 9 days from July 1997 to July 1998, with some items that are rare."""
    rng = np.random.default_rng(0)
    users, items = np.repeat(np.arange(60), 14), rng.geometric(0.08, 60 * 14)
    times = 867_715_200 + 4_000_000 * rng.integers(0, 9, 60 * 14)
    rows = Interactions.from_rows(list(map(str, users)), list(map(str, items)), times)
    return prepare("repeated", rows, None)


def test_every_composition_holds_out_what_its_parts_say(repeated: Dataset) -> None:
    """Step by step, and differently from every other: whoever has the same split has the same base."""
    found = {}
    for protocol in compositions():
        kept = drop_repeats(repeated) if protocol.unique else repeated
        kept = k_core(kept, protocol.core) if protocol.core else kept
        arranged = protocol.arrange(repeated)
        assert arranged.fingerprint == protocol.ties.arrange(kept).fingerprint
        split = protocol.hold_out(arranged)
        base = protocol if protocol.base is None else find_protocol(protocol.base)
        assert base.arrange(repeated).fingerprint == arranged.fingerprint
        trained = base.hold_out(arranged)
        for part in ("validation", "test"):
            ours, theirs = getattr(split, part), getattr(trained, part)
            assert np.array_equal(ours.history.items, theirs.history.items)
            assert np.array_equal(ours.targets, theirs.targets)
        test = split.test
        sample = None if test.negatives is None else test.negatives.tobytes()
        found[test.history.items.tobytes(), test.targets.tobytes(), test.ranks_seen, test.zeroes_seen, sample] = (
            protocol
        )
    assert len(found) == len(list(compositions())) == 320


def test_a_sample_of_more_than_there_is_takes_no_more_room_than_there_is(repeated: Dataset) -> None:
    negatives = find_protocol("loo-uniform999999999-v1").hold_out(repeated).test.negatives
    assert negatives is not None and negatives.shape == (60, repeated.sequences.n_items)


def test_a_core_is_added_to_any_protocol_that_has_none_or_the_same() -> None:
    assert on_core(find_protocol("loo-full-seen-v1"), 5).name == "loo-full-seen-5core-v1"
    assert on_core(find_protocol("time90-uniform9-unique-5core-v1"), 5).name == "time90-uniform9-unique-5core-v1"
    with pytest.raises(InputError, match=r"loo-full-5core-v1 and --k-core 9 are two cores: .* name loo-full-9core-v1"):
        on_core(find_protocol("loo-full-5core-v1"), 9)


def test_given_negatives_are_added_to_full_or_are_those_that_are_named(tmp_path: Path, ml_100k: Dataset) -> None:
    (tmp_path / "mine.txt").write_text("1 2 3\n")
    (tmp_path / "other.txt").write_text("1 2 4\n")
    mine, other = read_negatives(tmp_path / "mine.txt"), read_negatives(tmp_path / "other.txt")
    protocol = among(find_protocol("time90-full-5core-v1"), mine)
    assert protocol.name == f"time90-negatives-{mine.digest}-5core-v1"
    assert among(protocol, mine) == protocol
    for name in (protocol.name, "loo-full-seen-v1", "loo-uniform100-v1"):
        with pytest.raises(InputError, match=r"other.txt: .* or name .*-negatives-[0-9a-f]{8}-"):
            among(find_protocol(name), other)
    protocol = replace(protocol, split=LeaveOneOut())
    with pytest.raises(InputError, match=rf"^The protocol {protocol.name} ranks .* name it with --negatives FILE\.$"):
        protocol.hold_out(ml_100k)
    with pytest.raises(InputError, match=rf"of another file than .*other.txt, which makes negatives-{other.digest}: "):
        protocol.hold_out(replace(ml_100k, negatives=other))
    arranged = protocol.arrange(replace(ml_100k, negatives=mine))
    assert arranged.negatives is mine  # which the k-core keeps


@pytest.mark.parametrize("name", ["time-full-v1", "time-full-2core-v1", "loo-full-reversed-ties-v1"])
def test_what_goes_by_time_is_refused_where_data_have_no_times(name: str, ml_100k: Dataset) -> None:
    protocol, data = find_protocol(name), replace(ml_100k, has_times=False)
    for use in (protocol.arrange, protocol.hold_out):
        with pytest.raises(InputError, match=rf"^The protocol {name} goes by time, .* such as loo-full-v1\.$"):
            use(data)
    assert find_protocol(LOO_FULL).arrange(data) is data
    assert not find_protocol("loo-full-50core-v1").arrange(data).has_times


def test_what_is_trained_comes_before_what_ranks_it_again() -> None:
    names = ["time-full-9core-v1", "loo-full-seen-5core-v1", "time-full-v1", "loo-full-5core-v1", "loo-full-v1"]
    assert sorted([*names, "gone-v9", "loo-full-seen-v1"], key=place_in_order) == [
        "loo-full-v1", "loo-full-seen-v1", "time-full-v1",
        "gone-v9", "loo-full-5core-v1", "time-full-9core-v1", "loo-full-seen-5core-v1",
    ]  # fmt: skip


def test_candidates_are_said_in_a_sentence() -> None:
    said = [protocol.candidates.words for protocol in (*compositions(), Protocol(candidates=Negatives("0" * 8)))]
    assert len(set(said)) == len(HISTORIES) + 1
    assert all(re.fullmatch(r"[A-Z][^.]+\.", sentence) for sentence in said)


NAME_WITH = {
    "split": "{}-full-v1", "candidates": "loo-{}-v1", "order of ties": "loo-full-{}-v1", "repeats": "loo-full-{}-v1",
    "k-core": "loo-full-{}-v1", "version": "loo-full-{}",
}  # fmt: skip


def test_the_tokens_of_the_page_are_those_that_there_are() -> None:
    table = DOCS.read_text().partition("| part | in the name |")[2].partition("\n\n")[0]
    kind, found = "", []
    for row in table.splitlines()[2:]:
        first, tokens, _ = (cell.strip() for cell in row.strip("|").split("|"))
        kind = first or kind
        found += [find_protocol(NAME_WITH[kind].format(token)) for token in re.findall("`([^`]+)`", tokens)]
    assert {type(protocol.split) for protocol in found} == set(get_args(SplitRule))
    assert {type(protocol.candidates) for protocol in found} == set(get_args(Candidates))
    assert {protocol.ties.kind for protocol in found} == {"file", "reversed", "random", "item-up", "item-down"}
    assert {protocol.candidates for protocol in found} >= {Whole(), Whole("seen"), Whole("zeroed")}
    assert {protocol.unique for protocol in found} == {False, True}
    assert {protocol.core for protocol in found} == {None, 5}
