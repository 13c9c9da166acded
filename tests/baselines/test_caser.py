"""Caser against loops over filters, heights and places on tiny weights."""

import math
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines.caser import Caser, CaserNet
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.weights import net_state
from seqrec_bench.recommender import PADDING, FitContext, Sequences

LiteralInstances = Callable[[Sequences, int], list[tuple[int, list[int]]]]
RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]

N_USERS, N_ITEMS, D, L, T, NH, NV = 4, 7, 3, 4, 2, 3, 2
USERS = np.array([2, 0, 3])
ITEMS = np.array([[3, 7, 1, 2], [0, 0, 5, 4], [0, 0, 0, 0]])


@pytest.fixture
def net() -> CaserNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = CaserNet(N_USERS, N_ITEMS, D, L, NH, NV, dropout=0.5).double().eval()
        for name, parameter in net.named_parameters():
            torch.nn.init.normal_(parameter, std=0.6)
            if name in ("item_input.weight", "item_output.weight"):
                torch.nn.init.zeros_(parameter[PADDING])
    return net.requires_grad_(False)


def relu(x: float) -> float:
    return max(x, 0.0)


def weights_of(layer: torch.nn.Module) -> tuple[np.ndarray, np.ndarray]:
    return layer.get_parameter("weight").numpy(), layer.get_parameter("bias").numpy()


def literal_vertical(net: CaserNet, rows: np.ndarray) -> list[float]:
    """Filter by filter, the weighted sum of the L rows in each dimension: no activation, no pooling."""
    w, b = weights_of(net.vertical)
    return [sum(w[v, place] * rows[place, i] for place in range(L)) + b[v] for v in range(NV) for i in range(D)]


def literal_horizontal(net: CaserNet, rows: np.ndarray) -> list[float]:
    """Height by height and filter by filter, the greatest activation over time."""
    pooled = []
    for height, layer in enumerate(net.horizontal, start=1):
        w, b = weights_of(layer)
        for f in range(NH):
            kernel = w[f].reshape(height, D)
            activations = [
                relu(sum(kernel[h, i] * rows[t + h, i] for h in range(height) for i in range(D)) + b[f])
                for t in range(L - height + 1)
            ]
            pooled.append(max(activations))
    return pooled


def literal_representation(net: CaserNet, user: int, items: np.ndarray) -> np.ndarray:
    rows = np.array([net.item_input.weight.numpy()[item] for item in items])
    o = literal_vertical(net, rows) + literal_horizontal(net, rows)
    w, b = weights_of(net.dense)
    z = [relu(sum(w[k, n] * o[n] for n in range(len(o))) + b[k]) for k in range(D)]
    return np.concatenate([z, net.user.weight.numpy()[user]])


def literal_score(net: CaserNet, representation: np.ndarray, item: int) -> float:
    w, b = net.item_output.weight.numpy(), net.item_bias.numpy()
    return float(sum(w[item, k] * representation[k] for k in range(2 * D)) + b[item])


def test_representation_equals_the_formula(net: CaserNet) -> None:
    found = net(torch.from_numpy(USERS), torch.from_numpy(ITEMS)).numpy()
    expected = [literal_representation(net, user, items) for user, items in zip(USERS, ITEMS, strict=True)]
    assert (found[:, :D] > 0).any()  # not everything is cut off by the last ReLU
    np.testing.assert_allclose(found, expected)


def test_vertical_comes_before_horizontal_and_dropout_after_both(net: CaserNet, record_dropout: RecordDropout) -> None:
    assert net.dropout.p == 0.5
    dropped = record_dropout(net)
    net(torch.from_numpy(USERS[:1]), torch.from_numpy(ITEMS[:1]))
    rows = net.item_input.weight.numpy()[ITEMS[0]]
    (only,) = dropped
    np.testing.assert_allclose(only[0], literal_vertical(net, rows) + literal_horizontal(net, rows))


