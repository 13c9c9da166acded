"""BERT4Rec against loops over heads, places and dimensions on tiny weights."""

import math
from collections import Counter
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
import torch

from seqrec_baselines.bert4rec import BERT4Rec
from seqrec_baselines.bert4rec_masks import MaskedRows, masked_rows, with_mask_at_the_end
from seqrec_baselines.bert4rec_net import BERT4RecNet, Block
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, FitContext, Sequences

RecordDropout = Callable[[torch.nn.Module], list[np.ndarray]]

N_ITEMS, D, L, BLOCKS = 7, 4, 5, 2
MASK = N_ITEMS + 1
ROWS = [[3, MASK, 1, MASK, 3], [5, MASK], [MASK]]
ITEMS = torch.tensor([row + [PADDING] * (L - len(row)) for row in ROWS])
COUNTS = torch.tensor([len(row) for row in ROWS])
ASKED = ITEMS == MASK


def tiny_net(heads: int = 2, head: bool = True) -> BERT4RecNet:
    """A net in double precision with every weight away from 0 but the padding's."""
    with seeded(0, "cpu"):
        net = BERT4RecNet(N_ITEMS, D, L, BLOCKS, heads, dropout=0.5, attention_dropout=0.5, head=head).double().eval()
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
        torch.nn.init.zeros_(net.item.weight[PADDING])
    return net.requires_grad_(False)


@pytest.fixture(params=[(1, True), (2, True), (2, False)], ids=["1 head", "2 heads", "no output layer"])
def net(request: pytest.FixtureRequest) -> BERT4RecNet:
    return tiny_net(*request.param)


def weight(net: torch.nn.Module, name: str) -> np.ndarray:
    values: np.ndarray = net.get_parameter(name).double().numpy()
    return values


