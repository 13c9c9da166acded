from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqrec_bench.data import Dataset, Holdout, Interactions, Split, leave_one_out, prepare
from seqrec_bench.data.reading.score_files import RawScores
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.candidates import with_seen, with_uniform_sample
from seqrec_bench.evaluation.external_run import ExternalRun, external_run, n_candidates
from seqrec_bench.evaluation.ranking import rank_targets

Scores = dict[tuple[str, str], float]

N_USERS, N_ITEMS = 5, 8
USERS, ITEMS = [f"u{user}" for user in range(N_USERS)], [str(item) for item in range(1, N_ITEMS + 1)]


@cache
def dataset() -> Dataset:
    """u0 has 2 items, so no target; the others have 3 to 6 each."""
    rng = np.random.default_rng(3)
    rows = [
        (user, item, time)
        for number, user in enumerate(USERS)
        for time, item in enumerate(rng.permutation(ITEMS)[: number + 2])
    ]
    rows += [("u4", item, 0) for item in ITEMS if item not in {row[1] for row in rows}]
    users, items, times = zip(*rows, strict=True)
    return prepare("small", Interactions.from_rows(users, items, times), None)


def raw(scores: Scores) -> RawScores:
    pairs = list(scores)
    user_ids, users = np.unique([user for user, _ in pairs], return_inverse=True)
    item_ids, items = np.unique([item for _, item in pairs], return_inverse=True)
    return RawScores("their.csv", users.astype(np.int32), items.astype(np.int32), np.array([*scores.values()], float),
                     user_ids, item_ids)  # fmt: skip


def literal(scores: Scores, data: Dataset, user: int, history: set[str], target: str) -> tuple[int, int]:
    """`better` and `tied` of a target, by going through the catalogue; what has no score has minus infinity."""
    of = {item: scores.get((str(data.user_ids[user]), item), -np.inf) for item in ITEMS}
    candidates = [item for item in ITEMS if item not in history or item == target]
    return sum(of[item] > of[target] for item in candidates), sum(of[item] == of[target] for item in candidates)


@settings(max_examples=50)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(ITEMS), st.sampled_from([-1e300, 0.0, 1.0, 1 + 1e-12, 7.0]), min_size=1),
        min_size=N_USERS,
        max_size=N_USERS,
    )
)
def test_ranks_are_those_of_the_literal_count(lists: list[dict[str, float]]) -> None:
    data = dataset()
    scores = {(user, item): score for user, found in zip(USERS, lists, strict=True) for item, score in found.items()}
    for holdout in (leave_one_out(data.sequences).validation, leave_one_out(data.sequences).test):
        ranks = rank_targets(external_run(raw(scores), data, holdout), holdout)
        for row, (user, target) in enumerate(zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True)):
            first, last = holdout.history.offsets[user : user + 2]
            history = {str(data.item_ids[item]) for item in holdout.history.items[first:last]}
            expected = literal(scores, data, user, history, str(data.item_ids[target]))
            assert (ranks.better[row], ranks.tied[row]) == expected


def whole() -> Scores:
    return {(user, item): float(place) for user in USERS for place, item in enumerate(ITEMS)}


def refuse(scores: RawScores, complaint: str) -> None:
    data = dataset()
    with pytest.raises(InputError, match=complaint):
        external_run(scores, data, leave_one_out(data.sequences).test)


def test_a_user_without_a_target_may_be_there_or_not() -> None:
    data = dataset()
    holdout = leave_one_out(data.sequences).test
    without = {pair: score for pair, score in whole().items() if pair[0] != "u0"}
    assert rank_targets(external_run(raw(whole()), data, holdout), holdout) == rank_targets(
        external_run(raw(without), data, holdout), holdout
    )


def test_an_evaluated_user_who_is_not_there_is_named() -> None:
    left = {pair: score for pair, score in whole().items() if pair[0] not in ("u2", "u4")}
    refuse(raw(left), r"their.csv has nothing for 2 of the 4 evaluated users \(the first is u2\)")


def test_ids_that_nobody_knows_are_named() -> None:
    refuse(raw(whole() | {("u2", "nine"): 1.0}), r"has 1 item ids that are not in small under this protocol \('nine'\)")
    strangers = {(f"x{n}", "1"): 1.0 for n in range(4)}
    refuse(raw(whole() | strangers), r"has 4 user ids that are not in small .* \('x0', 'x1', 'x2', ...\)")


def test_a_pair_that_is_there_twice_is_named() -> None:
    twice = raw(whole())
    again = RawScores(
        twice.file, *(np.append(part, part[20:22]) for part in (twice.users, twice.items, twice.values)),
        twice.user_ids, twice.item_ids,
    )  # fmt: skip
    refuse(again, r"has 2 rows too many for one user and item \(the first is the user u2 and the item 5\)")


def holdouts(split: Split) -> list[Holdout]:
    """Of every kind: what a target is ranked against is all unseen items, all items, or a sample."""
    kinds = (split, with_seen(split), with_uniform_sample(split, 3, 0))
    return [holdout for kind in kinds for holdout in (kind.validation, kind.test)]


def test_what_has_a_score_is_counted_as_by_going_through_it() -> None:
    data, split = dataset(), leave_one_out(dataset().sequences)
    lists = {user: ITEMS[number % 2 :: 2] for number, user in enumerate(USERS)}
    names, outcomes = [str(user) for user in data.user_ids], set()
    scores = external_run(raw({(user, item): 1.0 for user in USERS for item in lists[user]}), data, split.test)
    for holdout in holdouts(split):
        found = [
            str(data.item_ids[item]) in lists[names[user]]
            for user, item in zip(holdout.users, holdout.targets, strict=True)
        ]
        assert scores.have(holdout.users, holdout.targets).tolist() == found
        outcomes |= {*found}
        lengths = []
        for row, user in enumerate(holdout.users):
            history = {str(data.item_ids[i]) for i in holdout.history.items[holdout.history.users == user]}
            sample = None if holdout.negatives is None else {str(data.item_ids[i]) for i in holdout.negatives[row] if i}
            candidates = sample if sample is not None else {*ITEMS} - (set() if holdout.ranks_seen else history)
            beside_target = sample is not None
            lengths.append((len(candidates & {*lists[names[user]]}), len(candidates) + beside_target))
        counted = zip(scores.scored_candidates(holdout).tolist(), n_candidates(holdout).tolist(), strict=True)
        assert list(counted) == lengths
    assert outcomes == {True, False}


def test_runs_are_held_against_each_other_by_their_order() -> None:
    data, split = dataset(), leave_one_out(dataset().sequences)

    def run(scores: Scores) -> ExternalRun:
        return external_run(raw(scores), data, split.test)

    pairs = list(whole())
    backwards = {pair: 3 * whole()[pair] + 1 for pair in reversed(pairs)}
    assert run(whole()).orders_as(run(backwards))
    level = dict.fromkeys(pairs, 0.5)
    assert run(level).orders_as(run(dict.fromkeys(reversed(pairs), 2.0)))
    assert not run(whole()).orders_as(run(level))
    assert not run(whole()).orders_as(run(whole() | {("u2", "3"): -1.0}))
    assert not run(whole()).orders_as(run({pair: whole()[pair] for pair in pairs if pair != ("u2", "8")}))
