"""Attention over all users: concentration and faithfulness, on attention that is made to be faithful or not."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from seqrec_bench.data import Holdout, leave_one_out
from seqrec_bench.evaluation.explaining.removal import effective_number, without_each
from seqrec_bench.evaluation.explaining.summary import AttentionSummary, spearman, summarise
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import Explanation

SAYS = np.random.default_rng(0).normal(size=(21, 21)).astype(np.float32)


@dataclass
class Additive:
    """The sum of what each item says; its attention is what each says for the first recommendation, or the reverse."""

    faithful: bool = True
    history_length: ClassVar[int | None] = 4
    name: ClassVar[str] = "additive"

    def score(self, users: Any, histories: Any) -> Any:
        return (SAYS[histories] * (histories > 0)[:, :, None]).sum(axis=1)

    def explain(self, users: Any, histories: Any) -> Explanation:
        n, length = histories.shape
        effects = np.empty((n, length))
        for row, history in enumerate(HOLDOUT.history.items.reshape(-1, 7)[users]):
            candidates = np.setdiff1d(np.arange(1, 21), history)
            first = candidates[self.score(users[[row]], histories[[row]])[0, candidates].argmax()]
            effects[row] = np.abs(SAYS[histories[row], first] - SAYS[histories[row]][:, candidates].mean(axis=1))
        weights = np.exp(effects if self.faithful else -effects)
        rows = np.repeat((weights / weights.sum(axis=1, keepdims=True))[:, None], length, axis=1)
        users_like = np.eye(10, dtype=np.float32)[users % 2]
        return Explanation({"all": self.score(users, histories)}, items=rows.astype(np.float32), users=users_like)


HOLDOUT: Holdout = leave_one_out(synthetic_sequences(n_users=300, n_items=20, length=8, order=0.3, seed=1)).test


@pytest.fixture(scope="module")
def faithful() -> AttentionSummary:
    return summarise(Additive(), HOLDOUT, seed=3)  # type: ignore[arg-type]


def test_faithful_attention_correlates_with_the_effects(faithful: AttentionSummary) -> None:
    items = faithful.items
    assert items is not None
    assert items.attention_and_effect == pytest.approx(1, abs=0.01)
    assert abs(items.recency_and_effect) < 0.2


def test_unfaithful_attention_correlates_the_other_way() -> None:
    items = summarise(Additive(faithful=False), HOLDOUT, seed=3).items  # type: ignore[arg-type]
    assert items is not None
    assert items.attention_and_effect == pytest.approx(-1, abs=0.01)


def test_concentration_is_counted_over_all_blocks_of_users(faithful: AttentionSummary) -> None:
    summary = faithful
    assert (summary.seed, summary.n_users) == (3, 300)
    assert summary.users is not None
    assert (summary.users.n_users, summary.users.n_nearest) == (10, 2)
    assert summary.users.effective_users == pytest.approx(1)
    assert summary.users.greatest_weight == pytest.approx(10)
    scores = Additive().score(HOLDOUT.users, HOLDOUT.history.items.reshape(-1, 7)[:, -4:])
    assert summary.parts == {"all": pytest.approx(scores[:, 1:].std(axis=1).mean(), rel=1e-5)}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=8))
def test_spearman_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, dtype=float).T
    if np.ptp(first) and np.ptp(second):
        assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
    else:
        assert spearman(first, second) == 0


def test_effective_number_lies_between_one_and_all() -> None:
    weights = np.array([[0, 1, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0]])
    np.testing.assert_allclose(effective_number(weights), [1, 4, 2])


def test_what_stands_before_a_removed_item_moves_up() -> None:
    assert without_each(np.array([0, 7, 8, 9]), [1, 3]).tolist() == [[0, 0, 8, 9], [0, 0, 7, 8]]
