"""eSASRec against loops over heads, places and dimensions on tiny weights."""

import math
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines import causal_transformer
from seqrec_baselines.esasrec import ESASRec, ESASRecNet, LiGRBlock
from seqrec_baselines.training.samples import Samples, end_windows
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, FitContext, Sequences

RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]
Rows = list[np.ndarray]

N_ITEMS, D, L, BLOCKS, FACTOR = 7, 4, 5, 2, 3
ITEMS = torch.tensor([[3, 7, 1, 2, 3], [5, 4, 0, 0, 0], [6, 0, 0, 0, 0]])
COUNTS = torch.tensor([5, 2, 1])


@pytest.fixture(params=[1, 2], ids=["1 head", "2 heads"])
def net(request: pytest.FixtureRequest) -> ESASRecNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = ESASRecNet(N_ITEMS, D, L, BLOCKS, heads=request.param, factor=FACTOR, dropout=0.5).double().eval()
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
        torch.nn.init.zeros_(net.item.weight[PADDING])
    return net.requires_grad_(False)


def weight(net: torch.nn.Module, name: str) -> np.ndarray:
    values: np.ndarray = net.get_parameter(name).double().numpy()
    return values


def linear(net: torch.nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    """Torch keeps the matrix transposed."""
    return np.array([sum(w * value for w, value in zip(row, x, strict=True)) for row in weight(net, f"{name}.weight")])


def affine(net: torch.nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    return linear(net, name, x) + weight(net, f"{name}.bias")


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.array([1 / (1 + math.exp(-value)) for value in x])


def normed(net: torch.nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    mean = sum(x) / len(x)
    variance = sum((value - mean) ** 2 for value in x) / len(x)
    scaled = np.array([(value - mean) / math.sqrt(variance + 1e-5) for value in x])
    return weight(net, f"{name}.weight") * scaled + weight(net, f"{name}.bias")


def literal_attention(block: LiGRBlock, rows: Rows) -> Rows:
    """Of the normed rows, place by place and head by head, and through the output's matrix."""
    queries, keys, values = (
        [affine(block, f"attention.{name}", row) for row in rows] for name in ("query", "key", "value")
    )
    width = D // block.attention.heads
    answers = []
    for t in range(len(rows)):
        parts = []
        for part in (slice(first, first + width) for first in range(0, D, width)):
            powers = [math.exp(queries[t][part] @ keys[s][part] / math.sqrt(width)) for s in range(t + 1)]
            parts.append(sum(power * values[s][part] for s, power in enumerate(powers)) / sum(powers))
        answers.append(affine(block, "attention_output", np.concatenate(parts)))
    return answers


def inside_of_swiglu(block: LiGRBlock, x: np.ndarray) -> np.ndarray:
    opened = linear(block, "feed_forward.gate", x)
    return opened * sigmoid(opened) * linear(block, "feed_forward.value", x)


def literal_block(block: LiGRBlock, rows: Rows) -> Rows:
    attended = literal_attention(block, [normed(block, "attention_norm", row) for row in rows])
    rows = [row + sigmoid(affine(block, "attention_gate", row)) * new for row, new in zip(rows, attended, strict=True)]
    fed = [
        linear(block, "feed_forward.output", inside_of_swiglu(block, normed(block, "feed_forward_norm", row)))
        for row in rows
    ]
    return [row + sigmoid(affine(block, "feed_forward_gate", row)) * new for row, new in zip(rows, fed, strict=True)]


def literal_inputs(net: ESASRecNet, items: list[int]) -> Rows:
    """Item vectors plus positions, the last item at the last one."""
    first, vectors, positions = L - len(items), weight(net, "item.weight"), weight(net, "position.weight")
    return [vectors[item] + positions[first + t] for t, item in enumerate(items)]


def literal_representations(net: ESASRecNet, items: list[int]) -> Rows:
    rows = literal_inputs(net, items)
    for block in net.blocks:
        assert isinstance(block, LiGRBlock)
        rows = literal_block(block, rows)
    return rows


def test_representations_equal_the_formulas(net: ESASRecNet) -> None:
    rows = [row[:n] for row, n in zip(ITEMS.tolist(), COUNTS.tolist(), strict=True)]
    expected = [vector for row in rows for vector in literal_representations(net, row)]
    np.testing.assert_allclose(net(ITEMS, COUNTS).numpy(), expected)


def test_padding_and_later_items_influence_nothing(net: ESASRecNet) -> None:
    expected = net(ITEMS, COUNTS)
    net.item.weight[PADDING] = 1e6
    torch.testing.assert_close(net(ITEMS, COUNTS), expected, rtol=0, atol=0)
    changed = ITEMS.clone()
    changed[0, 3:] = 4
    torch.testing.assert_close(net(changed, COUNTS)[:3], expected[:3], rtol=0, atol=0)


def test_dropout_is_on_the_inputs_inside_swiglu_and_on_what_each_layer_adds_before_its_gate(
    net: ESASRecNet, record_dropout: RecordDropout
) -> None:
    block = net.blocks[0]
    assert isinstance(block, LiGRBlock)
    assert net.dropout.p == block.dropout.p == block.feed_forward.dropout.p == block.attention.dropout == 0.5
    of_inputs, of_block, of_swiglu = (record_dropout(part) for part in (net, block, block.feed_forward))
    net(ITEMS[:1], COUNTS[:1])
    rows = literal_inputs(net, ITEMS[0].tolist())
    np.testing.assert_allclose(of_inputs, [rows])
    attended = literal_attention(block, [normed(block, "attention_norm", row) for row in rows])
    np.testing.assert_allclose(of_block[0], attended)
    rows = [row + sigmoid(affine(block, "attention_gate", row)) * new for row, new in zip(rows, attended, strict=True)]
    inside = [inside_of_swiglu(block, normed(block, "feed_forward_norm", row)) for row in rows]
    np.testing.assert_allclose(of_swiglu, [inside])
    np.testing.assert_allclose(of_block[1], [linear(block, "feed_forward.output", row) for row in inside])


@pytest.mark.parametrize(("training", "expected"), [(True, 0.5), (False, 0.0)])
def test_attention_weights_are_dropped_in_training_alone(
    net: ESASRecNet, training: bool, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    attend, given = torch.nn.functional.scaled_dot_product_attention, []

    def watched(*tensors: torch.Tensor, dropout_p: float, is_causal: bool) -> torch.Tensor:
        given.append(dropout_p)
        return attend(*tensors, dropout_p=dropout_p, is_causal=is_causal)

    monkeypatch.setattr(causal_transformer.functional, "scaled_dot_product_attention", watched)
    with seeded(0, "cpu"):
        net.train(training)(ITEMS, COUNTS)
    assert given == [expected] * BLOCKS


@pytest.mark.parametrize(("heads", "factor"), [(1, 4), (4, 1)])
def test_number_of_parameters(uneven: Sequences, heads: int, factor: int) -> None:
    d, length, blocks = 8, 6, 3
    model = fitted(
        uneven, dimension=d, history_length=length, blocks=blocks, heads=heads, feed_forward_factor=factor, epochs=0
    )
    attention, gates, feed_forward, norms = 4 * (d * d + d), 2 * (d * d + d), 3 * factor * d * d, 4 * d
    in_blocks = blocks * (attention + gates + feed_forward + norms)
    assert model.n_parameters == (uneven.n_items + 1) * d + length * d + in_blocks


def test_matrices_start_as_glorot_has_them_and_biases_as_rectools_has_them() -> None:
    d = 80
    with seeded(0, "cpu"):
        net = ESASRecNet(n_items=999, dimension=d, length=200, blocks=1, heads=1, factor=2, dropout=0.0)
    for name, parameter in net.named_parameters():
        values = parameter[1:] if name == "item.weight" else parameter
        if parameter.dim() == 2:
            parts = 3 if name in [f"blocks.0.attention.{part}.weight" for part in ("query", "key", "value")] else 1
            expected = math.sqrt(2 / (parameter.shape[0] * parts + parameter.shape[1]))
            assert values.std().item() == pytest.approx(expected, rel=0.05), name
        elif "attention." in name or "attention_output" in name:
            assert not values.any(), name
        elif "_gate" in name:
            assert values.abs().max().item() == pytest.approx(1 / math.sqrt(d), rel=0.1), name
    assert not net.item.weight[PADDING].any()


def fitted(train: Sequences, **settings: Any) -> ESASRec:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    tiny = {"dimension": D, "history_length": L, "epochs": 1, "batch_size": 20, "learning_rate": 0.05, "negatives": 6}
    model = ESASRec(**{**tiny, **settings})
    epochs = count()
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Samples, torch.optim.Optimizer, float]]:
    """Fills with the samples, the optimiser and the loss of each step."""
    watched: list[tuple[Samples, torch.optim.Optimizer, float]] = []
    step = ESASRec._step

    def watched_step(
        model: ESASRec, samples: Samples, item_loss: Any, optimizer: torch.optim.Optimizer
    ) -> torch.Tensor:
        loss = step(model, samples, item_loss, optimizer)
        watched.append((samples, optimizer, loss.item()))
        return loss

    monkeypatch.setattr(ESASRec, "_step", watched_step)
    return watched


def test_the_loss_is_the_mean_over_targets_of_a_softmax_with_items_drawn_from_all(
    uneven: Sequences, steps: list[tuple[Samples, torch.optim.Optimizer, float]]
) -> None:
    """A learning rate of 0 leaves the net as it starts; its draws are those of the generator that orders the pieces."""
    net = fitted(uneven, dropout=0.0, learning_rate=0.0)._net.double().requires_grad_(False)
    rng = np.random.default_rng(4)
    expected_samples = next(end_windows(uneven, L, 20 * L, rng))
    samples, _, found = steps[0]
    np.testing.assert_array_equal(samples.inputs, expected_samples.inputs)
    vectors = weight(net, "item.weight")
    negatives = iter(rng.integers(1, uneven.n_items + 1, ((samples.targets != PADDING).sum(), 6)).tolist())
    losses = []
    for inputs, targets in zip(samples.inputs, samples.targets, strict=True):
        n = (targets != PADDING).sum()
        for representation, target in zip(literal_representations(net, inputs[:n].tolist()), targets, strict=False):
            others = [item for item in next(negatives) if item != target]
            powers = [math.exp(representation @ vectors[item]) for item in [target, *others]]
            losses.append(-math.log(powers[0] / sum(powers)))
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_an_epoch_has_every_item_but_a_users_first_as_a_target(
    uneven: Sequences, steps: list[tuple[Samples, torch.optim.Optimizer, float]]
) -> None:
    fitted(uneven, batch_size=16)
    batches = [samples for samples, _, _ in steps]
    assert {batch.inputs.shape for batch in batches[:-1]} == {(16, L)}
    targets = sorted(item for batch in batches for item in batch.targets.ravel().tolist() if item != PADDING)
    assert targets == sorted(item for start, end in pairwise(uneven.offsets) for item in uneven.items[start + 1 : end])


def test_the_optimizer_is_rectools(
    uneven: Sequences, steps: list[tuple[Samples, torch.optim.Optimizer, float]]
) -> None:
    fitted(uneven, learning_rate=0.003)
    optimizer = steps[0][1]
    assert isinstance(optimizer, torch.optim.Adam)
    assert (optimizer.defaults["lr"], optimizer.defaults["betas"]) == (0.003, (0.9, 0.98))


def test_padding_is_never_trained(uneven: Sequences) -> None:
    net = fitted(uneven, epochs=2)._net
    assert net.item.weight.grad is not None
    assert not net.item.weight.grad[PADDING].any()
    assert not net.item.weight[PADDING].any()


def test_score_is_that_of_the_latest_item_whatever_the_padding(uneven: Sequences) -> None:
    model = fitted(uneven)
    scores = model.score(np.array([3, 17, 3]), np.array([[0, 0, 0, 5, 9], [0, 0, 0, 0, 0], [1, 2, 11, 4, 2]]))
    net = model._net.double().requires_grad_(False)
    for row, items in zip(scores, ([5, 9], [PADDING], [1, 2, 11, 4, 2]), strict=True):
        representation = literal_representations(net, items)[-1]
        expected = [representation @ vector for vector in weight(net, "item.weight")[1:]]
        np.testing.assert_allclose(row[1:], expected, rtol=1e-4, atol=1e-5)


def test_heads_must_share_the_dimension() -> None:
    with pytest.raises(InputError, match=r"esasrec\.dimension is 10, which 4 heads can't share: give a multiple"):
        ESASRec(dimension=10, heads=4)
