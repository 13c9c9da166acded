from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines.am_lstm.model import AMLSTM, most_active
from seqrec_baselines.am_lstm.skip_gram import SkipGramSettings, item_vectors, user_vectors
from seqrec_baselines.training.samples import Samples
from seqrec_bench.evaluation.conformance import Factory, explaining, restoring, scoring
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import Checkpoint, FitContext, Sequences

SEED = 5
SETTINGS = SkipGramSettings(window=3, epochs=1, exponent=0.5)


@pytest.fixture(scope="module")
def train() -> Sequences:
    return synthetic_sequences(n_users=12, n_items=15, length=7, order=0.5, seed=0)


def fitted(train: Sequences, **settings: Any) -> AMLSTM:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    model = AMLSTM(**{"dimension": 4, "epochs": 1, "batch_size": 16} | settings)
    model.skip_gram_window, model.skip_gram_epochs, model.skip_gram_exponent = 3, 1, 0.5
    epochs = count()
    model.fit(train, FitContext(SEED, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


@pytest.fixture(scope="module")
def started(train: Sequences) -> AMLSTM:
    """A model that has been given its starting weights and no training."""
    return fitted(train, epochs=0)


@pytest.fixture(scope="module")
def trained(train: Sequences) -> AMLSTM:
    return fitted(train, epochs=3, learning_rate=0.05)


Look = Callable[[AMLSTM, Samples, torch.optim.Optimizer], Any]
Watch = Callable[[Look], list[tuple[Any, float]]]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Given a look at the model before a step, returns a list that fills with what was seen and the step's loss."""

    def start(look: Look) -> list[tuple[Any, float]]:
        watched: list[tuple[Any, float]] = []
        step = AMLSTM._step

        def watched_step(model: AMLSTM, samples: Samples, optimizer: torch.optim.Optimizer, *rest: Any) -> torch.Tensor:
            seen = look(model, samples, optimizer)
            loss = step(model, samples, optimizer, *rest)
            watched.append((seen, loss.item()))
            return loss

        monkeypatch.setattr(AMLSTM, "_step", watched_step)
        return watched

    return start


def arrays(model: AMLSTM) -> dict[str, np.ndarray]:
    return {name: parameter.detach().numpy() for name, parameter in model._net.named_parameters()}


def test_vectors_start_from_skip_gram(train: Sequences, started: AMLSTM) -> None:
    weights = arrays(started)
    users = user_vectors(train, 4, SETTINGS, SEED)
    np.testing.assert_array_equal(weights["item_input.weight"], item_vectors(train, 4, SETTINGS, SEED))
    np.testing.assert_array_equal(weights["item_output"], item_vectors(train, 8, SETTINGS, SEED)[1:])
    np.testing.assert_array_equal(weights["user_key"], users)
    np.testing.assert_array_equal(weights["user_value"], users)
    assert not weights["item_bias"].any()


def test_everything_is_trained_on(started: AMLSTM, trained: AMLSTM) -> None:
    before, after = arrays(started), arrays(trained)
    for name in before:
        moved = before[name] != after[name]
        assert moved.any(), name
    assert not np.array_equal(after["user_key"], after["user_value"])
    np.testing.assert_array_equal(after["item_input.weight"][0], 0)


def test_number_of_parameters(started: AMLSTM) -> None:
    d, n_users, n_items = 4, 12, 15
    item_vectors_and_biases = (n_items + 1) * d + n_items * (2 * d + 1)
    attention = 3 * (d * d + d)
    lstm = 4 * (2 * d * d + 2 * d)
    assert started.n_parameters == item_vectors_and_biases + 2 * n_users * d + 2 * attention + lstm


@pytest.mark.parametrize("part", ["attention", "memory", "fixed_user_vector"])
def test_a_part_can_be_left_out(train: Sequences, started: AMLSTM, part: str) -> None:
    without = fitted(train, **{part: False})
    assert without.n_parameters < started.n_parameters
    assert getattr(without._net.parts, part) is False
    assert np.isfinite(without.score(np.array([0, 5]), np.array([[0, 3], [4, 5]]))).all()


def test_random_vectors_take_the_place_of_skip_gram(train: Sequences, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_baselines.am_lstm.model.item_vectors", None)  # calling it would fail
    monkeypatch.setattr("seqrec_baselines.am_lstm.model.user_vectors", None)
    first, again = (fitted(train, epochs=0, starting_vectors="random") for _ in range(2))
    for name, values in arrays(first).items():
        np.testing.assert_array_equal(values, arrays(again)[name])
    assert arrays(first)["item_output"].std() == pytest.approx(8**-0.5, rel=0.2)


def test_without_user_vectors_none_are_learnt(train: Sequences, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_baselines.am_lstm.model.user_vectors", None)
    assert "user_key" not in arrays(fitted(train, memory=False, fixed_user_vector=False))


def test_a_restored_model_answers_as_before(train: Sequences, trained: AMLSTM) -> None:
    restored = AMLSTM(dimension=4)
    restored.restore(train, trained.state())
    users, histories = np.array([0, 5]), np.array([[0, 3], [4, 5]])
    np.testing.assert_array_equal(restored.score(users, histories), trained.score(users, histories))


def uneven() -> Sequences:
    """12 users, of whom 3, 7 and 11 have the most interactions, and 5 and 9 as many as each other."""
    full = synthetic_sequences(n_users=12, n_items=15, length=7, order=0.5, seed=0)
    lengths = np.array([2, 3, 2, 7, 2, 5, 3, 6, 2, 5, 2, 7])
    kept = full.times < lengths[full.users]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return Sequences(full.items[kept], full.times[kept], offsets, full.n_items)


def test_a_memory_of_some_users_is_over_the_most_active() -> None:
    train = uneven()
    assert [most_active(train, n).tolist() for n in (1, 3, 4)] == [[3], [3, 7, 11], [3, 5, 7, 11]]
    started = arrays(fitted(train, epochs=0, memory_users=4))
    np.testing.assert_array_equal(started["user_key"], user_vectors(train, 4, SETTINGS, SEED))
    np.testing.assert_array_equal(started["user_value"], started["user_key"][[3, 5, 7, 11]])


def test_a_memory_of_some_users_has_no_other_values_and_is_restored_and_explained() -> None:
    train, users, histories = uneven(), np.array([0, 11]), np.array([[0, 3], [4, 5]])
    whole, model = fitted(train), fitted(train, memory_users=4)
    assert whole.n_parameters - model.n_parameters == (12 - 4) * 4
    restored = AMLSTM(dimension=4, memory_users=4)
    restored.restore(train, model.state())
    np.testing.assert_array_equal(restored.score(users, histories), model.score(users, histories))
    weights = model.explain(users, histories).users
    assert weights is not None
    assert weights.shape == (2, 12)
    assert np.flatnonzero(weights.any(axis=0)).tolist() == [3, 5, 7, 11]
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("n_users", [12, 1000])
def test_a_memory_that_holds_as_many_users_as_there_are_is_the_papers(train: Sequences, n_users: int) -> None:
    whole, model = arrays(fitted(train)), arrays(fitted(train, memory_users=n_users))
    for name, values in whole.items():
        np.testing.assert_array_equal(model[name], values)


@pytest.mark.parametrize(
    "check", (*scoring.CHECKS, *restoring.CHECKS, *explaining.CHECKS), ids=lambda check: check.__name__
)
def test_a_model_with_a_memory_of_some_users_keeps_the_contract(check: Callable[[Factory], None]) -> None:
    check(WITH_A_SMALL_MEMORY)


WITH_A_SMALL_MEMORY = partial(AMLSTM, dimension=4, epochs=1, skip_gram_epochs=1, memory_users=10)

HISTORIES = np.array([[0, 0, 0, 0, 9], [0, 0, 3, 1, 15], [2, 4, 6, 8, 10], [0, 0, 0, 0, 0]])


def test_attention_weights_stand_at_the_places_of_the_history(trained: AMLSTM) -> None:
    items = trained.explain(np.array([11, 0, 4, 1]), HISTORIES).items
    assert items is not None
    assert items.shape == (4, 5, 5)
    present = HISTORIES > 0
    np.testing.assert_allclose(items.sum(axis=2), present.astype(float), atol=1e-6)
    for weights, history in zip(items, HISTORIES, strict=True):
        n = (history > 0).sum()
        assert not np.triu(weights, 1).any()  # nothing later is seen
        if n:
            expected = trained._net.item_weights(torch.from_numpy(history[history > 0][None])).detach()
            np.testing.assert_allclose(weights[5 - n :, 5 - n :], expected[0], atol=1e-6)


def test_memory_weights_are_those_after_the_latest_item(trained: AMLSTM) -> None:
    users = trained.explain(np.array([11, 0, 4, 1]), HISTORIES).users
    assert users is not None
    assert users.shape == (4, 12)
    np.testing.assert_allclose(users.sum(axis=1), 1, rtol=1e-5)
    for weights, history in zip(users[:3], HISTORIES[:3], strict=True):
        dynamic = trained._net.dynamic(torch.from_numpy(history[history > 0][None]))[:, -1]
        np.testing.assert_allclose(weights, trained._net.memory_weights(dynamic).detach()[0], atol=1e-6)


def test_a_part_that_is_left_out_has_nothing_to_show(train: Sequences) -> None:
    bare = fitted(train, attention=False, memory=False, fixed_user_vector=False)
    found = bare.explain(np.array([1]), np.array([[2, 3]]))
    assert found.items is None
    assert found.users is None
    assert found.parts is not None
    assert list(found.parts) == ["LSTM", "bias"]
    np.testing.assert_allclose(sum(found.parts.values()), bare.score(np.array([1]), np.array([[2, 3]])), rtol=1e-5)


def test_the_terms_of_the_scores_are_those_of_y_and_d(trained: AMLSTM) -> None:
    users = np.array([11, 0, 4])
    parts = trained.explain(users, HISTORIES[:3]).parts
    weights = {name: np.float64(value) for name, value in trained.state().items()}
    assert parts is not None
    for row, (user, history) in enumerate(zip(users, HISTORIES[:3], strict=True)):
        dynamic = trained._net.dynamic(torch.from_numpy(history[history > 0][None]))[0, -1].detach().numpy()
        recalled = trained._net.recall(torch.from_numpy(dynamic)).detach().numpy() - dynamic
        for item in (1, 7, 15):
            left, right = np.split(weights["item_output"][item - 1], 2)
            expected = {
                "LSTM": np.dot(dynamic, left),
                "memory": np.dot(recalled, left),
                "fixed": np.dot(weights["user_key"][user], right),
                "bias": weights["item_bias"][item - 1],
            }
            assert {name: part[row, item] for name, part in parts.items()} == pytest.approx(expected, abs=1e-5)


def test_score_equals_the_net_on_unpadded_histories(trained: AMLSTM) -> None:
    histories = np.array([[0, 0, 0, 0, 9], [0, 0, 3, 1, 15], [2, 4, 6, 8, 10]])
    users = np.array([11, 0, 4])
    scores = trained.score(users, histories)
    assert scores.shape == (3, 16)
    for user, history, row in zip(users, histories, scores, strict=True):
        items = torch.from_numpy(history[history > 0][None])
        last = torch.arange(items.shape[1])[None] == items.shape[1] - 1
        expected = trained._net(torch.tensor([user]), items, last).detach()
        np.testing.assert_allclose(row[1:], expected[0], rtol=1e-4, atol=1e-6)


def test_more_padding_and_shorter_histories_are_the_same(trained: AMLSTM) -> None:
    users = np.array([3, 3])
    short, long = np.array([[7, 2], [0, 9]]), np.array([[0, 0, 0, 7, 2], [0, 0, 0, 0, 9]])
    np.testing.assert_allclose(trained.score(users, short), trained.score(users, long), rtol=1e-4, atol=1e-6)


def test_an_empty_history_still_gets_finite_scores(trained: AMLSTM) -> None:
    scores = trained.score(np.array([0, 1]), np.array([[0, 0], [0, 4]]))
    assert np.isfinite(scores).all()
    assert len(np.unique(scores[0, 1:])) == 15


def test_scores_are_without_dropout_even_while_training(trained: AMLSTM) -> None:
    users, histories = np.array([0, 1]), np.array([[3, 4], [5, 6]])
    expected = trained.score(users, histories)
    trained._net.train()
    np.testing.assert_array_equal(trained.score(users, histories), expected)


@pytest.mark.parametrize(
    ("step", "rate"),
    [(0, 0.002), (399, 0.002), (400, 0.002 * 0.98), (799, 0.002 * 0.98), (800, 0.002 * 0.98**2), (10**6, 0.00005)],
)
def test_the_papers_learning_rate(step: int, rate: float) -> None:
    model = AMLSTM()
    assert model.learning_rate * model._learning_rate_factor(step) == pytest.approx(rate)


def test_the_learning_rate_of_every_step(train: Sequences, watch: Watch) -> None:
    steps = watch(lambda model, samples, optimizer: optimizer.param_groups[0]["lr"])
    settings = {"learning_rate": 0.01, "learning_rate_decay": 0.5, "decay_steps": 3, "least_learning_rate": 0.002}
    fitted(train, windows="sliding", epochs=2, **settings)  # 72 targets in steps of 16 are 5 steps an epoch
    assert [rate for rate, _ in steps] == pytest.approx([0.01] * 3 + [0.005] * 3 + [0.0025] * 3 + [0.002])


def literal_loss(model: AMLSTM, samples: Samples, optimizer: torch.optim.Optimizer) -> float:
    """Mean of -ln softmax over the catalogue at the targets, from the scores after each target's own history."""
    logs = []
    for user, inputs, targets in zip(samples.users, samples.inputs, samples.targets, strict=True):
        for place in np.flatnonzero(targets):
            scores = model.score(np.array([user]), inputs[None, : place + 1])[0, 1:].astype(np.float64)
            logs.append(np.log(np.exp(scores).sum()) - scores[targets[place] - 1])
    return float(np.mean(logs))


@pytest.mark.parametrize("windows", ["sliding", "cut"])
def test_the_loss_is_the_cross_entropy_over_all_items(train: Sequences, watch: Watch, windows: str) -> None:
    steps = watch(literal_loss)
    fitted(train, epochs=2, learning_rate=0.1, dropout=0.0, windows=windows)
    expected, found = zip(*steps, strict=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def gradient_norm(model: AMLSTM) -> float:
    """Of the last step, after clipping."""
    gradients = [parameter.grad for parameter in model._net.parameters() if parameter.grad is not None]
    return float(torch.nn.utils.get_total_norm(gradients))


def test_the_gradient_is_clipped(train: Sequences) -> None:
    assert gradient_norm(fitted(train, max_gradient_norm=1e6)) > 0.01
    assert gradient_norm(fitted(train, max_gradient_norm=0.01)) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("windows", ["sliding", "cut"])
def test_windows_are_those_asked_for(train: Sequences, watch: Watch, windows: str) -> None:
    steps = watch(lambda model, samples, optimizer: samples)
    fitted(train, windows=windows)
    assert {samples.inputs.shape[1] for samples, _ in steps} == {5}
    n_targets = np.concatenate([(samples.targets > 0).sum(axis=1) for samples, _ in steps])
    assert n_targets.sum() == train.n_interactions - train.n_users
    assert (n_targets == 1).all() == (windows == "sliding")


def test_what_goes_on_makes_no_starting_vectors(train: Sequences, monkeypatch: pytest.MonkeyPatch) -> None:
    def fit(**more: Any) -> AMLSTM:
        model = AMLSTM(dimension=4, epochs=2, batch_size=16, memory_users=5, skip_gram_epochs=1)
        model.fit(train, FitContext(SEED, "cpu", lambda: {"NDCG@50": 0.5}, lambda epoch: None, **more))
        return model

    kept: list[Checkpoint] = []

    def keep(make: Callable[[], Checkpoint]) -> None:
        found = make()
        kept.append(Checkpoint({name: array.copy() for name, array in found.arrays.items()}, found.facts))

    whole = fit(keep=keep)
    monkeypatch.setattr(AMLSTM, "_set_starting_vectors", lambda *arguments: pytest.fail("it makes them"))
    resumed = fit(resume=kept[0])
    for name, value in whole.state().items():
        np.testing.assert_array_equal(resumed.state()[name], value)
