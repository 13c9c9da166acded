"""HSTU against loops over heads, places and dimensions on tiny weights."""

import math
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines.hstu import HSTU, HSTUNet, TransductionUnit
from seqrec_baselines.training.item_losses import ItemLoss
from seqrec_baselines.training.samples import Samples
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import PADDING, Explainable, FitContext, Recommender, Sequences

RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]
Interrupted = Callable[[Recommender, Recommender, Sequences, int], None]

N_ITEMS, D, L, BLOCKS = 7, 4, 5, 2
ITEMS = torch.tensor([[3, 7, 1, 2, 3], [5, 4, 0, 0, 0], [6, 0, 0, 0, 0]])
COUNTS = torch.tensor([5, 2, 1])


@pytest.fixture(params=[1, 2], ids=["1 head", "2 heads"])
def net(request: pytest.FixtureRequest) -> HSTUNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = HSTUNet(N_ITEMS, D, L, BLOCKS, heads=request.param, dropout=0.5).double().eval()
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
        torch.nn.init.zeros_(net.item.weight[PADDING])
    return net.requires_grad_(False)


def weight(net: torch.nn.Module, name: str) -> np.ndarray:
    values: np.ndarray = net.get_parameter(name).double().numpy()
    return values


def silu(x: float) -> float:
    return x / (1 + math.exp(-x))


def literal_norm(x: np.ndarray) -> np.ndarray:
    mean = sum(x) / len(x)
    variance = sum((value - mean) ** 2 for value in x) / len(x)
    return np.array([(value - mean) / math.sqrt(variance + 1e-6) for value in x])


def literal_weights(unit: TransductionUnit, queries: list[np.ndarray], keys: list[np.ndarray]) -> list[list[float]]:
    """What each place makes of itself and those before it."""
    by_distance = weight(unit, "of_distance")
    return [[silu(queries[i] @ keys[j] + by_distance[i - j]) / L for j in range(i + 1)] for i in range(len(queries))]


def literal_gated(unit: TransductionUnit, rows: list[np.ndarray]) -> list[np.ndarray]:
    """LayerNorm(A v) times u, place by place and head by head; torch keeps the matrices transposed."""
    projected = [weight(unit, "input.weight") @ literal_norm(row) for row in rows]
    projected = [np.array([silu(value) for value in row]) for row in projected]
    gates, values, queries, keys = ([row[part * D : (part + 1) * D] for row in projected] for part in range(4))
    width, attended = D // unit.heads, [np.zeros(D) for _ in rows]
    for part in (slice(h * width, (h + 1) * width) for h in range(unit.heads)):
        weights = literal_weights(unit, [row[part] for row in queries], [row[part] for row in keys])
        for i, row in enumerate(weights):
            attended[i][part] = sum(weight_of_j * values[j][part] for j, weight_of_j in enumerate(row))
    return [literal_norm(row) * gate for row, gate in zip(attended, gates, strict=True)]


def literal_inputs(net: HSTUNet, items: list[int]) -> list[np.ndarray]:
    """Item vectors times sqrt(d) plus positions, the last item at the last one."""
    first, vectors, positions = L - len(items), weight(net, "item.weight"), weight(net, "position.weight")
    return [math.sqrt(D) * vectors[item] + positions[first + t] for t, item in enumerate(items)]


def unit_length(x: np.ndarray) -> np.ndarray:
    return x / max(math.sqrt(sum(value**2 for value in x)), 1e-6)


def literal_representations(net: HSTUNet, items: list[int]) -> list[np.ndarray]:
    """One for each of the items, in float64."""
    rows = literal_inputs(net, items)
    for unit in net.blocks:
        assert isinstance(unit, TransductionUnit)
        output, bias = weight(unit, "output.weight"), weight(unit, "output.bias")
        rows = [row + output @ new + bias for row, new in zip(rows, literal_gated(unit, rows), strict=True)]
    return [unit_length(row) for row in rows]


def literal_scores(net: HSTUNet, items: list[int]) -> np.ndarray:
    """What every item of the catalogue, 1..N, scores after the last of these."""
    last = literal_representations(net, items)[-1]
    return np.array([last @ unit_length(vector) for vector in weight(net, "item.weight")[1:]])


