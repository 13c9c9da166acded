"""SASRec against loops over heads, places and dimensions on tiny weights."""

import math
from collections.abc import Callable, Iterator
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines import sasrec
from seqrec_baselines.sasrec import Block, SASRec, SASRecNet
from seqrec_baselines.training import causal
from seqrec_baselines.training.item_losses import ItemLoss
from seqrec_baselines.training.samples import Samples, cut_windows
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import PADDING, FitContext, Sequences

RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]

N_ITEMS, D, L, BLOCKS = 7, 4, 5, 2
ITEMS = torch.tensor([[3, 7, 1, 2, 3], [5, 4, 0, 0, 0], [6, 0, 0, 0, 0]])
COUNTS = torch.tensor([5, 2, 1])


@pytest.fixture(params=[1, 2], ids=["1 head", "2 heads"])
def net(request: pytest.FixtureRequest) -> SASRecNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = SASRecNet(N_ITEMS, D, L, BLOCKS, heads=request.param, dropout=0.5).double().eval()
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


def literal_attention(block: torch.nn.Module, rows: list[np.ndarray], heads: int) -> list[np.ndarray]:
    """Place by place and head by head; torch keeps the matrices transposed."""
    queries, keys, values = (
        [weight(block, f"attention.{name}.weight") @ row for row in rows] for name in ("query", "key", "value")
    )
    width = D // heads
    attended = []
    for t in range(len(rows)):
        parts = []
        for part in (slice(h * width, (h + 1) * width) for h in range(heads)):
            exponentials = [math.exp(queries[t][part] @ keys[s][part] / math.sqrt(width)) for s in range(t + 1)]
            parts.append(sum(e / sum(exponentials) * values[s][part] for s, e in enumerate(exponentials)))
        attended.append(np.concatenate(parts))
    return attended


def literal_feed_forward(block: torch.nn.Module, x: np.ndarray) -> np.ndarray:
    hidden = weight(block, "feed_forward.0.weight") @ x + weight(block, "feed_forward.0.bias")
    positive = np.array([max(value, 0.0) for value in hidden])
    return weight(block, "feed_forward.2.weight") @ positive + weight(block, "feed_forward.2.bias")


def literal_inputs(net: SASRecNet, items: list[int]) -> list[np.ndarray]:
    """Item vectors times sqrt(d) plus positions, the last item at the last one."""
    first, vectors, positions = L - len(items), weight(net, "item.weight"), weight(net, "position.weight")
    return [math.sqrt(D) * vectors[item] + positions[first + t] for t, item in enumerate(items)]


def literal_representations(net: SASRecNet, items: list[int]) -> list[np.ndarray]:
    """One for each of the items, in float64."""
    rows = literal_inputs(net, items)
    for block in net.blocks:
        assert isinstance(block, Block)
        normed = [literal_norm(block, "attention_norm", row) for row in rows]
        attended = literal_attention(block, normed, block.attention.heads)
        rows = [row + new for row, new in zip(rows, attended, strict=True)]
        rows = [row + literal_feed_forward(block, literal_norm(block, "feed_forward_norm", row)) for row in rows]
    return [literal_norm(net, "norm", row) for row in rows]


def literal_scores(net: SASRecNet, items: list[int]) -> np.ndarray:
    """What every item of the catalogue, 1..N, scores after the last of these."""
    vectors = weight(net, "item.weight")
    return np.array([literal_representations(net, items)[-1] @ vector for vector in vectors[1:]])


def test_representations_equal_the_formulas(net: SASRecNet) -> None:
    rows = [row[:n] for row, n in zip(ITEMS.tolist(), COUNTS.tolist(), strict=True)]
    expected = [vector for row in rows for vector in literal_representations(net, row)]
    np.testing.assert_allclose(net(ITEMS, COUNTS).numpy(), expected)


def test_scores_are_products_with_the_item_vectors(net: SASRecNet) -> None:
    representation = net(ITEMS[:1], COUNTS[:1])
    expected = literal_scores(net, ITEMS[0].tolist())
    np.testing.assert_allclose(net.score_all(representation[-1:]).numpy(), [expected])


