"""FPMC against its equations, number by number. IU and IL are the two halves of the net's `item`."""

import math
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from seqrec_baselines.fpmc import FPMC, FPMCNet
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Sequences

N_USERS, N_ITEMS, D = 3, 5, 2
RATE, DECAY = 0.05, 0.01
Weights = dict[str, np.ndarray]
Draw = tuple[int, int, int, int]

ONE_DRAW: list[Draw] = [(1, 2, 4, 5)]
BATCH: list[Draw] = [(1, 2, 4, 5), (0, 4, 3, 1), (1, 2, 4, 3), (2, 3, 1, 4), (1, 5, 2, 4)]
"""(u, l, i, j); users and items come several times, and in several roles."""


@pytest.fixture
def net() -> FPMCNet:
    with seeded(0, "cpu"):
        return FPMCNet(N_USERS, N_ITEMS, D, initial_std=0.7).double()


def weights_of(net: FPMCNet) -> Weights:
    """Copies of V^UI, V^LI, V^IU and V^IL."""
    item = net.item.detach().numpy().copy()
    user, last = net.user.detach().numpy().copy(), net.last.detach().numpy().copy()
    return {"UI": user, "LI": last, "IU": item[:, :D], "IL": item[:, D:]}


def update(net: FPMCNet, draws: list[Draw], rate: float = RATE, decay: float = DECAY) -> float:
    users, last, chosen, other = torch.tensor(draws).T
    return net.update(users, last, chosen, other, rate, decay).item()


def score(w: Weights, u: int, last: int, i: int) -> float:
    return float(sum(w["UI"][u, f] * w["IU"][i, f] + w["IL"][i, f] * w["LI"][last, f] for f in range(D)))


def log_sigmoid_of_margin(w: Weights, draw: Draw) -> float:
    u, last, i, j = draw
    return -math.log(1 + math.exp(score(w, u, last, j) - score(w, u, last, i)))


def literal_steps(old: Weights, draw: Draw) -> Weights:
    """What the paper's update adds to each matrix for one draw."""
    u, last, i, j = draw
    delta = 1 - 1 / (1 + math.exp(score(old, u, last, j) - score(old, u, last, i)))
    added = {name: np.zeros_like(matrix) for name, matrix in old.items()}
    for f in range(D):
        user, eta = old["UI"][u, f], old["LI"][last, f]
        added["UI"][u, f] += RATE * (delta * (old["IU"][i, f] - old["IU"][j, f]) - DECAY * user)
        added["IU"][i, f] += RATE * (delta * user - DECAY * old["IU"][i, f])
        added["IU"][j, f] += RATE * (-delta * user - DECAY * old["IU"][j, f])
        added["IL"][i, f] += RATE * (delta * eta - DECAY * old["IL"][i, f])
        added["IL"][j, f] += RATE * (-delta * eta - DECAY * old["IL"][j, f])
        added["LI"][last, f] += RATE * (delta * (old["IL"][i, f] - old["IL"][j, f]) - DECAY * eta)
    return added


