"""HGN against loops over items and dimensions on tiny weights."""

import math
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines.hgn import HGN, HGNNet
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, FitContext, Sequences

LiteralInstances = Callable[[Sequences, int], list[tuple[int, list[int]]]]

N_USERS, N_ITEMS, D, L, T = 4, 7, 3, 4, 2
USERS = np.array([2, 0, 3])
ITEMS = np.array([[3, 7, 1, 2], [0, 0, 5, 4], [0, 0, 0, 0]])


@pytest.fixture
def net() -> HGNNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = HGNNet(N_USERS, N_ITEMS, D, L).double().eval()
        for name, parameter in net.named_parameters():
            torch.nn.init.normal_(parameter, std=0.8)
            if name in ("item_input.weight", "item_output.weight"):
                torch.nn.init.zeros_(parameter[PADDING])
    return net.requires_grad_(False)


def weight(net: HGNNet, name: str) -> np.ndarray:
    values: np.ndarray = net.get_parameter(name).numpy()
    return values


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def literal_feature_gate(net: HGNNet, item: int, user: int) -> list[float]:
    """Dimension by dimension; torch keeps the matrices transposed."""
    w1, b = weight(net, "feature_of_item.weight"), weight(net, "feature_of_item.bias")
    w2 = weight(net, "feature_of_user.weight")
    e, u = weight(net, "item_input.weight")[item], weight(net, "user.weight")[user]
    gates = [sum(w1[k, i] * e[i] + w2[k, i] * u[i] for i in range(D)) + b[k] for k in range(D)]
    return [e[k] * sigmoid(gates[k]) for k in range(D)]


def literal_instance_gate(net: HGNNet, gated: list[float], user: int, place: int) -> float:
    w3, w4 = weight(net, "instance_of_item.weight")[0], weight(net, "instance_of_user.weight")
    u = weight(net, "user.weight")[user]
    return sigmoid(sum(w3[k] * gated[k] + w4[place, k] * u[k] for k in range(D)))


def literal_pool(net: HGNNet, user: int, items: list[int]) -> np.ndarray:
    """The mean over the places that hold an item, the latest item always at the last place."""
    total, summed = 0.0, np.zeros(D)
    for place, item in enumerate(items):
        if item != PADDING:
            gated = literal_feature_gate(net, item, user)
            gate = literal_instance_gate(net, gated, user, place)
            total += gate
            summed += gate * np.array(gated)
    return summed / total if total else summed


def literal_score(net: HGNNet, user: int, items: list[int], candidate: int) -> float:
    """The user's taste, the gated items, and each item with the candidate by itself."""
    q = weight(net, "item_output.weight")[candidate]
    of_user = weight(net, "user.weight")[user] @ q
    of_gates = literal_pool(net, user, items) @ q
    of_items = sum(weight(net, "item_input.weight")[item] @ q for item in items if item != PADDING)
    return float(of_user + of_gates + of_items + weight(net, "item_bias")[candidate])


def test_the_feature_gate_equals_the_formula(net: HGNNet) -> None:
    found = net.feature_gate(net.item_input(torch.from_numpy(ITEMS)), net.user(torch.from_numpy(USERS)))
    expected = [[literal_feature_gate(net, item, user) for item in row] for user, row in zip(USERS, ITEMS, strict=True)]
    np.testing.assert_allclose(found.numpy(), expected)


def test_the_instance_gate_equals_the_formula(net: HGNNet) -> None:
    gated = torch.randn(3, L, D, generator=torch.Generator().manual_seed(1)).double()
    found = net.instance_gate(gated, net.user(torch.from_numpy(USERS))).numpy()
    expected = [
        [literal_instance_gate(net, gated[row, place].tolist(), user, place) for place in range(L)]
        for row, user in enumerate(USERS)
    ]
    np.testing.assert_allclose(found, expected)


def test_pooling_is_the_mean_by_the_instance_gates(net: HGNNet) -> None:
    gated = torch.randn(2, L, D, generator=torch.Generator().manual_seed(2)).double()
    weights = torch.tensor([[0.2, 0.9, 0.4, 0.1], [0.0, 0.0, 0.0, 0.0]]).double()
    expected = [sum(weights[0, place] * gated[0, place] for place in range(L)).numpy() / 1.6, np.zeros(D)]
    np.testing.assert_allclose(net.pool(gated, weights).numpy(), expected)


def test_scores_of_some_and_of_all_items_equal_the_formula(net: HGNNet) -> None:
    representation = net(torch.from_numpy(USERS), torch.from_numpy(ITEMS))
    everything = np.array(
        [
            [literal_score(net, user, row, item) for item in range(N_ITEMS + 1)]
            for user, row in zip(USERS, ITEMS.tolist(), strict=True)
        ]
    )
    np.testing.assert_allclose(net.score_all(representation).numpy(), everything)
    items = np.array([[3, 1, 1], [7, 6, 2], [4, 4, 5]])
    some = net.score(representation, torch.from_numpy(items)).numpy()
    np.testing.assert_allclose(some, np.take_along_axis(everything, items, axis=1))


def test_number_of_parameters() -> None:
    net = HGNNet(n_users=943, n_items=1682, dimension=50, length=5)
    expected = 943 * 50 + 2 * 1683 * 50 + 1683 + 2 * 50 * 50 + 50 + 50 + 50 * 5
    assert sum(parameter.numel() for parameter in net.parameters()) == expected


