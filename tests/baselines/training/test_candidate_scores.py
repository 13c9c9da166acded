"""Products at candidates against the whole product, and their gradients."""

from collections.abc import Iterator

import pytest
import torch
from torch.nn import functional

from seqrec_baselines.training.candidate_scores import candidate_scores

CANDIDATES = torch.tensor([[1, 2, 2, 6], [6, 5, 1, 1], [3, 3, 3, 3], [2, 1, 6, 5], [1, 4, 2, 4]])
"""Out of order, some twice; 0 is in none."""


@pytest.fixture
def tensors() -> tuple[torch.Tensor, torch.Tensor]:
    """Representations (5, 3) and item vectors (7, 3) in double precision."""
    generator = torch.Generator().manual_seed(0)
    representation, items = (torch.randn(n, 3, generator=generator, dtype=torch.double) for n in (5, 7))
    return representation.requires_grad_(), items.requires_grad_()


def test_scores_are_those_of_the_whole_product(tensors: tuple[torch.Tensor, torch.Tensor]) -> None:
    representation, items = tensors
    torch.testing.assert_close(candidate_scores(*tensors, CANDIDATES), (representation @ items.T).gather(1, CANDIDATES))


def test_gradients_are_those_of_the_whole_product(tensors: tuple[torch.Tensor, torch.Tensor]) -> None:
    """An even weight of all scores, as a sum has it, would not tell them apart."""
    representation, items = tensors
    weights = torch.arange(20.0, dtype=torch.double).view(5, 4).sin()
    whole = ((representation @ items.T).gather(1, CANDIDATES) * weights).sum()
    found = torch.autograd.grad((candidate_scores(*tensors, CANDIDATES) * weights).sum(), tensors)
    for gradient, expected in zip(found, torch.autograd.grad(whole, tensors), strict=True):
        torch.testing.assert_close(gradient, expected)
    assert not found[1][0].any()


def test_vectors_of_candidates_are_never_laid_out(
    tensors: tuple[torch.Tensor, torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> Iterator[None]:
        raise AssertionError("the vectors of all candidates were gathered")

    monkeypatch.setattr(functional, "embedding", refuse)
    candidate_scores(*tensors, CANDIDATES).sum().backward()
