"""Losses of items against loops over targets and negatives in plain floats."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from seqrec_baselines.sasrec import SASRec
from seqrec_baselines.training import item_losses
from seqrec_baselines.training.item_losses import ItemLoss, LossName, Sampling, binary, gbce_beta, sampled_softmax
from seqrec_baselines.training.negatives import UnseenItems
from seqrec_baselines.training.samples import Samples
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Sequences

D = 3
POSITIVE = torch.tensor([-3.0, -0.4, 0.0, 1.7, 4.0], dtype=torch.double)
NEGATIVE = torch.linspace(-4, 3, 15, dtype=torch.double).view(5, 3)


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def literal_gbce(positive: float, negative: list[float], n_items: int, t: float) -> float:
    """The binary loss of the transformed score, as the paper states both: its eqs. of alpha, beta and gamma."""
    alpha = len(negative) / (n_items - 1)
    beta = alpha * (t * (1 - 1 / alpha) + 1 / alpha)
    transformed = math.log(1 / (sigmoid(positive) ** -beta - 1))
    return -math.log(sigmoid(transformed)) - sum(math.log(1 - sigmoid(score)) for score in negative)


def literal_softmax(positive: float, negative: list[float]) -> float:
    return -math.log(math.exp(positive) / sum(math.exp(score) for score in [positive, *negative]))


@pytest.mark.parametrize("t", [0.0, 0.3, 0.75, 1.0])
def test_gbce_is_the_binary_loss_of_the_transformed_score(t: float) -> None:
    found = binary(POSITIVE, NEGATIVE, gbce_beta(3, 14, t))
    expected = [literal_gbce(p, n, 14, t) for p, n in zip(POSITIVE.tolist(), NEGATIVE.tolist(), strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_gbce_with_t_0_is_the_binary_loss_and_with_t_1_has_the_sampling_rate_as_power() -> None:
    assert gbce_beta(3, 14, 0.0) == 1
    assert gbce_beta(3, 14, 1.0) == pytest.approx(3 / 13)
    literal = [-math.log(sigmoid(p)) - sum(math.log(1 - sigmoid(s)) for s in n) for p, n in scores()]
    np.testing.assert_allclose(binary(POSITIVE, NEGATIVE), literal, rtol=1e-12)


def test_the_probability_of_a_target_becomes_its_power() -> None:
    beta = gbce_beta(3, 14, 0.75)
    of_target = binary(POSITIVE, torch.full((5, 1), -math.inf), beta)
    np.testing.assert_allclose(torch.exp(-of_target), [sigmoid(p) ** beta for p in POSITIVE.tolist()], rtol=1e-12)


def test_gbce_has_its_gradient_where_probabilities_round_to_0_or_1() -> None:
    """d/ds of -beta log sigmoid(s) is -beta sigmoid(-s); limits on probabilities would leave 0 at -60."""
    positive = torch.tensor([-60.0, 0.0, 40.0], requires_grad=True)
    loss = binary(positive, torch.tensor([[100.0], [-100.0], [0.0]]), 0.3)
    loss.sum().backward()
    np.testing.assert_allclose(loss.detach(), [0.3 * 60 + 100, 0.3 * math.log(2), math.log(2)], rtol=1e-6)
    assert positive.grad is not None
    np.testing.assert_allclose(positive.grad, [-0.3, -0.15, -0.3 * math.exp(-40)], rtol=1e-6)


def test_gbce_needs_no_more_negatives_than_there_are_items() -> None:
    assert gbce_beta(13, 14, 0.5) == 1
    with pytest.raises(InputError, match="gBCE has 14 negatives, but of 14 items only 13 are not the target"):
        gbce_beta(14, 14, 0.5)


def scores() -> list[tuple[float, list[float]]]:
    return list(zip(POSITIVE.tolist(), NEGATIVE.tolist(), strict=True))


def test_sampled_softmax_is_that_of_the_target_among_its_negatives() -> None:
    np.testing.assert_allclose(sampled_softmax(POSITIVE, NEGATIVE), [literal_softmax(*pair) for pair in scores()])


def test_a_target_without_a_negative_costs_nothing_and_moves_nothing() -> None:
    positive = POSITIVE.clone().requires_grad_()
    negative = NEGATIVE.clone().requires_grad_()
    loss = sampled_softmax(positive, negative.masked_fill(torch.ones_like(negative) > 0, -math.inf))
    loss.sum().backward()
    assert not loss.any()
    assert positive.grad is not None and negative.grad is not None
    assert not positive.grad.any() and not negative.grad.any()


SAMPLES = Samples(
    users=np.array([4, 9, 12]),
    inputs=np.array([[3, 7, 1, 5], [5, 0, 0, 0], [2, 2, 0, 0]]),
    targets=np.array([[7, 1, 2, 2], [12, 0, 0, 0], [2, 8, 0, 0]]),
)
TARGETS, COUNTS = [7, 1, 2, 2, 12, 2, 8], [4, 1, 2]
N_NEGATIVES = 9
SAMPLED = [
    (loss, sampling, N_NEGATIVES)
    for loss in ("binary", "gbce", "sampled-softmax")
    for sampling in ("unseen", "uniform", "sequence")
]
SAMPLED += [("sampled-softmax", "in-batch", 1), ("binary", "unseen", 1), ("sampled-softmax", "sequence", 14)]


@pytest.fixture
def tensors() -> tuple[Tensor, Tensor]:
    """Representations (T, d) and item vectors (15, d) in double precision."""
    generator = torch.Generator().manual_seed(0)
    shapes = (len(TARGETS), D), (15, D)
    representation, items = (torch.randn(*shape, generator=generator, dtype=torch.double) for shape in shapes)
    return representation.requires_grad_(), items.requires_grad_()


def literal_negatives(train: Sequences, sampling: str, count: int) -> list[list[int]]:
    """What each target has for negatives; the target itself does not count."""
    rng = np.random.default_rng(1)
    if sampling == "in-batch":
        drawn = [TARGETS] * len(TARGETS)
    elif sampling == "uniform":
        drawn = rng.integers(1, train.n_items + 1, (len(TARGETS), count)).tolist()
    elif sampling == "unseen":
        drawn = UnseenItems(train).draw(SAMPLES.users.repeat(COUNTS), count, rng).tolist()
    else:
        shared = UnseenItems(train).draw_different(SAMPLES.users, count, rng).tolist()
        drawn = [row for row, targets in zip(shared, COUNTS, strict=True) for _ in range(targets)]
    return [[item for item in row if item not in (target, PADDING)] for target, row in zip(TARGETS, drawn, strict=True)]


@pytest.mark.parametrize(("loss", "sampling", "count"), SAMPLED)
def test_each_loss_is_the_mean_of_a_loop_over_its_targets(
    uneven: Sequences, tensors: tuple[Tensor, Tensor], loss: LossName, sampling: Sampling, count: int
) -> None:
    item_loss = ItemLoss(uneven, np.random.default_rng(1), loss=loss, negatives=count, sampling=sampling, gbce_t=0.6)
    found = item_loss(SAMPLES, *tensors)
    representation, items = (tensor.tolist() for tensor in tensors)
    counts = [0] * 15
    for start, end in pairwise(uneven.offsets):
        for item in uneven.items[start + 1 : end].tolist():
            counts[item] += 1

    def score(place: int, item: int) -> float:
        product = math.fsum(a * b for a, b in zip(representation[place], items[item], strict=True))
        return product - math.log(counts[item]) if sampling == "in-batch" else product

    negatives = literal_negatives(uneven, sampling, count)
    losses = []
    for place, (target, row) in enumerate(zip(TARGETS, negatives, strict=True)):
        positive, negative = score(place, target), [score(place, item) for item in row]
        if loss == "sampled-softmax":
            losses.append(literal_softmax(positive, negative))
        else:
            power = 0.6 * (count / 13 - 1) + 1 if loss == "gbce" else 1.0
            of_negatives = sum(math.log(1 - sigmoid(value)) for value in negative)
            losses.append(-math.log(sigmoid(positive) ** power) - of_negatives)
    assert found.item() == pytest.approx(sum(losses) / len(losses), rel=1e-6 if sampling == "in-batch" else 1e-12)


@pytest.mark.parametrize("sampling", ["uniform", "sequence", "in-batch"])
def test_a_target_that_is_drawn_does_not_count(uneven: Sequences, sampling: str) -> None:
    """Else the loop above would show nothing of it."""
    full = len(TARGETS) if sampling == "in-batch" else N_NEGATIVES
    assert any(len(row) < full for row in literal_negatives(uneven, sampling, N_NEGATIVES))


@pytest.mark.parametrize("sampling", ["unseen", "uniform", "sequence"])
def test_large_samples_are_scored_in_parts_with_the_same_result(
    uneven: Sequences, tensors: tuple[Tensor, Tensor], sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed() -> list[Tensor]:
        item_loss = ItemLoss(
            uneven, np.random.default_rng(1), loss="sampled-softmax", negatives=N_NEGATIVES, sampling=sampling
        )
        loss = item_loss(SAMPLES, *tensors)
        return [loss, *torch.autograd.grad(loss, tensors)]

    whole = computed()
    calls: list[object] = []
    monkeypatch.setattr(item_losses, "_VALUES_AT_ONCE", 4 * N_NEGATIVES)  # fewer than any of the samplings has
    monkeypatch.setattr(
        item_losses, "checkpoint", lambda *given, **how: calls.append(given) or checkpoint(*given, **how)
    )
    for found, expected in zip(computed(), whole, strict=True):
        torch.testing.assert_close(found, expected)
    assert len(calls) > 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"negatives": 0, "loss": "binary"}, r"sasrec\.negatives is 0: give 1 or more"),
        ({"gbce_t": 1.1, "loss": "gbce"}, r"sasrec\.gbce_t is 1\.1: give 0 to 1"),
        (
            {"negatives": 3},
            r"sasrec\.negatives is 3, but sasrec\.loss is cross-entropy, which is over all items",
        ),
        ({"sampling": "uniform"}, r"sasrec\.sampling is uniform, but sasrec\.loss is cross-entropy"),
        (
            {"loss": "binary", "gbce_t": 0.5},
            r"sasrec\.gbce_t is 0\.5, but sasrec\.loss is binary: leave",
        ),
        (
            {"loss": "binary", "sampling": "in-batch"},
            r"sasrec\.sampling is in-batch, which is corrected for a softmax, but sasrec\.loss is binary: give",
        ),
        (
            {"loss": "sampled-softmax", "sampling": "in-batch", "negatives": 256},
            r"sasrec\.negatives is 256, but sasrec\.sampling is in-batch, whose negatives are the other targets",
        ),
    ],
)
def test_settings_that_the_loss_does_not_use_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SASRec(**settings)
