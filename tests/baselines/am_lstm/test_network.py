"""The paper's equations, each against loops over numbers on tiny weights."""

import math
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
import torch

from seqrec_baselines.am_lstm.network import AMLSTMNet, Attention, DropoutPlaces, Parts, positional_encoding
from seqrec_baselines.training.seeding import seeded

RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]

N_USERS, N_ITEMS, LENGTH = 4, 6, 5
WHOLE = Parts()
USERS = np.array([2, 0, 3])
ITEMS = np.array([[3, 1, 6, 2, 5], [4, 4, 2, 0, 0], [1, 0, 0, 0, 0]])
COUNTS = [5, 3, 1]


def a_net(
    d: int,
    parts: Parts = WHOLE,
    places: DropoutPlaces = "item-vectors-and-y",
    remembered: list[int] | None = None,
) -> AMLSTMNet:
    """A net in double precision with every weight away from 0, the biases too."""
    with seeded(1, "cpu"):
        users = None if remembered is None else torch.tensor(remembered)
        net = AMLSTMNet(N_USERS, N_ITEMS, d, LENGTH, 0.5, places, parts, users).double().eval()
        for name, parameter in net.named_parameters():
            torch.nn.init.normal_(parameter, std=0.7)
            if name == "item_input.weight":
                torch.nn.init.zeros_(parameter[0])
    return net.requires_grad_(False)


@pytest.fixture(params=[3, 4])
def net(request: pytest.FixtureRequest) -> AMLSTMNet:
    return a_net(request.param)


def weight(layer: torch.nn.Module, name: str) -> np.ndarray:
    values: np.ndarray = layer.get_parameter(name).numpy()
    return values