def test_later_items_change_nothing_earlier(net: SASRecNet) -> None:
    before = net(ITEMS[:1], COUNTS[:1])
    for place in range(1, L):
        changed = ITEMS[:1].clone()
        changed[0, place:] = 4
        after = net(changed, COUNTS[:1])
        torch.testing.assert_close(after[:place], before[:place], rtol=0, atol=0)
        assert (after[place:] != before[place:]).any(dim=1).all()


def test_padding_influences_nothing(net: SASRecNet) -> None:
    expected = net(ITEMS, COUNTS)
    net.item.weight[PADDING] = 1e6
    torch.testing.assert_close(net(ITEMS, COUNTS), expected, rtol=0, atol=0)
    for row, n, found in zip(ITEMS, COUNTS, expected.split(COUNTS.tolist()), strict=True):
        torch.testing.assert_close(net(row[None, :n], n[None]), found)


def test_dropout_is_on_the_inputs_and_on_what_each_layer_adds(net: SASRecNet, record_dropout: RecordDropout) -> None:
    block = net.blocks[0]
    assert isinstance(block, Block)
    assert net.dropout.p == block.dropout.p == 0.5
    of_inputs, of_block = record_dropout(net), record_dropout(block)
    net(ITEMS[:1], COUNTS[:1])
    rows = literal_inputs(net, ITEMS[0].tolist())
    np.testing.assert_allclose(of_inputs, [rows])
    normed = [literal_norm(block, "attention_norm", row) for row in rows]
    attended = literal_attention(block, normed, block.attention.heads)
    np.testing.assert_allclose(of_block[0], attended)
    rows = [row + new for row, new in zip(rows, attended, strict=True)]
    fed = [literal_feed_forward(block, literal_norm(block, "feed_forward_norm", row)) for row in rows]
    np.testing.assert_allclose(of_block[1], fed)
    assert len(of_block) == 2


@pytest.mark.parametrize("heads", [1, 4])
def test_number_of_parameters(uneven: Sequences, heads: int) -> None:
    d, length, blocks = 8, 6, 3
    model = fitted(uneven, dimension=d, history_length=length, blocks=blocks, heads=heads, epochs=0)
    attention, feed_forward, norm = 3 * d * d, 2 * (d * d + d), 2 * d
    in_blocks = blocks * (attention + feed_forward + 2 * norm)
    assert model.n_parameters == (uneven.n_items + 1) * d + length * d + in_blocks + norm


def test_matrices_start_as_glorot_has_them() -> None:
    with seeded(0, "cpu"):
        net = SASRecNet(n_items=999, dimension=80, length=200, blocks=1, heads=1, dropout=0.0)
    for name, parameter in net.named_parameters():
        values = parameter[1:] if name == "item.weight" else parameter
        if parameter.dim() == 2:
            bound = math.sqrt(6 / sum(parameter.shape))
            assert values.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.05), name
            assert values.abs().max().item() <= bound, name
    assert not net.item.weight[PADDING].any()


Look = Callable[[SASRec, Samples, torch.optim.Optimizer], Any]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Look], list[tuple[Any, float]]]:
    """Given a look at the model before a step, returns a list that fills with what was seen and the step's loss."""

    def start(look: Look) -> list[tuple[Any, float]]:
        watched: list[tuple[Any, float]] = []
        step = SASRec._step

        def watched_step(model: SASRec, samples: Samples, *given: Any) -> torch.Tensor:
            seen = look(model, samples, given[-1])
            loss = step(model, samples, *given)
            watched.append((seen, loss.item()))
            return loss

        monkeypatch.setattr(SASRec, "_step", watched_step)
        return watched

    return start


def fitted(train: Sequences, **settings: Any) -> SASRec:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    tiny = {"dimension": D, "history_length": L, "epochs": 1, "batch_size": 20, "learning_rate": 0.05}
    model = SASRec(**{**tiny, **settings})
    epochs = count()
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


