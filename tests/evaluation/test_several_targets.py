"""Several targets a user: ranks, lists and metrics against literal ones, and the one-target case as it always was."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from seqrec_bench.data import Columns, Dataset, Holdout, leave_one_out, load_file
from seqrec_bench.data.exporting.split_files import Labels, write_split
from seqrec_bench.data.part_files import PartFiles, load_parts
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Metric, metric, require_choice, validation_figures
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.evaluation.ranking import Top, rank_and_list, rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.verification.literal import literal_values
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array, Recommender
from seqrec_bench.records import Ranks

MakeRows = Callable[..., dict[str, list[tuple[str, str, int]]]]
MakeDataset = Callable[..., Dataset]
PROTOCOLS = [
    "given-full-v1",
    "given-full-seen-v1",
    "given-full-zeroed-v1",
    "given-uniform5-v1",
    "given-popular5-seed2-v1",
]


class Table:
    """Scores each user by their row, (n_users, n_items + 1), and counts how often each is asked for."""

    name, history_length = "table", 1

    def __init__(self, scores: Float32Array) -> None:
        self.scores, self.asked = scores, np.zeros(len(scores), dtype=np.int64)

    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self.asked[np.unique(users)] += 1
        return self.scores[users]


def table(data: Dataset, n_levels: int) -> Recommender:
    shape = data.sequences.n_users, data.sequences.n_items + 1
    return cast(Recommender, Table(np.random.default_rng(1).integers(-n_levels, n_levels, shape).astype(np.float32)))


def history_of(holdout: Holdout, user: int) -> list[int]:
    first, last = holdout.history.offsets[user : user + 2]
    return holdout.history.items[first:last].tolist()


def literal_ranks(scores: Float32Array, holdout: Holdout) -> tuple[list[int], list[int]]:
    """Better and tied of every target, counted candidate by candidate, without the user's other targets."""
    better, tied = [], []
    pairs = list(zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True))
    for row, (user, target) in enumerate(pairs):
        own, seen = scores[user].copy(), history_of(holdout, user)
        others = [item for whose, item in pairs if whose == user and item != target]
        candidates = list(range(1, holdout.history.n_items + 1))
        if holdout.negatives is not None:
            candidates = [item for item in holdout.negatives[row].tolist() if item != PADDING] + [target]
        elif not holdout.ranks_seen:
            candidates = [item for item in candidates if item not in seen or item == target]
        if holdout.zeroes_seen:
            own[seen] = 0
        candidates = [item for item in candidates if item not in others]
        better.append(sum(bool(own[item] > own[target]) for item in candidates))
        tied.append(sum(bool(own[item] == own[target]) for item in candidates))
    return better, tied


@pytest.mark.parametrize("n_levels", [1, 3, 1_000_000])
@pytest.mark.parametrize("name", PROTOCOLS)
def test_ranks_equal_the_literal_ones(
    name: str, n_levels: int, given_rows: MakeRows, given_dataset: MakeDataset
) -> None:
    data = given_dataset(given_rows(n_users=300))  # two blocks of users
    split, scorer = find_protocol(name).hold_out(data), table(data, n_levels)
    for holdout in (split.validation, split.test):
        found = rank_targets(scorer, holdout)
        assert (found.better.tolist(), found.tied.tolist()) == literal_ranks(scorer.scores, holdout)  # type: ignore[attr-defined]
        assert found.users is not None and found.users.tolist() == holdout.users.tolist()
        assert np.bincount(holdout.users).max() >= 3


def test_each_user_is_scored_once_whatever_the_number_of_targets(
    given_rows: MakeRows, given_dataset: MakeDataset
) -> None:
    data = given_dataset(given_rows(n_users=300))
    scorer = cast(Table, table(data, 3))
    rank_targets(cast(Recommender, scorer), find_protocol("given-full-v1").hold_out(data).test)
    assert set(scorer.asked.tolist()) == {1}