def test_scores_of_some_and_of_all_items_equal_the_formula(net: CaserNet) -> None:
    representation = torch.randn(2, 2 * D, generator=torch.Generator().manual_seed(0)).double()
    everything = np.array(
        [[literal_score(net, row, item) for item in range(N_ITEMS + 1)] for row in representation.numpy()]
    )
    np.testing.assert_allclose(net.score_all(representation).numpy(), everything)
    items = np.array([[3, 1, 1], [7, 6, 2]])
    some = net.score(representation, torch.from_numpy(items)).numpy()
    np.testing.assert_allclose(some, np.take_along_axis(everything, items, axis=1))


def test_number_of_parameters_of_the_authors_setting_on_ml_100k() -> None:
    net = CaserNet(n_users=943, n_items=1682, dimension=50, length=5, horizontal=16, vertical=4, dropout=0.5)
    assert sum(parameter.numel() for parameter in net.parameters()) == 327_437
    assert (net.dense.in_features, net.dense.out_features) == (280, 50)
    items = np.arange(1, 944, dtype=np.int32)
    train = Sequences(items, times=np.zeros(943, dtype=np.int64), offsets=np.arange(944), n_items=1682)
    model = Caser(dimension=50, history_length=5, horizontal_filters=16, vertical_filters=4)
    model.restore(train, net_state(net))
    assert model.n_parameters == 327_437


def test_initial_spread_is_one_over_the_dimension() -> None:
    with seeded(0, "cpu"):
        net = CaserNet(n_users=2_000, n_items=2_000, dimension=20, length=5, horizontal=2, vertical=2, dropout=0.5)
    for weight, std in [(net.item_input.weight, 1 / 20), (net.user.weight, 1 / 20), (net.item_output.weight, 1 / 40)]:
        values = weight[1:].detach()
        assert values.std().item() == pytest.approx(std, rel=0.02)
        assert values.mean().item() == pytest.approx(0, abs=std / 20)
    assert not net.item_bias.any()
    assert not net.item_input.weight[PADDING].any()
    assert not net.item_output.weight[PADDING].any()


Look = Callable[[Caser, torch.Tensor, torch.Tensor, torch.Tensor], Any]
Watch = Callable[[Look], list[tuple[Any, float]]]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Given a look at the model before a step, returns a list that fills with what was seen and the step's loss."""

    def start(look: Look) -> list[tuple[Any, float]]:
        watched: list[tuple[Any, float]] = []
        step = Caser._step

        def watched_step(model: Caser, *given: Any) -> torch.Tensor:
            seen = look(model, *given[:3])  # what follows them is the optimizer
            loss = step(model, *given)
            watched.append((seen, loss.item()))
            return loss

        monkeypatch.setattr(Caser, "_step", watched_step)
        return watched

    return start


def fitted(train: Sequences, **settings: Any) -> Caser:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    tiny = {"dimension": D, "history_length": L, "n_targets": T, "horizontal_filters": NH, "vertical_filters": NV}
    model = Caser(**{**tiny, "epochs": 1, "batch_size": 100, "learning_rate": 0.05, **settings})
    epochs = count()
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


def literal_loss(model: Caser, users: torch.Tensor, windows: torch.Tensor, negatives: torch.Tensor) -> float:
    """Mean of -ln sigmoid(y) over targets and of -ln(1 - sigmoid(y)) over their negatives; padding is no target."""
    logs = []
    scores = model.score(users.numpy(), windows.numpy()[:, :L]).tolist()
    for row, window, others in zip(scores, windows.tolist(), negatives.numpy(), strict=True):
        for target, own in zip(window[L:], others.reshape(T, model.negatives), strict=True):
            if target != PADDING:
                logs.append(math.log(1 + math.exp(-row[target])))
                logs += [math.log(1 + math.exp(row[item])) for item in own]
    model._net.train()
    return float(np.mean(logs))