def linear(net: torch.nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    """Dimension by dimension; torch keeps the matrices transposed."""
    matrix, bias = weight(net, f"{name}.weight"), weight(net, f"{name}.bias")
    return np.array([sum(row[i] * x[i] for i in range(len(x))) + b for row, b in zip(matrix, bias, strict=True)])


def literal_norm(net: torch.nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    mean = sum(x) / len(x)
    variance = sum((value - mean) ** 2 for value in x) / len(x)
    scaled = np.array([(value - mean) / math.sqrt(variance + 1e-12) for value in x])
    return weight(net, f"{name}.weight") * scaled + weight(net, f"{name}.bias")


def gelu(x: np.ndarray) -> np.ndarray:
    """x times the normal distribution's share below x."""
    return np.array([value * (1 + math.erf(value / math.sqrt(2))) / 2 for value in x])


def literal_attention(block: torch.nn.Module, rows: list[np.ndarray], heads: int) -> list[np.ndarray]:
    """Place by place and head by head, each over all places of the row, earlier and later."""
    queries, keys, values = (
        [linear(block, f"attention.{name}", row) for row in rows] for name in ("query", "key", "value")
    )
    width = D // heads
    attended = []
    for t in range(len(rows)):
        parts = []
        for part in (slice(h * width, (h + 1) * width) for h in range(heads)):
            powers = [math.exp(queries[t][part] @ key[part] / math.sqrt(width)) for key in keys]
            parts.append(sum(e / sum(powers) * value[part] for e, value in zip(powers, values, strict=True)))
        attended.append(linear(block, "attention.output", np.concatenate(parts)))
    return attended


def literal_feed_forward(block: torch.nn.Module, x: np.ndarray) -> np.ndarray:
    return linear(block, "feed_forward.2", gelu(linear(block, "feed_forward.0", x)))


def literal_inputs(net: BERT4RecNet, items: list[int]) -> list[np.ndarray]:
    """Item vectors plus positions, which count from the start, normed."""
    vectors, positions = weight(net, "item.weight"), weight(net, "position.weight")
    return [literal_norm(net, "norm", vectors[item] + positions[t]) for t, item in enumerate(items)]


def literal_representations(net: BERT4RecNet, items: list[int]) -> list[np.ndarray]:
    """One for each of the places, in float64."""
    rows = literal_inputs(net, items)
    for block in net.blocks:
        assert isinstance(block, Block)
        attended = literal_attention(block, rows, block.attention.heads)
        rows = [literal_norm(block, "attention_norm", row + new) for row, new in zip(rows, attended, strict=True)]
        rows = [literal_norm(block, "feed_forward_norm", row + literal_feed_forward(block, row)) for row in rows]
    if net.item_bias is None:
        return rows
    return [literal_norm(net, "head.2", gelu(linear(net, "head.0", row))) for row in rows]


def literal_scores(net: BERT4RecNet, items: list[int], place: int) -> np.ndarray:
    """What every item of the catalogue, 1..N, scores at a place."""
    representation, vectors = literal_representations(net, items)[place], weight(net, "item.weight")
    n_items = len(vectors) - 2
    biases = np.zeros(n_items) if net.item_bias is None else net.item_bias.detach().double().numpy()
    return np.array([vectors[item] @ representation + biases[item - 1] for item in range(1, n_items + 1)])


def test_what_is_said_of_masked_places_equals_the_formulas(net: BERT4RecNet) -> None:
    answers = [(row, place) for row in ROWS for place, item in enumerate(row) if item == MASK]
    found = net(ITEMS, COUNTS, ASKED)
    expected = [literal_representations(net, row)[place] for row, place in answers]
    np.testing.assert_allclose(found.numpy(), expected)
    scores = [literal_scores(net, row, place) for row, place in answers]
    np.testing.assert_allclose(net.score_all(found).numpy(), scores)


def test_only_what_is_asked_for_is_answered(net: BERT4RecNet) -> None:
    """The output layer never sees another place."""
    seen: list[torch.Size] = []
    net.head.register_forward_hook(lambda module, given, answer: seen.append(given[0].shape))
    every = net(ITEMS, COUNTS, torch.arange(L) < COUNTS[:, None])
    asked = net(ITEMS, COUNTS, ASKED)
    assert seen == [(8, D), (4, D)]
    torch.testing.assert_close(asked, every[[1, 3, 6, 7]])


def test_later_items_change_what_is_said_of_earlier_ones(net: BERT4RecNet) -> None:
    changed = ITEMS.clone()
    changed[0, 4] = 6
    before, after = net(ITEMS, COUNTS, ASKED), net(changed, COUNTS, ASKED)
    assert (before[:2] != after[:2]).any(dim=1).all()
    torch.testing.assert_close(after[2:], before[2:], rtol=0, atol=0)


def test_padding_and_other_rows_influence_nothing(net: BERT4RecNet) -> None:
    expected = net(ITEMS, COUNTS, ASKED)
    net.item.weight[PADDING] = 1e6
    torch.testing.assert_close(net(ITEMS, COUNTS, ASKED), expected, rtol=0, atol=0)
    parts = expected.split(ASKED.sum(dim=1).tolist())
    for row, n, asked, found in zip(ITEMS, COUNTS, ASKED, parts, strict=True):
        torch.testing.assert_close(net(row[None, :n], n[None], asked[None, :n]), found)


def test_dropout_is_on_the_inputs_and_on_what_each_layer_adds(record_dropout: RecordDropout) -> None:
    net = tiny_net()
    block = net.blocks[0]
    assert isinstance(block, Block)
    assert net.dropout.p == block.dropout.p == block.attention.dropout == 0.5
    of_inputs, of_block = record_dropout(net), record_dropout(block)
    net(ITEMS[:1], COUNTS[:1], ASKED[:1])
    rows = literal_inputs(net, ROWS[0])
    np.testing.assert_allclose(of_inputs, [rows])
    attended = literal_attention(block, rows, block.attention.heads)
    np.testing.assert_allclose(of_block[0], attended)
    rows = [literal_norm(block, "attention_norm", row + new) for row, new in zip(rows, attended, strict=True)]
    np.testing.assert_allclose(of_block[1], [literal_feed_forward(block, row) for row in rows])
    assert len(of_block) == 2


def test_attention_weights_are_dropped_in_training_alone() -> None:
    net = tiny_net()
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    expected = net(ITEMS, COUNTS, ASKED)
    with seeded(0, "cpu"):
        assert (net.train()(ITEMS, COUNTS, ASKED) != expected).any()
    torch.testing.assert_close(net.eval()(ITEMS, COUNTS, ASKED), expected, rtol=0, atol=0)


def test_number_of_parameters(uneven: Sequences) -> None:
    d, length, blocks, n = 8, 6, 3, uneven.n_items
    settings = {"dimension": d, "history_length": length, "blocks": blocks, "epochs": 0}
    linear, norm = d * d + d, 2 * d
    block = 4 * linear + (4 * d * d + 4 * d) + (4 * d * d + d) + 2 * norm
    plain = (n + 2) * d + length * d + norm + blocks * block
    assert fitted(uneven, head=False, **settings).n_parameters == plain
    assert fitted(uneven, **settings).n_parameters == plain + linear + norm + n


def test_matrices_start_from_a_truncated_normal_distribution() -> None:
    with seeded(0, "cpu"):
        net = BERT4RecNet(999, 80, 200, 1, 2, dropout=0.0, attention_dropout=0.0, head=True)
    for name, parameter in net.named_parameters():
        if parameter.dim() == 2:
            values = parameter[1:] if name == "item.weight" else parameter
            assert values.std().item() == pytest.approx(0.02 * 0.8796, rel=0.05), name  # cut at two deviations
            assert values.abs().max().item() <= 0.04, name
        else:
            assert (parameter == (0 if name.endswith("bias") else 1)).all(), name
    assert not net.item.weight[PADDING].any()


def rows_of(lengths: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of different items, filled with padding on the right, and how many each has."""
    width = max(lengths)
    rows = [[*range(1, n + 1), *[PADDING] * (width - n)] for n in lengths]
    return np.array(rows), np.array(lengths)


def masked(lengths: list[int], share: float = 0.2, last_only: float = 0.0, seed: int = 0) -> MaskedRows:
    items, counts = rows_of(lengths)
    return masked_rows(items, counts, 99, share, last_only, np.random.default_rng(seed))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 1.0])
def test_a_share_of_each_row_is_masked_and_one_at_least(share: float) -> None:
    lengths = [1, 2, 3, 7, 12, 13, 40]
    found = masked(lengths, share)
    assert found.masked.sum(axis=1).tolist() == [max(1, round(share * n)) for n in lengths]


def test_what_is_masked_and_only_that_is_a_target() -> None:
    lengths = [5, 1, 12, 3]
    items, counts = rows_of(lengths)
    found = masked(lengths, 0.5)
    expected = np.where(found.masked, 99, items)
    assert found.items.tolist() == expected.tolist() and found.counts.tolist() == counts.tolist()
    assert not found.masked[items == PADDING].any()
    assert found.targets.tolist() == items[found.masked].tolist()


def test_every_place_is_as_likely_masked_as_the_others() -> None:
    """6,000 rows of 5 with 2 of them masked: 2,400 a place, give or take 38."""
    found = masked([5] * 6_000, 0.4).masked
    assert found.sum(axis=0) == pytest.approx([2_400] * 5, abs=150)
    pairs = Counter(tuple(np.flatnonzero(row).tolist()) for row in found)
    assert len(pairs) == 10 and min(pairs.values()) > 480


def test_some_rows_have_their_last_item_masked_and_nothing_else() -> None:
    lengths = [4, 7] * 2_000
    found = masked(lengths, 0.6, last_only=0.25)
    single = found.masked.sum(axis=1) == 1
    assert single.mean() == pytest.approx(0.25, abs=0.03)
    assert (found.masked[single].argmax(axis=1) == np.array(lengths)[single] - 1).all()
    assert masked(lengths, 0.6, last_only=1.0).masked.sum() == len(lengths)


def test_masks_are_drawn_from_the_generator() -> None:
    first, again, other = (masked([9] * 20, seed=seed).masked.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_the_mask_comes_after_the_history() -> None:
    items, counts, last = with_mask_at_the_end(*rows_of([3, 1]), 99)
    assert items.tolist() == [[1, 2, 3, 99], [1, 99, 0, 0]]
    assert counts.tolist() == [4, 2]
    np.testing.assert_array_equal(last, items == 99)


def fitted(train: Sequences, watched: list[tuple[MaskedRows, float]] | None = None, **settings: Any) -> BERT4Rec:
    """A tiny model fitted so that validation always prefers the latest epoch.

    Each step's rows and its loss are added to `watched`.
    """
    tiny = {"dimension": D, "history_length": L, "window_step": 2, "epochs": 1, "batch_size": 20}
    model = BERT4Rec(**{**tiny, "learning_rate": 0.05, **settings})
    epochs, step = count(), model._step

    def watching(rows: MaskedRows, *given: Any) -> torch.Tensor:
        loss = step(rows, *given)
        if watched is not None:
            watched.append((rows, loss.item()))
        return loss

    model._step = watching  # type: ignore[method-assign]
    model.fit(train, FitContext(4, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


def test_the_loss_is_the_mean_cross_entropy_of_the_masked_places(uneven: Sequences) -> None:
    model = fitted(uneven, dropout=0.0, attention_dropout=0.0)
    mask = model._net.mask
    items = np.array([[mask, 7, mask], [5, mask, PADDING]])
    rows = MaskedRows(items, np.array([3, 2]), items == mask, np.array([3, 1, 12]))
    found = model._loss(rows).item()
    net = model._net.double().requires_grad_(False)
    losses = []
    for row, place, target in [([mask, 7, mask], 0, 3), ([mask, 7, mask], 2, 1), ([5, mask], 1, 12)]:
        scores = literal_scores(net, row, place).tolist()
        losses.append(math.log(sum(math.exp(score) for score in scores)) - scores[target - 1])
    assert found == pytest.approx(sum(losses) / 3, rel=1e-5)


def test_an_epoch_has_every_window_once_with_other_masks_in_the_next(uneven: Sequences) -> None:
    watched: list[tuple[MaskedRows, float]] = []
    fitted(uneven, watched, epochs=2, batch_size=16)
    assert max(len(rows.counts) for rows, _ in watched) == 16
    epochs = np.array_split(np.arange(len(watched)), 2)
    masks = []
    for steps in epochs:
        windows = []
        for rows, _ in (watched[step] for step in steps):
            whole = rows.items.copy()
            whole[rows.masked] = rows.targets
            windows += [tuple(row[:n]) for row, n in zip(whole.tolist(), rows.counts, strict=True)]
            masks.append(rows.masked.tolist())
        expected = []
        for start, end in pairwise(uneven.offsets.tolist()):
            row = uneven.items[start:end].tolist()
            begins = [*range(len(row) - L, 0, -2), 0] if len(row) > L else [0]
            expected += [tuple(row[begin : begin + L]) for begin in begins]
        assert sorted(windows) == sorted(expected)
    assert masks[: len(epochs[0])] != masks[len(epochs[0]) :]


def test_padding_is_never_trained_and_every_other_part_is(uneven: Sequences) -> None:
    start = fitted(uneven, epochs=0).state()
    for name, value in fitted(uneven, epochs=3).state().items():
        moved = value != start[name]
        assert moved.any(), name
        if name == "item.weight":
            assert not value[PADDING].any()
            assert moved[1 : uneven.n_items].any(axis=1).all() and moved[-1].any()


def test_weight_decay_leaves_biases_and_normalisations_alone(uneven: Sequences) -> None:
    model = fitted(uneven, epochs=0, weight_decay=0.25, learning_rate=0.003)
    decays = {
        id(parameter): group["weight_decay"]
        for group in model._new_optimizer().param_groups
        for parameter in group["params"]
    }
    for name, parameter in model._net.named_parameters():
        plain = name.endswith("bias") or "norm" in name or name == "head.2.weight"
        assert decays.pop(id(parameter)) == (0.0 if plain else 0.25), name
    assert not decays


def test_the_gradient_is_scaled_down_to_its_greatest_norm(uneven: Sequences) -> None:
    norms = []
    for limit in (0.01, 0.0):
        net = fitted(uneven, max_gradient_norm=limit)._net
        norms.append(math.sqrt(sum(p.grad.square().sum().item() for p in net.parameters() if p.grad is not None)))
    assert norms[0] == pytest.approx(0.01, rel=1e-3) and norms[1] > 0.02


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [1.0, 1.0, 1.0, 1.0, 1.0]),
        ({"warmup_steps": 2}, [0.0, 0.5, 1.0, 1.0, 1.0]),
        ({"warmup_steps": 2, "linear_decay": True}, [0.0, 0.5, 0.8, 0.7, 0.6]),
    ],
)
def test_the_learning_rate_rises_and_falls_in_a_line(settings: dict[str, Any], expected: list[float]) -> None:
    model = BERT4Rec(**settings)
    assert [model._learning_rate_factor(step, 10) for step in range(5)] == pytest.approx(expected)


def test_a_schedule_without_epochs_is_one(uneven: Sequences) -> None:
    assert fitted(uneven, epochs=0, linear_decay=True).n_parameters > 0


def test_the_schedule_ends_with_the_last_epoch(uneven: Sequences) -> None:
    rates: list[float] = []
    model = BERT4Rec(dimension=D, history_length=L, epochs=3, linear_decay=True, learning_rate=0.1)
    step = model._step

    def watching(rows: MaskedRows, optimizer: torch.optim.Optimizer, schedule: Any) -> torch.Tensor:
        rates.append(optimizer.param_groups[0]["lr"])
        return step(rows, optimizer, schedule)

    model._step = watching  # type: ignore[method-assign]
    model.fit(uneven, FitContext(0, "cpu", lambda: {"NDCG@50": 0.5}, lambda epoch: None))
    assert rates == pytest.approx([0.1 * (1 - step / len(rates)) for step in range(len(rates))])


def test_score_is_what_is_filled_in_after_the_latest_items(uneven: Sequences) -> None:
    """Of a full history the oldest item gives its place to the mask; an empty one is the mask alone."""
    model = fitted(uneven)
    histories = np.array([[0, 0, 0, 5, 9], [0, 0, 0, 0, 0], [1, 2, 11, 4, 2]])
    scores = model.score(np.array([3, 17, 3]), histories)
    short = model.score(np.array([3, 17]), histories[:2, 3:])
    np.testing.assert_allclose(short, scores[:2], rtol=1e-5)
    net = model._net.double().requires_grad_(False)
    for row, items in zip(scores, ([5, 9], [], [2, 11, 4, 2]), strict=True):
        expected = literal_scores(net, [*items, net.mask], len(items))
        np.testing.assert_allclose(row[1:], expected, rtol=1e-4, atol=1e-5)


def test_scores_are_without_dropout_even_while_training(uneven: Sequences) -> None:
    model = fitted(uneven)
    users, histories = np.array([0]), np.array([[3, 1, 4]])
    expected = model.score(users, histories)
    model._net.train()
    np.testing.assert_array_equal(model.score(users, histories), expected)


@pytest.mark.parametrize("head", [True, False])
def test_what_is_restored_scores_alike(uneven: Sequences, histories: np.ndarray, head: bool) -> None:
    model, users = fitted(uneven, head=head), np.arange(len(histories))
    restored = BERT4Rec(dimension=D, history_length=L, head=head)
    restored.restore(uneven, model.state())
    np.testing.assert_array_equal(restored.score(users, histories[:, -L:]), model.score(users, histories[:, -L:]))
    assert restored.n_parameters == model.n_parameters


def test_heads_must_share_the_dimension() -> None:
    with pytest.raises(InputError, match=r"bert4rec\.dimension is 10, which 4 heads can't share: give a multiple"):
        BERT4Rec(dimension=10, heads=4)


@pytest.mark.parametrize(("field", "least"), [("history_length", 2), ("window_step", 0), ("max_gradient_norm", 0)])
def test_settings_that_make_no_sense_are_refused(field: str, least: int) -> None:
    with pytest.raises(InputError, match=rf"bert4rec\.{field} is {least - 1}: give {least} or more"):
        BERT4Rec(**{field: least - 1})
