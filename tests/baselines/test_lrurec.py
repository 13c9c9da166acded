"""LRURec against loops over places in complex numbers on tiny weights."""

import math
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines.lrurec import Block, LinearRecurrentUnit, LRURec, LRURecNet
from seqrec_baselines.training.samples import Samples
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import PADDING, FitContext, Sequences

RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]

N_ITEMS, D, L, BLOCKS = 7, 3, 5, 2
H = 2 * D
ITEMS = torch.tensor([[6, 0, 0, 0, 0], [3, 7, 1, 2, 3], [5, 4, 0, 0, 0]])
COUNTS = torch.tensor([1, 5, 2])


@pytest.fixture
def net() -> LRURecNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = LRURecNet(N_ITEMS, D, BLOCKS, dropout=0.5).double().eval()
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
        torch.nn.init.zeros_(net.item.weight[PADDING])
    return net.requires_grad_(False)


def weight(net: torch.nn.Module, name: str) -> np.ndarray:
    values: np.ndarray = net.get_parameter(name).double().numpy()
    return values


def literal_norm(net: torch.nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    mean = sum(x) / len(x)
    variance = sum((value - mean) ** 2 for value in x) / len(x)
    scaled = np.array([(value - mean) / math.sqrt(variance + 1e-5) for value in x])
    return weight(net, f"{name}.weight") * scaled + weight(net, f"{name}.bias")


def literal_unit(unit: torch.nn.Module, rows: list[np.ndarray]) -> list[np.ndarray]:
    """Place by place in complex128; torch keeps the matrices transposed."""
    nu, theta, gamma = np.exp(weight(unit, "logarithms"))
    factor = np.exp(-nu + 1j * theta)
    parts = weight(unit, "input.weight"), weight(unit, "input.bias")
    matrix, bias = (part[::2] + 1j * part[1::2] for part in parts)  # B, (H, d), and b
    output = weight(unit, "output.weight")
    output = output[:, ::2] - 1j * output[:, 1::2]  # C, (d, H)
    state, answers = np.zeros(H, dtype=complex), []
    for x in rows:
        state = factor * state + gamma * (matrix @ x + bias)
        answers.append((output @ state).real + weight(unit, "output.bias"))
    return answers


def literal_gelu(x: float) -> float:
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def literal_feed_forward(block: torch.nn.Module, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The hidden values, 4 d of them, and the answer."""
    expanded = weight(block, "expand.weight") @ x + weight(block, "expand.bias")
    hidden = np.array([literal_gelu(value) for value in expanded])
    return hidden, weight(block, "contract.weight") @ hidden + weight(block, "contract.bias")


def literal_representations(net: LRURecNet, items: list[int]) -> list[np.ndarray]:
    """One for each of the items, in float64."""
    rows = [literal_norm(net, "norm", weight(net, "item.weight")[item]) for item in items]
    for block in net.blocks:
        assert isinstance(block, Block)
        units = literal_unit(block.unit, rows)
        rows = [literal_norm(block, "unit_norm", row + new) for row, new in zip(rows, units, strict=True)]
        rows = [literal_norm(block, "feed_forward_norm", row + literal_feed_forward(block, row)[1]) for row in rows]
    return rows


def literal_scores(net: LRURecNet, items: list[int]) -> np.ndarray:
    """What every item of the catalogue, 1..N, scores after the last of these."""
    last, biases = literal_representations(net, items)[-1], weight(net, "item_bias")
    return np.array([last @ vector + bias for vector, bias in zip(weight(net, "item.weight")[1:], biases, strict=True)])


def test_representations_equal_the_formulas(net: LRURecNet) -> None:
    """Of every row and place, in the order of the rows, which the longest one need not begin."""
    rows = [row[:n] for row, n in zip(ITEMS.tolist(), COUNTS.tolist(), strict=True)]
    expected = [vector for row in rows for vector in literal_representations(net, row)]
    np.testing.assert_allclose(net(ITEMS, COUNTS).numpy(), expected)


def test_scores_are_products_with_the_item_vectors_plus_biases(net: LRURecNet) -> None:
    representation = net(ITEMS[1:2], COUNTS[1:2])
    expected = literal_scores(net, ITEMS[1].tolist())
    np.testing.assert_allclose(net.score_all(representation[-1:]).numpy(), [expected])


def test_later_items_change_nothing_earlier(net: LRURecNet) -> None:
    row, n = ITEMS[1:2], COUNTS[1:2]
    before = net(row, n)
    for place in range(1, L):
        changed = row.clone()
        changed[0, place:] = 4
        after = net(changed, n)
        torch.testing.assert_close(after[:place], before[:place], rtol=0, atol=0)
        assert (after[place:] != before[place:]).any(dim=1).all()


def test_padding_influences_nothing(net: LRURecNet) -> None:
    expected = net(ITEMS, COUNTS)
    net.item.weight[PADDING] = 1e6
    torch.testing.assert_close(net(ITEMS, COUNTS), expected, rtol=0, atol=0)
    for row, n, found in zip(ITEMS, COUNTS, expected.split(COUNTS.tolist()), strict=True):
        torch.testing.assert_close(net(row[None, :n], n[None]), found)


def test_dropout_is_on_vectors_on_hidden_values_and_on_what_is_added(
    net: LRURecNet, record_dropout: RecordDropout
) -> None:
    block = net.blocks[0]
    assert isinstance(block, Block)
    assert net.dropout.p == block.dropout.p == 0.5
    of_inputs, of_block = record_dropout(net), record_dropout(block)
    net(ITEMS[1:2], COUNTS[1:2])
    vectors = weight(net, "item.weight")[ITEMS[1]]
    np.testing.assert_allclose(of_inputs, [vectors])
    rows = [literal_norm(net, "norm", vector) for vector in vectors]
    units = literal_unit(block.unit, rows)
    rows = [literal_norm(block, "unit_norm", row + new) for row, new in zip(rows, units, strict=True)]
    hidden, added = zip(*(literal_feed_forward(block, row) for row in rows), strict=True)
    for found, expected in zip(of_block, (units, hidden, added), strict=True):
        np.testing.assert_allclose(found, expected)


def test_number_of_parameters(uneven: Sequences) -> None:
    d, blocks = 8, 3
    model = fitted(uneven, dimension=d, blocks=blocks, epochs=0)
    unit = 3 * 2 * d + (d + 1) * 4 * d + (4 * d + 1) * d
    feed_forward, norm = (d + 1) * 4 * d + (4 * d + 1) * d, 2 * d
    in_blocks = blocks * (unit + feed_forward + 2 * norm)
    assert model.n_parameters == (uneven.n_items + 1) * d + uneven.n_items + norm + in_blocks


def test_training_starts_on_a_ring_from_states_of_one_size() -> None:
    with seeded(0, "cpu"):
        unit = LinearRecurrentUnit(2_000)
    nu, theta, gamma = np.exp(unit.logarithms.detach().double().numpy())
    squares = np.exp(-2 * nu)
    assert (squares.min(), squares.max()) == pytest.approx((0.64, 0.9801), abs=0.001)
    assert squares.mean() == pytest.approx((0.64 + 0.9801) / 2, abs=0.005)  # uniform, as are points of a ring
    assert (theta.min(), theta.max()) == pytest.approx((0, 2 * np.pi), abs=0.01)
    assert theta.mean() == pytest.approx(np.pi, abs=0.1)
    np.testing.assert_allclose(gamma, np.sqrt(1 - squares), rtol=1e-4)


def test_weights_start_from_a_cut_normal_distribution() -> None:
    with seeded(0, "cpu"):
        net = LRURecNet(n_items=999, dimension=80, blocks=1, dropout=0.0)
    for name, parameter in net.named_parameters():
        values = parameter[1:] if name == "item.weight" else parameter
        if "norm" in name:
            assert (values == (0 if name.endswith("bias") else 1)).all(), name
        elif "logarithms" not in name:
            assert values.abs().max().item() <= 0.04, name
            assert values.std().item() == pytest.approx(0.0176, rel=0.15), name  # 0.02, cut at twice of it
    assert not net.item.weight[PADDING].any()


def fitted(train: Sequences, **settings: Any) -> LRURec:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    tiny = {"dimension": D, "history_length": L, "epochs": 1, "batch_size": 20, "learning_rate": 0.05}
    model = LRURec(**{**tiny, **settings})
    epochs = count()
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


SAMPLES = Samples(
    users=np.array([4, 9]), inputs=np.array([[3, 7, 1], [5, 0, 0]]), targets=np.array([[7, 1, 2], [12, 0, 0]])
)


def test_the_loss_is_the_mean_over_all_targets(uneven: Sequences) -> None:
    model = fitted(uneven, dropout=0.0)
    found = model._loss(SAMPLES).item()
    net = model._net.double().requires_grad_(False)
    losses = []
    for items, target in [([3], 7), ([3, 7], 1), ([3, 7, 1], 2), ([5], 12)]:
        scores = literal_scores(net, items)
        losses.append(math.log(sum(math.exp(score) for score in scores)) - scores[target - 1])
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_every_part_is_trained_and_padding_is_not(uneven: Sequences) -> None:
    with seeded(4, "cpu"):
        start = LRURecNet(uneven.n_items, D, BLOCKS, 0.0).state_dict()
    for name, value in fitted(uneven, epochs=2, weight_decay=0.0).state().items():
        assert (value != start[name].numpy()).any(), name
        if name == "item.weight":
            assert not value[PADDING].any()


def test_an_epoch_has_every_item_but_a_users_first_as_a_target(
    uneven: Sequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[Samples] = []
    loss = LRURec._loss

    def watched(model: LRURec, samples: Samples) -> torch.Tensor:
        batches.append(samples)
        return loss(model, samples)

    monkeypatch.setattr(LRURec, "_loss", watched)
    fitted(uneven, batch_size=16)
    assert {batch.inputs.shape for batch in batches[:-1]} == {(16, L)}
    targets = sorted(item for batch in batches for item in batch.targets.ravel().tolist() if item != PADDING)
    assert targets == sorted(item for start, end in pairwise(uneven.offsets) for item in uneven.items[start + 1 : end])


def test_a_step_clips_the_gradient_and_decays_matrices_alone(uneven: Sequences) -> None:
    """AdamW's first step is the learning rate times the gradient's sign, nearly, beside the decay."""
    model = fitted(uneven, epochs=0, dropout=0.0, weight_decay=0.5, learning_rate=0.1, max_gradient_norm=1e-3)
    optimizer = model._new_optimizer()
    before = {name: value.detach().clone() for name, value in model._net.named_parameters()}
    model._step(SAMPLES, optimizer)
    squares = 0.0
    for name, value in model._net.named_parameters():
        assert value.grad is not None
        squares += value.grad.square().sum().item()
        decay = 0.0 if "bias" in name or "norm" in name else 0.1 * 0.5
        step = 0.1 * value.grad / (value.grad.abs() + 1e-9)
        torch.testing.assert_close(value.detach(), before[name] * (1 - decay) - step, rtol=1e-4, atol=1e-6)
    assert math.sqrt(squares) == pytest.approx(1e-3, rel=1e-2)


def test_score_is_that_of_the_latest_item_whatever_the_padding(uneven: Sequences) -> None:
    model = fitted(uneven)
    histories = np.array([[0, 0, 0, 5, 9], [0, 0, 0, 0, 3], [1, 2, 11, 4, 2]])
    scores = model.score(np.array([3, 17, 3]), histories)
    short = model.score(np.array([3, 17]), histories[:2, 3:])
    np.testing.assert_allclose(short, scores[:2], rtol=1e-5)
    net = model._net.double().requires_grad_(False)
    for row, items in zip(scores, ([5, 9], [3], [1, 2, 11, 4, 2]), strict=True):
        np.testing.assert_allclose(row[1:], literal_scores(net, items), rtol=1e-4, atol=1e-5)


def test_an_empty_history_is_a_zero_vector(uneven: Sequences) -> None:
    model = fitted(uneven)
    scores = model.score(np.array([0, 1]), np.array([[0, 0], [0, 4]]))
    net = model._net.double().requires_grad_(False)
    np.testing.assert_allclose(scores[0, 1:], literal_scores(net, [PADDING]), rtol=1e-4, atol=1e-5)


def test_scores_are_without_dropout_even_while_training(uneven: Sequences) -> None:
    model = fitted(uneven)
    users, histories = np.array([0]), np.array([[3, 1, 4]])
    expected = model.score(users, histories)
    model._net.train()
    np.testing.assert_array_equal(model.score(users, histories), expected)


def test_it_learns_an_order() -> None:
    train = synthetic_sequences(n_users=150, n_items=20, length=8, order=1, seed=0)
    rows = [train.items[start:end].tolist() for start, end in pairwise(train.offsets)]
    successor = {item: following for row in rows for item, following in pairwise(row)}
    model = fitted(train, dimension=16, history_length=6, epochs=10, learning_rate=0.01, dropout=0.0)
    scores = model.score(np.zeros(20, dtype=np.int64), np.arange(1, 21)[:, None])[:, 1:]
    found = [best == successor[item] for item, best in enumerate(scores.argmax(axis=1) + 1, start=1)]
    assert np.mean(found) > 0.6


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(
    uneven: Sequences, interrupted: Callable[[LRURec, LRURec, Sequences, int], None]
) -> None:
    unbroken, resumed = (LRURec(dimension=D, history_length=L, epochs=3, batch_size=20) for _ in range(2))
    interrupted(unbroken, resumed, uneven, 2)
    for name, value in unbroken.state().items():
        np.testing.assert_array_equal(resumed.state()[name], value)


def test_what_is_restored_scores_alike(uneven: Sequences, histories: np.ndarray) -> None:
    model, users = fitted(uneven), np.arange(len(histories))
    restored = LRURec(dimension=D, history_length=L)
    restored.restore(uneven, model.state())
    np.testing.assert_array_equal(restored.score(users, histories[:, -L:]), model.score(users, histories[:, -L:]))
    assert restored.n_parameters == model.n_parameters


@pytest.mark.parametrize("field", ["history_length", "blocks"])
def test_settings_without_a_meaning_are_refused(field: str) -> None:
    with pytest.raises(InputError, match=rf"lrurec\.{field} is 0"):
        LRURec(**{field: 0})