def test_the_loss_is_over_targets_and_their_negatives(uneven: Sequences, watch: Watch) -> None:
    steps = watch(literal_loss)
    fitted(uneven, dropout=0.0, epochs=2, negatives=2)
    expected, found = zip(*steps, strict=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def literal_cross_entropy(model: Caser, users: torch.Tensor, windows: torch.Tensor, negatives: torch.Tensor) -> float:
    """Mean over targets, padding is none, of -ln(e^y / sum of e^y over the items 1..N)."""
    assert negatives.shape == (len(users), 0)
    logs = []
    scores = model.score(users.numpy(), windows.numpy()[:, :L]).tolist()
    for row, window in zip(scores, windows.tolist(), strict=True):
        total = sum(math.exp(score) for score in row[1:])
        logs += [-math.log(math.exp(row[target]) / total) for target in window[L:] if target != PADDING]
    model._net.train()
    return float(np.mean(logs))


def test_the_cross_entropy_is_over_targets_in_the_whole_catalogue(uneven: Sequences, watch: Watch) -> None:
    steps = watch(literal_cross_entropy)
    fitted(uneven, loss="cross-entropy", dropout=0.0, epochs=2)
    expected, found = zip(*steps, strict=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_negatives_of_a_padded_target_have_no_effect(uneven: Sequences) -> None:
    model = fitted(uneven, dropout=0.0, epochs=0)
    users, windows = torch.tensor([0, 1]), torch.tensor([[0, 0, 0, 0, 0, 2], [0, 0, 4, 1, 9, 3]])
    negatives = torch.tensor([[5, 5, 5, 6, 7, 8], [10, 11, 12, 10, 11, 12]])
    changed = torch.tensor([[13, 14, 1, 6, 7, 8], [10, 11, 12, 10, 11, 12]])
    gradients = []
    for drawn in (negatives, changed):
        loss = model._step(users, windows, drawn, torch.optim.SGD(model._net.parameters(), lr=0.0))
        fresh = [parameter.grad for parameter in model._net.parameters() if parameter.grad is not None]
        gradients.append([loss, *(gradient.clone() for gradient in fresh)])
    for before, after in zip(*gradients, strict=True):
        torch.testing.assert_close(after, before, rtol=0, atol=0)


@pytest.mark.parametrize("loss", ["binary", "cross-entropy"])
def test_padding_stays_zero_and_gets_no_gradient(uneven: Sequences, loss: str) -> None:
    net = fitted(uneven, loss=loss, epochs=3, weight_decay=0.1)._net
    for parameter in (net.item_input.weight, net.item_output.weight, net.item_bias):
        assert parameter.grad is not None
        assert not parameter.grad[PADDING].any()
        assert not parameter[PADDING].any()
        assert parameter[1:].all()


def test_an_epoch_has_every_instance_once_with_new_unseen_negatives(
    uneven: Sequences, watch: Watch, literal_instances: LiteralInstances
) -> None:
    steps = watch(lambda model, *batch: batch)
    fitted(uneven, epochs=2, batch_size=1_000)
    (first, _), (second, _) = steps
    seen = [set(uneven.items[start:end].tolist()) for start, end in pairwise(uneven.offsets)]
    for users, windows, negatives in (first, second):
        instances_seen = sorted(zip(users.tolist(), windows.tolist(), strict=True))
        assert instances_seen == sorted(literal_instances(uneven, L + T))
        assert negatives.shape == (len(users), 3 * T)
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
    for row, user, items in zip(scores, users, full, strict=True):
        expected = [literal_score(net, literal_representation(net, user, items), item) for item in range(15)]
        np.testing.assert_allclose(row, expected, rtol=1e-4, atol=1e-5)


def test_weights_are_averaged_over_epochs_where_asked(uneven: Sequences) -> None:
    first, second = fitted(uneven, epochs=1).state(), fitted(uneven, epochs=2).state()
    for name, value in fitted(uneven, epochs=2, weight_averaging=0.5).state().items():
        np.testing.assert_allclose(value, (second[name] + 0.5 * first[name]) / 1.5, rtol=1e-4, atol=1e-6)
        assert (value != second[name]).any()


def test_what_is_restored_scores_alike(uneven: Sequences) -> None:
    model, users = fitted(uneven), np.array([3, 17, 20])
    items = np.array([[0, 7, 2, 5], [0, 0, 0, 9], [0, 0, 0, 0]])
    restored = Caser(dimension=D, history_length=L, n_targets=T, horizontal_filters=NH, vertical_filters=NV)
    restored.restore(uneven, model.state())
    np.testing.assert_array_equal(restored.score(users, items), model.score(users, items))
