"""GRU4Rec's losses against figures that the authors' code gives, and against the formulas written out."""

import math
from collections.abc import Callable

import pytest
import torch

from seqrec_baselines import gru4rec_losses as losses

SCORES = torch.tensor([[2.0, 1.0, 0.0], [0.5, -1.0, 1.5]])
"""Two rows, so that the last column is an extra negative."""

Loss = Callable[[torch.Tensor], torch.Tensor]
Literal = Callable[[list[float], int], float]


def bpr_max(elu: float, bpreg: float) -> Loss:
    return lambda scores: losses.bpr_max(scores, elu, bpreg)


@pytest.mark.parametrize(
    ("loss", "figure"),
    [
        (losses.cross_entropy, 3.279145),
        (bpr_max(0, 0), 2.518030),
        (bpr_max(0, 1), 4.961206),
        (bpr_max(0.5, 0), 1.948456),
        (bpr_max(0.5, 1), 4.391632),
        (bpr_max(1, 0), 2.204116),
        (bpr_max(1, 1), 4.647292),
        (losses.top1, 1.942582),
        (losses.top1_max, 2.605615),
        (losses.bpr, 6.106787),
    ],
)
def test_losses_are_the_authors(loss: Loss, figure: float) -> None:
    assert loss(SCORES).item() == pytest.approx(figure, abs=1e-6)


def test_softmax_of_negatives_is_the_authors() -> None:
    expected = torch.tensor([[0, 0.731059, 0.268941], [0.268941, 0, 0.731059]])
    torch.testing.assert_close(losses.softmax_of_negatives(SCORES), expected, rtol=0, atol=1e-6)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def literal_weights(row: list[float], own: int) -> list[float]:
    total = sum(math.exp(score) for j, score in enumerate(row) if j != own)
    return [0.0 if j == own else math.exp(score) / total for j, score in enumerate(row)]


def literal_cross_entropy(row: list[float], own: int) -> float:
    return -math.log(math.exp(row[own]) / sum(math.exp(score) for score in row) + 1e-24)


def literal_bpr_max(elu: float, bpreg: float) -> Literal:
    def of_row(row: list[float], own: int) -> float:
        if elu:
            row = [score if score > 0 else elu * (math.exp(score) - 1) for score in row]
        pairs = list(zip(literal_weights(row, own), row, strict=True))
        preferred = sum(weight * sigmoid(row[own] - score) for weight, score in pairs)
        return -math.log(preferred + 1e-24) + bpreg * sum(weight * score * score for weight, score in pairs)

    return of_row


def literal_top1(row: list[float], own: int) -> float:
    total = sum(sigmoid(score - row[own]) + sigmoid(score * score) for score in row)
    return (total - sigmoid(row[own] ** 2)) / len(row)


def literal_top1_max(row: list[float], own: int) -> float:
    weights = literal_weights(row, own)
    return sum(w * (sigmoid(score - row[own]) + sigmoid(score**2)) for w, score in zip(weights, row, strict=True))


def literal_bpr(row: list[float], own: int) -> float:
    return sum(-math.log(sigmoid(row[own] - score)) for score in row)


both_ways = pytest.mark.parametrize(
    ("loss", "literal"),
    [
        pytest.param(losses.cross_entropy, literal_cross_entropy, id="cross-entropy"),
        pytest.param(bpr_max(0, 1.5), literal_bpr_max(0, 1.5), id="linear bpr-max"),
        pytest.param(bpr_max(0.7, 0.3), literal_bpr_max(0.7, 0.3), id="bpr-max"),
        pytest.param(losses.top1, literal_top1, id="top1"),
        pytest.param(losses.top1_max, literal_top1_max, id="top1-max"),
        pytest.param(losses.bpr, literal_bpr, id="bpr"),
    ],
)


@both_ways
@pytest.mark.parametrize("shape", [(1, 2), (4, 4), (3, 9)], ids=str)
def test_losses_equal_the_formulas_written_out(loss: Loss, literal: Literal, shape: tuple[int, int]) -> None:
    scores = 2 * torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = sum(literal(row, own) for own, row in enumerate(scores.tolist()))
    assert loss(scores).item() == pytest.approx(expected, rel=1e-12)


@both_ways
def test_gradients_are_those_of_the_formulas_written_out(loss: Loss, literal: Literal) -> None:
    """So the softmax over the negatives takes part in them too."""
    scores = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    loss(scores).backward()
    assert scores.grad is not None
    for own, row in enumerate(scores.tolist()):
        for column in range(len(row)):
            up, down = ([s + h * (j == column) for j, s in enumerate(row)] for h in (1e-6, -1e-6))
            slope = (literal(up, own) - literal(down, own)) / 2e-6
            assert scores.grad[own, column].item() == pytest.approx(slope, abs=1e-8)


def test_bpr_max_stays_finite_where_a_negative_is_far_above_the_target() -> None:
    scores = torch.tensor([[-200.0, 200.0, 0.0]], requires_grad=True)
    loss = losses.bpr_max(scores, elu=0, bpreg=0)
    loss.backward()
    assert loss.item() == pytest.approx(-math.log(1e-24))
    assert scores.grad is not None
    assert scores.grad.isfinite().all()
