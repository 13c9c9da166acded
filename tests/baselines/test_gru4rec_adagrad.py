"""Adagrad against figures that the authors' code gives, and its rows against the whole."""

import pytest
import torch

from seqrec_baselines.gru4rec_adagrad import Adagrad

momenta = pytest.mark.parametrize("momentum", [0.0, 0.5])


def test_adagrad_with_momentum_is_the_authors() -> None:
    parameter = torch.tensor([1.0])
    optimizer = Adagrad(parameter, rate=0.1, momentum=0.5)
    values = []
    for gradient in (1.0, 0.5, -0.25):
        optimizer.step(torch.tensor([gradient]))
        values.append(parameter.item())
    assert values == pytest.approx([0.900000, 0.805279, 0.779740], abs=1e-6)


def test_epsilon_is_inside_the_root() -> None:
    parameter = torch.tensor([0.0])
    Adagrad(parameter, rate=1.0, momentum=0.0).step(torch.tensor([1e-3]))
    assert parameter.item() == pytest.approx(-1e-3 / (1e-6 + 1e-6) ** 0.5)


@momenta
def test_rows_that_are_not_named_keep_all_their_state(momentum: float) -> None:
    rng = torch.Generator().manual_seed(0)
    sparse, dense = torch.ones(4, 2), torch.ones(2, 2)
    on_rows, on_all = Adagrad(sparse, 0.1, momentum), Adagrad(dense, 0.1, momentum)
    for _ in range(3):
        gradient = torch.randn(2, 2, generator=rng)
        on_rows.step_rows(torch.tensor([3, 1]), gradient)
        on_all.step(gradient)
    for values, expected in [
        (on_rows.parameter, dense),
        (on_rows.accumulated, on_all.accumulated),
        (on_rows.velocity, on_all.velocity),
    ]:
        torch.testing.assert_close(values[[3, 1]], expected)
    assert sparse[[0, 2]].eq(1).all()
    assert on_rows.accumulated[[0, 2]].eq(Adagrad.EPSILON).all()
    assert on_rows.velocity[[0, 2]].eq(0).all()


@momenta
@pytest.mark.parametrize("shape", [(), (2,)], ids=["numbers", "vectors"])
def test_the_gradients_of_a_row_named_repeatedly_are_summed_before_they_are_squared(
    momentum: float, shape: tuple[int, ...]
) -> None:
    rng = torch.Generator().manual_seed(0)
    repeatedly, once = Adagrad(torch.ones(4, *shape), 0.1, momentum), Adagrad(torch.ones(4, *shape), 0.1, momentum)
    for _ in range(3):
        gradient = torch.randn(4, *shape, generator=rng)
        repeatedly.step_rows(torch.tensor([2, 0, 2, 2]), gradient)
        once.step_rows(torch.tensor([0, 2]), torch.stack([gradient[1], gradient[[0, 2, 3]].sum(dim=0)]))
    torch.testing.assert_close(repeatedly.parameter, once.parameter)
    torch.testing.assert_close(repeatedly.accumulated, once.accumulated)
