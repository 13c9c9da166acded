"""The recurrence against a loop over sequences, places and values in complex numbers, and its gradients."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from seqrec_baselines.linear_recurrence import recur

LENGTHS, H = [5, 3, 3, 1], 3
STEP_SIZES = [4, 3, 3, 1, 1]  # of these lengths


@pytest.fixture
def inputs() -> Tensor:
    return torch.randn(sum(LENGTHS), H, dtype=torch.complex128, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def factor() -> Tensor:
    return torch.tensor([0.8 + 0.4j, -0.3 + 0.6j, 0.5], dtype=torch.complex128)


def places_of(sequence: int) -> list[int]:
    """Where a sequence's places stand, step by step."""
    return [sum(STEP_SIZES[:step]) + sequence for step in range(LENGTHS[sequence])]


def literal_states(u: np.ndarray, factor: np.ndarray) -> np.ndarray:
    states = np.zeros_like(u)
    for sequence in range(len(LENGTHS)):
        h = [0j] * H
        for place in places_of(sequence):
            h = [factor[k] * h[k] + u[place, k] for k in range(H)]
            states[place] = h
    return states


def test_states_equal_the_recurrence(inputs: Tensor, factor: Tensor) -> None:
    found = recur(inputs, factor, STEP_SIZES)
    np.testing.assert_allclose(found, literal_states(inputs.numpy(), factor.numpy()))


def test_what_is_given_is_left_as_it_was(inputs: Tensor, factor: Tensor) -> None:
    before = inputs.clone()
    recur(inputs, factor, STEP_SIZES)
    torch.testing.assert_close(inputs, before, rtol=0, atol=0)


def test_gradients_equal_the_sums_over_all_powers(inputs: Tensor, factor: Tensor) -> None:
    """h_k = sum of lambda^(k - j) u_j over j <= k, differentiated term by term; a gradient is d/da + i d/db."""
    outer = torch.randn(inputs.shape, dtype=torch.complex128, generator=torch.Generator().manual_seed(1))
    u, powers, of_states = inputs.numpy().copy(), factor.numpy().copy(), outer.numpy()
    states = recur(inputs.requires_grad_(), factor.requires_grad_(), STEP_SIZES)
    (states.real * outer.real + states.imag * outer.imag).sum().backward()
    of_inputs, of_factor = np.zeros_like(u), np.zeros_like(powers)
    for sequence in range(len(LENGTHS)):
        for k, place in enumerate(places_of(sequence)):
            for j, earlier in enumerate(places_of(sequence)[: k + 1]):
                of_inputs[earlier] += of_states[place] * np.conj(powers ** (k - j))
                if j < k:
                    of_factor += of_states[place] * np.conj((k - j) * powers ** (k - j - 1) * u[earlier])
    assert inputs.grad is not None and factor.grad is not None
    np.testing.assert_allclose(inputs.grad, of_inputs)
    np.testing.assert_allclose(factor.grad, of_factor)


def test_gradients_equal_numerical_ones(inputs: Tensor, factor: Tensor) -> None:
    assert gradcheck(recur, (inputs.requires_grad_(), factor.requires_grad_(), STEP_SIZES))


def test_a_sequence_does_not_depend_on_those_beside_it(inputs: Tensor, factor: Tensor) -> None:
    together = recur(inputs, factor, STEP_SIZES)
    for sequence, length in enumerate(LENGTHS):
        alone = recur(inputs[places_of(sequence)], factor, [1] * length)
        torch.testing.assert_close(alone, together[places_of(sequence)], rtol=0, atol=0)