@pytest.mark.parametrize("draws", [ONE_DRAW, BATCH], ids=["one draw", "batch"])
def test_update_is_the_sum_of_the_papers_steps_from_the_old_values(net: FPMCNet, draws: list[Draw]) -> None:
    old = weights_of(net)
    update(net, draws)
    new = weights_of(net)
    for name in old:
        expected = old[name] + sum(literal_steps(old, draw)[name] for draw in draws)
        np.testing.assert_allclose(new[name], expected, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", ["UI", "LI", "IU", "IL"])
def test_every_matrix_climbs_its_own_gradient(net: FPMCNet, name: str) -> None:
    old, step = weights_of(net), 1e-6
    update(net, ONE_DRAW, rate=1.0, decay=0.0)
    moved = weights_of(net)[name] - old[name]
    for index in np.ndindex(*moved.shape):
        value = old[name][index]
        old[name][index] = value + step
        above = log_sigmoid_of_margin(old, ONE_DRAW[0])
        old[name][index] = value - step
        below = log_sigmoid_of_margin(old, ONE_DRAW[0])
        old[name][index] = value
        assert moved[index] == pytest.approx((above - below) / (2 * step), abs=1e-8)
    assert moved.any()


def test_update_descends_the_gradient_of_the_regularised_loss_of_the_batch(net: FPMCNet) -> None:
    old = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    users, last, chosen, other = torch.tensor(BATCH).T
    query, item_i, item_j = net.query(users, last), net.item[chosen], net.item[other]
    margins = (query * item_i).sum(dim=1) - (query * item_j).sum(dim=1)
    squares = sum((rows**2).sum() for rows in (query, item_i, item_j))
    (-torch.log(torch.sigmoid(margins)).sum() + DECAY / 2 * squares).backward()
    gradients = {name: parameter.grad for name, parameter in net.named_parameters()}
    update(net, BATCH)
    for name, parameter in net.named_parameters():
        gradient = gradients[name]
        assert gradient is not None
        torch.testing.assert_close(parameter.detach(), old[name] - RATE * gradient)


def test_update_returns_the_mean_loss_before_the_step(net: FPMCNet) -> None:
    old = weights_of(net)
    expected = -np.mean([log_sigmoid_of_margin(old, draw) for draw in BATCH])
    assert update(net, BATCH) == pytest.approx(expected)


def fitted(train: Sequences, **settings: Any) -> FPMC:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    model = FPMC(**{"dimension": D, "epochs": 1, "batch_size": 64} | settings)
    epochs = count()
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


def test_scores_equal_the_formula(uneven: Sequences, histories: np.ndarray) -> None:
    model = fitted(uneven, initial_std=0.5)
    weights = weights_of(model._net)
    users = np.array([4, 0, 39, 7, 7])
    scores = model.score(users, histories[:, -1:])
    assert scores.shape == (5, 15)
    for row, user, last in zip(scores, users, histories[:, -1], strict=True):
        expected = [score(weights, user, last, item) for item in range(1, 15)]
        np.testing.assert_allclose(row[1:], expected, rtol=1e-4, atol=1e-6)


def test_without_a_last_item_the_user_decides(uneven: Sequences) -> None:
    model = fitted(uneven, epochs=2, initial_std=0.5)
    weights = weights_of(model._net)
    np.testing.assert_array_equal(weights["LI"][0], 0)
    scores = model.score(np.array([3]), np.array([[0]]))[0]
    np.testing.assert_allclose(scores, weights["IU"] @ weights["UI"][3], rtol=1e-4, atol=1e-6)


@pytest.fixture
def draws(uneven: Sequences, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """(4, n): what was drawn in 20 epochs."""
    drawn: list[torch.Tensor] = []
    real = FPMCNet.update

    def record(net: FPMCNet, *step: Any) -> torch.Tensor:
        drawn.append(torch.stack(step[:4]))
        return real(net, *step)

    monkeypatch.setattr(FPMCNet, "update", record)
    fitted(uneven, epochs=20)
    n_transitions = uneven.n_interactions - uneven.n_users
    assert {batch.shape[1] for batch in drawn} == {64, n_transitions % 64}
    drawn_at_once = torch.cat(drawn, dim=1).numpy()
    assert drawn_at_once.shape == (4, 20 * n_transitions)
    return drawn_at_once


def test_transitions_are_drawn_uniformly_with_replacement(uneven: Sequences, draws: np.ndarray) -> None:
    transitions = [
        (user, uneven.items[place - 1], uneven.items[place])
        for user in range(uneven.n_users)
        for place in range(uneven.offsets[user] + 1, uneven.offsets[user + 1])
    ]
    distinct, expected = np.unique(transitions, axis=0, return_counts=True)
    found, counts = np.unique(draws[:3].T, axis=0, return_counts=True)
    np.testing.assert_array_equal(found, distinct)
    assert (counts != 20 * expected).any()
    assert chisquare(counts, 20 * expected).pvalue > 0.001


def test_negatives_are_any_item_but_the_positive(draws: np.ndarray) -> None:
    positive, negative = draws[2:]
    assert not (positive == negative).any()
    found, counts = np.unique((negative - positive) % 14, return_counts=True)
    assert found.tolist() == list(range(1, 14))
    assert chisquare(counts).pvalue > 0.001


def test_item_matrices_are_different_ones(uneven: Sequences) -> None:
    weights = weights_of(fitted(uneven, epochs=0)._net)
    for a, b in [("IU", "IL"), ("IU", "LI"), ("IL", "LI")]:
        assert not np.isclose(weights[a][1:], weights[b][1:]).any()


def test_initial_spread_and_number_of_parameters() -> None:
    train = Sequences(np.array([1, 2], dtype=np.int32), np.array([0, 1]), np.array([0, 2]), n_items=2_000)
    model = fitted(train, dimension=20, epochs=0, initial_std=0.3)
    assert model.n_parameters == (1 + 3 * 2_001) * 20
    for matrix in (model._net.last[1:], model._net.item):
        values = matrix.detach()
        assert values.mean().item() == pytest.approx(0, abs=0.01)
        assert values.std().item() == pytest.approx(0.3, rel=0.02)


def test_a_restored_model_has_the_weights_and_scores_of_the_fitted_one(
    uneven: Sequences, histories: np.ndarray
) -> None:
    model = fitted(uneven, epochs=2)
    state = model.state()
    assert {name: value.shape for name, value in state.items()} == {"user": (40, 2), "last": (15, 2), "item": (15, 4)}
    restored = FPMC(dimension=D)
    restored.restore(uneven, state)
    users = np.array([4, 0, 39, 7, 7])
    np.testing.assert_array_equal(restored.score(users, histories[:, -1:]), model.score(users, histories[:, -1:]))
    assert restored.n_parameters == model.n_parameters


def test_a_state_of_another_dimension_is_refused_and_leaves_the_model_as_it_was(uneven: Sequences) -> None:
    model = fitted(uneven)
    before = weights_of(model._net)
    with pytest.raises(InputError, match="These weights are not those of this model on these data"):
        model.restore(uneven, fitted(uneven, dimension=D + 1).state())
    for name, value in weights_of(model._net).items():
        np.testing.assert_array_equal(value, before[name])