SAMPLES = Samples(
    users=np.array([4, 9]), inputs=np.array([[3, 7, 1], [5, 0, 0]]), targets=np.array([[7, 1, 2], [12, 0, 0]])
)


def test_the_loss_is_of_each_place_by_the_scores_of_the_items(uneven: Sequences) -> None:
    """What each of the losses makes of them is tested in training/test_item_losses.py."""
    model = fitted(uneven, dropout=0.0)
    found = model._loss(SAMPLES, ItemLoss(uneven, np.random.default_rng(0), loss="cross-entropy")).item()
    net = model._net.double().requires_grad_(False)
    losses = []
    for items, targets in [([3, 7, 1], [7, 1, 2]), ([5], [12])]:
        for place, target in enumerate(targets):
            representation = literal_representations(net, items)[place]
            scores = [float(vector @ representation) for vector in weight(net, "item.weight")]
            losses.append(math.log(sum(math.exp(score) for score in scores[1:])) - scores[target])
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_the_loss_is_the_one_that_the_settings_name(uneven: Sequences, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field of the axis reaches it, and the generator is the one that cuts the pieces."""
    given: dict[str, Any] = {}

    class Told(ItemLoss):
        def __init__(self, train: Sequences, rng: np.random.Generator, **settings: Any) -> None:
            given.update(settings, rng=rng)
            super().__init__(train, rng, **settings)

    def watched(train: Sequences, length: int, size: int, rng: np.random.Generator) -> Iterator[Samples]:
        assert rng is given.pop("rng")
        return cut_windows(train, length, size, rng)

    monkeypatch.setattr(sasrec, "ItemLoss", Told)
    monkeypatch.setattr(causal, "cut_windows", watched)
    settings = {"loss": "gbce", "negatives": 5, "sampling": "sequence", "gbce_t": 0.5}
    fitted(uneven, **settings)
    assert given == settings


LOSSES = [
    {"loss": "cross-entropy"},
    {"loss": "binary"},
    {"loss": "gbce", "negatives": 4, "sampling": "uniform"},
    {"loss": "sampled-softmax", "negatives": 13, "sampling": "sequence"},
    {"loss": "sampled-softmax", "sampling": "in-batch"},
]
of_losses = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: "-".join(map(str, loss.values())))


@of_losses
def test_padding_is_never_trained(uneven: Sequences, loss: dict[str, Any]) -> None:
    net = fitted(uneven, **loss, epochs=3)._net
    gradient = net.item.weight.grad
    assert gradient is not None
    assert not gradient[PADDING].any()
    assert not net.item.weight[PADDING].any()


def test_only_positions_that_hold_an_item_are_trained(uneven: Sequences) -> None:
    model = fitted(uneven, epochs=0, history_length=7, dropout=0.0)  # which may drop all that a position gives
    model._loss(SAMPLES, ItemLoss(uneven, np.random.default_rng(0), loss="cross-entropy")).backward()
    gradient = model._net.position.weight.grad
    assert gradient is not None
    assert gradient.any(dim=1).tolist() == [False] * 4 + [True] * 3


@pytest.mark.parametrize("kind", ["cross-entropy", "binary"])
def test_an_epoch_has_every_item_but_a_users_first_as_a_target(
    uneven: Sequences, watch: Callable[[Look], list[tuple[Any, float]]], kind: str
) -> None:
    steps = watch(lambda model, samples, optimizer: samples)
    fitted(uneven, loss=kind, batch_size=16)
    batches = [samples for samples, _ in steps]
    assert {batch.inputs.shape for batch in batches[:-1]} == {(16, L)}
    targets = sorted(item for batch in batches for item in batch.targets.ravel().tolist() if item != PADDING)
    assert targets == sorted(item for start, end in pairwise(uneven.offsets) for item in uneven.items[start + 1 : end])


def test_the_optimizer_is_the_papers(uneven: Sequences, watch: Callable[[Look], list[tuple[Any, float]]]) -> None:
    steps = watch(lambda model, samples, optimizer: optimizer)
    fitted(uneven, learning_rate=0.003)
    optimizer, _ = steps[0]
    assert isinstance(optimizer, torch.optim.Adam)
    assert (optimizer.defaults["lr"], optimizer.defaults["betas"]) == (0.003, (0.9, 0.98))


def test_score_is_that_of_the_latest_item_whatever_the_padding(uneven: Sequences) -> None:
    model = fitted(uneven)
    histories = np.array([[0, 0, 0, 5, 9], [0, 0, 0, 0, 3], [1, 2, 11, 4, 2]])
    scores = model.score(np.array([3, 17, 3]), histories)
    short = model.score(np.array([3, 17]), histories[:2, 3:])
    np.testing.assert_allclose(short, scores[:2], rtol=1e-5)
    net = model._net.double().requires_grad_(False)
    for row, items in zip(scores, ([5, 9], [3], [1, 2, 11, 4, 2]), strict=True):
        np.testing.assert_allclose(row[1:], literal_scores(net, items), rtol=1e-4, atol=1e-5)


def test_an_empty_history_is_a_zero_vector_at_the_last_position(uneven: Sequences) -> None:
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


@of_losses
def test_each_loss_learns_an_order(loss: dict[str, Any]) -> None:
    train = synthetic_sequences(n_users=150, n_items=20, length=8, order=1, seed=0)
    rows = [train.items[start:end].tolist() for start, end in pairwise(train.offsets)]
    successor = {item: following for row in rows for item, following in pairwise(row)}
    settings = {"dimension": 16, "history_length": 6, "epochs": 10, "learning_rate": 0.01, "dropout": 0.0}
    model = fitted(train, **loss, **settings)
    scores = model.score(np.zeros(20, dtype=np.int64), np.arange(1, 21)[:, None])[:, 1:]
    found = [best == successor[item] for item, best in enumerate(scores.argmax(axis=1) + 1, start=1)]
    assert np.mean(found) > 0.6


def test_weights_are_averaged_over_epochs_where_asked(uneven: Sequences) -> None:
    first, second = fitted(uneven, epochs=1).state(), fitted(uneven, epochs=2).state()
    for name, value in fitted(uneven, epochs=2, weight_averaging=0.5).state().items():
        np.testing.assert_allclose(value, (second[name] + 0.5 * first[name]) / 1.5, rtol=1e-4, atol=1e-6)
        assert (value != second[name]).any()


def test_what_is_restored_scores_alike(uneven: Sequences, histories: np.ndarray) -> None:
    model, users = fitted(uneven), np.arange(len(histories))
    restored = SASRec(dimension=D, history_length=L)
    restored.restore(uneven, model.state())
    np.testing.assert_array_equal(restored.score(users, histories[:, -L:]), model.score(users, histories[:, -L:]))
    assert restored.n_parameters == model.n_parameters


def test_heads_must_share_the_dimension() -> None:
    with pytest.raises(InputError, match=r"sasrec\.dimension is 10, which 4 heads can't share: give a multiple"):
        SASRec(dimension=10, heads=4)


def test_the_attention_shown_is_what_the_last_block_attends_with(net: SASRecNet) -> None:
    """With one head, the weights times the values are what the attention answers; with two, half of each head's are."""
    weights = net.last_weights(ITEMS, COUNTS)
    x, present = net._placed(ITEMS, COUNTS)
    x = net.blocks[0](x, present)
    last = net.blocks[1]
    normed = last.attention_norm(x)
    heads, width = last.attention.heads, D // last.attention.heads
    query, key = (layer(normed).numpy() for layer in (last.attention.query, last.attention.key))
    start = 0
    for row, n in enumerate(COUNTS.tolist()):
        for t in range(n):
            expected = np.zeros(L)
            for part in (slice(h * width, (h + 1) * width) for h in range(heads)):
                powers = [math.exp(query[start + t, part] @ key[start + s, part] / width**0.5) for s in range(t + 1)]
                expected[: t + 1] += np.array(powers) / sum(powers) / heads
            np.testing.assert_allclose(weights[row, t], expected, atol=1e-12)
        assert not weights[row, n:].any()
        start += n