def test_representations_equal_the_formulas(net: HSTUNet) -> None:
    rows = [row[:n] for row, n in zip(ITEMS.tolist(), COUNTS.tolist(), strict=True)]
    expected = [vector for row in rows for vector in literal_representations(net, row)]
    np.testing.assert_allclose(net(ITEMS, COUNTS).numpy(), expected)


def test_scores_are_cosines(net: HSTUNet) -> None:
    scores = net.score_all(net(ITEMS[:1], COUNTS[:1])[-1:]).numpy()
    np.testing.assert_allclose(scores, [literal_scores(net, ITEMS[0].tolist())])
    assert (abs(scores) <= 1).all()


def test_later_items_change_nothing_earlier(net: HSTUNet) -> None:
    before = net(ITEMS[:1], COUNTS[:1])
    for place in range(1, L):
        changed = ITEMS[:1].clone()
        changed[0, place:] = 4
        after = net(changed, COUNTS[:1])
        torch.testing.assert_close(after[:place], before[:place], rtol=0, atol=0)
        assert (after[place:] != before[place:]).any(dim=1).all()


def test_padding_influences_nothing(net: HSTUNet) -> None:
    expected = net(ITEMS, COUNTS)
    net.item.weight[PADDING] = 1e6
    torch.testing.assert_close(net(ITEMS, COUNTS), expected, rtol=0, atol=0)
    for row, n, found in zip(ITEMS, COUNTS, expected.split(COUNTS.tolist()), strict=True):
        torch.testing.assert_close(net(row[None, :n], n[None]), found)


def test_dropout_is_on_the_inputs_and_on_what_is_gated(net: HSTUNet, record_dropout: RecordDropout) -> None:
    unit = net.blocks[0]
    assert isinstance(unit, TransductionUnit)
    assert net.dropout.p == unit.dropout.p == 0.5
    of_inputs, of_unit = record_dropout(net), record_dropout(unit)
    net(ITEMS[:1], COUNTS[:1])
    rows = literal_inputs(net, ITEMS[0].tolist())
    np.testing.assert_allclose(of_inputs, [rows])
    np.testing.assert_allclose(of_unit, [literal_gated(unit, rows)])


@pytest.mark.parametrize("heads", [1, 4])
def test_number_of_parameters(uneven: Sequences, heads: int) -> None:
    d, length, blocks = 8, 6, 3
    model = fitted(uneven, dimension=d, history_length=length, blocks=blocks, heads=heads, epochs=0)
    in_units = blocks * (4 * d * d + length + d * d + d)
    assert model.n_parameters == (uneven.n_items + 1) * d + length * d + in_units


def test_weights_start_as_the_authors_have_them() -> None:
    with seeded(0, "cpu"):
        net = HSTUNet(n_items=999, dimension=64, length=200, blocks=1, heads=1, dropout=0.0)
    assert net.item.weight[1:].abs().max().item() <= 0.04 and not net.item.weight[PADDING].any()
    assert net.item.weight[1:].std().item() == pytest.approx(0.0176, rel=0.02)  # 0.02, cut at twice of it
    assert net.position.weight.abs().max().item() <= 0.25  # twice 1 / sqrt(64)
    unit = net.blocks[0]
    assert isinstance(unit, TransductionUnit)
    assert unit.input.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert unit.of_distance.std().item() == pytest.approx(0.02, rel=0.2)
    assert unit.output.weight.abs().max().item() <= math.sqrt(6 / 128)


def fitted(train: Sequences, **settings: Any) -> HSTU:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    tiny = {"dimension": D, "history_length": L, "epochs": 1, "batch_size": 20, "learning_rate": 0.05, "negatives": 3}
    model = HSTU(**{**tiny, **settings})
    epochs = count()
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


SAMPLES = Samples(
    users=np.array([4, 9]), inputs=np.array([[3, 7, 1], [5, 0, 0]]), targets=np.array([[7, 1, 2], [12, 0, 0]])
)


class Told(np.random.Generator):
    """Draws what it is told to."""

    def __init__(self, items: list[list[int]]) -> None:
        super().__init__(np.random.PCG64(0))
        self.items = np.array(items)

    def integers(self, *bounds: Any, **others: Any) -> Any:
        return self.items