def literal_positional_encoding(length: int, d: int) -> np.ndarray:
    encoding = np.zeros((length, d))
    for position in range(length):
        for i in range(d):
            angle = position / 10000 ** (2 * (i // 2) / d)
            encoding[position, i] = math.sin(angle) if i % 2 == 0 else math.cos(angle)
    return encoding


def affine(layer: torch.nn.Module, rows: np.ndarray) -> np.ndarray:
    """Each row times W, plus b; torch keeps W transposed."""
    w, b = weight(layer, "weight"), weight(layer, "bias")
    return np.array([[sum(w[j, i] * row[i] for i in range(len(row))) + b[j] for j in range(len(b))] for row in rows])


def softmax(values: list[float]) -> list[float]:
    return [math.exp(value) / sum(math.exp(other) for other in values) for value in values]


def literal_attention(
    attention: Attention,
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    sees: Callable[[int, int], bool] = lambda q, k: True,
) -> np.ndarray:
    d = queries.shape[1]
    q, k, v = affine(attention.query, queries), affine(attention.key, keys), affine(attention.value, values)
    attended = np.zeros((len(q), v.shape[1]))
    for a in range(len(q)):
        seen = [b for b in range(len(k)) if sees(a, b)]
        weights = softmax([sum(q[a, i] * k[b, i] for i in range(d)) / math.sqrt(d) for b in seen])
        for b, share in zip(seen, weights, strict=True):
            attended[a] += share * v[b]
    return attended


def literal_lstm(lstm: torch.nn.Module, rows: np.ndarray) -> np.ndarray:
    """Gates in torch's order: input, forget, candidate, output."""
    w_x, w_h, b_x, b_h = (parameter.numpy() for parameter in lstm.parameters())
    d = rows.shape[1]
    h, c, outputs = np.zeros(d), np.zeros(d), []
    for x in rows:
        i, f, g, o = np.split(w_x @ x + b_x + w_h @ h + b_h, 4)
        c = np.array([sigmoid(f[n]) * c[n] + sigmoid(i[n]) * math.tanh(g[n]) for n in range(d)])
        h = np.array([sigmoid(o[n]) * math.tanh(c[n]) for n in range(d)])
        outputs.append(h)
    return np.array(outputs)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def literal_dynamic(net: AMLSTMNet, items: np.ndarray) -> np.ndarray:
    """O of one user's items without any padding."""
    vectors = np.array([weight(net, "item_input.weight")[item] for item in items])
    x = vectors + literal_positional_encoding(*vectors.shape)
    if net.parts.attention:
        x = x + literal_attention(net.self_attention, x, x, x, sees=lambda query, key: key <= query)
    return literal_lstm(net.lstm, x)


def literal_scores(net: AMLSTMNet, user: int, items: np.ndarray) -> np.ndarray:
    """z of the items 1..N after the last of these items."""
    y = literal_dynamic(net, items)[-1]
    if net.parts.memory:
        remembered = range(N_USERS) if net.remembered is None else net.remembered.tolist()
        keys = np.array([weight(net, "user_key")[other] for other in remembered])
        y = y + literal_attention(net.memory, y[None], keys, weight(net, "user_value"))[0]
    if net.parts.fixed_user_vector:
        y = np.concatenate([y, weight(net, "user_key")[user]])
    outputs, bias = weight(net, "item_output"), weight(net, "item_bias")
    return np.array([sum(y[i] * outputs[v, i] for i in range(len(y))) + bias[v] for v in range(N_ITEMS)])


def score(net: AMLSTMNet, users: np.ndarray, items: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    scores: torch.Tensor = net(torch.from_numpy(users), torch.from_numpy(items), torch.from_numpy(wanted))
    return scores.numpy()


@pytest.mark.parametrize("dimension", [1, 2, 5, 8])
def test_positional_encoding(dimension: int) -> None:
    encoding = positional_encoding(7, dimension).numpy()
    np.testing.assert_allclose(encoding, literal_positional_encoding(7, dimension), atol=1e-6)


def test_the_net_has_the_encoding_of_its_length(net: AMLSTMNet) -> None:
    expected = literal_positional_encoding(LENGTH, net.user_key.shape[1])
    np.testing.assert_allclose(net.positions.numpy(), expected, atol=1e-6)


def test_attention(net: AMLSTMNet) -> None:
    rng = np.random.default_rng(0)
    queries, keys, values = (rng.normal(size=(rows, net.user_key.shape[1])) for rows in (2, 5, 5))
    attended = net.memory(*map(torch.from_numpy, (queries, keys, values)))
    np.testing.assert_allclose(attended.numpy(), literal_attention(net.memory, queries, keys, values))


def test_attention_weights_sum_to_1_over_what_may_be_seen(net: AMLSTMNet) -> None:
    x = torch.randn(3, 4, net.user_key.shape[1], generator=torch.Generator().manual_seed(0)).double()
    hidden = torch.tensor([[0, 1, 1, 1], [0, 0, 1, 1], [1, 0, 0, 1], [0, 0, 0, 0]], dtype=torch.bool)
    weights = net.self_attention.weights(x, x, hidden)
    assert torch.all(weights[:, hidden] == 0)
    np.testing.assert_allclose(weights.sum(dim=-1).numpy(), 1)


def test_dynamic_representation(net: AMLSTMNet) -> None:
    dynamic = net.dynamic(torch.from_numpy(ITEMS)).numpy()
    for row, items, count in zip(dynamic, ITEMS, COUNTS, strict=True):
        np.testing.assert_allclose(row[:count], literal_dynamic(net, items[:count]), rtol=1e-5, atol=1e-6)


def test_memory_is_over_all_users_with_keys_a_and_values_c(net: AMLSTMNet) -> None:
    dynamic = np.random.default_rng(0).normal(size=(3, net.user_key.shape[1]))
    keys, values = weight(net, "user_key"), weight(net, "user_value")
    assert not np.allclose(keys, values)
    expected = dynamic + literal_attention(net.memory, dynamic, keys, values)
    np.testing.assert_allclose(net.recall(torch.from_numpy(dynamic)).numpy(), expected)


def test_scores_after_the_last_item(net: AMLSTMNet) -> None:
    wanted = np.arange(LENGTH) == np.array(COUNTS)[:, None] - 1
    found = score(net, USERS, ITEMS, wanted)
    expected = [literal_scores(net, user, items[:n]) for user, items, n in zip(USERS, ITEMS, COUNTS, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_scores_with_a_memory_of_some_users_and_a_fixed_vector_of_any() -> None:
    net = a_net(3, remembered=[1, 3])
    assert net.user_value.shape == (2, 3)
    wanted = np.arange(LENGTH) == np.array(COUNTS)[:, None] - 1
    expected = [literal_scores(net, user, items[:n]) for user, items, n in zip(USERS, ITEMS, COUNTS, strict=True)]
    np.testing.assert_allclose(score(net, USERS, ITEMS, wanted), expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(expected, [literal_scores(a_net(3), *who) for who in zip(USERS, ITEMS, strict=True)])


def test_users_that_are_left_out_have_no_weight_in_the_memory() -> None:
    net = a_net(3, remembered=[1, 3])
    dynamic = np.random.default_rng(0).normal(size=(2, 3))
    weights = net.memory_weights(torch.from_numpy(dynamic)).numpy()
    net.memory.value = torch.nn.Linear(2, 2).double().requires_grad_(False)
    net.memory.value.weight.copy_(torch.eye(2))
    net.memory.value.bias.zero_()
    keys = weight(net, "user_key")[[1, 3]]
    np.testing.assert_allclose(weights[:, [1, 3]], literal_attention(net.memory, dynamic, keys, np.eye(2)), atol=1e-12)
    np.testing.assert_array_equal(weights[:, [0, 2]], 0)


def test_scores_at_every_wanted_place_in_row_order(net: AMLSTMNet) -> None:
    wanted = np.array([[True, False, True, True, False], [False] * 5, [True, False, False, False, False]])
    expected = [literal_scores(net, 2, ITEMS[0, :n]) for n in (1, 3, 4)] + [literal_scores(net, 3, ITEMS[2, :1])]
    np.testing.assert_allclose(score(net, USERS, ITEMS, wanted), expected, rtol=1e-5, atol=1e-6)


def test_padding_on_the_right_changes_nothing(net: AMLSTMNet) -> None:
    unpadded = score(net, USERS[1:2], ITEMS[1:2, :3], np.array([[True, True, True]]))
    padded = score(net, USERS[1:2], ITEMS[1:2], np.array([[True, True, True, False, False]]))
    np.testing.assert_allclose(padded, unpadded, rtol=1e-12)


@pytest.mark.parametrize("place", range(1, LENGTH))
def test_a_later_item_changes_no_earlier_output(net: AMLSTMNet, place: int) -> None:
    changed = ITEMS[:1].copy()
    changed[0, place] = 4
    before, after = (net.dynamic(torch.from_numpy(items)).numpy()[0] for items in (ITEMS[:1], changed))
    np.testing.assert_array_equal(after[:place], before[:place])
    assert not np.isclose(after[place:], before[place:]).all(axis=1).any()


ABLATIONS = [Parts(attention=False), Parts(memory=False), Parts(fixed_user_vector=False), Parts(False, False, False)]


@pytest.mark.parametrize("parts", ABLATIONS, ids=str)
def test_scores_without_a_part(parts: Parts) -> None:
    net = a_net(3, parts)
    wanted = np.arange(LENGTH) == np.array(COUNTS)[:, None] - 1
    expected = [literal_scores(net, user, items[:n]) for user, items, n in zip(USERS, ITEMS, COUNTS, strict=True)]
    np.testing.assert_allclose(score(net, USERS, ITEMS, wanted), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("parts", "gone"),
    [
        (WHOLE, set()),
        (Parts(attention=False), {"self_attention"}),
        (Parts(memory=False), {"memory", "user_value"}),
        (Parts(fixed_user_vector=False), set()),
        (Parts(memory=False, fixed_user_vector=False), {"memory", "user_value", "user_key"}),
    ],
    ids=["none", "attention", "memory", "fixed user vector", "memory and fixed user vector"],
)
def test_a_part_that_is_left_out_has_no_weights(parts: Parts, gone: set[str]) -> None:
    def names(net: AMLSTMNet) -> set[str]:
        return {name.split(".")[0] for name, _ in net.named_parameters()}

    assert names(a_net(4)) - names(a_net(4, parts)) == gone
    assert a_net(4, parts).item_output.shape == (N_ITEMS, 8 if parts.fixed_user_vector else 4)


def test_random_vectors_have_lengths_of_about_1() -> None:
    with seeded(0, "cpu"):
        net = AMLSTMNet(300, 300, 50, LENGTH, 0.5, "y", WHOLE)
        net.draw_vectors()
    assert len(net.user_vectors) == 2
    assert not net.item_input.weight[0].any()
    for vectors in (net.item_input.weight[1:], net.item_output, net.user_key, net.user_value):
        assert vectors.norm(dim=1).mean().item() == pytest.approx(1, abs=0.03)
    assert not torch.equal(net.user_key, net.user_value)


def test_weights_of_items_and_of_the_memory_are_those_of_the_equations(net: AMLSTMNet) -> None:
    """Rows of the identity as values, with W_V = I and b_V = 0, bring the weights themselves out of the equation."""
    items = torch.from_numpy(ITEMS)
    for attention, n_values in ((net.self_attention, LENGTH), (net.memory, N_USERS)):
        attention.value = torch.nn.Linear(n_values, n_values).double().requires_grad_(False)
        attention.value.weight.copy_(torch.eye(n_values))
        attention.value.bias.zero_()
    x = weight(net, "item_input.weight")[ITEMS[0]] + net.positions.double().numpy()
    keys, d = weight(net, "user_key"), net.user_key.shape[1]
    expected = literal_attention(net.self_attention, x, x, np.eye(LENGTH), sees=lambda query, key: key <= query)
    np.testing.assert_allclose(net.item_weights(items)[0].numpy(), expected, atol=1e-6)
    dynamic = np.random.default_rng(0).normal(size=(3, d))
    recalled = net.memory_weights(torch.from_numpy(dynamic)).numpy()
    np.testing.assert_allclose(recalled, literal_attention(net.memory, dynamic, keys, np.eye(N_USERS)), atol=1e-6)


@pytest.mark.parametrize("places", get_args(DropoutPlaces))
def test_dropout_is_in_its_places(places: DropoutPlaces, record_dropout: RecordDropout) -> None:
    net = a_net(4, places=places)
    assert net.dropout.p == 0.5
    dropped = record_dropout(net)
    scores = score(net, USERS[:1], ITEMS[:1], np.array([[False, False, False, False, True]]))
    *others, y = dropped
    vectors = weight(net, "item_input.weight")[ITEMS[0]]
    if places == "y":
        assert others == []
    elif places == "item-vectors-and-y":
        np.testing.assert_array_equal(others, [vectors[None]])
    else:
        x = vectors + literal_positional_encoding(*vectors.shape)
        attended = literal_attention(net.self_attention, x, x, x, sees=lambda query, key: key <= query)
        np.testing.assert_allclose(others, [(x + attended)[None]], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(y[0, 4:], weight(net, "user_key")[USERS[0]])
    np.testing.assert_allclose(scores, y @ weight(net, "item_output").T + weight(net, "item_bias"))
