"""Caser's horizontal filters against a loop over instances, heights, filters and places, and their gradients."""

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from seqrec_baselines.caser_filters import horizontal_activations

B, L, D, NH = 3, 4, 2, 5


def draw(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator, requires_grad=True)


@pytest.fixture
def rows() -> Tensor:
    return draw(torch.Generator().manual_seed(0), B, L, D)


@pytest.fixture
def filters() -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [draw(generator, NH, height * D) for height in range(1, L + 1)]


def test_activations_equal_a_loop_over_all_places(rows: Tensor, filters: list[Tensor]) -> None:
    for height, (weight, found) in enumerate(zip(filters, horizontal_activations(rows, filters), strict=True), start=1):
        assert found.shape == (L - height + 1, B, NH)
        for place in range(L - height + 1):
            for b in range(B):
                for k in range(NH):
                    kernel = weight[k].view(height, D)
                    expected = sum(kernel[j] @ rows[b, place + j] for j in range(height))
                    torch.testing.assert_close(found[place, b, k], expected)


def test_gradients_equal_numerical_ones(rows: Tensor, filters: list[Tensor]) -> None:
    assert gradcheck(lambda rows, *filters: horizontal_activations(rows, filters), (rows, *filters))


def test_a_single_item_has_filters_of_height_one_alone() -> None:
    rows = torch.tensor([[[2.0, 3.0]]])
    (found,) = horizontal_activations(rows, [torch.tensor([[10.0, 1.0]])])
    assert found.tolist() == [[[23.0]]]