def test_the_loss_is_a_softmax_of_cosines_over_the_temperature(uneven: Sequences) -> None:
    """Of each target against its own negatives, of which one that is the target itself does not count."""
    model = fitted(uneven, dropout=0.0, temperature=0.5)
    negatives = [[8, 9, 8], [1, 2, 14], [3, 4, 5], [6, 6, 7]]
    item_loss = ItemLoss(uneven, Told(negatives), loss="sampled-softmax", negatives=3, sampling="uniform")
    found = model._loss(SAMPLES, item_loss).item()
    net = model._net.double().requires_grad_(False)
    representations = [vector for items in ([3, 7, 1], [5]) for vector in literal_representations(net, items)]
    losses = []
    for representation, target, drawn in zip(representations, (7, 1, 2, 12), negatives, strict=True):
        scores = [representation @ unit_length(vector) / 0.5 for vector in weight(net, "item.weight")]
        others = [math.exp(scores[item]) for item in drawn if item != target]
        losses.append(math.log(math.exp(scores[target]) + sum(others)) - scores[target])
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_negatives_are_drawn_from_all_items(uneven: Sequences, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    make = ItemLoss.__init__

    def watched(self: ItemLoss, *given: Any, **named: Any) -> None:
        made.append(named)
        make(self, *given, **named)

    monkeypatch.setattr(ItemLoss, "__init__", watched)
    fitted(uneven, negatives=6)
    assert made == [{"loss": "sampled-softmax", "negatives": 6, "sampling": "uniform"}]


def test_every_part_is_trained_and_padding_is_not(uneven: Sequences) -> None:
    with seeded(4, "cpu"):
        start = HSTUNet(uneven.n_items, D, L, BLOCKS, 1, 0.0).state_dict()
    for name, value in fitted(uneven, epochs=2).state().items():
        assert (value != start[name].numpy()).any(), name
        if name == "item.weight":
            assert not value[PADDING].any()


def test_score_is_that_of_the_latest_item_whatever_the_padding(uneven: Sequences) -> None:
    model = fitted(uneven)
    histories = np.array([[0, 0, 0, 5, 9], [0, 0, 0, 0, 3], [1, 2, 11, 4, 2]])
    scores = model.score(np.array([3, 17, 3]), histories)
    short = model.score(np.array([3, 17]), histories[:2, 3:])
    np.testing.assert_allclose(short, scores[:2], rtol=1e-5, atol=1e-6)
    net = model._net.double().requires_grad_(False)
    for row, items in zip(scores, ([5, 9], [3], [1, 2, 11, 4, 2]), strict=True):
        np.testing.assert_allclose(row[1:], literal_scores(net, items), rtol=1e-4, atol=1e-5)


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
    model = fitted(train, dimension=16, history_length=6, epochs=10, learning_rate=0.01, dropout=0.0, negatives=10)
    scores = model.score(np.zeros(20, dtype=np.int64), np.arange(1, 21)[:, None])[:, 1:]
    found = [best == successor[item] for item, best in enumerate(scores.argmax(axis=1) + 1, start=1)]
    assert np.mean(found) > 0.6


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(uneven: Sequences, interrupted: Interrupted) -> None:
    unbroken, resumed = (HSTU(dimension=D, history_length=L, epochs=3, batch_size=20, negatives=3) for _ in range(2))
    interrupted(unbroken, resumed, uneven, 2)
    for name, value in unbroken.state().items():
        np.testing.assert_array_equal(resumed.state()[name], value)


def test_what_is_restored_scores_alike(uneven: Sequences, histories: np.ndarray) -> None:
    model, users = fitted(uneven), np.arange(len(histories))
    restored = HSTU(dimension=D, history_length=L)
    restored.restore(uneven, model.state())
    np.testing.assert_array_equal(restored.score(users, histories[:, -L:]), model.score(users, histories[:, -L:]))
    assert restored.n_parameters == model.n_parameters


def test_what_is_no_average_is_not_shown_as_one() -> None:
    assert not isinstance(HSTU(), Explainable)


def test_heads_must_share_the_dimension() -> None:
    with pytest.raises(InputError, match=r"hstu\.dimension is 10, which 4 heads can't share: give a multiple"):
        HSTU(dimension=10, heads=4)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_a_temperature_divides(value: float) -> None:
    with pytest.raises(InputError, match=r"hstu\.temperature is .*: give more than 0\."):
        HSTU(temperature=value)