def test_some_users_in_any_order_have_the_ranks_of_all(given_rows: MakeRows, given_dataset: MakeDataset) -> None:
    data = given_dataset(given_rows(n_users=300))
    test, scorer = find_protocol("given-full-v1").hold_out(data).test, table(data, 100)
    everyone = rank_targets(scorer, test)
    users = np.random.default_rng(0).permutation(test.evaluated)[:20]
    places = np.concatenate([np.flatnonzero(test.users == user) for user in users])
    assert rank_targets(scorer, test, users) == Ranks(
        everyone.better[places], everyone.tied[places], test.users[places]
    )
    without = np.setdiff1d(np.arange(300), test.users)[0]
    with pytest.raises(ValueError, match=f"user {without} has no target"):
        rank_targets(scorer, test, np.array([users[0], without]))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_users_list_has_all_targets_among_its_candidates(
    name: str, given_rows: MakeRows, given_dataset: MakeDataset
) -> None:
    data = given_dataset(given_rows())
    test, scorer = find_protocol(name).hold_out(data).test, table(data, 1_000_000)
    ranks, lists = rank_and_list(scorer, test, Top(8, 0))
    assert ranks == rank_targets(scorer, test) and len(lists) == ranks.n_users == len(test.evaluated)
    for user, found in zip(test.evaluated.tolist(), lists.tolist(), strict=True):
        rows = np.flatnonzero(test.users == user)
        own, seen, targets = scorer.scores[user].copy(), history_of(test, user), test.targets[rows].tolist()  # type: ignore[attr-defined]
        if test.zeroes_seen:
            own[seen] = 0
        drawn = None if test.negatives is None else {*test.negatives[rows].ravel().tolist()} - {PADDING}
        among = set(range(1, len(own))) if drawn is None else drawn
        among = among if test.ranks_seen or drawn is not None else among - set(seen)
        expected = sorted(among | set(targets), key=lambda item: -own[item])[:8]
        if not test.zeroes_seen:  # there, the zeroes are tied
            assert found == expected + [PADDING] * (8 - len(expected))
        assert own[found[: len(expected)]].tolist() == own[expected].tolist()


@pytest.mark.parametrize("name", ["HR@5", "Recall@5", "MRR@5", "MRR", "NDCG@5", "MeanRank"])
def test_a_users_figure_is_the_mean_over_its_targets(
    name: str, given_rows: MakeRows, given_dataset: MakeDataset
) -> None:
    data = given_dataset(given_rows())
    ranks = rank_targets(table(data, 3), find_protocol("given-full-v1").hold_out(data).test)
    found = metric(ranks, name)
    assert found.shape == (ranks.n_users,)
    np.testing.assert_allclose(found, literal_values(ranks, name), rtol=0, atol=1e-12)
    assert ranks.users is not None
    single = metric(Ranks(ranks.better, ranks.tied), name)
    for user, value in zip(np.unique(ranks.users), found, strict=True):
        of_user = single[ranks.users == user].tolist()
        assert value == pytest.approx(math.fsum(of_user) / len(of_user), abs=1e-12)
    assert validation_figures(ranks)["NDCG@50"] == pytest.approx(metric(ranks, "NDCG@50").mean())


def test_the_hit_rate_of_single_targets_is_recall_where_they_do_not_stand_in_each_others_way() -> None:
    """Of 4 targets at the places 1, 2, 9 and 30 of the rest, two are among the first 5."""
    ranks = Ranks(np.array([0, 1, 8, 29]), np.ones(4, dtype=np.int64), np.zeros(4, dtype=np.int64))
    assert metric(ranks, "HR@5").tolist() == metric(ranks, "Recall@5").tolist() == [0.5]
    assert metric(ranks, "NDCG@5").tolist() == [pytest.approx((1 + 1 / math.log2(3)) / 4)]