def test_the_start_is_that_of_the_authors() -> None:
    with seeded(0, "cpu"):
        net = HGNNet(n_users=2_000, n_items=2_000, dimension=20, length=5)
    for weights in (net.item_input.weight[1:], net.item_output.weight[1:], net.user.weight):
        assert weights.std().item() == pytest.approx(1 / 20, rel=0.02)
    for gate in (net.instance_of_item.weight, net.instance_of_user.weight):
        assert gate.abs().max().item() <= math.sqrt(6 / sum(gate.shape))
    assert not net.item_bias.any() and not net.item_input.weight[PADDING].any()
    assert not net.item_output.weight[PADDING].any()


Watched = list[tuple[tuple[torch.Tensor, ...], float, float]]


def fitted(train: Sequences, watched: Watched | None = None, **settings: Any) -> HGN:
    """A tiny model, fitted so that validation always prefers the latest epoch.

    Each step's arguments, the mean loss that they should have by `score`, and the step's own are added to `watched`.
    """
    model = HGN(**{"dimension": D, "history_length": L, "n_targets": T, "batch_size": 100, "epochs": 1, **settings})
    epochs, step = count(), model._step

    def watching(*given: Any) -> torch.Tensor:
        expected = literal_loss(model, *given[:3])
        loss = step(*given)
        if watched is not None:
            watched.append((given[:3], expected, loss.item()))
        return loss

    model._step = watching  # type: ignore[method-assign]
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


def literal_loss(model: HGN, users: torch.Tensor, windows: torch.Tensor, negatives: torch.Tensor) -> float:
    """Mean over the targets, padding is none, of -ln sigmoid(target's score - that of the negative at its place)."""
    logs = []
    scores = model.score(users.numpy(), windows.numpy()[:, :L]).tolist()
    for row, window, others in zip(scores, windows.tolist(), negatives.tolist(), strict=True):
        for target, negative in zip(window[L:], others, strict=True):
            if target != PADDING:
                logs.append(-math.log(sigmoid(row[target] - row[negative])))
    model._net.train()
    return float(np.mean(logs))


def test_the_loss_is_of_pairs_of_a_target_and_a_negative(uneven: Sequences) -> None:
    watched: Watched = []
    fitted(uneven, watched, epochs=3, learning_rate=0.05)
    _, expected, found = zip(*watched, strict=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[-1] < found[0]


def test_weight_decay_is_set_against_the_sum_of_the_losses(uneven: Sequences) -> None:
    watched: Watched = []
    model = fitted(uneven, watched, batch_size=1_000)
    (((users, windows, negatives), _, _),) = watched
    net = model._net
    before = {name: value.detach().clone() for name, value in net.named_parameters()}
    net.zero_grad()
    model._losses(users, windows, negatives).sum().backward()
    expected = {name: value.grad.clone() for name, value in net.named_parameters() if value.grad is not None}
    HGN._step(model, users, windows, negatives, torch.optim.SGD(net.parameters(), lr=1.0, weight_decay=0.1))
    for name, value in net.named_parameters():
        moved = before[name] - value.detach()
        torch.testing.assert_close(moved, expected[name] + 0.1 * before[name], rtol=1e-4, atol=1e-5)


def test_every_part_is_trained_and_padding_is_not(uneven: Sequences) -> None:
    with seeded(4, "cpu"):
        start = {name: value.clone() for name, value in HGNNet(uneven.n_users, 14, D, L).state_dict().items()}
    for name, value in fitted(uneven, epochs=2, weight_decay=0.0).state().items():
        assert (value != start[name].numpy()).any(), name
        if name.startswith("item"):
            assert not value[PADDING].any()


def test_an_epoch_has_every_instance_once_with_new_unseen_negatives(
    uneven: Sequences, literal_instances: LiteralInstances
) -> None:
    watched: Watched = []
    fitted(uneven, watched, epochs=2, batch_size=1_000)
    (first, *_), (second, *_) = watched
    seen = [set(uneven.items[start:end].tolist()) for start, end in pairwise(uneven.offsets)]
    for users, windows, negatives in (first, second):
        found = sorted(zip(users.tolist(), windows.tolist(), strict=True))
        assert found == sorted(literal_instances(uneven, L + T))
        assert all(not seen[user] & set(items) for user, items in zip(users.tolist(), negatives.tolist(), strict=True))
    assert first[0].tolist() != second[0].tolist()
    assert sorted(first[2].tolist()) != sorted(second[2].tolist())


def test_score_pads_shorter_histories_on_the_left(uneven: Sequences) -> None:
    model = fitted(uneven)
    users = np.array([3, 17, 3])
    short, full = np.array([[7, 2], [0, 9], [0, 0]]), np.array([[0, 0, 7, 2], [0, 0, 0, 9], [0, 0, 0, 0]])
    scores = model.score(users, short)
    np.testing.assert_array_equal(scores, model.score(users, full))
    net = model._net.double().requires_grad_(False)
    for row, user, items in zip(scores, users, full.tolist(), strict=True):
        expected = [literal_score(net, user, items, item) for item in range(15)]
        np.testing.assert_allclose(row, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("field", ["history_length", "n_targets"])
def test_settings_without_a_meaning_are_refused(field: str) -> None:
    with pytest.raises(InputError, match=rf"hgn\.{field} is 0"):
        HGN(**{field: 0})
