"""Caser's dropout: what it keeps, how it scales, and when it does nothing."""

import pytest
import torch

from seqrec_baselines.caser import Dropout
from seqrec_baselines.training.seeding import seeded


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_a_value_is_zeroed_with_the_stated_probability_or_else_scaled(p: float) -> None:
    values = torch.full((400, 500), 3.0)
    with seeded(0, "cpu"):
        dropped = Dropout(p)(values)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], values[kept] / (1 - p))
    standard_error = (p * (1 - p) / values.numel()) ** 0.5
    assert kept.float().mean().item() == pytest.approx(1 - p, abs=4 * standard_error + 1e-6)


def test_every_call_draws_anew_from_the_seed() -> None:
    values = torch.ones(1000)
    with seeded(0, "cpu"):
        first, second = Dropout(0.5)(values), Dropout(0.5)(values)
    with seeded(0, "cpu"):
        again = Dropout(0.5)(values)
    assert not first.equal(second)
    assert first.equal(again)


def test_gradients_pass_where_values_were_kept() -> None:
    values = torch.ones(1000, requires_grad=True)
    dropped = Dropout(0.5)(values)
    dropped.sum().backward()
    assert values.grad is not None
    assert values.grad.equal(dropped.detach())


def test_nothing_is_dropped_when_scoring() -> None:
    values = torch.ones(1000)
    assert Dropout(0.5).eval()(values).equal(values)


def test_the_type_of_the_values_is_kept() -> None:
    assert Dropout(0.5)(torch.ones(4, dtype=torch.float64)).dtype == torch.float64
