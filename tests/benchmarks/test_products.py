"""The products that are counted, against those that are known to be made."""

from collections import Counter

import pytest
import torch

from benchmarks import products
from benchmarks.products import ProductCounter, operations, seconds_of_products


def test_products_are_counted_forward_and_backward() -> None:
    layer, inputs = torch.nn.Linear(3, 5), torch.randn(7, 3, requires_grad=True)
    with ProductCounter() as counter:
        layer(inputs).sum().backward()
    assert counter.shapes == Counter({(1, 7, 3, 5): 1, (1, 7, 5, 3): 1, (1, 5, 7, 3): 1})


def test_stacked_products_are_counted_as_such() -> None:
    with ProductCounter() as counter:
        torch.randn(2, 3, 4) @ torch.randn(2, 4, 6)
    assert counter.shapes == Counter({(2, 3, 4, 6): 1})


def test_products_into_given_places_are_counted() -> None:
    first, second = torch.randn(3, 4), torch.randn(4, 5)
    with ProductCounter() as counter:
        torch.mm(first, second, out=torch.empty(3, 5))
        torch.zeros(3, 5).addmm_(first, second)
    assert counter.shapes == Counter({(1, 3, 4, 5): 2})


def test_operations_of_products() -> None:
    assert operations(Counter({(2, 3, 4, 5): 10, (1, 1, 1, 1): 1})) == 2 * 10 * 2 * 3 * 4 * 5 + 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_take_time(dtype: torch.dtype) -> None:
    assert seconds_of_products(Counter({(1, 64, 64, 64): 1, (2, 3, 4, 5): 1}), dtype) > 0


def test_each_of_them_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "best_of", lambda n_turns, multiply: (multiply().numel(),))
    assert seconds_of_products(Counter({(1, 6, 7, 8): 1000, (2, 3, 4, 5): 10})) == 1000 * 6 * 8 + 10 * 2 * 3 * 5
