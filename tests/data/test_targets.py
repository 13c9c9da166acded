"""Facts on test targets against a literal count, user by user and target by target."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Interactions, Split, prepare
from seqrec_bench.data.dataset import TEST, TRAIN, VALIDATION, GivenParts
from seqrec_bench.data.targets import TargetFacts, n_candidates, target_facts
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocols import find_protocol

PROTOCOLS = (
    "loo-full-v1", "loo-full-seen-v1", "loo-full-zeroed-v1", "loo-uniform2-v1", "loo-full-unique-v1",
    "loo-full-reversed-ties-v1", "time50-full-v1", "loo-full-2core-v1",
)  # fmt: skip
rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("12345"), st.integers(0, 4)), min_size=4, max_size=30
)


def prepared(rows: list[tuple[str, str, int]], codes: list[int] | None = None) -> Dataset:
    users, items, times = zip(*rows, strict=True)
    given_parts = None if codes is None else GivenParts(np.array(codes, dtype=np.int8), has_validation=True)
    return prepare("small", Interactions.from_rows(users, items, times), None, given_parts)


def literal(dataset: Dataset, split: Split, protocol: str) -> TargetFacts:
    """The facts by going through the users' lists."""
    test, sequences = split.test, dataset.sequences
    trained = set(split.train.items.tolist())
    candidates, tied, untrained, repeated = [], 0, 0, []
    for place, (user, target) in enumerate(zip(test.users.tolist(), test.targets.tolist(), strict=True)):
        history = test.history.items[test.history.offsets[user] : test.history.offsets[user + 1]].tolist()
        others = {other for of, other in zip(test.users.tolist(), test.targets.tolist(), strict=True) if of == user}
        if test.negatives is not None:
            candidates.append(1 + sum(item != 0 for item in test.negatives[place].tolist()))
        else:
            excluded = set() if "seen" in protocol or "zeroed" in protocol else set(history)
            catalogue = set(range(1, sequences.n_items + 1))
            candidates.append(len((catalogue - excluded - others) | {target}))
        times = sequences.times[sequences.offsets[user] : sequences.offsets[user + 1]].tolist()
        at = len(history)
        neighbours = [times[other] for other in (at - 1, at + 1) if 0 <= other < len(times)]
        tied += dataset.given is None and times[at] in neighbours
        untrained += target not in trained
        repeated += [place] if target in history else []
    return TargetFacts(min(candidates), max(candidates), tied, untrained, np.array(repeated, dtype=np.int64))


@given(rows, st.sampled_from(PROTOCOLS))
def test_the_facts_are_those_of_a_literal_count(rows: list[tuple[str, str, int]], name: str) -> None:
    protocol = find_protocol(name)
    try:
        dataset = protocol.arrange(prepared(rows))
        split = protocol.hold_out(dataset)
    except InputError:  # nobody is left to evaluate
        return
    assert target_facts(dataset, split) == literal(dataset, split, name)


def test_a_case_by_hand() -> None:
    rows = [("a", item, time) for item, time in zip("12341", (1, 2, 3, 4, 4), strict=True)]  # repeats 1, tied with 4
    rows += [("b", item, time) for item, time in zip("1257", (1, 2, 3, 4), strict=True)]  # 7 is never trained on
    rows += [("c", item, time) for item, time in zip("126", (1, 1, 2), strict=True)]  # nor is 6; 1 and 2 are tied
    dataset = prepared(rows)
    split = find_protocol("loo-full-v1").hold_out(dataset)
    facts = TargetFacts(fewest=4, most=5, tied=1, untrained=2, repeated=np.array([0]))
    assert target_facts(dataset, split) == facts
    assert n_candidates(split.test).tolist() == [4, 4, 5]
    assert target_facts(replace(dataset, has_times=False), split) == replace(facts, tied=None)


@pytest.mark.parametrize(
    "change", [{"fewest": 3}, {"most": 6}, {"tied": 2}, {"tied": None}, {"untrained": 0}, {"repeated": np.array([1])}]
)
def test_other_facts_are_not_equal(change: dict[str, object]) -> None:
    facts = TargetFacts(fewest=4, most=5, tied=1, untrained=2, repeated=np.array([0]))
    assert facts != replace(facts, **change)
    assert facts != "facts"


def test_of_a_given_split_each_target_counts_and_no_order_decides() -> None:
    rows = [("a", "1", 1), ("a", "2", 1), ("a", "3", 1), ("a", "4", 1), ("a", "1", 1)]
    rows += [("b", "2", 5), ("b", "5", 5), ("b", "3", 5)]
    codes = [TRAIN, TRAIN, VALIDATION, TEST, TEST, TRAIN, VALIDATION, TEST]
    dataset = prepared(rows, codes)
    split = find_protocol("given-full-v1").hold_out(dataset)
    assert split.test.users.tolist() == [0, 0, 1]
    facts = target_facts(dataset, split)
    assert facts == literal(dataset, split, "given-full-v1")
    assert (facts.tied, facts.untrained, facts.repeated.tolist()) == (0, 2, [1])
