"""What a user's explanation says, held against literal computations on a model whose answers are easy to follow."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from seqrec_bench.data import Dataset, Interactions, RawTags, Split, leave_one_out, prepare
from seqrec_bench.evaluation.explaining.content import LATEST, Item, UserExplanation
from seqrec_bench.evaluation.explaining.user import NEAREST, Question, explain_user
from seqrec_bench.recommender import Explanation
from seqrec_bench.records import CellKey

KEY = CellKey("toy", "loo-full-v1", "planted", "paper", 0, 0)
N_ITEMS = 14
AFFINITY = np.random.default_rng(0).normal(size=(N_ITEMS + 1, N_ITEMS + 1)).astype(np.float32)
"""How much a past item, by row, speaks for another one."""
USER_WEIGHTS = np.array([0.4, 0.05, 0.2, 0.15, 0.1, 0.06, 0.04], dtype=np.float32)
HISTORIES = ["3 1 4 5 9 2 6 12", "1 4 2 6 8", "6 7 9 11", "2 6 3 1", "13 10", "5 6", "14 2 9 6 7 8 5"]


@dataclass
class Planted:
    """Scores an item by the sum of what the last items say for it."""

    history_length: int | None = 4
    name: ClassVar[str] = "planted"
    shows: tuple[str, ...] = ("parts", "contributions", "items", "users")

    def score(self, users: Any, histories: Any) -> Any:
        return (AFFINITY[histories] * (histories > 0)[:, :, None]).sum(axis=1)

    def explain(self, users: Any, histories: Any) -> Explanation:
        scores = self.score(users, histories)
        length = histories.shape[1]
        found = {
            "parts": {"half": scores / 2, "other": scores / 2},
            "contributions": AFFINITY[histories] * (histories > 0)[:, :, None],
            "items": np.tril(np.arange(1.0, length * length + 1).reshape(1, length, length)).astype(np.float32),
            "users": USER_WEIGHTS[None],
        }
        return Explanation(**{name: found[name] for name in self.shows})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data() -> Dataset:
    rows = [
        (f"u{user}", item, 10 * place)
        for user, items in enumerate(HISTORIES)
        for place, item in enumerate(items.split())
    ]
    users, items, times = zip(*rows, strict=True)
    tags = RawTags({"1": frozenset({"b", "a"}), "5": frozenset()}, {"1": "One (2001)"})
    return prepare("toy", Interactions.from_rows(users, items, times), tags)


@pytest.fixture(scope="module")
def split(data: Dataset) -> Split:
    return leave_one_out(data.sequences)


def ask(data: Dataset, split: Split, user: int = 0, top: int = 3, **settings: Any) -> UserExplanation:
    question = Question(Planted(**settings), data, split, user, KEY, "ab12")  # type: ignore[arg-type]
    return explain_user(question, top)


def test_the_history_ends_with_the_validation_item_and_items_have_names(data: Dataset, split: Split) -> None:
    found = ask(data, split)
    assert [past.item.id for past in found.history] == ["5", "9", "2", "6"]
    assert [past.time for past in found.history] == [30, 40, 50, 60]
    assert (found.n_history, found.n_given, found.user) == (7, 4, "u0")
    assert ask(data, split, history_length=None).history[1].item == Item("1", "One (2001)", ("a", "b"))
    assert found.history[0].item == Item("5", "", ())
    assert found.history[0].item.name == "5"


def test_recommendations_are_the_best_candidates_and_the_rank_is_theirs(data: Dataset, split: Split) -> None:
    scores = AFFINITY[[5, 9, 2, 6]].sum(axis=0)
    candidates = [7, 8, 10, 11, 12, 13, 14]
    best = sorted(candidates, key=lambda item: -scores[item])
    found = ask(data, split)
    assert [int(scored.item.id) for scored in found.recommendations] == best[:3]
    assert found.n_candidates == len(candidates)
    assert found.held_out is not None
    assert (found.held_out.scored.item.id, found.held_out.better, found.held_out.tied) == ("12", best.index(12), 1)
    for scored in (*found.recommendations, found.held_out.scored):
        assert scored.score == pytest.approx(scores[int(scored.item.id)], rel=1e-6)
        assert sum(scored.parts.values()) == pytest.approx(scored.score, rel=1e-6)
    assert found.candidates["score"].mean == pytest.approx(scores[candidates].mean(), rel=1e-5)
    assert found.candidates["half"].deviation == pytest.approx(scores[candidates].std() / 2, rel=1e-5)


def test_effects_are_what_the_lead_loses_without_the_item(data: Dataset, split: Split) -> None:
    found = ask(data, split)
    candidates = [7, 8, 10, 11, 12, 13, 14]
    first = int(found.recommendations[0].item.id)
    for past in found.history:
        said = AFFINITY[int(past.item.id)]
        assert past.for_first == pytest.approx(said[first] - said[candidates].mean(), abs=1e-5)
        assert past.for_held_out == pytest.approx(said[12] - said[candidates].mean(), abs=1e-5)


def test_the_greatest_contribution_is_named(data: Dataset, split: Split) -> None:
    for scored in ask(data, split).recommendations:
        assert scored.because_of == np.argmax(AFFINITY[[5, 9, 2, 6], int(scored.item.id)])
    assert ask(data, split, shows=("parts",)).recommendations[0].because_of is None


def test_nearest_users_are_shown_with_what_they_took_after_the_last_item(data: Dataset, split: Split) -> None:
    memory = ask(data, split).memory
    assert memory is not None
    assert [near.user for near in memory.nearest] == ["u0", "u2", "u3", "u4", "u5"]
    shown = {near.user: (near.has_last, [item.id for item in near.items]) for near in memory.nearest}
    assert shown == {
        "u0": (False, ["5", "9", "2"]),  # in training, u0 has not got to item 6
        "u2": (True, ["7"]),
        "u3": (False, ["2", "6"]),  # nothing comes after it
        "u4": (False, ["13", "10"]),
        "u5": (False, ["5", "6"]),
    }
    entropy = -sum(weight * np.log(weight) for weight in USER_WEIGHTS.astype(float))
    assert memory.effective_users == pytest.approx(np.exp(entropy), rel=1e-6)
    assert memory.n_users == len(HISTORIES)
    assert len(memory.nearest) == NEAREST


def test_attention_is_that_among_the_items_shown(data: Dataset, split: Split) -> None:
    found = ask(data, split, user=1)  # three items in a history of four places
    assert found.attention is not None
    assert len(found.attention) == len(found.history) == 4 == found.n_given
    assert found.attention[3] == (13.0, 14.0, 15.0, 16.0)


def test_no_more_than_the_latest_items_are_shown(data: Dataset) -> None:
    longer = replace(
        data.sequences, items=np.tile(np.arange(1, 15), 2), times=np.arange(28), offsets=np.array([0, 14, 28])
    )
    dataset = replace(data, sequences=replace(longer, items=longer.items.astype(np.int32)))
    found = ask(dataset, leave_one_out(dataset.sequences), history_length=None, shows=("items",))
    assert (len(found.history), found.n_given) == (LATEST, 13)
    assert found.attention is not None
    assert found.attention[-1][-1] == 13 * 13
    assert [len(row) for row in found.attention] == [LATEST] * LATEST


def test_a_user_without_a_target_is_explained_without_one(data: Dataset, split: Split) -> None:
    found = ask(data, split, user=4)
    assert found.held_out is None
    assert [past.item.id for past in found.history] == ["13", "10"]
    assert [past.for_held_out for past in found.history] == [None, None]
    assert found.n_candidates == N_ITEMS - 2


def test_of_several_held_out_items_the_others_are_recommended_and_no_rivals(data: Dataset, split: Split) -> None:
    test = replace(split.test, users=np.array([1, 1, 1]), targets=np.array([3, 12, 14]), names_users=True)
    found = ask(data, replace(split, test=test), user=1)
    history = test.history.items[test.history.offsets[1] : test.history.offsets[2]]
    scores = Planted().score(None, history[None, -4:])[0]
    unseen = np.setdiff1d(np.arange(1, N_ITEMS + 1), history)
    best = unseen[np.argsort(-scores[unseen], kind="stable")]
    assert {12, 14} < {*best[:3].tolist()}
    assert [int(scored.item.id) for scored in found.recommendations] == best[:3].tolist()
    assert found.held_out is not None and found.n_candidates == len(unseen) - 2
    assert found.held_out.better == np.sum(scores[np.setdiff1d(unseen, [12, 14])] > scores[3])


def test_what_the_model_has_not_is_none(data: Dataset, split: Split) -> None:
    found = ask(data, split, shows=("contributions",))
    assert (found.attention, found.memory) == (None, None)
    assert found.recommendations[0].parts == {}
    assert list(found.candidates) == ["score"]