def test_map_is_of_lists_with_all_targets_and_refused(given_rows: MakeRows, given_dataset: MakeDataset) -> None:
    data = given_dataset(given_rows())
    validation = find_protocol("given-full-v1").hold_out(data).validation
    ranks = rank_targets(table(data, 3), validation)
    for refused in (lambda: metric(ranks, "MAP@10"), lambda: require_choice(Metric("MAP@10"), validation)):
        with pytest.raises(InputError, match="users have several targets, which are ranked one by one: name MRR@10"):
            refused()
    one_each = Ranks(ranks.better[:2], ranks.tied[:2], np.array([3, 5]))
    assert metric(one_each, "MAP@10").tolist() == metric(one_each, "MRR@10").tolist()
    require_choice(Metric("NDCG@10"), validation)


@pytest.mark.parametrize("model", ["popularity", "item-knn", "sequential-rules"])
def test_given_parts_of_an_exported_leave_one_out_have_its_ranks(model: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{user},{item},{at}" for user in range(300) for at, item in enumerate(rng.permutation(40)[: 2 + user % 9])]
    (tmp_path / "all.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    whole = load_file(tmp_path / "all.csv", Columns(), None)
    expected = leave_one_out(whole.sequences)
    write_split(tmp_path / "split", whole, expected, Labels("loo-full-v1", "1", "", ""))
    train, validation, test = (tmp_path / "split" / f"{part}.csv" for part in ("train", "validation", "test"))
    parts = load_parts(PartFiles(train, test, validation), Columns(), None)
    given = find_protocol("given-full-v1").hold_out(parts)
    recommender = build(model, 0, {})
    recommender.fit(expected.train, None)  # type: ignore[arg-type]
    for mine, usual in ((given.validation, expected.validation), (given.test, expected.test)):
        found = rank_and_list(recommender, mine, Top(5, 0))
        due = rank_and_list(recommender, usual, Top(5, 0))
        assert found[0] == due[0] and found[0].users is None
        np.testing.assert_array_equal(found[1], due[1])
    without = load_parts(PartFiles(train, test), Columns(), None)
    assert find_protocol("given-test-full-v1").hold_out(without).test.names_users  # others validate than test


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("given-full-5core-v1", "is taken as it is, in its own order and without a k-core: there is given-full-v1"),
        ("given-test-full-reversed-ties-v1", "there is given-test-full-v1"),
        ("full-given-v1", "it is called given-full-v1"),
        ("given-v1", "a name is a split"),
    ],
)  # fmt: skip
def test_names_that_make_no_sense_are_refused(name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        find_protocol(name)


@pytest.mark.parametrize(
    ("has_validation", "name", "says"),
    [
        (True, "loo-full-v1", "does not take the split of parts as its files give it: choose given-full-v1"),
        (True, "given-test-full-v1", "choose given-full-v1, which does"),
        (False, "given-full-v1", "choose given-test-full-v1, which does"),
        (False, "time-full-v1", "choose given-test-full-v1, which does"),
        (None, "given-full-v1", "was given whole: give --train, --validation and --test FILE"),
        (None, "given-test-full-seen-v1", "was given whole: give --train and --test FILE"),
    ],
)  # fmt: skip
def test_a_protocol_of_other_parts_is_refused(
    has_validation: bool | None,
    name: str,
    says: str,
    given_rows: MakeRows,
    given_dataset: MakeDataset,
    ml_100k: Dataset,
) -> None:
    rows = given_rows()
    if has_validation is False:
        del rows["validation"]
    data = ml_100k if has_validation is None else given_dataset(rows)
    for ask in (find_protocol(name).arrange, find_protocol(name).hold_out):
        with pytest.raises(InputError, match=says):
            ask(data)


def test_more_targets_alike_are_no_more_evidence() -> None:
    """Each target twice gives every user the same figure, so that no interval over users is narrower."""
    rng = np.random.default_rng(0)
    better, users = rng.integers(0, 30, 60), np.repeat(np.arange(20), 3)
    once = Ranks(better, np.ones(60, dtype=np.int64), users)
    twice = Ranks(np.repeat(better, 2), np.ones(120, dtype=np.int64), np.repeat(users, 2))
    np.testing.assert_allclose(metric(twice, "NDCG@10"), metric(once, "NDCG@10"), rtol=0, atol=1e-15)
    assert len(metric(twice, "NDCG@10")) == twice.n_users == 20
